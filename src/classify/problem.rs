//! The name of a problem.

/// Returns the id of a problem: `p-` and ten hexadecimal digits.
///
/// The kind is the id of a rule or of a cluster of unknowns; the group is the captures that split
/// the problem, in the order of the rule's `group_by`.
///
/// ```
/// # use dewlap::classify::problem_id;
/// let id = problem_id("db.locked", "lab", "ADT In", &[("host", "db1")]);
/// assert_eq!(id.len(), 12);
/// assert_ne!(id, problem_id("db.locked", "lab", "ADT In", &[("host", "db2")]));
/// ```
#[must_use]
pub fn problem_id(kind: &str, server: &str, component: &str, group: &[(&str, &str)]) -> String {
    let group = group.iter().flat_map(|(name, value)| [*name, *value]);
    short_id("p-", [kind, server, component].into_iter().chain(group))
}

/// Returns a prefix and ten hexadecimal digits that stand for the parts.
pub(super) fn short_id<'a>(prefix: &str, parts: impl Iterator<Item = &'a str>) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        // The length keeps parts apart: `ab`, `c` is not `a`, `bc`.
        let len = u64::try_from(part.len()).unwrap_or(u64::MAX);
        hasher.update(&len.to_le_bytes());
        hasher.update(part.as_bytes());
    }
    prefix.chars().chain(hasher.finalize().to_hex().chars().take(10)).collect()
}
