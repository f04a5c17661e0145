-- Keys of entries in a table of its own rows. Where they stand in the index itself, as before, every
-- search reads the whole of each large row that it passes.

ALTER TABLE seen RENAME TO seen_in_index;
CREATE TABLE seen (
    id INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL REFERENCES stream (id),
    bucket INTEGER NOT NULL,
    segment INTEGER NOT NULL,
    keys BLOB NOT NULL,
    UNIQUE (stream, bucket, segment)
);
INSERT INTO seen (stream, bucket, segment, keys)
    SELECT stream, bucket, segment, keys FROM seen_in_index ORDER BY stream, bucket, segment;
DROP TABLE seen_in_index;
