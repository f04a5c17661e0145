//! The rules by category and by owner.

use std::collections::BTreeMap;

use crate::catalogue::{Catalogue, Owner, Rule};

/// Rules that stand together, sorted by id.
pub(super) type Group<'c> = (&'c str, Vec<&'c Rule>);

/// Returns the categories, sorted by name.
pub(super) fn by_category(catalogue: &Catalogue) -> Vec<Group<'_>> {
    let mut groups: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in catalogue.rules() {
        groups.entry(rule.id.category()).or_default().push(rule);
    }
    groups.into_iter().collect()
}

/// Returns the owners that have rules, in the order of their roles.
pub(super) fn by_owner(catalogue: &Catalogue) -> Vec<Group<'_>> {
    let owned = |owner: Owner| {
        let rules = catalogue.rules().iter().filter(|rule| rule.owner == owner);
        (owner.name(), rules.collect::<Vec<_>>())
    };
    Owner::ALL.into_iter().map(owned).filter(|(_, rules)| !rules.is_empty()).collect()
}
