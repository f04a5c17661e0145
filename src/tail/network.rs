//! Whether a directory is on a network share, where the system tells nothing of changes.

use std::path::Path;

/// The file systems of other machines, by the names that Linux mounts them with, and by the magic
/// numbers of `linux/magic.h`. A FUSE file system has one number, whatever is behind it.
pub const NETWORK_FILE_SYSTEMS: [(&str, u32); 9] = [
    ("nfs", 0x6969),
    ("nfs4", 0x6969),
    ("smbfs", 0x517B),
    ("cifs", 0xFF53_4D42),
    ("smb3", 0xFE53_4D42),
    ("fuse.sshfs", 0x6573_5546),
    ("9p", 0x0102_1997),
    ("afs", 0x5346_414F),
    ("ceph", 0x00C3_6400),
];

/// Returns true where a directory is on a network share or in a file system of a user's program.
///
/// Where the system cannot be asked the answer is false: periodic scans find changes anyway.
#[must_use]
pub fn is_on_network(directory: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        rustix::fs::statfs(directory)
            .ok()
            .and_then(|found| u32::try_from(found.f_type & 0xFFFF_FFFF).ok())
            .is_some_and(|found| NETWORK_FILE_SYSTEMS.iter().any(|(_, magic)| *magic == found))
    }
    #[cfg(not(target_os = "linux"))]
    {
        directory.starts_with(r"\\")
    }
}
