//! Events in the order of their times.
//!
//! Entry point: [`Store::for_each_event`]. No index has events by their time alone: to keep one took
//! a tenth of the time that an event takes. The index by hour and problem has the events of an hour
//! side by side; those of some hours at a time are sorted when they are asked for.

use rusqlite::types::Value;

use super::of_problem::{PROBLEM_OF_SLOT, hours, of_hours, slots};
use super::queries::{AND_NAMES, EVENT_COLUMNS, read_event};
use super::{Store, StoreError};
use crate::model::{Event, Millis, Severity};

/// Where fewer events are found at once, twice the hours are looked through the next time.
const FEW: usize = 1_000;
/// Where more are, the same is done again with fewer hours. Tests have few events.
const MANY: usize = if cfg!(test) { 6 } else { 16_000 };
/// The most hours that are looked through at once.
const MAX_HOURS: i64 = 1_024;

/// Which events are wanted; the default is all.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Only events that this rule explains.
    pub rule: Option<String>,
    /// Only events of this problem.
    pub problem: Option<String>,
    /// Only events of the component with this GUID or name.
    pub component: Option<String>,
    /// Only events of this server.
    pub server: Option<String>,
    /// Only events of one of these severities; empty: of all.
    pub severities: Vec<Severity>,
    /// Only events that no rule explains.
    pub unknown: bool,
    /// Only events at or after this time.
    pub since: Option<Millis>,
    /// Only events before this time.
    pub until: Option<Millis>,
    /// Only events whose masked text holds this, whatever the case.
    pub grep: Option<String>,
    /// Only the latest so many.
    pub limit: Option<u64>,
}

/// Hours that are looked through, forwards or backwards.
struct Way {
    /// The first and the last one that are left.
    left: [i64; 2],
    is_backwards: bool,
    /// So many are looked through at once.
    width: i64,
}

/// Where events are looked for.
enum Among<'a> {
    /// In these hours and those between them.
    Hours([i64; 2]),
    /// Among those with these numbers.
    Numbers(&'a [i64]),
}

impl Store {
    /// Hands each wanted event to `each`, in the order of their times, until it returns false.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn for_each_event(
        &self,
        filter: &EventFilter,
        mut each: impl FnMut(Event) -> bool,
    ) -> Result<(), StoreError> {
        let found = match filter.part_alone() {
            Some(part) => self.events_with(part)?,
            None => None,
        };
        // What is written meanwhile is not seen: the last line of a log may get another number.
        let snapshot = self.connection.unchecked_transaction();
        let _snapshot = snapshot.map_err(|source| self.failed("read", source))?;
        if found.is_some() || filter.limit.is_some() {
            let mut latest = match found {
                Some(found) => self.numbers(filter, &Among::Numbers(&found), true, filter.limit)?,
                None => self.latest(filter)?,
            };
            latest.reverse();
            return self.hand_over(&latest, &mut each).map(|_| ());
        }
        let mut way = Way::of(filter, false);
        while let Some(numbers) = self.next_numbers(filter, &mut way, None)? {
            if !self.hand_over(&numbers, &mut each)? {
                break;
            }
        }
        Ok(())
    }

    /// Returns the numbers of the latest events that are wanted, from the last one on.
    fn latest(&self, filter: &EventFilter) -> Result<Vec<i64>, StoreError> {
        let mut latest = Vec::new();
        let mut way = Way::of(filter, true);
        loop {
            let wanted = filter.limit.map(|limit| limit.saturating_sub(latest.len() as u64));
            if wanted == Some(0) {
                return Ok(latest);
            }
            let found = self.next_numbers(filter, &mut way, wanted)?;
            let Some(numbers) = found else { return Ok(latest) };
            latest.extend(numbers);
        }
    }

    /// Returns the numbers of the wanted events in the next hours of a way, at most so many; `None`
    /// where no more hours have events.
    fn next_numbers(
        &self,
        filter: &EventFilter,
        way: &mut Way,
        wanted: Option<u64>,
    ) -> Result<Option<Vec<i64>>, StoreError> {
        while let Some(hours) = self.next_hours(way)? {
            // An hour is taken as a whole.
            let bound = Some(MANY as u64 + 1).filter(|_| hours[0] < hours[1]);
            let limit = wanted.into_iter().chain(bound).min();
            let numbers = self.numbers(filter, &Among::Hours(hours), way.is_backwards, limit)?;
            if limit == wanted || numbers.len() <= MANY {
                way.pass(hours, numbers.len());
                return Ok(Some(numbers));
            }
            way.width = 1.max(way.width / 8);
        }
        Ok(None)
    }

    /// Returns the next hours of a way: the first of them has events.
    fn next_hours(&self, way: &Way) -> Result<Option<[i64; 2]>, StoreError> {
        let end = if way.is_backwards { "max" } else { "min" };
        let sql = format!("SELECT {end}(slot) >> 32 FROM event WHERE slot BETWEEN ? AND ?");
        let bounds = slots(way.left).map(Value::Integer);
        let found = self.collect(&sql, &bounds, |row| row.get::<_, Option<i64>>(0))?;
        Ok(found.into_iter().next().flatten().map(|hour| way.from(hour)))
    }

    /// Returns the numbers of the events that are wanted, in the order of their times or backwards.
    fn numbers(
        &self,
        filter: &EventFilter,
        among: &Among<'_>,
        is_backwards: bool,
        limit: Option<u64>,
    ) -> Result<Vec<i64>, StoreError> {
        let (conditions, mut values) = filter.to_sql(among);
        let index = match among {
            Among::Hours(_) => "INDEXED BY event_by_slot",
            Among::Numbers(_) => "NOT INDEXED",
        };
        let order = if is_backwards { "DESC" } else { "ASC" };
        let sql = format!(
            "SELECT event.id FROM event {index} WHERE {conditions} \
             ORDER BY event.time {order}, event.id {order} LIMIT ?"
        );
        let limit = limit.and_then(|limit| i64::try_from(limit).ok());
        values.push(Value::Integer(limit.unwrap_or(i64::MAX)));
        self.collect(&sql, &values, |row| row.get(0))
    }

    /// Hands over the events with these numbers; returns false where no more are wanted.
    fn hand_over(
        &self,
        numbers: &[i64],
        each: &mut impl FnMut(Event) -> bool,
    ) -> Result<bool, StoreError> {
        let sql = format!("SELECT {EVENT_COLUMNS} FROM event {AND_NAMES} WHERE event.id = ?");
        let mut is_wanted = true;
        for number in numbers {
            self.query(&sql, &[Value::Integer(*number)], |row| {
                is_wanted = each(read_event(row)?);
                Ok(is_wanted)
            })?;
            if !is_wanted {
                break;
            }
        }
        Ok(is_wanted)
    }
}

impl Way {
    fn of(filter: &EventFilter, is_backwards: bool) -> Self {
        Self { left: hours(filter.since, filter.until), is_backwards, width: 1 }
    }

    /// Returns the first and the last of the hours that are looked through from one on.
    fn from(&self, hour: i64) -> [i64; 2] {
        let [first, last] = self.left;
        if self.is_backwards {
            [first.max(hour - self.width + 1), hour]
        } else {
            [hour, last.min(hour + self.width - 1)]
        }
    }

    /// Leaves hours behind, in which so many events were found.
    fn pass(&mut self, [from, to]: [i64; 2], n_found: usize) {
        let [first, last] = self.left;
        self.left = if self.is_backwards { [first, from - 1] } else { [to + 1, last] };
        if n_found < FEW {
            self.width = (self.width * 2).min(MAX_HOURS);
        }
    }
}

impl EventFilter {
    /// Returns the part of a text that is looked for where nothing else makes the events fewer.
    fn part_alone(&self) -> Option<&str> {
        let is_narrow = self.rule.is_some()
            || self.problem.is_some()
            || self.component.is_some()
            || self.since.is_some()
            || self.until.is_some();
        self.grep.as_deref().filter(|_| !is_narrow)
    }

    /// Returns the condition and its values.
    fn to_sql(&self, among: &Among<'_>) -> (String, Vec<Value>) {
        let (place, mut values) = self.place(among);
        let mut parts = vec![place];
        let time = |at: Option<Millis>| at.map(|at| Value::Integer(at.get()));
        let conditions = [
            ("event.time >= ?", time(self.since)),
            ("event.time < ?", time(self.until)),
            ("holds(event.text, ?)", self.grep.clone().map(Value::Text)),
        ];
        for (sql, value) in conditions {
            if let Some(value) = value {
                parts.push(sql.to_owned());
                values.push(value);
            }
        }
        if !self.severities.is_empty() {
            let list: Vec<_> =
                self.severities.iter().map(|severity| (*severity as u8).to_string()).collect();
            parts.push(format!("event.severity IN ({})", list.join(", ")));
        }
        (parts.join(" AND "), values)
    }

    /// Returns the condition that events are of the wanted problems and where they are looked for.
    fn place(&self, among: &Among<'_>) -> (String, Vec<Value>) {
        let (problems, of_problems) = self.problems();
        let bounds = |bounds: [i64; 2]| bounds.map(Value::Integer).to_vec();
        let (place, values) = match among {
            Among::Hours(hours) if self.problem.is_some() => {
                let in_hours = of_hours(*hours);
                let slots = format!("SELECT (hour << 32) + problem FROM rollup WHERE {in_hours}");
                return (
                    format!("event.slot IN ({slots} AND problem IN ({problems}))"),
                    of_problems,
                );
            }
            Among::Hours(hours) => ("event.slot BETWEEN ? AND ?", bounds(slots(*hours))),
            Among::Numbers(numbers) => {
                let list = serde_json::Value::from(*numbers).to_string();
                ("event.id IN (SELECT value FROM json_each(?))", vec![Value::Text(list)])
            }
        };
        if problems.is_empty() {
            return (place.to_owned(), values);
        }
        // Of the slot, so that the index tells it.
        let place = format!("{place} AND {PROBLEM_OF_SLOT} IN ({problems})");
        (place, [values, of_problems].concat())
    }

    /// Returns a query for the numbers of the wanted problems, with its values; empty: all are.
    fn problems(&self) -> (String, Vec<Value>) {
        // A problem is one component's, and so one server's.
        let conditions = [
            ("problem.rule = ?", &self.rule),
            ("problem.key = ?", &self.problem),
            ("? IN (component.key, component.name)", &self.component),
            ("server.name = ?", &self.server),
        ];
        let given = conditions.into_iter().filter_map(|(sql, value)| Some((sql, value.clone()?)));
        let (mut parts, values): (Vec<_>, Vec<_>) =
            given.map(|(sql, value)| (sql, Value::Text(value))).unzip();
        if self.unknown {
            parts.push("problem.rule IS NULL");
        }
        if parts.is_empty() {
            return (String::new(), values);
        }
        let sql = format!(
            "SELECT problem.id FROM problem \
             JOIN component ON component.id = problem.component \
             JOIN server ON server.id = component.server WHERE {}",
            parts.join(" AND ")
        );
        (sql, values)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusqlite::{Connection, params};

    use super::super::rollup::{Occurrence, Rollup};
    use super::super::schema;
    use super::*;

    /// Time, problem and severity of an event.
    type Row = (i64, i64, u8);

    const HOUR: i64 = 3_600_000;
    const NAMES: &str = "INSERT INTO server VALUES (1, 'a'), (2, 'b'); \
        INSERT INTO component (id, server, key, name) \
        VALUES (1, 1, 'c', 'In'), (2, 2, 'd', NULL); INSERT INTO catalogue VALUES (1, 'h'); \
        INSERT INTO problem (id, key, component, rule) \
        VALUES (1, 'p-1', 1, 'x.y'), (2, 'p-2', 1, NULL), (3, 'p-3', 2, 'x.y'), (4, 'p-4', 2, 'z.z'); \
        INSERT INTO file (id, server, path, fingerprint, fingerprint_len, label, format, offset, \
        guard, size, entries_before) VALUES (1, 1, '', x'', 0, '', '', 0, x'', 0, 0);";

    fn store(rows: &[Row]) -> Store {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection).unwrap();
        super::super::grep::define(&connection).unwrap();
        connection.execute_batch(NAMES).unwrap();
        let put = "INSERT INTO event VALUES (?1, 1, ?1, (?3 + 1) / 2, ?2, 9, '', ?3, ?4, NULL, \
            '{}', 1, iif(?1 % 3, 'lost', 'Found'), 1, ?1, 1, NULL)";
        let mut rollup = Rollup::default();
        for (id, (time, problem, severity)) in (1_i64..).zip(rows) {
            connection.execute(put, params![id, time, problem, severity]).unwrap();
            let (problem, time) = (*problem, Millis::new(*time));
            rollup.add(&Occurrence { problem, time, outcome: 0, message: None });
        }
        rollup.save(&connection).unwrap();
        Store { connection, path: ":memory:".into() }
    }

    fn row() -> impl Strategy<Value = Row> {
        // The last one is in the year 5138.
        let base = prop::sample::select(vec![
            -9_000 * HOUR,
            -1,
            0,
            HOUR,
            9_000 * HOUR,
            100_000_000_000_000,
        ]);
        let time = (base, 0..3 * HOUR).prop_map(|(base, more)| base + more);
        (time, 1_i64..5, 0_u8..4)
    }

    fn filter() -> impl Strategy<Value = EventFilter> {
        let one_of = |names: &'static [&'static str]| {
            prop::option::weighted(0.2, prop::sample::select(names).prop_map(str::to_owned))
        };
        let moment = || prop::option::weighted(0.3, row().prop_map(|row| Millis::new(row.0)));
        let names = (
            one_of(&["x.y", "z.z"]),
            one_of(&["p-1", "p-2", "p-3", "p-9"]),
            one_of(&["c", "In", "d"]),
            one_of(&["a", "b"]),
            one_of(&["FOUND"]),
        );
        let rest = (
            prop::collection::vec(prop::sample::select(&Severity::ALL[..]), 0..2),
            prop::bool::weighted(0.2),
            moment(),
            moment(),
            prop::option::of(0_u64..20),
        );
        (names, rest).prop_map(|(names, (severities, unknown, since, until, limit))| {
            let (rule, problem, component, server, grep) = names;
            EventFilter {
                rule,
                problem,
                component,
                server,
                severities,
                unknown,
                since,
                until,
                grep,
                limit,
            }
        })
    }

    /// Returns the numbers of the wanted events as a look at each of them finds them.
    fn looked_at(rows: &[Row], filter: &EventFilter) -> Vec<u64> {
        let is_or_any = |wanted: &Option<String>, names: &[&str]| {
            wanted.as_ref().is_none_or(|wanted| names.contains(&wanted.as_str()))
        };
        let is_wanted = |(id, (time, problem, severity)): &(u64, Row)| {
            let (rule, server) =
                ([Some("x.y"), None, Some("x.y"), Some("z.z")], ["a", "a", "b", "b"]);
            let nth = usize::try_from(problem - 1).unwrap();
            let components: &[&str] = if *problem < 3 { &["c", "In"] } else { &["d"] };
            is_or_any(&filter.rule, &rule[nth].into_iter().collect::<Vec<_>>())
                && is_or_any(&filter.problem, &[["p-1", "p-2", "p-3", "p-4"][nth]])
                && is_or_any(&filter.component, components)
                && is_or_any(&filter.server, &[server[nth]])
                && is_or_any(&filter.grep, if id % 3 == 0 { &["FOUND"] } else { &[] })
                && (!filter.unknown || rule[nth].is_none())
                && (filter.severities.is_empty()
                    || filter.severities.iter().any(|one| *one as u8 == *severity))
                && filter.since.is_none_or(|since| *time >= since.get())
                && filter.until.is_none_or(|until| *time < until.get())
        };
        let mut found: Vec<_> = (1..).zip(rows.iter().copied()).filter(is_wanted).collect();
        found.sort_by_key(|(id, (time, ..))| (*time, *id));
        let limit = filter.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap());
        let found = found.split_off(found.len().saturating_sub(limit));
        found.into_iter().map(|(id, _)| id).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn events_are_those_that_a_look_at_each_finds_in_the_order_of_their_times(
            rows in prop::collection::vec(row(), 0..60),
            filters in prop::collection::vec(filter(), 4),
        ) {
            let store = store(&rows);
            for filter in filters {
                // Looking for a part alone opens the file of the store once more.
                let is_alone = filter.part_alone().is_some();
                let filter = if is_alone { EventFilter { grep: None, ..filter } } else { filter };
                let mut found = Vec::new();
                store.for_each_event(&filter, |event| {
                    found.push(event.offset);
                    true
                }).unwrap();
                prop_assert_eq!(found, looked_at(&rows, &filter), "{:?}", filter);
            }
        }
    }
}
