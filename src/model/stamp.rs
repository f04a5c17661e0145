//! What tells files apart, as far as the file system knows.

use std::fs::Metadata;

/// What the file system says of a file: evidence that it is the same one, unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// The device.
    pub device: u64,
    /// The number of the file on it.
    pub inode: u64,
    /// When it was changed last, in nanoseconds since 1970.
    pub modified: i64,
}

impl Stamp {
    /// Returns the stamp of a file that is open or was looked up.
    ///
    /// Where the system has no numbers for files, all have the number 0 and only times tell.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        let since_1970 =
            metadata.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        let modified = since_1970.and_then(|since| i64::try_from(since.as_nanos()).ok());
        let (device, inode) = numbers(metadata);
        Self { device, inode, modified: modified.unwrap_or_default() }
    }

    /// Returns true where both are of the same file, changed or not.
    #[must_use]
    pub fn is_same_file(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }
}

#[cfg(unix)]
fn numbers(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn numbers(_metadata: &Metadata) -> (u64, u64) {
    (0, 0)
}
