-- Events are told by their numbers. That none is stored twice is decided from the keys in `seen`, in
-- the transaction that stores it: an index over ids, which took a fifth of the file and of the
-- time, proved it once more. By its id an event is found through its time: see store/entry_ids.rs.

CREATE TABLE event_by_number (
    id INTEGER PRIMARY KEY,
    server INTEGER NOT NULL REFERENCES server (id),
    entry TEXT NOT NULL,            -- entry id
    component INTEGER NOT NULL REFERENCES component (id),
    time INTEGER NOT NULL,          -- milliseconds since 1970
    kind INTEGER NOT NULL,
    tags TEXT NOT NULL,
    problem INTEGER NOT NULL REFERENCES problem (id),
    severity INTEGER NOT NULL,      -- 0 info to 3 critical
    outcome INTEGER,                -- 0 stopped, 1 continued, 2 retrying, 3 recovered
    captures TEXT NOT NULL,         -- JSON object
    catalogue INTEGER NOT NULL REFERENCES catalogue (id),
    text TEXT NOT NULL,
    file INTEGER NOT NULL REFERENCES file (id),
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL,
    message INTEGER                 -- hash of the message that it is about; null: not known
);
INSERT INTO event_by_number
    SELECT id, server, entry, component, time, kind, tags, problem, severity, outcome, captures,
        catalogue, text, file, offset, length, message
    FROM event ORDER BY id;
DROP TABLE event;
ALTER TABLE event_by_number RENAME TO event;
CREATE INDEX event_by_time ON event (time, problem, severity);
CREATE INDEX event_by_problem ON event (problem, time);
-- Ids that Dewlap gives to its own entries do not tell when they were written. They are few.
CREATE INDEX event_by_watch ON event (entry) WHERE entry >= 'watch:' AND entry < 'watch;';

-- What has to be taken back where the last entry of a file was half written.
ALTER TABLE last_entry ADD COLUMN event INTEGER;    -- its number; null: it is no event
ALTER TABLE last_entry ADD COLUMN series TEXT;      -- JSON list of those it marks; null: not known
UPDATE last_entry SET event = stored.id
    FROM (
        SELECT event.id, event.file FROM event
        JOIN file ON file.id = event.file AND file.offset = event.offset
    ) AS stored
    WHERE stored.file = last_entry.file;
