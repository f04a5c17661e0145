//! What each rule costs.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Classifier;
use super::classifier::matched_span;
use crate::model::RuleId;

/// The time that a rule took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleTime {
    /// The rule.
    pub rule: RuleId,
    /// The texts that it was tried on: those that hold its literals.
    pub texts: u64,
    /// The time of all of them.
    pub time: Duration,
}

impl Classifier {
    /// Measures the rules on texts, the slowest first; rules whose literals none of them holds are
    /// left out.
    ///
    /// Every rule whose literals stand in a part of a text is tried on that part, whichever wins.
    /// Each is tried twice and the shorter time counts, because the first one also prepares the
    /// expression. The time of the search for literals, which all rules share, is not in it.
    ///
    /// `clock` returns the time since some moment that stays the same.
    pub fn profile<'t>(
        &self,
        texts: impl IntoIterator<Item = &'t str>,
        mut clock: impl FnMut() -> Duration,
    ) -> Vec<RuleTime> {
        let mut times: BTreeMap<usize, (u64, Duration)> = BTreeMap::new();
        for text in texts {
            for (rule, parts) in self.trials(text) {
                let Some(matching) = self.matching(rule) else { continue };
                let mut run = || {
                    let before = clock();
                    for part in &parts {
                        std::hint::black_box(matched_span(matching, part));
                    }
                    clock().saturating_sub(before)
                };
                let time = run().min(run());
                let sum = times.entry(rule).or_default();
                *sum = (sum.0 + 1, sum.1 + time);
            }
        }
        let named = times.into_iter().filter_map(|(rule, (texts, time))| {
            Some(RuleTime { rule: self.rules().get(rule)?.id.clone(), texts, time })
        });
        let mut named: Vec<_> = named.collect();
        named.sort_by(|a, b| b.time.cmp(&a.time).then_with(|| a.rule.cmp(&b.rule)));
        named
    }

    /// Returns the indices of the rules that may match a text, each with the parts to try it on.
    fn trials<'t>(&self, text: &'t str) -> Vec<(usize, Vec<&'t str>)> {
        let look = self.look(text);
        look.candidates
            .iter()
            .map(|rule| {
                let starts = look.nested.starts.iter();
                let allowed =
                    starts.filter(|start| self.literals.allow(*rule, &look.present, **start));
                (*rule, allowed.filter_map(|start| text.get(*start..)).collect::<Vec<_>>())
            })
            .filter(|(_, parts)| !parts.is_empty())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn a_rule_is_tried_on_texts_that_hold_its_literals_only() {
        let classifier = Classifier::new(&Catalogue::builtin().unwrap()).unwrap();
        let texts = ["ORA-12541: TNS:no listener", "nothing of interest", "ORA-12541: again"];
        let mut seconds = 0;
        // Each look at the clock is a second after the one before.
        let times = classifier.profile(texts, || {
            seconds += 1;
            Duration::from_secs(seconds)
        });
        let listener =
            times.iter().find(|time| time.rule.as_str() == "db-oracle.no-listener").unwrap();
        assert_eq!((listener.texts, listener.time), (2, Duration::from_secs(2)));
        assert!(times.iter().all(|time| time.texts <= 2), "{times:?}");
        assert!(times.is_sorted_by_key(|time| std::cmp::Reverse(time.time)), "{times:?}");
    }
}
