//! Adds the counts of a coverage up.

use std::collections::BTreeMap;

use super::{ClusterCount, ComponentShares, CoverageInput, Explained, Shares, WeekShares};
use crate::model::{Level, Millis, Period};
use crate::pipeline::Grouping;
use crate::store::ClassCount;

/// Counts, while they are added up.
#[derive(Default)]
pub(super) struct Sums<'c> {
    pub(super) shares: Shares,
    components: BTreeMap<(&'c str, &'c str), (&'c str, Shares)>,
    weeks: BTreeMap<i64, Shares>,
    clusters: BTreeMap<&'c str, (&'c str, u64)>,
    pub(super) rules: BTreeMap<&'c str, u64>,
}

impl<'c> Sums<'c> {
    pub(super) fn new(input: &CoverageInput<'c>) -> Self {
        let mut sums = Self::default();
        for count in input.counts {
            let by = Explained::by(count.rule.as_deref(), input.catalogue);
            if let Some(rule) = count.rule.as_deref() {
                *sums.rules.entry(rule).or_default() += count.events;
            }
            if count.level != Level::Other {
                sums.add(count, Shares::of(by, count.events));
                sums.add_unknown(count, input.grouping);
            }
        }
        sums
    }

    /// Adds errors or warnings.
    fn add(&mut self, count: &'c ClassCount, shares: Shares) {
        self.shares.add(shares);
        let component = (count.server.as_str(), count.component.as_str());
        let of_component = self.components.entry(component).or_default();
        of_component.0 = &count.component_name;
        of_component.1.add(shares);
        let week = Period::week_of(count.day).from;
        self.weeks.entry(week.get()).or_default().add(shares);
    }

    /// Adds errors or warnings to their cluster, where they are in one.
    fn add_unknown(&mut self, count: &'c ClassCount, grouping: &'c Grouping) {
        let Some(fingerprint) = count.cluster.as_deref() else { return };
        let (cluster, template) = match grouping.group(fingerprint) {
            Some(group) => (group.id.as_str(), group.template.as_str()),
            None => (fingerprint, count.template.as_deref().unwrap_or_default()),
        };
        self.clusters.entry(cluster).or_insert((template, 0)).1 += count.events;
    }

    pub(super) fn by_component(&self) -> Vec<ComponentShares> {
        let mut found: Vec<_> = self
            .components
            .iter()
            .map(|((server, component), (name, shares))| ComponentShares {
                server: (*server).into(),
                component: (*component).into(),
                name: (*name).into(),
                shares: *shares,
            })
            .collect();
        // The sort is stable, so that those that are as bad stay in the order of their names.
        found.sort_by(|a, b| (&a.server, &a.name).cmp(&(&b.server, &b.name)));
        found.sort_by_key(|row| {
            std::cmp::Reverse((row.shares.unknown + row.shares.fallback, row.shares.unknown))
        });
        found
    }

    pub(super) fn by_week(&self) -> Vec<WeekShares> {
        let week = |start: i64| Period::week_of(Millis::new(start)).week_name().unwrap_or_default();
        self.weeks
            .iter()
            .map(|(start, shares)| WeekShares { week: week(*start), shares: *shares })
            .collect()
    }

    pub(super) fn clusters(&self) -> Vec<ClusterCount> {
        let mut found: Vec<_> = self
            .clusters
            .iter()
            .map(|(cluster, (template, events))| ClusterCount {
                cluster: (*cluster).into(),
                template: (*template).into(),
                events: *events,
            })
            .collect();
        found.sort_by_key(|row| std::cmp::Reverse(row.events));
        found
    }
}
