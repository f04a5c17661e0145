-- What no rule explains: see firsts.rs.

-- When each kind of unknown text was first met, in event time. It stays when its events are gone,
-- so that the cluster that it is in keeps its id.
CREATE TABLE fingerprint (
    id TEXT PRIMARY KEY,            -- such as u-4f1c0a9b2e, as in problem.cluster
    template TEXT NOT NULL,
    first INTEGER NOT NULL          -- milliseconds since 1970
) WITHOUT ROWID;
CREATE INDEX problem_by_cluster ON problem (cluster);
INSERT INTO fingerprint
    SELECT problem.cluster, min(problem.template), min(event.time)
    FROM event JOIN problem ON problem.id = event.problem
    WHERE problem.rule IS NULL AND problem.cluster IS NOT NULL AND problem.template IS NOT NULL
    GROUP BY problem.cluster;
