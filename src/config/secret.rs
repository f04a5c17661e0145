//! Reads where secrets and files are.

use std::path::{Path, PathBuf};

use crate::document::Fields;
use crate::secret::SecretPlace;

/// Reads where a secret is: in a file, or in an environment variable.
pub(super) fn read_secret<'d>(
    fields: &mut Fields<'d>,
    (file, variable): (&'d str, &'d str),
    directory: &Path,
) -> Option<SecretPlace> {
    let path = read_path(fields, file, directory).map(SecretPlace::File);
    match (path, fields.optional(variable).text().map(SecretPlace::Variable)) {
        (Some(_), Some(_)) => one_of(fields, &format!("`{file}` and `{variable}`")),
        (one, other) => one.or(other),
    }
}

/// Says that only one of some keys can be given.
pub(super) fn one_of<T>(fields: &Fields<'_>, names: &str) -> Option<T> {
    fields.report(format!("only one of {names} can be given"), None);
    None
}

/// Reads a path, which counts from the directory.
pub(super) fn read_path<'d>(
    fields: &mut Fields<'d>,
    key: &'d str,
    directory: &Path,
) -> Option<PathBuf> {
    fields.optional(key).text().map(|path| directory.join(path))
}
