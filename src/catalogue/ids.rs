//! The list of every id ever given: `ids.toml`.
//!
//! **Invariant:** a set of files that has the list has a rule for each id in it, and no other rule;
//! what is stored under an id keeps its meaning.

use std::collections::{BTreeMap, BTreeSet};

use super::read::{FileSet, Place};
use crate::document::Document;
use crate::model::{Finding, RuleId};

/// Reports ids of the list that are not in their order, or stand there twice.
pub(super) fn order(document: &Document<'_>, given: &[(RuleId, Place)]) {
    for pair in given.windows(2) {
        let [(before, _), (after, place)] = pair else { continue };
        let message = match after.cmp(before) {
            std::cmp::Ordering::Greater => continue,
            std::cmp::Ordering::Equal => format!("id `{after}` is listed twice"),
            std::cmp::Ordering::Less => {
                format!("id `{after}` stands after `{before}`, expected order of ids")
            }
        };
        document.report(Some(place.line), message, None);
    }
}

/// Returns a finding for each id of the list without a rule, and for each rule that is not listed;
/// none where a set of files has no list.
pub(super) fn check(set: &FileSet) -> Vec<Finding> {
    let Some(given) = &set.given else { return Vec::new() };
    let listed: BTreeSet<&RuleId> = given.iter().map(|(id, _)| id).collect();
    let rules: BTreeMap<&RuleId, &Place> = set.ids.iter().map(|(id, place)| (id, place)).collect();
    let gone = given.iter().filter(|(id, _)| !rules.contains_key(id));
    let gone = gone.map(|(id, place)| {
        let message = format!("rule `{id}` is gone, expected it to stay: ids are permanent");
        finding(place, message, "set its `status` to `deprecated` in place of dropping it")
    });
    let new = rules.iter().filter(|(id, _)| !listed.contains(*id));
    let new = new.map(|(id, place)| {
        let message = format!("rule `{id}` is not in `ids.toml`, expected every id there");
        finding(place, message, "add it there, in the order of ids; from then on it stays")
    });
    gone.chain(new).collect()
}

fn finding(place: &Place, message: String, hint: &str) -> Finding {
    let (path, line) = (place.path.clone(), Some(place.line));
    Finding { path, line, message, hint: Some(hint.into()) }
}
