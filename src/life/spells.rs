//! Episodes of a problem, and the pauses between them.

/// Empty hours that end an episode, the last one's own included: two empty ones lie between.
pub(super) const PAUSE: i64 = 2;
/// Episodes are joined over no longer pauses than this, in hours: three weeks.
const MAX_PAUSE: i64 = 512;
/// Lengths may differ more than usual by so many standard deviations: few, as to take bursts for
/// chance makes silence a false proof, and to take chance for bursts only delays the true one.
const TOLERANCE: f64 = 0.4;

/// Hours since 1970: a run without a pause that is long enough to end it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spell {
    /// The first hour with an event.
    pub(super) first: i64,
    /// The last hour with an event.
    pub(super) last: i64,
}

/// A time over which a problem was left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The hours with events, in order.
    pub(super) hours: Vec<i64>,
    /// The hour in which somebody fixed it, or up to which it is known.
    pub(super) end: i64,
}

/// Hours in which an episode could begin: from the first up to, not including, the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waited {
    pub(super) from: i64,
    pub(super) to: i64,
    /// True where an episode began in the last of them.
    pub(super) is_ended: bool,
}

/// Splits hours into episodes.
pub(super) fn spells(hours: &[i64], pause: i64) -> Vec<Spell> {
    let mut found: Vec<Spell> = Vec::new();
    for hour in hours.iter().copied() {
        match found.last_mut() {
            Some(open) if hour.saturating_sub(open.last) <= pause => open.last = hour,
            _ => found.push(Spell { first: hour, last: hour }),
        }
    }
    found
}

/// Returns the hours of a block in which an episode could begin: those after each episode that
/// do not belong to it, as hours too near do.
pub(super) fn waits(block: &Block, pause: i64) -> Vec<Waited> {
    let spells = spells(&block.hours, pause);
    let after = |spell: &Spell| spell.last.saturating_add(pause).saturating_add(1);
    let pairs = spells.iter().zip(spells.iter().skip(1));
    let mut waits: Vec<Waited> = pairs
        .map(|(one, next)| Waited { from: after(one), to: next.first + 1, is_ended: true })
        .collect();
    if let Some(last) = spells.last() {
        let from = after(last).min(block.end);
        waits.push(Waited { from, to: block.end, is_ended: false });
    }
    waits
}

/// Returns the pauses that may end an episode, shortest first.
pub(super) fn pauses() -> impl Iterator<Item = i64> {
    std::iter::successors(Some(PAUSE), |pause| Some(pause * 2)).take_while(|at| *at <= MAX_PAUSE)
}

/// Returns how much more lengths differ than those of pauses at random do: 1 where they do not.
///
/// `None` where they differ no more than chance often makes them. Measured is the sum of the squares of their shares
/// (Greenwood's statistic), whose mean and variance are known for pauses at random.
pub(super) fn excess(lengths: &[f64]) -> Option<f64> {
    let n = super::rate::as_float(lengths.len());
    let sum: f64 = lengths.iter().sum();
    if lengths.len() < 2 || sum <= 0.0 {
        return None;
    }
    let squares: f64 = lengths.iter().map(|length| (length / sum).powi(2)).sum();
    let usual = 2.0 / (n + 1.0);
    let variance = 4.0 * (n - 1.0) / ((n + 1.0).powi(2) * (n + 2.0) * (n + 3.0));
    (squares - usual > TOLERANCE * variance.sqrt()).then(|| squares / usual)
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn two_empty_hours_end_an_episode_and_one_does_not() {
        let firsts = |hours: &[i64], pause| -> Vec<i64> {
            spells(hours, pause).iter().map(|spell| spell.first).collect()
        };
        assert_eq!(firsts(&[], PAUSE), [0; 0]);
        assert_eq!(firsts(&[5, 6, 8], PAUSE), [5]);
        assert_eq!(firsts(&[5, 8, 11], PAUSE), [5, 8, 11]);
        assert_eq!(firsts(&[5, 8, 20], 4), [5, 20]);
    }

    #[test]
    fn an_episode_begins_only_where_it_would_not_belong_to_the_one_before() {
        let block = Block { hours: vec![10, 11, 20], end: 30 };
        let want = [
            Waited { from: 14, to: 21, is_ended: true },
            Waited { from: 23, to: 30, is_ended: false },
        ];
        assert_eq!(waits(&block, PAUSE), want);
        let short = Block { end: 21, ..block };
        assert_eq!(waits(&short, PAUSE)[1], Waited { from: 21, to: 21, is_ended: false });
    }

    #[test]
    fn pauses_that_differ_more_than_by_chance_are_told() {
        assert_eq!(excess(&[1.0]), None);
        assert_eq!(excess(&[5.0; 20]), None, "like clockwork");
        let random: Vec<f64> =
            (0..20_u32).map(|nth| -((f64::from(nth) + 0.5) / 20.0).ln()).collect();
        assert_eq!(excess(&random), None);
        let mut bursts = vec![1.0; 16];
        bursts.extend([200.0; 4]);
        assert!(excess(&bursts).unwrap() > 2.0);
    }
}
