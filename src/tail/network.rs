//! Whether a directory is on a network share, where the system tells nothing of changes.

use std::path::Path;

/// Returns true where a directory is on a network share or in a file system of a user's program.
///
/// Where the system cannot be asked the answer is false: periodic scans find changes anyway.
#[must_use]
pub fn is_on_network(directory: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        // From `linux/magic.h`: NFS, SMB, CIFS, SMB2, FUSE (such as sshfs), 9P, AFS, Ceph.
        const MAGIC: [u32; 8] = [
            0x6969,
            0x517B,
            0xFF53_4D42,
            0xFE53_4D42,
            0x6573_5546,
            0x0102_1997,
            0x5346_414F,
            0x00C3_6400,
        ];
        rustix::fs::statfs(directory)
            .ok()
            .and_then(|found| u32::try_from(found.f_type & 0xFFFF_FFFF).ok())
            .is_some_and(|magic| MAGIC.contains(&magic))
    }
    #[cfg(not(target_os = "linux"))]
    {
        directory.starts_with(r"\\")
    }
}
