//! How often a problem came before, and how unlikely a silence is at that rate.

use super::profile::Profile;
use super::spells::{Block, PAUSE, excess, pauses, spells, waits};
use crate::model::{Hour, Millis};

/// A silence that is less likely than this, had nothing changed, proves that something did.
pub const SURPRISE: f64 = 0.05;
/// Fewer pauses between episodes prove nothing.
const MIN_PAUSES: usize = 2;
/// Nor does a shorter silence, in hours: it must see each hour of a day.
const MIN_SILENCE: i64 = 24;
/// No moment of proof is told that is farther away than this, in weeks.
const MAX_WEEKS: i64 = 5_200;

/// What the silence of a problem tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Silence {
    /// Since when: the fix; where nobody says that it is fixed, the last event.
    pub since: Millis,
    /// The last moment for which the silence is known.
    pub until: Millis,
    /// Episodes before it, bursts counted once.
    pub episodes: u64,
    /// The chance of a silence at least this long had nothing changed, from 0 to 1; `None` where too
    /// few episodes are known to tell.
    pub chance: Option<f64>,
    /// When that chance is low enough to prove that something changed, if the silence lasts; a
    /// moment that is past where it is proved. `None` where too few episodes are known, or more
    /// than a hundred years of silence would prove nothing.
    pub verified_at: Option<Millis>,
}

impl Silence {
    /// Returns the chance in thousandths, rounded.
    #[must_use]
    pub fn chance_permille(&self) -> Option<u32> {
        let chance = self.chance?;
        // Thousandths are few: the one that is nearest is looked for.
        (0..=1_000_u32).find(|permille| chance * 1_000.0 < f64::from(*permille) + 0.5)
    }

    /// Returns true where the silence proves that something changed.
    #[must_use]
    pub fn is_proof(&self) -> bool {
        self.verified_at.is_some_and(|at| at <= self.until)
    }
}

/// How often episodes began.
#[derive(Clone, Debug)]
pub(super) struct Rate {
    profile: Profile,
    /// Empty hours that end an episode.
    pause: i64,
    /// Pauses that ended with an episode, fewer where they differ by more than chance.
    pauses: f64,
    /// The weight of the hours in which one could begin.
    waited: f64,
}

impl Rate {
    /// Learns from the times in which a problem was left alone. Returns `None` where too few
    /// episodes are known.
    pub(super) fn learn(blocks: &[Block]) -> Option<Self> {
        let waits_of =
            |pause| -> Vec<_> { blocks.iter().flat_map(|block| waits(block, pause)).collect() };
        let profile = Profile::learn(&waits_of(PAUSE));
        let mut found = None;
        for pause in pauses() {
            let waits = waits_of(pause);
            let weight = |wait: &super::spells::Waited| profile.weight(wait.from, wait.to);
            let ended: Vec<f64> = waits.iter().filter(|wait| wait.is_ended).map(weight).collect();
            if ended.len() < MIN_PAUSES {
                break;
            }
            let excess = excess(&ended);
            found = Some(Self {
                pause,
                pauses: as_float(ended.len()) / excess.unwrap_or(1.0),
                waited: waits.iter().map(weight).sum(),
                profile: profile.clone(),
            });
            if excess.is_none() {
                break;
            }
        }
        found
    }

    /// Returns how likely it is that no episode begins from one hour up to another, had nothing
    /// changed.
    fn chance(&self, from: i64, to: i64) -> f64 {
        (1.0 + self.profile.weight(from, to) / self.waited).powf(-self.pauses)
    }

    /// Returns the first hour up to which that is less likely than [`SURPRISE`].
    fn proof(&self, from: i64) -> Option<i64> {
        let times = SURPRISE.powf(-self.pauses.recip()) - 1.0;
        let weight = times * self.waited;
        if weight.is_finite() { self.profile.after(from, weight, MAX_WEEKS) } else { None }
    }
}

/// Tells what a silence from a moment to another means after these times.
pub(super) fn silence(blocks: &[Block], since: Millis, until: Millis) -> Silence {
    let count = |block: &Block| spells(&block.hours, PAUSE).len() as u64;
    let rate = Rate::learn(blocks);
    let last = blocks.last().and_then(|block| block.hours.last()).copied();
    // What comes soon after an episode belongs to it, and the hour of the fix is over in part.
    let from = rate.as_ref().map_or(0, |rate| {
        let after = since.hour().get() + 1;
        last.map_or(after, |last| after.max(last + rate.pause + 1))
    });
    let proof = rate.as_ref().and_then(|rate| rate.proof(from));
    let earliest = since.hour().get() + 1 + MIN_SILENCE;
    let moment = |hour: i64| Millis::new(hour.saturating_mul(Hour::MILLIS));
    Silence {
        since,
        until,
        episodes: blocks.iter().map(count).sum(),
        chance: rate.map(|rate| rate.chance(from, until.hour().get())),
        verified_at: proof.map(|hour| moment(hour.max(earliest))),
    }
}

/// Returns a count as a float; one that is too large for it to be exact is a count of millions.
pub(super) fn as_float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
