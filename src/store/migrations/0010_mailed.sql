-- Up to where reports were mailed by themselves, so that each is mailed once.
CREATE TABLE mailed (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    until INTEGER NOT NULL          -- the end of the last report's period
);
