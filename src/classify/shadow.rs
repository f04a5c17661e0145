//! Which rules stand behind others: they match what another one wins.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::{Classifier, Loss, unix_lines};
use crate::catalogue::Catalogue;
use crate::model::{Finding, RuleId};

/// A rule that matches an example of another one, and why it does not win.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// The rule that wins its example.
    pub winner: RuleId,
    /// The rule that matches it as well.
    pub loser: RuleId,
    /// The rule that the loser loses to: the winner, or one that itself loses.
    pub to: RuleId,
    /// Why.
    pub loss: Loss,
    /// The literal bytes that the winner and the loser need.
    pub n_bytes: (usize, usize),
    /// The file of the example.
    pub path: PathBuf,
    /// The line of the example, from 1.
    pub line: usize,
}

/// Returns every pair of rules of which one wins an example that the other one matches too, sorted;
/// for each reason the first example.
#[must_use]
pub fn shadows(catalogue: &Catalogue, classifier: &Classifier) -> Vec<Shadow> {
    let mut shadows = Vec::new();
    for rule in catalogue.rules() {
        let mut seen = BTreeSet::new();
        for example in rule.examples() {
            let text = unix_lines(&example.text);
            let explanation = classifier.explain(&text);
            let Some(winner) = explanation.winner.filter(|winner| winner.rule.id == rule.id) else {
                continue;
            };
            for loser in explanation.losers {
                let loser_rule = loser.matched.rule;
                if seen.insert((loser_rule.id.clone(), loser.loss.name())) {
                    shadows.push(Shadow {
                        winner: rule.id.clone(),
                        loser: loser_rule.id.clone(),
                        to: loser.to.id.clone(),
                        loss: loser.loss,
                        n_bytes: (winner.n_bytes, loser.matched.n_bytes),
                        path: rule.path.clone(),
                        line: example.line,
                    });
                }
            }
        }
    }
    shadows.sort_by(|a, b| (&a.winner, &a.loser, a.line).cmp(&(&b.winner, &b.loser, b.line)));
    shadows
}

/// Returns a finding for each pair of rules that only the order of their ids tells apart.
pub(super) fn ties(catalogue: &Catalogue, classifier: &Classifier) -> Vec<Finding> {
    let shadows = shadows(catalogue, classifier).into_iter();
    let ties = shadows.filter(|shadow| shadow.loss == Loss::Id && shadow.to == shadow.winner);
    ties.map(|tie| Finding {
        path: tie.path,
        line: Some(tie.line),
        message: format!(
            "`{}` wins this example over `{}` by the order of ids only: both need {} literal bytes",
            tie.winner, tie.loser, tie.n_bytes.0
        ),
        hint: Some("make one of them more specific, or exclude the other kind with `not`".into()),
    })
    .collect()
}
