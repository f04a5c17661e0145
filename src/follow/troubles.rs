//! Conditions that last: each is said when it begins and when it ends.

use std::collections::BTreeMap;

/// What is wrong now, by what it is wrong with.
#[derive(Debug, Default)]
pub(super) struct Troubles(BTreeMap<String, String>);

impl Troubles {
    /// Takes note of all that is wrong now, and says what is news.
    pub(super) fn note<'t>(
        &mut self,
        source: &str,
        now: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) {
        let now: BTreeMap<String, String> =
            now.into_iter().map(|(path, reason)| (path.into(), reason.into())).collect();
        for (path, reason) in &now {
            if self.0.get(path) != Some(reason) {
                tracing::warn!(source, path, reason, "not read");
            }
        }
        for path in self.0.keys().filter(|path| !now.contains_key(*path)) {
            tracing::info!(source, path, "no longer in the way");
        }
        self.0 = now;
    }
}
