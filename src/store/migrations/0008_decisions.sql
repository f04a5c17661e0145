-- What people decided about problems: the elimination ledger. Lines are added, never changed.
CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    problem TEXT NOT NULL,          -- such as p-4f1c0a9b2e
    time INTEGER NOT NULL,          -- from when on it holds, in event time
    recorded INTEGER NOT NULL,      -- by the clock
    action INTEGER NOT NULL,        -- 0 target, 1 fix, 2 accept, 3 reopen, 4 note
    person TEXT NOT NULL,
    why TEXT NOT NULL,              -- masked, as is the documentation
    ticket TEXT,
    documentation TEXT
);
CREATE INDEX decision_by_problem ON decision (problem, time);
CREATE TRIGGER decision_stays BEFORE UPDATE ON decision
BEGIN SELECT raise(ABORT, 'decisions are added, never changed'); END;
CREATE TRIGGER decision_is_kept BEFORE DELETE ON decision
BEGIN SELECT raise(ABORT, 'decisions are added, never removed'); END;
