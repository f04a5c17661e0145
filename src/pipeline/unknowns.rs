//! What no rule explains, in clusters.
//!
//! Entry points: [`Grouping::of`], which says what cluster a fingerprint is in, and [`unknowns`],
//! which weighs the clusters of a window.
//!
//! An event keeps the fingerprint that its text alone gives. What fingerprints have in common shows
//! only when many are known, so that clusters are found when they are asked for: they are a
//! function of the fingerprints in the store and of the times at which each was first met.
//!
//! **Invariant:** the same events give the same clusters and ids, whatever the order and the batches
//! in which they came. A cluster's id is that of its fingerprint that was met first in event time,
//! so that it stays while others join, and every fingerprint in it names it too.
//!
//! **Not here:** how texts are grouped (`cluster`), fingerprints (`classify`).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::essence::essence;
use crate::cluster::{Miner, Shape};
use crate::model::Millis;
use crate::store::{FingerprintRow, Store, StoreError, UnknownCount, Window};

/// A cluster loses half of its newness in so many days.
const HALF_LIFE_DAYS: f64 = 7.0;
/// What is left of the newness of an old one.
const LEAST_NEWNESS: f64 = 0.05;
const DAY_MILLIS: f64 = 86_400_000.0;

/// Fingerprints of which the texts say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The id of the cluster: that of its first fingerprint.
    pub id: String,
    /// What its texts have in common.
    pub template: String,
    /// All its fingerprints, by id.
    pub fingerprints: Vec<String>,
    /// When it was first met, in event time.
    pub first: Millis,
}

/// What cluster each fingerprint is in.
#[derive(Clone, Debug, Default)]
pub struct Grouping {
    groups: Vec<Group>,
    of: HashMap<String, usize>,
}

impl Grouping {
    /// Groups the fingerprints of a store.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] where the store cannot be read.
    pub fn of(store: &Store) -> Result<Self, StoreError> {
        Ok(Self::new(store.fingerprints()?))
    }

    fn new(rows: Vec<FingerprintRow>) -> Self {
        let mut miner = Miner::new();
        let shapes: Vec<Shape> =
            rows.iter().map(|row| miner.add(essence(&row.template).as_bytes())).collect();
        let clusters = miner.into_clusters();
        let mut members: BTreeMap<usize, Vec<FingerprintRow>> = BTreeMap::new();
        for (row, shape) in rows.into_iter().zip(shapes) {
            members.entry(clusters.of(shape)).or_default().push(row);
        }
        let mut grouping = Self::default();
        for (cluster, mut rows) in members {
            rows.sort_by(|a, b| (a.first, &a.id).cmp(&(b.first, &b.id)));
            let Some(earliest) = rows.first() else { continue };
            let template = match rows.as_slice() {
                [only] => only.template.clone(),
                _ => clusters.template(cluster),
            };
            let (id, first) = (earliest.id.clone(), earliest.first);
            let mut fingerprints: Vec<String> = rows.into_iter().map(|row| row.id).collect();
            fingerprints.sort_unstable();
            let index = grouping.groups.len();
            grouping.of.extend(fingerprints.iter().map(|id| (id.clone(), index)));
            grouping.groups.push(Group { id, template, fingerprints, first });
        }
        grouping
    }

    /// Returns all clusters.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Returns the cluster that a fingerprint is in, by the fingerprint's id; the cluster's own id
    /// is one of them.
    #[must_use]
    pub fn group(&self, fingerprint: &str) -> Option<&Group> {
        self.of.get(fingerprint).and_then(|index| self.groups.get(*index))
    }

    /// Returns the id of the cluster that a fingerprint is in, or its own where it is in none.
    #[must_use]
    pub fn cluster_of<'a>(&'a self, fingerprint: &'a str) -> &'a str {
        self.group(fingerprint).map_or(fingerprint, |group| &group.id)
    }
}

/// A cluster of unknown events, as far as a window holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct UnknownCluster {
    /// What it is, whatever the window.
    pub group: Group,
    /// How much it matters: volume by breadth by newness.
    pub weight: f64,
    /// How many events.
    pub events: u64,
    /// The time of the first one.
    pub first: Millis,
    /// The time of the last one.
    pub last: Millis,
    /// Where they are, most events first.
    pub places: Vec<UnknownPlace>,
}

/// A component with unknown events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPlace {
    /// The Iguana server.
    pub server: String,
    /// GUID or name of the component.
    pub component: String,
    /// Name of the component; the GUID where no name is known.
    pub component_name: String,
    /// How many events.
    pub events: u64,
}

impl UnknownCluster {
    /// Returns the servers, by name.
    #[must_use]
    pub fn servers(&self) -> Vec<&str> {
        let servers: BTreeSet<&str> = self.places.iter().map(|place| &*place.server).collect();
        servers.into_iter().collect()
    }
}

/// Returns the clusters of the unknown events in a window, the heaviest first, then by id.
///
/// The weight is the product of the volume (the binary logarithm of the events, plus one), the
/// breadth (in how many components they are) and the newness, which is 1 for a cluster that is
/// first met `now` and halves every week, to a twentieth at least.
///
/// # Errors
///
/// Returns [`StoreError`] where the store cannot be read.
pub fn unknowns(
    store: &Store,
    window: &Window,
    now: Millis,
) -> Result<Vec<UnknownCluster>, StoreError> {
    let grouping = Grouping::of(store)?;
    let mut clusters: BTreeMap<&str, UnknownCluster> = BTreeMap::new();
    for count in store.unknown_counts(window)? {
        let Some(group) = grouping.group(&count.fingerprint) else { continue };
        let cluster = clusters.entry(&group.id).or_insert_with(|| UnknownCluster {
            group: group.clone(),
            weight: 0.0,
            events: 0,
            first: count.first,
            last: count.last,
            places: Vec::new(),
        });
        cluster.add(count);
    }
    let mut clusters: Vec<UnknownCluster> = clusters.into_values().collect();
    for cluster in &mut clusters {
        cluster.places.sort_by(|a, b| {
            (b.events, &a.server, &a.component).cmp(&(a.events, &b.server, &b.component))
        });
        cluster.weight = weight(cluster, now);
    }
    clusters
        .sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.group.id.cmp(&b.group.id)));
    Ok(clusters)
}

impl UnknownCluster {
    fn add(&mut self, count: UnknownCount) {
        self.events += count.events;
        self.first = self.first.min(count.first);
        self.last = self.last.max(count.last);
        let is_it = |place: &&mut UnknownPlace| {
            place.server == count.server && place.component == count.component
        };
        match self.places.iter_mut().find(is_it) {
            Some(place) => place.events += count.events,
            None => self.places.push(UnknownPlace {
                server: count.server,
                component: count.component,
                component_name: count.component_name,
                events: count.events,
            }),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a weight is no count")]
fn weight(cluster: &UnknownCluster, now: Millis) -> f64 {
    let age = now.get().saturating_sub(cluster.group.first.get()).max(0);
    let newness = 0.5_f64.powf(age as f64 / DAY_MILLIS / HALF_LIFE_DAYS).max(LEAST_NEWNESS);
    (1.0 + (cluster.events as f64).log2()) * cluster.places.len() as f64 * newness
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(templates: &[&str]) -> Vec<FingerprintRow> {
        let row = |(at, template): (i64, &&str)| FingerprintRow {
            id: format!("u-{at}"),
            template: (*template).into(),
            first: Millis::new(100 - at),
        };
        (0..).zip(templates).map(row).collect()
    }

    /// Returns the clusters as lists of ids, with their own first.
    fn groups(rows: Vec<FingerprintRow>) -> Vec<(String, Vec<String>)> {
        let grouping = Grouping::new(rows);
        let mut groups: Vec<_> =
            grouping.groups.into_iter().map(|group| (group.id, group.fingerprints)).collect();
        groups.sort();
        groups
    }

    #[test]
    fn places_and_the_words_around_an_error_make_no_difference() {
        let rows = rows(&[
            "Not a ward.",
            "main.lua:<num>: Not a ward.",
            "Stopping component with runtime error: map.lua:<num>: Not a ward.",
            "Retrying (<num> of <num>)... a.lua:<num>: [string \"b c\"]:<num>: Not a ward.",
            "the call of main.lua:<num>: Not a ward.",
        ]);
        let ids = |list: &[&str]| list.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            groups(rows),
            [("u-3".into(), ids(&["u-0", "u-1", "u-2", "u-3"])), ("u-4".into(), ids(&["u-4"]))]
        );
    }

    #[test]
    fn the_file_of_a_place_within_a_text_makes_no_difference() {
        let rows = rows(&[
            "The call failed (main.lua:<num>: not a ward).",
            "The call failed (map.lua:<num>: not a ward).",
            "The call failed (not a ward).",
        ]);
        let sizes: Vec<_> = groups(rows).into_iter().map(|(_, members)| members.len()).collect();
        assert_eq!(sizes, [2, 1]);
    }

    #[test]
    fn a_full_stop_makes_no_difference_where_it_was_taken_for_one_of_a_path() {
        let rows = rows(&["<path> Try again.", "<path>. Try again.", "<host>. Try again."]);
        assert_eq!(groups(rows).len(), 2);
    }

    #[test]
    fn a_cluster_has_the_id_of_what_was_met_first_and_answers_to_all() {
        let rows = rows(&["spool of a<num> is full", "spool of b<num> is full"]);
        let grouping = Grouping::new(rows);
        assert_eq!(grouping.cluster_of("u-0"), "u-1");
        assert_eq!(grouping.group("u-1").unwrap().template, "spool of <*> is full");
        assert_eq!(grouping.group("u-1").unwrap().first, Millis::new(99));
        assert_eq!(grouping.cluster_of("u-9"), "u-9");
    }

    #[test]
    fn the_order_in_which_fingerprints_come_makes_no_difference() {
        let rows = rows(&["a<num> is away", "b<num> is away", "disk full", "c<num> is away"]);
        let reversed = rows.iter().rev().cloned().collect();
        assert_eq!(groups(rows), groups(reversed));
    }

    #[test]
    fn few_events_of_a_new_cluster_weigh_more_than_many_of_an_old_one() {
        let cluster = |events, first| UnknownCluster {
            group: Grouping::new(rows(&["a"])).groups.remove(0),
            weight: 0.0,
            events,
            first: Millis::new(first),
            last: Millis::new(first),
            places: vec![UnknownPlace {
                server: "a".into(),
                component: "b".into(),
                component_name: "b".into(),
                events,
            }],
        };
        let now = Millis::new(100 * 86_400_000);
        let mut new = cluster(5, 0);
        new.group.first = now;
        let old = cluster(10_000, 0);
        assert!(weight(&new, now) > weight(&old, now));
        assert!((weight(&cluster(1, 0), Millis::new(0)) - 1.0).abs() < 0.01);
    }
}
