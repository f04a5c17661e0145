//! Reads files without pushing what others use out of the system's memory.
//!
//! A file that is not in memory when reading begins is one that nobody else is working with: what
//! was fetched from the disk is given up again as soon as it is read. Elsewhere than on Linux the
//! system is left to itself.

use std::fs::File;

/// Whether the system may forget what is read of a file.
#[derive(Clone, Copy, Debug)]
pub struct Cold {
    is_cold: bool,
}

#[cfg(target_os = "linux")]
impl Cold {
    /// Looks whether the byte at which a file stands is in memory.
    #[must_use]
    pub fn of(mut file: &File) -> Self {
        use std::io::{IoSliceMut, Seek};

        use rustix::io::{Errno, ReadWriteFlags, preadv2};

        let Ok(at) = file.stream_position() else { return Self { is_cold: false } };
        let mut byte = [0];
        let read = preadv2(file, &mut [IoSliceMut::new(&mut byte)], at, ReadWriteFlags::NOWAIT);
        Self { is_cold: read == Err(Errno::AGAIN) }
    }

    /// Lets the system forget so many bytes of a cold file, which end where it stands.
    pub fn forget(self, mut file: &File, len: usize) {
        use std::io::Seek;
        use std::num::NonZeroU64;

        use rustix::fs::{Advice, fadvise};

        let Some(bytes) = NonZeroU64::new(len as u64).filter(|_| self.is_cold) else { return };
        if let Ok(end) = file.stream_position() {
            // Where the advice is not taken, nothing is lost.
            let start = end.saturating_sub(bytes.get());
            fadvise(file, start, Some(bytes), Advice::DontNeed).unwrap_or(());
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl Cold {
    /// Returns a file of which nothing is known.
    #[must_use]
    pub fn of(_: &File) -> Self {
        Self { is_cold: false }
    }

    /// Does nothing.
    pub fn forget(self, _: &File, _: usize) {
        let Self { is_cold: _ } = self;
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    #[test]
    fn a_file_that_was_not_in_memory_is_given_up_again_and_another_one_stays() {
        // Not among temporary files, which may be nowhere else than in memory.
        let program = std::env::current_exe().unwrap();
        let mut made = tempfile::NamedTempFile::new_in(program.parent().unwrap()).unwrap();
        made.write_all(&[b'x'; 16 * 1024]).unwrap();
        made.as_file().sync_all().unwrap();
        let read = || {
            let mut file = File::open(made.path()).unwrap();
            let cold = Cold::of(&file);
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            cold.forget(&file, bytes.len());
            cold.is_cold
        };
        assert!(!read(), "it was written just now");
        assert!(!read(), "it stays");
        rustix::fs::fadvise(made.as_file(), 0, None, rustix::fs::Advice::DontNeed).unwrap();
        if read() {
            assert!(read(), "it was given up");
        } // Else the system keeps what is to be forgotten, as it may.
    }
}
