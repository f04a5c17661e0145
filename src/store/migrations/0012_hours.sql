-- Events of one problem are found hour by hour: the roll-up tells in which hours it had any. In an
-- index by problem each new event ended up on another page, in a store of ten million events twice
-- the time to add one. By hour, they end up where those before them did.

-- Hour since 1970, before it rounded down, and problem: one number is compared sooner than two.
ALTER TABLE event ADD COLUMN slot INTEGER
    AS (((time - (time < 0) * 3599999) / 3600000 << 40) + problem);
DROP INDEX IF EXISTS event_by_problem;
CREATE INDEX event_by_slot ON event (slot, time, outcome);
