-- To keep an index by time took a tenth of the time that an event takes, and of the file. The index
-- by hour and problem has the events of an hour side by side: see store/by_time.rs.
DROP INDEX event_by_time;

-- Hours had 24 bits, which are enough until the year 2927. A log may tell a later one.
DROP INDEX event_by_slot;
ALTER TABLE event DROP COLUMN slot;
ALTER TABLE event ADD COLUMN slot INTEGER
    AS (((time - (time < 0) * 3599999) / 3600000 << 32) + problem);
CREATE INDEX event_by_slot ON event (slot, time, outcome);
