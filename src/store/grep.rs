//! Looks for a part of a text, whatever the case.
//!
//! Entry points: the SQL function `holds(text, part)`, which takes a third of the time of `LIKE` and
//! knows the case of all letters, not only of English ones; and [`Store::events_with`], which looks
//! through all events.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use regex::{Regex, RegexBuilder};
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::Value;

use super::{Store, StoreError};

/// More events than this are looked for again hour by hour, not sorted all at once.
const MAX_FOUND: usize = 10_000;

impl Store {
    /// Returns the numbers of the events whose text has a part in it; `None` where they are many.
    ///
    /// No index helps: two threads, each with a connection of its own, read half of the events.
    pub(super) fn events_with(&self, part: &str) -> Result<Option<Vec<i64>>, StoreError> {
        let sql = "SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM event";
        let bounds = self.collect(sql, &[], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (first, last): (i64, i64) = bounds.first().copied().unwrap_or_default();
        let middle = first.midpoint(last);
        thread::scope(|scope| {
            let path = &self.path;
            let half = move || Self::open(path)?.with_part(part, (first, middle));
            let early = scope.spawn(half);
            let late = self.with_part(part, (middle + 1, last));
            let mut found = early.join().unwrap_or_else(|panic| resume_unwind(panic))?;
            found.extend(late?);
            Ok(Some(found).filter(|found| found.len() <= MAX_FOUND))
        })
    }

    /// Returns the first of those events in a range of numbers, one more than are wanted.
    fn with_part(&self, part: &str, (first, last): (i64, i64)) -> Result<Vec<i64>, StoreError> {
        let sql = format!(
            "SELECT id FROM event WHERE id BETWEEN ? AND ? AND holds(text, ?) LIMIT {}",
            MAX_FOUND + 1
        );
        let values = [Value::Integer(first), Value::Integer(last), Value::Text(part.into())];
        self.collect(&sql, &values, |row| row.get(0))
    }
}

/// Makes the function known to a connection.
pub(super) fn define(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("holds", 2, flags, |context| {
        let finder: Arc<Regex> = context.get_or_create_aux(1, |part| {
            finder(part.as_str()?).map_err(|error| rusqlite::Error::UserFunctionError(error.into()))
        })?;
        holds(context, &finder)
    })
}

fn finder(part: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&regex::escape(part)).case_insensitive(true).build()
}

fn holds(context: &Context<'_>, finder: &Regex) -> rusqlite::Result<bool> {
    Ok(finder.is_match(context.get_raw(0).as_str()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_in_any_case_and_taken_as_it_is() {
        let connection = Connection::open_in_memory().unwrap();
        define(&connection).unwrap();
        let holds = |text: &str, part: &str| -> bool {
            connection.query_row("SELECT holds(?, ?)", [text, part], |row| row.get(0)).unwrap()
        };
        assert!(holds("No LISTENER answers", "listener"));
        assert!(holds("Zugriff VERWEIGERT: ÜBUNG", "übung"));
        assert!(holds("50 % of a_b\nlost", "% OF a_b\nl"));
        assert!(!holds("a.b", "a?b") && !holds("axb", "a.b") && !holds("axb", "a_b"));
        assert!(holds("anything", ""));
    }
}
