//! The episodes of a span, told from the marks in it and from no more around it than need be.
//!
//! Entry point: [`Around::read`]. Marks pass through one by one: an archive has millions. An episode
//! that was found before and ends before the span is not read again from its first mark on, which
//! may be weeks ago: its last marks, as many as make an episode, tell whether it goes on.
//!
//! **Invariant:** the episodes are those that all marks of the series make.

use std::ops::RangeInclusive;

use rusqlite::{Connection, OptionalExtension, Row};

use super::series::millis;
use crate::course::{Effect, Episode, EpisodeFinder, Mark, Threshold};
use crate::model::Millis;

/// The episodes that the marks of a span make, with those before and after it that may belong to the
/// same ones.
pub(super) struct Around {
    /// In the order of their times.
    pub(super) episodes: Vec<Episode>,
    /// All of them begin in it, and so did those that were found before.
    pub(super) span: RangeInclusive<i64>,
}

/// An episode that ends before the span and may go on in it.
struct Begun {
    episode: Episode,
    /// The time of the first of its marks that are read again.
    from: i64,
}

impl Around {
    /// Finds the episodes that belong to a span of a series.
    ///
    /// Their marks each lie within the threshold's reach of the next, as far back as an end, and one
    /// counting mark on either side in any case, since a mark that was taken away may have tied it
    /// to the others.
    pub(super) fn read(
        connection: &Connection,
        series: i64,
        threshold: Threshold,
        span: &RangeInclusive<i64>,
    ) -> rusqlite::Result<Self> {
        let reach = millis(threshold.reach());
        let begun = Begun::before(connection, series, &threshold, *span.start())?;
        let from = match &begun {
            Some(begun) => begun.from,
            None => read_first_before(connection, series, reach, *span.start())?,
        };
        let (mut first, mut last, mut n_again) = (*span.start(), *span.end(), 0);
        let mut finder = EpisodeFinder::new(threshold);
        read_on(connection, (series, from), reach, *span.end(), |mark| {
            finder.push(mark);
            if mark.effect == Effect::Counts {
                (first, last) = (first.min(mark.time.get()), last.max(mark.time.get()));
                n_again += u64::from(begun.as_ref().is_some_and(|begun| begun.holds(mark)));
            }
        })?;
        let mut episodes = finder.finish();
        if let (Some(begun), Some(again)) = (&begun, episodes.first_mut())
            && again.first.get() == begun.from
        {
            again.first = begun.episode.first;
            again.count = (again.count + begun.episode.count).saturating_sub(n_again);
        }
        Ok(Self { episodes, span: first..=last })
    }
}

impl Begun {
    /// Returns the last episode before a moment, if it was over then and nothing is known to have
    /// ended it.
    fn before(
        connection: &Connection,
        series: i64,
        threshold: &Threshold,
        moment: i64,
    ) -> rusqlite::Result<Option<Self>> {
        if !threshold.apart.is_zero() {
            return Ok(None); // Which marks count then depends on the first of all.
        }
        let sql = "SELECT first, last, count, ended FROM episode \
             WHERE series = ? AND first < ? ORDER BY first DESC LIMIT 1";
        let last = connection.prepare_cached(sql)?.query_row([series, moment], read_episode);
        let is_over = |episode: &Episode| episode.last.get() < moment && episode.ended.is_none();
        let Some(episode) = last.optional()?.filter(is_over) else { return Ok(None) };
        let sql = "SELECT time FROM mark WHERE series = ? AND time <= ? AND ends = 0 \
             ORDER BY time DESC LIMIT 1 OFFSET ?";
        let n_between = i64::from(threshold.count.max(1)) - 1;
        let from: Option<i64> = connection
            .prepare_cached(sql)?
            .query_row([series, episode.last.get(), n_between], |row| row.get(0))
            .optional()?;
        let from = from.filter(|from| *from >= episode.first.get());
        Ok(from.map(|from| Self { episode, from }))
    }

    /// Returns true where a counting mark that is read again was in the episode.
    fn holds(&self, mark: Mark) -> bool {
        mark.time <= self.episode.last
    }
}

/// Goes back from a moment, to an end or until a counting mark lies out of reach; returns where the
/// marks begin.
fn read_first_before(
    connection: &Connection,
    series: i64,
    reach: i64,
    moment: i64,
) -> rusqlite::Result<i64> {
    let sql = "SELECT time, ends FROM mark WHERE series = ? AND time < ? ORDER BY time DESC";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([series, moment])?;
    let mut first = None;
    while let Some(row) = rows.next()? {
        let mark = read_mark(row)?;
        let time = mark.time.get();
        if mark.effect == Effect::Ends {
            // Of one moment, what counts comes before what ends.
            return Ok(first.unwrap_or(moment).max(time + 1));
        }
        if first.is_some_and(|first| first - time > reach) {
            break;
        }
        first = Some(time);
    }
    Ok(first.unwrap_or(moment))
}

/// Reads on from a moment, through the end of the span and until a counting mark lies out of reach.
fn read_on(
    connection: &Connection,
    (series, from): (i64, i64),
    reach: i64,
    end: i64,
    mut push: impl FnMut(Mark),
) -> rusqlite::Result<()> {
    let sql = "SELECT time, ends FROM mark WHERE series = ? AND time >= ? ORDER BY time, ends";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([series, from])?;
    let mut last: Option<i64> = None;
    while let Some(row) = rows.next()? {
        let mark = read_mark(row)?;
        let time = mark.time.get();
        if mark.effect == Effect::Counts && time > end {
            if last.is_some_and(|last| time - last > reach) {
                break;
            }
            last = Some(time);
        }
        push(mark);
    }
    Ok(())
}

pub(super) fn read_mark(row: &Row<'_>) -> rusqlite::Result<Mark> {
    let effect = if row.get(1)? { Effect::Ends } else { Effect::Counts };
    Ok(Mark { time: Millis::new(row.get(0)?), effect })
}

pub(super) fn read_episode(row: &Row<'_>) -> rusqlite::Result<Episode> {
    Ok(Episode {
        first: Millis::new(row.get(0)?),
        last: Millis::new(row.get(1)?),
        count: row.get(2)?,
        ended: row.get::<_, Option<i64>>(3)?.map(Millis::new),
    })
}
