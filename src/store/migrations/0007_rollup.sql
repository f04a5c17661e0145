-- Counts of events that outlive them, and what tells failures from attempts: see store/rollup.rs.

-- The message that an event is about, as a hash; null: not known. Of events that are there already
-- it was not kept: each of them counts as a failure of its own.
ALTER TABLE event ADD COLUMN message INTEGER;

-- Nearly every list of events is told from this index alone, up to its limit.
DROP INDEX event_by_time;
CREATE INDEX event_by_time ON event (time, problem, severity);

-- The times of a problem's first and last event ever.
ALTER TABLE problem ADD COLUMN first INTEGER;
ALTER TABLE problem ADD COLUMN last INTEGER;

-- Events of one problem in one hour that ended the same way.
CREATE TABLE rollup (
    problem INTEGER NOT NULL REFERENCES problem (id),
    hour INTEGER NOT NULL,          -- since 1970
    outcome INTEGER NOT NULL,       -- as in event, and one; 0 for none
    events INTEGER NOT NULL,        -- all of them: messages in pain, and their every attempt
    failures INTEGER NOT NULL,      -- messages that failed first in this hour, this way
    gone INTEGER NOT NULL DEFAULT 0,-- events that are stored no more: they were too old
    first INTEGER NOT NULL,         -- of the events, in milliseconds of the hour, as is the next
    last INTEGER NOT NULL,
    PRIMARY KEY (problem, hour, outcome)
) WITHOUT ROWID;
INSERT INTO rollup (problem, hour, outcome, events, failures, first, last)
    SELECT problem, (time - within) / 3600000, outcome, count(*), count(*), min(within), max(within)
    FROM (
        SELECT problem, time, coalesce(outcome + 1, 0) AS outcome,
            (time % 3600000 + 3600000) % 3600000 AS within
        FROM event
    ) GROUP BY 1, 2, 3;
UPDATE problem SET (first, last) = (
    SELECT min(hour * 3600000 + first), max(hour * 3600000 + last)
    FROM rollup WHERE rollup.problem = problem.id
);

-- Messages that stored events are about, by problem.
CREATE TABLE message (
    problem INTEGER NOT NULL REFERENCES problem (id),
    message INTEGER NOT NULL,
    first INTEGER NOT NULL,         -- time of the first event of the problem about it
    outcome INTEGER NOT NULL,       -- of that event, as in rollup
    attempts INTEGER NOT NULL,      -- events about it that are stored
    PRIMARY KEY (problem, message)
) WITHOUT ROWID;
