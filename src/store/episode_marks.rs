//! The marks that tell the episodes of a span: those in it, and no more around it than need be.
//!
//! Entry points: [`Around::read`], then [`Around::episodes`]. An episode that was found before and ends
//! before the span is not read again from its first mark on, which may be weeks ago: its last marks, as many
//! as make an episode, tell whether it goes on.
//!
//! **Invariant:** the episodes are those that all marks of the series make.

use std::ops::RangeInclusive;

use rusqlite::{Connection, OptionalExtension, Row};

use super::series::millis;
use crate::course::{Effect, Episode, Mark, Threshold};
use crate::model::Millis;

/// The marks of a span, with those before and after it that may belong to the same episodes.
pub(super) struct Around {
    marks: Vec<Mark>,
    begun: Option<Begun>,
}

/// An episode that ends before the span and may go on in it.
struct Begun {
    episode: Episode,
    /// The time of the first of its marks that are read again.
    from: i64,
}

impl Around {
    /// Reads the marks that tell the episodes of a span of a series.
    ///
    /// They are those that each lie within the threshold's reach of the next, as far back as an end,
    /// and one counting mark on either side in any case, since a mark that was taken away may have
    /// tied it to the others.
    pub(super) fn read(
        connection: &Connection,
        series: i64,
        threshold: &Threshold,
        span: &RangeInclusive<i64>,
    ) -> rusqlite::Result<Self> {
        let reach = millis(threshold.reach());
        let begun = Begun::before(connection, series, threshold, *span.start())?;
        let mut marks = match begun {
            Some(_) => Vec::new(),
            None => marks_before(connection, series, reach, *span.start())?,
        };
        let from = begun.as_ref().map_or(*span.start(), |begun| begun.from);
        read_on(connection, (series, from), reach, *span.end(), &mut marks)?;
        Ok(Self { marks, begun })
    }

    /// Returns the episodes that they make, in the order of their times.
    pub(super) fn episodes(&self, threshold: &Threshold) -> Vec<Episode> {
        let mut episodes = threshold.episodes(&self.marks);
        if let (Some(begun), Some(first)) = (&self.begun, episodes.first_mut())
            && first.first.get() == begun.from
        {
            let is_again = |time: &Millis| *time <= begun.episode.last;
            let n_again = self.counting().filter(is_again).count() as u64;
            first.first = begun.episode.first;
            first.count = (first.count + begun.episode.count).saturating_sub(n_again);
        }
        episodes
    }

    /// Returns the span in which all episodes begin that they may make, with those that they made.
    pub(super) fn span(&self, span: &RangeInclusive<i64>) -> RangeInclusive<i64> {
        let times = || self.counting().map(Millis::get);
        let from = times().min().map_or(*span.start(), |first| first.min(*span.start()));
        let to = times().max().map_or(*span.end(), |last| last.max(*span.end()));
        from..=to
    }

    fn counting(&self) -> impl Iterator<Item = Millis> {
        let counting = self.marks.iter().filter(|mark| mark.effect == Effect::Counts);
        counting.map(|mark| mark.time)
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
}

/// Reads back from a moment, to an end or until a counting mark lies out of reach.
fn marks_before(
    connection: &Connection,
    series: i64,
    reach: i64,
    moment: i64,
) -> rusqlite::Result<Vec<Mark>> {
    let sql = "SELECT time, ends FROM mark WHERE series = ? AND time < ? ORDER BY time DESC";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([series, moment])?;
    let mut marks: Vec<Mark> = Vec::new();
    let mut last: Option<i64> = None;
    while let Some(row) = rows.next()? {
        let mark = read_mark(row)?;
        let time = mark.time.get();
        if mark.effect == Effect::Ends {
            // Of one moment, what counts comes before what ends.
            marks.retain(|later| later.time > mark.time);
            break;
        }
        if last.is_some_and(|last| last - time > reach) {
            break;
        }
        last = Some(time);
        marks.push(mark);
    }
    Ok(marks)
}

/// Reads on from a moment, through the end of the span and until a counting mark lies out of reach.
fn read_on(
    connection: &Connection,
    (series, from): (i64, i64),
    reach: i64,
    end: i64,
    marks: &mut Vec<Mark>,
) -> rusqlite::Result<()> {
    let sql = "SELECT time, ends FROM mark WHERE series = ? AND time >= ? ORDER BY time";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([series, from])?;
    let mut last: Option<i64> = None;
    while let Some(row) = rows.next()? {
        let mark = read_mark(row)?;
        let time = mark.time.get();
        if mark.effect == Effect::Counts && time > end {
            if last.is_some_and(|last| time - last > reach) {
                // Of one moment, what counts comes before what ends.
                marks.retain(|before| before.time < mark.time);
                break;
            }
            last = Some(time);
        }
        marks.push(mark);
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
