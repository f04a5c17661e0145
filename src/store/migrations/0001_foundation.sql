-- Tells this store from others.
CREATE TABLE store (id TEXT NOT NULL);
INSERT INTO store VALUES (lower(hex(randomblob(4))));

-- Servers, and their components ("channels" in Iguana 4 to 6).
CREATE TABLE server (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE component (
    id INTEGER PRIMARY KEY,
    server INTEGER NOT NULL REFERENCES server (id),
    key TEXT NOT NULL,              -- GUID, or the name where the log has no GUIDs
    name TEXT,                      -- from component.json
    UNIQUE (server, key)
);

-- The files that entries came from, with the position that is committed with them.
CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    server INTEGER NOT NULL REFERENCES server (id),
    path TEXT NOT NULL,             -- evidence only, as are the next two
    fingerprint BLOB NOT NULL,      -- of the first bytes
    fingerprint_len INTEGER NOT NULL,
    label TEXT NOT NULL,            -- opaque; begins the ids of entries that have none
    format TEXT NOT NULL,
    offset INTEGER NOT NULL,        -- reading goes on here
    guard BLOB NOT NULL,            -- hash of the bytes just before it
    size INTEGER NOT NULL,          -- bytes seen
    entries_before INTEGER NOT NULL,-- entries that begin before the offset
    UNIQUE (server, label)
);
CREATE INDEX file_by_fingerprint ON file (fingerprint);
CREATE TABLE gap (
    file INTEGER NOT NULL REFERENCES file (id),
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    reason TEXT NOT NULL,
    time INTEGER NOT NULL,          -- of the entry before it
    PRIMARY KEY (file, start)
) WITHOUT ROWID;

-- Every entry ever counted, as compressed keys: see store/seen.rs.
CREATE TABLE stream (
    id INTEGER PRIMARY KEY,
    server INTEGER NOT NULL REFERENCES server (id),
    name TEXT NOT NULL,
    UNIQUE (server, name)
);
CREATE TABLE seen (
    stream INTEGER NOT NULL REFERENCES stream (id),
    bucket INTEGER NOT NULL,
    segment INTEGER NOT NULL,
    keys BLOB NOT NULL,
    PRIMARY KEY (stream, bucket, segment)
) WITHOUT ROWID;

-- The last entry of each file, as it was counted: it may have been half written, and is then taken
-- back when the whole of it is read.
CREATE TABLE last_entry (
    file INTEGER PRIMARY KEY REFERENCES file (id),
    stream INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    key INTEGER NOT NULL,
    component INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    level INTEGER NOT NULL
);

-- Counts of all entries.
CREATE TABLE hourly (
    component INTEGER NOT NULL REFERENCES component (id),
    hour INTEGER NOT NULL,          -- since 1970
    kind INTEGER NOT NULL,          -- type on disk
    level INTEGER NOT NULL,         -- 0 other, 1 warning, 2 error
    entries INTEGER NOT NULL,
    PRIMARY KEY (component, hour, kind, level)
) WITHOUT ROWID;

-- What events count for: a rule or a cluster, on a server, in a component, perhaps narrower.
CREATE TABLE problem (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,       -- such as p-4f1c0a9b2e
    component INTEGER NOT NULL REFERENCES component (id),
    rule TEXT,
    cluster TEXT,
    template TEXT                   -- what the texts of the cluster have in common
);
CREATE INDEX problem_by_rule ON problem (rule);

-- Catalogues that decided events, by content.
CREATE TABLE catalogue (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE
);

-- Errors, warnings, and other entries that a rule explains. All of it is masked.
CREATE TABLE event (
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
    UNIQUE (server, entry)
);
CREATE INDEX event_by_time ON event (time);
CREATE INDEX event_by_problem ON event (problem, time);
