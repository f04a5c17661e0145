use proptest::prelude::*;

use super::super::rollup::tests::{insert, occurrence, store};
use super::super::rollup::{Occurrence, Rollup};
use super::*;
use crate::model::Period;

/// Returns a store with these events, numbered from 1 on.
fn store_with(events: &[Occurrence]) -> Store {
    let connection = store();
    let mut rollup = Rollup::default();
    for (id, event) in (1..).zip(events) {
        insert(&connection, id, event);
        rollup.add(event);
    }
    rollup.save(&connection).unwrap();
    Store { connection, path: ":memory:".into() }
}

/// Returns the events of a problem with their numbers, in the order of their times.
fn of_problem(events: &[Occurrence], problem: i64) -> Vec<(usize, Millis)> {
    let numbered = (1..).zip(events).filter(|(_, event)| event.problem == problem);
    let mut of_problem: Vec<_> = numbered.map(|(id, event)| (id, event.time)).collect();
    of_problem.sort_by_key(|(id, time)| (*time, *id));
    of_problem
}

/// Returns what events captured, most frequent first.
fn captured(events: &[&(usize, Millis)]) -> Vec<(String, u64)> {
    let counted = (1..5).map(|n| {
        let events = events.iter().filter(|(id, _)| id % 5 == n).count();
        (format!(r#"{{"n":"{n}"}}"#), events as u64)
    });
    let mut counted: Vec<_> = counted.filter(|(_, events)| *events > 0).collect();
    counted.sort_by_key(|(_, events)| std::cmp::Reverse(*events));
    counted
}

fn moment() -> impl Strategy<Value = Millis> {
    (occurrence(), -1_i64..2).prop_map(|(event, more)| Millis::new(event.time.get() + more))
}

proptest! {
    #[test]
    fn what_is_known_of_a_problem_is_what_a_look_at_each_event_tells(
        events in prop::collection::vec(occurrence(), 0..30),
        moments in prop::collection::vec(moment(), 4),
    ) {
        let store = store_with(&events);
        for until in moments {
            let known = store.known_problems(until).unwrap();
            let mut n_known = 0;
            for problem in 1..3 {
                let key = format!("p-{problem}");
                let all = of_problem(&events, problem);
                let found = store.known_problem(&key, until).unwrap();
                let before = all.iter().rfind(|(_, time)| *time <= until);
                let (Some(found), Some((id, last))) = (&found, before) else {
                    prop_assert!(found.is_none() && before.is_none());
                    continue;
                };
                n_known += 1;
                prop_assert!(known.contains(found));
                let counted = all.iter().filter(|(_, time)| time.hour() <= until.hour());
                prop_assert_eq!(found.events, counted.count() as u64);
                prop_assert_eq!(found.severity, Severity::ALL[id % 4]);
                prop_assert_eq!(found.first, all[0].1);
                // Of the hour of the moment, more is not known than that it had events.
                prop_assert!(found.last >= *last && found.last <= until.max(*last));
                prop_assert!(found.last.hour() == last.hour());
            }
            prop_assert_eq!(known.len(), n_known);
        }
    }

    #[test]
    fn a_report_has_the_events_of_its_period_the_last_of_them_as_example(
        events in prop::collection::vec(occurrence(), 0..30),
        bounds in (moment(), moment()),
    ) {
        let period = Period { from: bounds.0.min(bounds.1), to: bounds.0.max(bounds.1) };
        let store = store_with(&events);
        let rows = store.report_rows(period, period.from, None).unwrap();
        for problem in 1..3 {
            let mut all = of_problem(&events, problem);
            // Of two in one moment, the one with the later id.
            all.sort_by_key(|(id, time)| (*time, id.to_string()));
            let in_period: Vec<_> =
                all.iter().filter(|(_, at)| *at >= period.from && *at < period.to).collect();
            let row = rows.problems.iter().find(|row| row.problem == format!("p-{problem}"));
            prop_assert_eq!(row.is_some(), !in_period.is_empty());
            let (Some(row), Some((id, last))) = (row, in_period.last()) else { continue };
            let n_events: u64 = row.hours.iter().map(|count| count.events).sum();
            prop_assert_eq!(n_events, in_period.len() as u64);
            prop_assert!(row.hours.is_sorted_by_key(|count| count.hour));
            prop_assert_eq!((row.first_seen, row.last_seen), (all[0].1, *last));
            let example = store.example(&row.problem, period).unwrap();
            prop_assert_eq!(example.map(|(entry, ..)| entry), Some(id.to_string()));
            prop_assert_eq!(&row.captures, &captured(&in_period));
        }
    }
}
