//! What this account may do, and how much room there is.

use std::path::Path;

/// Returns the room on a disk, in bytes; `None` where the system does not tell.
#[cfg(unix)]
#[must_use]
pub fn free_bytes(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Returns the room on a disk, in bytes; `None` where the system does not tell.
#[cfg(not(unix))]
#[must_use]
pub fn free_bytes(_path: &Path) -> Option<u64> {
    None
}

/// Returns true where this account may make files in a directory.
pub(super) fn may_write(directory: &Path) -> bool {
    #[cfg(unix)]
    return rustix::fs::access(
        directory,
        rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK,
    )
    .is_ok();
    #[cfg(not(unix))]
    return directory.metadata().is_ok_and(|metadata| !metadata.permissions().readonly());
}

/// Returns the rights of others on a file, as `chmod` writes them, where they have any.
pub(super) fn open_to_others(path: &Path) -> Option<String> {
    #[cfg(unix)]
    {
        let metadata = path.metadata().ok()?;
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
        (mode & 0o077 != 0).then(|| format!("{mode:04o}"))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}
