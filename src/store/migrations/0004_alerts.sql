-- What is told to people, and what still has to be.

-- How far the alerter has looked, and what concerns all alerts.
CREATE TABLE alerted (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    event INTEGER NOT NULL,         -- all events up to this one were looked at
    problem INTEGER,                -- its problem and time: a number is given again when the last
    time INTEGER,                   -- event was taken back
    noticed INTEGER                 -- when it was last told that alerts are held back
);

-- One bout of one problem that matters: see alert/mod.rs.
CREATE TABLE alert (
    id TEXT PRIMARY KEY,            -- such as a-4f1c0a9b2e
    problem TEXT NOT NULL,          -- such as p-4f1c0a9b2e
    rule TEXT,
    server TEXT NOT NULL,
    component TEXT NOT NULL,        -- GUID or name
    split TEXT,                     -- of an episode: the captures that are counted apart
    severity INTEGER NOT NULL,
    cause INTEGER NOT NULL,         -- what raises it: see alerts.rs, as are the next two
    phase INTEGER NOT NULL,
    outcome INTEGER,                -- of its last event
    first INTEGER NOT NULL,         -- event time, as are the next two
    last INTEGER NOT NULL,
    ended INTEGER,                  -- of an episode that something ended
    events INTEGER NOT NULL,        -- when they were last counted
    noticed INTEGER NOT NULL,       -- by the clock, as are the next five
    seen INTEGER NOT NULL,
    opened INTEGER,                 -- when it was told
    crowded INTEGER,                -- when it was held back because too many were told
    spared_until INTEGER,           -- the end of the maintenance in which it was met
    over INTEGER,
    hold INTEGER,                   -- so long it usually takes to heal by itself
    step INTEGER NOT NULL,          -- steps of escalation that were told
    messages INTEGER NOT NULL       -- told so far
) WITHOUT ROWID;

-- One message for one target.
CREATE TABLE delivery (
    id INTEGER PRIMARY KEY,
    message TEXT NOT NULL,          -- such as a-4f1c0a9b2e-1; the same at every attempt
    alert TEXT,
    target TEXT NOT NULL,
    body TEXT NOT NULL,             -- JSON, masked
    state INTEGER NOT NULL,         -- 0 waits, 1 delivered, 2 refused, 3 given up
    attempts INTEGER NOT NULL,
    created INTEGER NOT NULL,
    next INTEGER NOT NULL,          -- not tried before
    changed INTEGER NOT NULL,
    error TEXT,                     -- of the last attempt
    UNIQUE (message, target)
);
CREATE INDEX delivery_by_state ON delivery (state, target, next);

-- Episodes are looked for by their ends.
CREATE INDEX episode_by_last ON episode (last);
