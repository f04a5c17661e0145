-- Counts by problem and hour lay problem by problem, so that the events of one hour changed a page for
-- each problem: with ten million events in the store, half of all pages that a log changed. Now those
-- of some hours lie side by side, as the events do; within them they go by problem, since most
-- questions are about one.

-- The blocks that have rows: 32 hours each, `hour >> 5`.
CREATE TABLE rollup_block (block INTEGER PRIMARY KEY);
INSERT INTO rollup_block SELECT DISTINCT hour >> 5 FROM rollup;

CREATE TABLE rollup_row (
    block INTEGER NOT NULL REFERENCES rollup_block (block),
    problem INTEGER NOT NULL REFERENCES problem (id),
    hour INTEGER NOT NULL,          -- since 1970
    outcome INTEGER NOT NULL,       -- as in event, and one; 0 for none
    events INTEGER NOT NULL,        -- all of them: messages in pain, and their every attempt
    failures INTEGER NOT NULL,      -- messages that failed first in this hour, this way
    gone INTEGER NOT NULL DEFAULT 0,-- events that are stored no more: they were too old
    first INTEGER NOT NULL,         -- of the events, in milliseconds of the hour, as is the next
    last INTEGER NOT NULL,
    PRIMARY KEY (block, problem, hour, outcome)
) WITHOUT ROWID;
INSERT INTO rollup_row
    SELECT hour >> 5, problem, hour, outcome, events, failures, gone, first, last FROM rollup
    ORDER BY 1, 2, 3, 4;
DROP TABLE rollup;

-- All rows, block by block: a question that names a problem looks once into each block.
CREATE VIEW rollup AS
    SELECT rollup_block.block, problem, hour, outcome, events, failures, gone, first, last
    FROM rollup_block CROSS JOIN rollup_row ON rollup_row.block = rollup_block.block;
