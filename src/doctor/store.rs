//! The store and the key of its pseudonyms.

use std::path::{Path, PathBuf};

use super::access::{free_bytes, may_write, open_to_others};
use super::diagnosis::Diagnosis;
use crate::model::grouped;
use crate::store::{Store, StoreError, is_being_written, key_path, load_key};

const STORE: &str = "store";
const DISK: &str = "disk";
const KEY: &str = "key";
const MEGABYTE: u64 = 1_000_000;

/// Room on the disk below which the store will soon not grow any more.
const LITTLE_BYTES: u64 = 1_000 * MEGABYTE;
/// Room below which it does not.
const NO_BYTES: u64 = 100 * MEGABYTE;

/// Looks at the store, its disk and its key.
#[must_use]
pub fn check_store(db: &Path, key_file: Option<&Path>) -> Vec<Diagnosis> {
    let directory = match db.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut found = if db.exists() { existing(db) } else { vec![absent(db, directory)] };
    found.extend(disk(directory));
    found.push(key(db, key_file));
    found
}

fn existing(db: &Path) -> Vec<Diagnosis> {
    let mut found = vec![match Store::open(db).and_then(|store| store.faults()) {
        Ok(faults) if faults.is_empty() => {
            let bytes = db.metadata().map(|metadata| metadata.len()).unwrap_or_default();
            Diagnosis::ok(STORE, format!("`{}` is sound, {} bytes", db.display(), grouped(bytes)))
        }
        Ok(faults) => Diagnosis::fault(
            STORE,
            format!("`{}` is damaged: {}", db.display(), faults.join("; ")),
            "stop Dewlap, put a backup in its place, or move it away and read the logs again",
        ),
        Err(error) => unopened(&error),
    }];
    if let Some(mode) = open_to_others(db) {
        found.push(Diagnosis::fault(
            STORE,
            format!("`{}` has rights {mode}: others than its owner can read it", db.display()),
            format!("chmod 600 '{}'", db.display()),
        ));
    }
    if is_being_written(db) {
        let message = "a Dewlap writes to it now: a second one would be refused";
        found.push(Diagnosis::ok(STORE, message));
    }
    found
}

fn unopened(error: &StoreError) -> Diagnosis {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    let advice = error.hint().unwrap_or_else(|| "run this as the account that owns it".into());
    Diagnosis::fault(STORE, format!("{error}{}", cause.unwrap_or_default()), advice)
}

fn absent(db: &Path, directory: &Path) -> Diagnosis {
    let (shown, parent) = (db.display(), directory.display());
    if !directory.is_dir() {
        let message = format!("`{shown}` cannot be made: there is no directory `{parent}`");
        return Diagnosis::fault(STORE, message, format!("mkdir -m 700 -p '{parent}'"));
    }
    if !may_write(directory) {
        let message = format!("`{shown}` cannot be made: this account may not write to `{parent}`");
        let advice = "give it the right, or name another place with `db`";
        return Diagnosis::fault(STORE, message, advice);
    }
    Diagnosis::ok(STORE, format!("`{shown}` is not there yet and will be made"))
}

fn disk(directory: &Path) -> Option<Diagnosis> {
    let free = free_bytes(directory)?;
    let message = format!("{} MB are free for the store", grouped(free / MEGABYTE));
    Some(if free < NO_BYTES {
        Diagnosis::fault(DISK, message, "make room on the disk, or move the store with `db`")
    } else if free < LITTLE_BYTES {
        Diagnosis::warning(DISK, message, "make room: the store grows with every event")
    } else {
        Diagnosis::ok(DISK, message)
    })
}

fn key(db: &Path, key_file: Option<&Path>) -> Diagnosis {
    let path = key_file.map_or_else(|| key_path(db), PathBuf::from);
    let shown = path.display();
    if !path.exists() {
        if key_file.is_none() && !db.exists() {
            return Diagnosis::ok(KEY, format!("`{shown}` is not there yet and will be made"));
        }
        let message = format!("the pseudonym key `{shown}` is gone");
        let advice = "put it back from where it is kept: with a new one, the same patient gets \
                      another pseudonym";
        return Diagnosis::fault(KEY, message, advice);
    }
    if let Err(error) = load_key(&path) {
        return Diagnosis { subject: KEY.into(), ..unopened(&error) };
    }
    match open_to_others(&path) {
        Some(mode) => Diagnosis::fault(
            KEY,
            format!("`{shown}` has rights {mode}: who reads it can test guesses of names"),
            format!("chmod 600 '{shown}'"),
        ),
        None => Diagnosis::ok(KEY, format!("`{shown}` is a key that only its owner reads")),
    }
}
