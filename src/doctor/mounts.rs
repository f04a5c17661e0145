//! Which file systems tell nothing of changes.

use std::fs;
use std::path::Path;

use crate::tail::NETWORK_FILE_SYSTEMS;

/// Returns the kind of the network share that a path lies on; `None`: on a disk of this machine, or
/// the system does not tell.
pub(super) fn network_share(root: &Path, path: &Path) -> Option<String> {
    let path = fs::canonicalize(path).ok()?;
    let mounts = fs::read_to_string(root.join("proc/self/mountinfo")).ok()?;
    let kind = mounts
        .lines()
        .filter_map(mount)
        .filter(|(point, _)| path.starts_with(point))
        .max_by_key(|(point, _)| point.len())?
        .1;
    NETWORK_FILE_SYSTEMS.iter().any(|(name, _)| *name == kind).then(|| kind.to_owned())
}

/// Returns where a file system is mounted, and its kind.
fn mount(line: &str) -> Option<(String, &str)> {
    let (before, after) = line.split_once(" - ")?;
    let point = before.split(' ').nth(4)?.replace("\\040", " ");
    Some((point, after.split(' ').next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_mount_decides() {
        let root = tempfile::tempdir().unwrap();
        let logs = root.path().canonicalize().unwrap().join("my logs");
        fs::create_dir_all(root.path().join("proc/self")).unwrap();
        fs::create_dir_all(&logs).unwrap();
        let point = logs.to_string_lossy().replace(' ', "\\040");
        let mounts = format!(
            "1 0 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n2 1 0:4 / {point} rw - cifs //s/l rw\n"
        );
        fs::write(root.path().join("proc/self/mountinfo"), mounts).unwrap();
        assert_eq!(network_share(root.path(), &logs).as_deref(), Some("cifs"));
        assert_eq!(network_share(root.path(), &root.path().join("proc")), None);
    }
}
