-- What rules that look beyond one entry count, and what came of it: see course.rs.

-- What such a rule counts apart: a component, or `Iguana-Service` for a server as a whole, and
-- within it the values of some captures (a JSON object).
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    component INTEGER NOT NULL REFERENCES component (id),
    split TEXT NOT NULL,
    UNIQUE (rule, component, split)
);

-- The threshold by which a rule's episodes were found; where it changes, they are found anew.
CREATE TABLE threshold (
    rule TEXT PRIMARY KEY,
    count INTEGER NOT NULL,
    within INTEGER NOT NULL,        -- milliseconds
    apart INTEGER NOT NULL          -- milliseconds
) WITHOUT ROWID;

-- Each entry that matters to a series, once.
CREATE TABLE mark (
    series INTEGER NOT NULL REFERENCES series (id),
    time INTEGER NOT NULL,
    key INTEGER NOT NULL,           -- tells entries of one moment apart
    ends INTEGER NOT NULL,          -- 0 it counts, 1 it ends an episode
    PRIMARY KEY (series, time, key)
) WITHOUT ROWID;

-- Spans of time in which marks came or went since episodes were last found.
CREATE TABLE stale (
    series INTEGER PRIMARY KEY REFERENCES series (id),
    since INTEGER NOT NULL,
    until INTEGER NOT NULL
);

-- Times in which a threshold was reached: a function of the marks and the threshold.
CREATE TABLE episode (
    series INTEGER NOT NULL REFERENCES series (id),
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    count INTEGER NOT NULL,
    ended INTEGER,
    PRIMARY KEY (series, first)
) WITHOUT ROWID;
