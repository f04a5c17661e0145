//! The key of the pseudonyms, which lives beside the store.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::StoreError;

/// Returns where the key of a store's pseudonyms is kept.
#[must_use]
pub fn key_path(store: &Path) -> PathBuf {
    let mut path = store.as_os_str().to_owned();
    path.push(".key");
    path.into()
}

/// Reads the key of a store's pseudonyms from `<store>.key`, and makes one where there is none.
///
/// The file is readable by its owner only. Who has it can tell whether a guessed name stands
/// behind a pseudonym, so it is not part of the store and need not be backed up with it.
///
/// # Errors
///
/// Returns [`StoreError::Key`] where the file cannot be read or written, or is not 64 hexadecimal
/// digits.
pub fn load_or_create_key(store: &Path) -> Result<[u8; 32], StoreError> {
    let path = key_path(store);
    if path.exists() { load_key(&path) } else { create(path) }
}

/// Reads a key of pseudonyms, written as 64 hexadecimal digits.
///
/// # Errors
///
/// Returns [`StoreError::Key`] where the file cannot be read or holds something else.
pub fn load_key(path: &Path) -> Result<[u8; 32], StoreError> {
    let wrong = || io::Error::new(io::ErrorKind::InvalidData, "it is not 64 hexadecimal digits");
    fs::read_to_string(path)
        .and_then(|text| parse(text.trim()).ok_or_else(wrong))
        .map_err(|source| StoreError::Key { attempt: "read", path: path.into(), source })
}

fn create(path: PathBuf) -> Result<[u8; 32], StoreError> {
    let mut key = [0; 32];
    let made = getrandom::fill(&mut key).map_err(io::Error::other).and_then(|()| {
        let mut file = super::open::create_private(&path)?;
        file.write_all(blake3::Hash::from_bytes(key).to_hex().as_bytes())?;
        file.sync_all()
    });
    match made {
        Ok(()) => Ok(key),
        Err(source) => Err(StoreError::Key { attempt: "make", path, source }),
    }
}

fn parse(hex: &str) -> Option<[u8; 32]> {
    blake3::Hash::from_hex(hex).ok().map(Into::into)
}
