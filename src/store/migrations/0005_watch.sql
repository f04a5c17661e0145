-- The minutes of each hour in which a component wrote anything: bit n of 60 stands for minute n.
-- How long its silences usually are is learned from them.
CREATE TABLE pulse (
    component INTEGER NOT NULL REFERENCES component (id),
    hour INTEGER NOT NULL,          -- since 1970
    minutes INTEGER NOT NULL,
    PRIMARY KEY (component, hour)
) WITHOUT ROWID;
