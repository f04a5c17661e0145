//! Marks of courses, and the episodes that they make.
//!
//! Marks are committed with the entries that they come from. Episodes are found later, by
//! [`settle`], only where marks came or went, and depend on nothing but marks and thresholds: a run
//! that was cut off in between is made good by the next.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use rusqlite::{Connection, TransactionBehavior, params};

use super::episode_marks::Around;
use super::last_entry::LastEntry;
use super::{Map, ServerId};
use crate::course::{Effect, Episode, Threshold};
use crate::model::{Hour, Millis};

/// Numbers of series kept in memory.
const MAX_IDS: usize = 30_000;

/// The series that this run has met, and where their marks changed since they were saved.
#[derive(Debug, Default)]
pub(super) struct Series {
    /// By rule and component.
    ids: Map<Box<str>, Map<i64, Numbers>>,
    n_ids: usize,
    /// Series, time, key and effect of marks that are not written yet.
    marks: Vec<(i64, i64, i64, Effect)>,
    touched: BTreeMap<i64, RangeInclusive<i64>>,
}

/// Numbers of series, by their splits.
type Numbers = Map<Box<str>, i64>;

/// Where a mark stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct MarkRow {
    pub(super) time: Millis,
    /// Tells entries of one moment apart.
    pub(super) key: u64,
    pub(super) effect: Effect,
}

impl Series {
    /// Returns the number of a series.
    pub(super) fn id(
        &mut self,
        connection: &Connection,
        rule: &str,
        component: i64,
        split: &str,
    ) -> rusqlite::Result<i64> {
        let known = self.ids.get(rule).and_then(|ids| ids.get(&component)?.get(split));
        if let Some(id) = known {
            return Ok(*id);
        }
        let n_new = connection
            .prepare_cached(
                "INSERT OR IGNORE INTO series (rule, component, split) VALUES (?, ?, ?)",
            )?
            .execute(params![rule, component, split])?;
        let id = if n_new > 0 {
            connection.last_insert_rowid()
        } else {
            let sql = "SELECT id FROM series WHERE rule = ? AND component = ? AND split = ?";
            let mut select = connection.prepare_cached(sql)?;
            select.query_row(params![rule, component, split], |row| row.get(0))?
        };
        if self.n_ids >= MAX_IDS {
            (self.ids, self.n_ids) = Default::default();
        }
        self.n_ids += 1;
        let of_rule = self.ids.entry(rule.into()).or_default();
        of_rule.entry(component).or_default().insert(split.into(), id);
        Ok(id)
    }

    /// Adds a mark, where it is not there; it is written by [`Series::save`].
    pub(super) fn put(&mut self, series: i64, mark: &MarkRow) {
        self.marks.push((series, mark.time.get(), mark.key.cast_signed(), mark.effect));
    }

    /// Removes the marks of the last entry of a file, which may not be what it was taken for.
    pub(super) fn take_back(
        &mut self,
        connection: &Connection,
        server: ServerId,
        entry: &LastEntry,
    ) -> rusqlite::Result<()> {
        self.save_marks(connection)?;
        let from = entry.place.hour().get().saturating_mul(Hour::MILLIS);
        let removed: Vec<(i64, i64)> = connection
            .prepare_cached(
                "DELETE FROM mark WHERE series IN (SELECT value FROM json_each(coalesce(?1, \
                 (SELECT json_group_array(series.id) FROM series \
                 JOIN component ON component.id = series.component WHERE component.server = ?2)))) \
                 AND time BETWEEN ?3 AND ?3 + 3599999 AND key = ?4 RETURNING series, time",
            )?
            .query_map(
                params![entry.series, server.0, from, entry.place.mark_key().cast_signed()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?
            .collect::<Result<_, _>>()?;
        for (series, time) in removed {
            self.touch(series, time);
        }
        Ok(())
    }

    /// Notes where marks changed, to be looked at by [`settle`].
    pub(super) fn save(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.save_marks(connection)?;
        for (series, span) in std::mem::take(&mut self.touched) {
            touch(connection, series, &span)?;
        }
        Ok(())
    }

    /// Writes marks in the order in which they stand in the store: each page is visited once.
    fn save_marks(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut marks = std::mem::take(&mut self.marks);
        // Of two for one place the first stays.
        marks.sort_by_key(|(series, time, key, _)| (*series, *time, *key));
        let mut insert = connection.prepare_cached(
            "INSERT OR IGNORE INTO mark (series, time, key, ends) VALUES (?, ?, ?, ?)",
        )?;
        for (series, time, key, effect) in marks.drain(..) {
            if insert.execute(params![series, time, key, effect == Effect::Ends])? > 0 {
                self.touch(series, time);
            }
        }
        self.marks = marks;
        Ok(())
    }

    fn touch(&mut self, series: i64, time: i64) {
        let span = self.touched.entry(series).or_insert(time..=time);
        *span = time.min(*span.start())..=time.max(*span.end());
    }
}

/// Finds the episodes of all series whose marks or whose threshold changed.
pub(super) fn settle(
    connection: &mut Connection,
    thresholds: &BTreeMap<String, Threshold>,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    find_stale(&transaction, thresholds)?;
    transaction.commit()
}

/// The same, within a transaction.
pub(super) fn find_stale(
    transaction: &Connection,
    thresholds: &BTreeMap<String, Threshold>,
) -> rusqlite::Result<()> {
    for (rule, threshold) in thresholds {
        renew(transaction, rule, *threshold)?;
    }
    let mut last = i64::MIN;
    loop {
        let stale = stale_behind(transaction, last)?;
        let Some((end, ..)) = stale.last() else { return Ok(()) };
        last = *end;
        for (series, rule, span) in stale {
            let Some(threshold) = thresholds.get(&*rule) else { continue };
            find_episodes(transaction, series, *threshold, &span)?;
            transaction.prepare_cached("DELETE FROM stale WHERE series = ?")?.execute([series])?;
        }
    }
}

/// A series with its rule, and where its marks changed.
type Stale = (i64, Box<str>, RangeInclusive<i64>);

/// Returns the next of the series whose marks changed.
fn stale_behind(connection: &Connection, last: i64) -> rusqlite::Result<Vec<Stale>> {
    connection
        .prepare_cached(
            "SELECT stale.series, series.rule, stale.since, stale.until FROM stale \
             CROSS JOIN series ON series.id = stale.series \
             WHERE stale.series > ? ORDER BY stale.series LIMIT 1000",
        )?
        .query_map([last], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?..=row.get(3)?)))?
        .collect()
}

/// Has all episodes of a rule found anew where its threshold is not what it was.
fn renew(connection: &Connection, rule: &str, threshold: Threshold) -> rusqlite::Result<()> {
    let changed = connection
        .prepare_cached(
            "INSERT INTO threshold (rule, count, within, apart) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (rule) DO UPDATE SET count = ?2, within = ?3, apart = ?4 \
             WHERE count <> ?2 OR within <> ?3 OR apart <> ?4",
        )?
        .execute(params![
            rule,
            threshold.count,
            millis(threshold.within),
            millis(threshold.apart)
        ])?;
    if changed == 0 {
        return Ok(());
    }
    let series: Vec<i64> = connection
        .prepare_cached("SELECT id FROM series WHERE rule = ?")?
        .query_map([rule], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    series.into_iter().try_for_each(|series| touch(connection, series, &(i64::MIN..=i64::MAX)))
}

fn touch(connection: &Connection, series: i64, span: &RangeInclusive<i64>) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO stale VALUES (?1, ?2, ?3) ON CONFLICT (series) \
             DO UPDATE SET since = min(since, ?2), until = max(until, ?3)",
        )?
        .execute(params![series, span.start(), span.end()])?;
    Ok(())
}

/// Finds the episodes that the marks of a span belong to, and puts them in the place of those that
/// were found there before.
fn find_episodes(
    connection: &Connection,
    series: i64,
    threshold: Threshold,
    span: &RangeInclusive<i64>,
) -> rusqlite::Result<()> {
    let around = Around::read(connection, series, threshold, span)?;
    connection
        .prepare_cached("DELETE FROM episode WHERE series = ? AND first BETWEEN ? AND ?")?
        .execute(params![series, around.span.start(), around.span.end()])?;
    for episode in around.episodes {
        put_episode(connection, series, episode)?;
    }
    Ok(())
}

fn put_episode(connection: &Connection, series: i64, episode: Episode) -> rusqlite::Result<()> {
    connection.prepare_cached("INSERT OR REPLACE INTO episode VALUES (?, ?, ?, ?, ?)")?.execute(
        params![
            series,
            episode.first.get(),
            episode.last.get(),
            episode.count,
            episode.ended.map(Millis::get)
        ],
    )?;
    Ok(())
}

pub(super) fn millis(span: std::time::Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use rusqlite::Row;

    use super::super::episode_marks::{read_episode, read_mark};
    use super::*;

    /// Marks that come, at a time and whether they end, and times whose marks go.
    type Change = (Vec<(i64, bool)>, Vec<i64>);

    const SERIES: i64 = 1;

    fn changes() -> impl Strategy<Value = Vec<Change>> {
        let later = |(at, (marks, gone)): (usize, Change)| {
            let base = i64::try_from(at).unwrap() * 40;
            let marks = marks.into_iter().map(|(time, ends)| (base + time, ends));
            (marks.collect(), gone)
        };
        let mark = (0_i64..50, prop::bool::weighted(0.1));
        let change = (prop::collection::vec(mark, 0..20), prop::collection::vec(0_i64..200, 0..2));
        prop::collection::vec(change, 1..6)
            .prop_map(move |changes| changes.into_iter().enumerate().map(later).collect())
    }

    fn apply(db: &Connection, change: &Change, key: &mut i64) {
        let touch_at = |time: i64| touch(db, SERIES, &(time..=time)).unwrap();
        for (time, ends) in &change.0 {
            *key += 1;
            let row = params![SERIES, time, *key, ends];
            db.execute("INSERT INTO mark VALUES (?, ?, ?, ?)", row).unwrap();
            touch_at(*time);
        }
        for time in &change.1 {
            if db.execute("DELETE FROM mark WHERE time = ?", [time]).unwrap() > 0 {
                touch_at(*time);
            }
        }
    }

    fn rows<T>(db: &Connection, sql: &str, read: fn(&Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
        let mut statement = db.prepare(sql).unwrap();
        statement.query_map([], read).unwrap().map(Result::unwrap).collect()
    }

    /// Finds episodes after each change, and compares them with those of all marks.
    fn check(changes: &[Change], threshold: Threshold) {
        let mut db = Connection::open_in_memory().unwrap();
        super::super::schema::migrate(&mut db).unwrap();
        db.pragma_update(None, "foreign_keys", "off").unwrap();
        db.execute("INSERT INTO series VALUES (?, 'a.rule', 1, '')", [SERIES]).unwrap();
        let thresholds = BTreeMap::from([("a.rule".to_owned(), threshold)]);
        let mut key = 0;
        for change in changes {
            apply(&db, change, &mut key);
            settle(&mut db, &thresholds).unwrap();
        }
        let marks = rows(&db, "SELECT time, ends FROM mark", read_mark);
        let sql = "SELECT first, last, count, ended FROM episode ORDER BY first";
        assert_eq!(rows(&db, sql, read_episode), threshold.episodes(&marks));
    }

    #[test]
    fn an_end_ends_what_counts_at_its_moment_and_nothing_before() {
        let (within, apart) = (Duration::from_millis(1), Duration::ZERO);
        let threshold = Threshold { count: 1, within, apart, is_pair: false };
        let marks = vec![(29, false), (28, false), (47, true)];
        let changes = [(marks, vec![]), (vec![(47, false)], vec![]), (vec![], vec![28])];
        check(&changes, threshold);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn episodes_found_bit_by_bit_are_those_of_all_marks(
            changes in changes(),
            count in 1_u32..5,
            within in 1_u64..30,
            apart in prop_oneof![Just(0_u64), 0_u64..4],
            is_pair in prop::bool::weighted(0.2),
        ) {
            let (within, apart) = (Duration::from_millis(within), Duration::from_millis(apart));
            check(&changes, Threshold { count, within, apart, is_pair });
        }
    }
}
