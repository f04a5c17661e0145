//! The accounts of a machine.

use std::fs;
use std::path::{Path, PathBuf};

/// An account, from a line of `/etc/passwd`.
#[derive(Debug)]
struct Account {
    name: String,
    uid: String,
    home: String,
}

/// Returns the name of the account that a file belongs to; `None` where the system does not tell.
#[must_use]
pub fn owner_of(root: &Path, path: &Path) -> Option<String> {
    let uid = uid_of(path)?.to_string();
    accounts(root).into_iter().find(|account| account.uid == uid).map(|account| account.name)
}

/// Returns the homes of all accounts below a root, as far as they are there, without doubles.
pub(super) fn homes(root: &Path) -> Vec<PathBuf> {
    let listed = accounts(root);
    let listed = listed.iter().map(|account| root.join(account.home.trim_start_matches('/')));
    let mut homes: Vec<PathBuf> = listed.chain([root.join("root")]).collect();
    for parent in ["home", "Users"] {
        let entries = fs::read_dir(root.join(parent)).into_iter().flatten().flatten();
        homes.extend(entries.map(|entry| entry.path()));
    }
    homes.sort();
    homes.dedup();
    // An account without a home has the root itself, or a directory that holds everything.
    homes.retain(|home| home != root && home.is_dir());
    homes
}

fn accounts(root: &Path) -> Vec<Account> {
    let text = fs::read_to_string(root.join("etc/passwd")).unwrap_or_default();
    text.lines().filter_map(account).collect()
}

fn account(line: &str) -> Option<Account> {
    let fields: Vec<&str> = line.split(':').collect();
    let [name, _, uid, _, _, home, ..] = fields.as_slice() else { return None };
    Some(Account { name: (*name).into(), uid: (*uid).into(), home: (*home).into() })
}

#[cfg(unix)]
fn uid_of(path: &Path) -> Option<u32> {
    fs::metadata(path).ok().map(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata))
}

#[cfg(not(unix))]
fn uid_of(_path: &Path) -> Option<u32> {
    None
}
