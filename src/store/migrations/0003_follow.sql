-- What following logs needs beyond reading them once.

ALTER TABLE file ADD COLUMN device INTEGER;     -- evidence only, as are the next two
ALTER TABLE file ADD COLUMN inode INTEGER;
ALTER TABLE file ADD COLUMN modified INTEGER;   -- nanoseconds since 1970, when it was read last
ALTER TABLE file ADD COLUMN read_to INTEGER NOT NULL DEFAULT 0; -- end of the last entry committed
ALTER TABLE file ADD COLUMN tail BLOB;          -- hash of the bytes from the offset to read_to
ALTER TABLE file ADD COLUMN first_seen INTEGER; -- milliseconds since 1970, by the clock
ALTER TABLE file ADD COLUMN last_seen INTEGER;  -- when it was last found grown
ALTER TABLE file ADD COLUMN gone INTEGER;       -- when it was found to be there no more
ALTER TABLE file ADD COLUMN continues INTEGER REFERENCES file (id); -- its first lines end that file's last entry
ALTER TABLE file ADD COLUMN joined INTEGER NOT NULL DEFAULT 0; -- 1 where its last entry goes on in another file
ALTER TABLE file ADD COLUMN resume TEXT;        -- where reading goes on, of a source that has no bytes
CREATE INDEX file_by_path ON file (server, path);
UPDATE file SET read_to = iif(id IN (SELECT file FROM last_entry), size, offset);

-- Bytes that were destroyed before they were read: truncated, overwritten or deleted.
CREATE TABLE loss (
    file INTEGER NOT NULL REFERENCES file (id),
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,          -- what came after it was last looked at is not known
    since INTEGER NOT NULL,         -- when it was last found whole, by the clock
    noticed INTEGER NOT NULL,       -- when it was found destroyed
    reason TEXT NOT NULL,
    PRIMARY KEY (file, start)
) WITHOUT ROWID;

-- How soon a rotated log overwrites itself, as last measured.
CREATE TABLE headroom (
    server INTEGER NOT NULL REFERENCES server (id),
    path TEXT NOT NULL,
    kept INTEGER NOT NULL,          -- bytes that its files hold together
    span INTEGER NOT NULL,          -- milliseconds until they are overwritten at the present rate
    measured INTEGER NOT NULL,
    PRIMARY KEY (server, path)
) WITHOUT ROWID;

-- When the component last wrote anything, in its own time.
ALTER TABLE component ADD COLUMN latest INTEGER;
