//! How long a problem usually takes to heal by itself.

use std::time::Duration;

use super::AlertSettings;
use crate::model::Outcome;
use crate::store::Bout;

/// So many bouts tell what is usual,
const MIN_BOUTS: usize = 3;
/// and no more than the latest of them.
const MAX_BOUTS: usize = 20;

/// Returns how long a problem is held because it usually heals by itself, in milliseconds: what
/// nine of ten of its latest bouts took, and a quarter more.
///
/// A bout healed by itself unless its last event says that the component stopped. `None` where too
/// few did, or where they were so short that their length tells nothing: after one event alone,
/// nobody knows when the trouble was over.
pub(super) fn usual(bouts: &[Bout], settings: &AlertSettings) -> Option<i64> {
    let healed = bouts.iter().filter(|bout| bout.outcome != Some(Outcome::Stopped));
    let spans = healed.map(|bout| bout.last.get().saturating_sub(bout.first.get()));
    let mut spans: Vec<i64> = spans.take(MAX_BOUTS).collect();
    if spans.len() < MIN_BOUTS {
        return None;
    }
    spans.sort_unstable();
    let nth = (spans.len() * 9).div_ceil(10).saturating_sub(1);
    let span = spans.get(nth).copied().unwrap_or_default();
    let usual = span.saturating_add(span / 4);
    (usual >= millis(settings.min_hold)).then(|| usual.min(millis(settings.max_hold)))
}

/// Returns a span in milliseconds.
pub(super) fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Millis;

    #[test]
    fn the_usual_time_is_what_nine_of_ten_bouts_took_and_a_quarter_more() {
        let settings = AlertSettings::default();
        let minutes = |minutes: &[i64]| -> Vec<(i64, Option<Outcome>)> {
            minutes.iter().map(|minutes| (minutes * 60_000, None)).collect()
        };
        let stopped = (120_000, Some(Outcome::Stopped));
        let cases = [
            (minutes(&[]), None),
            (minutes(&[2, 2]), None),
            (minutes(&[2, 2, 2]), Some(150_000)),
            // The slowest of ten does not count, the second slowest does.
            (minutes(&[30, 4, 2, 2, 2, 2, 2, 2, 2, 2]), Some(300_000)),
            (minutes(&[0, 0, 0, 0]), None),
            (minutes(&[600, 600, 600]), Some(3_600_000)),
            (vec![stopped, stopped, (120_000, None), (120_000, Some(Outcome::Recovered))], None),
        ];
        for (spans, want) in cases {
            let bout = |(span, outcome): &(i64, Option<Outcome>)| Bout {
                first: Millis::new(0),
                last: Millis::new(*span),
                count: 1,
                outcome: *outcome,
            };
            let bouts: Vec<Bout> = spans.iter().map(bout).collect();
            assert_eq!(usual(&bouts, &settings), want, "{spans:?}");
        }
    }
}
