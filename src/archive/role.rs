//! What a file is to us, told from its path alone.

/// What a path says about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Perhaps a log: its content decides.
    Log,
    /// The description of the component with this GUID.
    Component(String),
    /// Part of Iguana's configuration or of its own housekeeping: no log, and nobody misses it.
    Ignored,
    /// Cannot be read, for this reason.
    Skipped {
        /// What to name in the list: the file, or the directory that holds many like it.
        path: String,
        reason: &'static str,
    },
}

const JOURNAL: &str = "Iguana's journal: its entries reach the components' own logs within \
     seconds and are read there";
const OLD_JOURNAL: &str = "what is left of a journal after a swap or a failed recovery; start \
     Iguana to let it recover the entries, or send the file to the vendor's support";
const ENCRYPTED: &str = "encrypted logs that only Iguana can read: save what its HTTP interface \
     `/logs/retrieve` answers and read that, or have Iguana write plain logs (`logt`)";

/// Tells the role of a file from its path, with `/` between the parts.
pub(super) fn role_of(path: &str) -> Role {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let name = parts.last().copied().unwrap_or_default();
    if let Some(at) = parts.iter().rposition(|part| *part == "loge") {
        let len: usize = parts.iter().take(at + 1).map(|part| part.len() + 1).sum();
        let lead = usize::from(path.starts_with('/'));
        let path = path.get(..len - 1 + lead).unwrap_or(path).to_owned();
        return Role::Skipped { path, reason: ENCRYPTED };
    }
    if let Some(guid) = component_guid(&parts) {
        return Role::Component(guid.into());
    }
    let is_config = |pair: &[&str]| pair.first() == Some(&"config") && is_config_dir(pair.get(1));
    if parts.windows(2).any(is_config) || parts.contains(&".git") {
        return Role::Ignored;
    }
    let skipped = |reason| Role::Skipped { path: path.into(), reason };
    match name {
        "journal.log" => skipped(JOURNAL),
        "journal.old.log" => skipped(OLD_JOURNAL),
        _ if name.starts_with("journal.log.corrupted") => skipped(OLD_JOURNAL),
        _ => Role::Log,
    }
}

/// Returns true where a path, with `/` between the parts, may be that of a log.
#[must_use]
pub fn is_log_path(path: &str) -> bool {
    role_of(path) == Role::Log
}

fn is_config_dir(name: Option<&&str>) -> bool {
    name.is_some_and(|name| ["comps", "settings", "users", "keys", "collections"].contains(name))
}

/// Returns the GUID of `…/config/comps/<GUID>/component.json`.
fn component_guid<'a>(parts: &[&'a str]) -> Option<&'a str> {
    match parts {
        [.., "config", "comps", guid, "component.json"] => Some(guid),
        _ => None,
    }
}

/// Returns true for the name of a daily file of Iguana 4 to 6, such as `20160527.log`.
pub(super) fn is_daily_name(name: &str) -> bool {
    name.strip_suffix(".log")
        .is_some_and(|day| day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_what_is_no_log() {
        let guid = "6sIO4z1sh0DDxw3UOjPQ4a";
        let cases = [
            ("logt/Iguana-Service/00000000/66/D9/B615.log", "log"),
            ("/x/config/comps/6sIO4z1sh0DDxw3UOjPQ4a/component.json", "component"),
            ("x/config/comps/6sIO4z1sh0DDxw3UOjPQ4a/main.lua", "ignored"),
            ("config/settings/log.json", "ignored"),
            ("x/logt/journal.log", "skipped x/logt/journal.log"),
            (
                "x/logt/journal.log.corrupted.1788739200",
                "skipped x/logt/journal.log.corrupted.1788739200",
            ),
            ("/x/loge/A/00000000/66/D9/B615.log", "skipped /x/loge"),
            ("x/loge/A/B615.log", "skipped x/loge"),
        ];
        for (path, want) in cases {
            let got = match role_of(path) {
                Role::Log => "log".into(),
                Role::Component(found) => {
                    assert_eq!(found, guid);
                    "component".into()
                }
                Role::Ignored => "ignored".into(),
                Role::Skipped { path, .. } => format!("skipped {path}"),
            };
            assert_eq!(got, want, "{path}");
        }
    }
}
