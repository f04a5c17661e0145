//! Roll-ups against a count of all events.

use proptest::prelude::*;

use super::*;
use crate::store::schema;

/// What may happen to events.
#[derive(Clone, Debug)]
enum Step {
    Add(Occurrence),
    /// Takes back one of those that are there.
    TakeBack(prop::sample::Index),
    /// Gives another class to one of those that are there.
    Revise(prop::sample::Index, Occurrence),
    Save,
}

/// A row of the roll-up: problem, hour, outcome, events, failures, first, last.
type Row = (i64, i64, u8, i64, i64, i64, i64);

pub(in crate::store) fn store() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    schema::migrate(&mut connection).unwrap();
    let rows = "INSERT INTO server VALUES (1, 'a'); INSERT INTO component VALUES (1, 1, 'c', '', 0); \
        INSERT INTO catalogue VALUES (1, 'h'); INSERT INTO problem (id, key, component, rule) \
        VALUES (1, 'p-1', 1, 'x.y'), (2, 'p-2', 1, 'x.z'); \
        INSERT INTO file (id, server, path, fingerprint, \
        fingerprint_len, label, format, offset, guard, size, entries_before) \
        VALUES (1, 1, '', x'', 0, '', '', 0, x'', 0, 0);";
    connection.execute_batch(rows).unwrap();
    connection
}

/// Inserts an event, without counting it; how bad it is and what it captured depends on its number.
pub(in crate::store) fn insert(connection: &Connection, id: i64, event: &Occurrence) {
    let sql = "INSERT INTO event VALUES (?1, 1, ?1, 1, ?2, 9, '', ?3, ?1 % 4, nullif(?4, 0) - 1, \
        iif(?1 % 5, '{\"n\":\"' || (?1 % 5) || '\"}', '{}'), 1, \
        '', 1, ?1, 1, ?5)";
    let values = params![id, event.time.get(), event.problem, event.outcome, event.message];
    connection.execute(sql, values).unwrap();
}

fn delete(connection: &Connection, id: i64) {
    connection.execute("DELETE FROM event WHERE id = ?", [id]).unwrap();
}

fn rows(connection: &Connection, sql: &str) -> Vec<Row> {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        Ok((
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
            row.get(5)?,
            row.get(6)?,
        ))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// Counts all events anew.
fn recount(events: &[(i64, Occurrence)]) -> Vec<Row> {
    let is_first = |event: &Occurrence| {
        let same = |other: &&(i64, Occurrence)| {
            (other.1.problem, other.1.message) == (event.problem, event.message)
        };
        events.iter().filter(same).map(|(_, other)| other.start()).min() == Some(event.start())
    };
    let mut cells: Vec<Cell> = events.iter().map(|(_, event)| event.cell()).collect();
    cells.sort_unstable();
    cells.dedup();
    let row = |cell: Cell| {
        let of: Vec<_> =
            events.iter().map(|(_, event)| event).filter(|e| e.cell() == cell).collect();
        let unnamed = of.iter().filter(|event| event.message.is_none()).count();
        let mut named: Vec<_> =
            of.iter().filter(|event| event.message.is_some() && is_first(event)).collect();
        named.sort_unstable_by_key(|event| event.message);
        named.dedup_by_key(|event| event.message);
        let within = |event: &&Occurrence| event.time.get().rem_euclid(Hour::MILLIS);
        let first = of.iter().map(within).min().unwrap();
        let last = of.iter().map(within).max().unwrap();
        let count = |n: usize| i64::try_from(n).unwrap();
        (cell.0, cell.1, cell.2, count(of.len()), count(unnamed + named.len()), first, last)
    };
    cells.into_iter().map(row).collect()
}

pub(in crate::store) fn occurrence() -> impl Strategy<Value = Occurrence> {
    let hour = Hour::MILLIS;
    let hours = prop::sample::select(vec![-900, -33, -32, -1, 0, 1, 9, 31, 32, 5_000]);
    let within = prop::sample::select(vec![0, 1, hour / 2, hour - 1]);
    let time = (hours, within).prop_map(move |(hours, within)| hours * hour + within);
    (1_i64..3, time, 0_u8..3, prop::option::of(1_i64..4)).prop_map(
        |(problem, time, outcome, message)| Occurrence {
            problem,
            time: Millis::new(time),
            outcome,
            message,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => occurrence().prop_map(Step::Add),
        2 => any::<prop::sample::Index>().prop_map(Step::TakeBack),
        2 => (any::<prop::sample::Index>(), occurrence())
            .prop_map(|(index, event)| Step::Revise(index, event)),
        1 => Just(Step::Save),
    ]
}

proptest! {
    #[test]
    fn whatever_comes_and_goes_the_counts_are_those_of_the_events_that_are_there(
        steps in prop::collection::vec(step(), 0..40),
    ) {
        let connection = store();
        let mut rollup = Rollup::default();
        let mut events: Vec<(i64, Occurrence)> = Vec::new();
        for (id, step) in (1..).zip(steps) {
            match step {
                Step::Add(event) => {
                    insert(&connection, id, &event);
                    rollup.add(&event);
                    events.push((id, event));
                }
                Step::TakeBack(index) if !events.is_empty() => {
                    let (id, event) = events.swap_remove(index.index(events.len()));
                    delete(&connection, id);
                    rollup.take_back(&connection, &event).unwrap();
                }
                Step::Revise(index, after) if !events.is_empty() => {
                    let index = index.index(events.len());
                    let (id, before) = events[index];
                    let after = Occurrence { time: before.time, ..after };
                    delete(&connection, id);
                    insert(&connection, id, &after);
                    if after != before {
                        rollup.take_back(&connection, &before).unwrap();
                        rollup.add(&after);
                    }
                    events[index] = (id, after);
                }
                Step::Save => rollup.save(&connection).unwrap(),
                Step::TakeBack(_) | Step::Revise(..) => {}
            }
        }
        rollup.save(&connection).unwrap();
        let sql = "SELECT problem, hour, outcome, events, failures, first, last FROM rollup \
            ORDER BY 1, 2, 3";
        prop_assert_eq!(rows(&connection, sql), recount(&events));
        let sql = "SELECT count(*) FROM problem WHERE first IS NOT \
            (SELECT min(time) FROM event WHERE problem = problem.id) OR last IS NOT \
            (SELECT max(time) FROM event WHERE problem = problem.id)";
        let n_wrong: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        prop_assert_eq!(n_wrong, 0);
        let sql = "SELECT count(*) FROM (SELECT problem, message, count(*) FROM event \
            WHERE message IS NOT NULL GROUP BY 1, 2 EXCEPT \
            SELECT problem, message, attempts FROM message)";
        let n_wrong: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        prop_assert_eq!(n_wrong, 0);
    }
}

#[test]
fn events_that_are_there_already_are_counted_when_the_store_is_migrated() {
    let mut connection = Connection::open_in_memory().unwrap();
    let before = 6; // The last schema without roll-ups.
    schema::migrate_to(&connection, before).unwrap();
    let rows_before = "INSERT INTO server VALUES (1, 'a'); \
        INSERT INTO component VALUES (1, 1, 'c', '', 0); INSERT INTO catalogue VALUES (1, 'h'); \
        INSERT INTO problem (id, key, component) VALUES (1, 'p-1', 1), (2, 'p-2', 1); \
        INSERT INTO file (id, server, path, fingerprint, fingerprint_len, label, format, offset, \
        guard, size, entries_before) VALUES (1, 1, '', x'', 0, '', '', 0, x'', 0, 0); \
        INSERT INTO event VALUES \
        (1, 1, 1, 1, -1, 9, '', 1, 2, NULL, '', 1, '', 1, 1, 1), \
        (2, 1, 2, 1, 5, 9, '', 1, 2, 0, '', 1, '', 1, 2, 1), \
        (3, 1, 3, 1, 7, 9, '', 1, 2, 0, '', 1, '', 1, 3, 1);";
    connection.execute_batch(rows_before).unwrap();
    schema::migrate(&mut connection).unwrap();
    let sql = "SELECT problem, hour, outcome, events, failures, first, last FROM rollup";
    let want = vec![(1, -1, 0, 1, 1, Hour::MILLIS - 1, Hour::MILLIS - 1), (1, 0, 1, 2, 2, 5, 7)];
    assert_eq!(rows(&connection, sql), want);
    let sql = "SELECT group_concat(coalesce(first, 'none') || ' ' || coalesce(last, 'none'), ', ') \
        FROM problem";
    let bounds: String = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(bounds, "-1 7, none none");
}
