//! When each kind of unknown text was first met.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Map, NewProblem};
use crate::model::Millis;

/// So many are kept in memory, as a table of 32,768 places takes; beyond that the store is asked.
const MAX_KNOWN: usize = 28_000;

/// Writes the first time of each fingerprint, when it is met or met earlier.
#[derive(Debug, Default)]
pub(super) struct Firsts {
    known: Map<String, i64>,
}

/// What an event counted for that may be taken back.
pub(super) struct Doubted {
    fingerprint: String,
    time: i64,
}

impl Firsts {
    /// Notes an event of a problem; one that a rule explains is none of ours.
    pub(super) fn note(
        &mut self,
        connection: &Connection,
        problem: &NewProblem,
        time: Millis,
    ) -> rusqlite::Result<()> {
        let (Some(id), Some(template)) = (&problem.cluster, &problem.template) else {
            return Ok(());
        };
        let time = time.get();
        if self.known.get(id).is_some_and(|first| *first <= time) {
            return Ok(());
        }
        connection
            .prepare_cached(
                "INSERT INTO fingerprint (id, template, first) VALUES (?, ?, ?) \
                 ON CONFLICT (id) DO UPDATE SET first = excluded.first \
                 WHERE excluded.first < fingerprint.first",
            )?
            .execute(params![id, template, time])?;
        if self.known.len() >= MAX_KNOWN {
            self.known.clear();
        }
        self.known.insert(id.clone(), time);
        Ok(())
    }

    /// Returns what an event counted for that may be another one, if it was unknown.
    pub(super) fn doubt(connection: &Connection, event: i64) -> rusqlite::Result<Option<Doubted>> {
        connection
            .prepare_cached(
                "SELECT problem.cluster, event.time FROM event \
                 JOIN problem ON problem.id = event.problem \
                 WHERE event.id = ? AND problem.cluster IS NOT NULL",
            )?
            .query_row([event], |row| Ok(Doubted { fingerprint: row.get(0)?, time: row.get(1)? }))
            .optional()
    }

    /// Takes back what a half-written text counted for, where the whole of it is another one.
    pub(super) fn settle(
        &mut self,
        connection: &Connection,
        doubted: &Doubted,
    ) -> rusqlite::Result<()> {
        let noted: Option<i64> = connection
            .prepare_cached("SELECT first FROM fingerprint WHERE id = ?")?
            .query_row([&doubted.fingerprint], |row| row.get(0))
            .optional()?;
        if noted != Some(doubted.time) {
            return Ok(()); // It was met before.
        }
        let first: Option<i64> = connection
            .prepare_cached(
                "SELECT min(event.time) FROM problem \
                 CROSS JOIN rollup ON rollup.problem = problem.id AND rollup.block \
                 BETWEEN (problem.first / 3600000 - 1) >> 5 AND (problem.last / 3600000) >> 5 \
                 CROSS JOIN event ON event.slot = (rollup.hour << 32) + rollup.problem \
                 WHERE problem.cluster = ?",
            )?
            .query_row([&doubted.fingerprint], |row| row.get(0))?;
        match first {
            None => connection
                .prepare_cached("DELETE FROM fingerprint WHERE id = ?")?
                .execute([&doubted.fingerprint])?,
            Some(first) => connection
                .prepare_cached("UPDATE fingerprint SET first = ?2 WHERE id = ?1")?
                .execute(params![doubted.fingerprint, first])?,
        };
        self.known.remove(&doubted.fingerprint);
        Ok(())
    }
}
