//! Migrations, by SQLite's `user_version`.

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// Marks the file as ours (`PRAGMA application_id`): "Dwlp".
const APPLICATION_ID: i64 = 0x4477_6C70;
/// Every migration, oldest first; the store's version is how many have run. Never change one.
const MIGRATIONS: [&str; 14] = [
    include_str!("migrations/0001_foundation.sql"),
    include_str!("migrations/0002_courses.sql"),
    include_str!("migrations/0003_follow.sql"),
    include_str!("migrations/0004_alerts.sql"),
    include_str!("migrations/0005_watch.sql"),
    include_str!("migrations/0006_seen.sql"),
    include_str!("migrations/0007_rollup.sql"),
    include_str!("migrations/0008_decisions.sql"),
    include_str!("migrations/0009_fingerprints.sql"),
    include_str!("migrations/0010_mailed.sql"),
    include_str!("migrations/0011_numbers.sql"),
    include_str!("migrations/0012_hours.sql"),
    include_str!("migrations/0013_slots.sql"),
    include_str!("migrations/0014_blocks.sql"),
];

/// The newest schema that this version knows: the number of migrations.
pub(super) const NEWEST: i64 = 14;
const _: () = assert!(MIGRATIONS.len() == 14, "NEWEST is the number of migrations");

/// What a database is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing is in it yet.
    Empty,
    /// A store with this schema.
    Ours(i64),
    /// Somebody else's.
    Foreign,
}

/// Tells what the database is.
pub(super) fn inspect(connection: &Connection) -> rusqlite::Result<State> {
    let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    if number("PRAGMA application_id")? == APPLICATION_ID {
        return Ok(State::Ours(number("PRAGMA user_version")?));
    }
    let objects = number("SELECT count(*) FROM sqlite_master")?;
    Ok(if objects == 0 { State::Empty } else { State::Foreign })
}

/// The migrations that a database lacks, while nobody else can change it.
pub(super) struct Lacking<'c> {
    transaction: Transaction<'c>,
    /// So many have run.
    done: usize,
}

/// Runs the migrations that the database lacks, in one transaction.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    lacking(connection)?.map_or(Ok(()), Lacking::run)
}

/// Returns the migrations that the database lacks, once no other process changes it; `None` where
/// one that did has run them.
pub(super) fn lacking(connection: &mut Connection) -> rusqlite::Result<Option<Lacking<'_>>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let done = usize::try_from(version).unwrap_or(0);
    Ok((version < NEWEST).then_some(Lacking { transaction, done }))
}

impl Lacking<'_> {
    /// Runs them.
    pub(super) fn run(self) -> rusqlite::Result<()> {
        let Self { transaction, done } = self;
        for sql in MIGRATIONS.iter().skip(done) {
            transaction.execute_batch(sql)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", NEWEST)?;
        transaction.commit()
    }
}

/// Makes a database as an older version left it.
#[cfg(test)]
pub(super) fn migrate_to(connection: &Connection, version: usize) -> rusqlite::Result<()> {
    MIGRATIONS.iter().take(version).try_for_each(|sql| connection.execute_batch(sql))?;
    connection.pragma_update(None, "user_version", version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_entries_survive_the_move_to_another_table() {
        let mut connection = Connection::open_in_memory().unwrap();
        let before = 4; // The last schema with the keys in the index.
        migrate_to(&connection, before).unwrap();
        let keys = "INSERT INTO server VALUES (1, 'a'); INSERT INTO stream VALUES (1, 1, 'b'); \
            INSERT INTO seen VALUES (1, 7, 1, x'02'), (1, 7, 0, x'0103'), (1, 6, 0, x'05');";
        connection.execute_batch(keys).unwrap();
        migrate(&mut connection).unwrap();
        let sql = "SELECT group_concat(bucket || '.' || segment || '.' || hex(keys), ' ') \
            FROM (SELECT * FROM seen ORDER BY stream, bucket, segment)";
        let found: String = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(found, "6.0.05 7.0.0103 7.1.02");
    }
}
