//! Numbers for names: each server, component, stream, problem and catalogue is written once.

use rusqlite::{Connection, OptionalExtension, ToSql, params};

use super::{Map, NewProblem, ServerId};

/// Names kept in memory, of each sort: a log without ids is a stream of its own. As many as a table
/// of 32,768 places takes before it is made twice as large.
const MAX_NAMES: usize = 28_000;

/// The numbers of one server's names that this run has met.
#[derive(Debug, Default)]
pub(super) struct Names {
    components: Map<Box<str>, i64>,
    streams: Map<Box<str>, i64>,
    problems: Map<Box<str>, i64>,
}

impl Names {
    pub(super) fn components(
        &mut self,
        connection: &Connection,
        server: ServerId,
        names: &[Box<str>],
    ) -> rusqlite::Result<Vec<i64>> {
        names.iter().map(|name| self.component(connection, server, name)).collect()
    }

    pub(super) fn streams(
        &mut self,
        connection: &Connection,
        server: ServerId,
        names: &[Box<str>],
    ) -> rusqlite::Result<Vec<i64>> {
        names.iter().map(|name| self.stream(connection, server, name)).collect()
    }

    pub(super) fn component(
        &mut self,
        connection: &Connection,
        server: ServerId,
        key: &str,
    ) -> rusqlite::Result<i64> {
        cached(&mut self.components, key, || {
            number(
                connection,
                "SELECT id FROM component WHERE server = ?1 AND key = ?2",
                "INSERT INTO component (server, key) VALUES (?1, ?2)",
                params![server.0, key],
            )
        })
    }

    fn stream(
        &mut self,
        connection: &Connection,
        server: ServerId,
        name: &str,
    ) -> rusqlite::Result<i64> {
        cached(&mut self.streams, name, || {
            number(
                connection,
                "SELECT id FROM stream WHERE server = ?1 AND name = ?2",
                "INSERT INTO stream (server, name) VALUES (?1, ?2)",
                params![server.0, name],
            )
        })
    }

    pub(super) fn problem(
        &mut self,
        connection: &Connection,
        component: i64,
        problem: &NewProblem,
    ) -> rusqlite::Result<i64> {
        cached(&mut self.problems, &problem.key, || {
            let n_new = connection
                .prepare_cached(
                    "INSERT OR IGNORE INTO problem (key, component, rule, cluster, template) \
                     VALUES (?, ?, ?, ?, ?)",
                )?
                .execute(params![
                    problem.key,
                    component,
                    problem.rule,
                    problem.cluster,
                    problem.template,
                ])?;
            if n_new > 0 {
                return Ok(connection.last_insert_rowid());
            }
            connection
                .prepare_cached("SELECT id FROM problem WHERE key = ?")?
                .query_row([&problem.key], |row| row.get(0))
        })
    }
}

/// Returns the number of a server.
pub(super) fn server(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    number(
        connection,
        "SELECT id FROM server WHERE name = ?1",
        "INSERT INTO server (name) VALUES (?1)",
        params![name],
    )
}

/// Returns the number of a catalogue, by its content's hash.
pub(super) fn catalogue(connection: &Connection, hash: &str) -> rusqlite::Result<i64> {
    number(
        connection,
        "SELECT id FROM catalogue WHERE hash = ?1",
        "INSERT INTO catalogue (hash) VALUES (?1)",
        params![hash],
    )
}

/// Notes the name of a component, where it differs from the one known.
pub(super) fn set_component_name(
    connection: &Connection,
    server: i64,
    key: &str,
    name: &str,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO component (server, key, name) VALUES (?1, ?2, ?3) \
             ON CONFLICT (server, key) DO UPDATE SET name = excluded.name \
             WHERE name IS NOT excluded.name",
        )?
        .execute(params![server, key, name])?;
    Ok(())
}

fn cached(
    known: &mut Map<Box<str>, i64>,
    name: &str,
    find: impl FnOnce() -> rusqlite::Result<i64>,
) -> rusqlite::Result<i64> {
    if let Some(id) = known.get(name) {
        return Ok(*id);
    }
    let id = find()?;
    if known.len() >= MAX_NAMES {
        known.clear();
    }
    known.insert(name.into(), id);
    Ok(id)
}

fn number(
    connection: &Connection,
    select: &str,
    insert: &str,
    values: &[&dyn ToSql],
) -> rusqlite::Result<i64> {
    let found =
        connection.prepare_cached(select)?.query_row(values, |row| row.get(0)).optional()?;
    if let Some(id) = found {
        return Ok(id);
    }
    connection.prepare_cached(insert)?.execute(values)?;
    Ok(connection.last_insert_rowid())
}
