//! Passwords, and addresses that are secrets in themselves.
//!
//! Entry points: [`Secret`] holds one; [`SecretPlace`] says where one is, and reads it.
//!
//! **Invariant:** no secret is shown, whatever it is a part of.
//!
//! **Not here:** the keys that name a place (`config`).

use std::fmt;
use std::path::{Path, PathBuf};

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretPlace {
    /// Here.
    Given(Secret),
    /// In a file, which is read anew each time.
    File(PathBuf),
    /// In an environment variable: see [`SecretPlace::resolve`].
    Variable(String),
}

/// Why a secret is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file could not be read.
    #[error("failed to read the secret `{path}`")]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// There is no such variable.
    #[error("the environment variable `{name}` is not set")]
    Variable {
        /// The variable.
        name: String,
    },
    /// There is nothing in the file.
    #[error("the secret `{path}` is empty")]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

impl Secret {
    /// Keeps a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// Returns the text, for the one place that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl SecretPlace {
    /// Puts the value of an environment variable, which `lookup` gives, in the place of its name. A
    /// variable that is empty or not set stays a name, and reading says so.
    pub fn resolve(&mut self, lookup: impl Fn(&str) -> Option<String>) {
        if let Self::Variable(name) = self
            && let Some(value) = lookup(name).filter(|value| !value.is_empty())
        {
            *self = Self::Given(Secret::new(&value));
        }
    }

    /// Returns the secret; of a file, without the line end.
    ///
    /// # Errors
    ///
    /// Returns [`SecretError`] where the file cannot be read, the variable was not set, or there is
    /// nothing in it.
    pub fn read(&self) -> Result<Secret, SecretError> {
        match self {
            Self::Given(secret) => Ok(secret.clone()),
            Self::Variable(name) => Err(SecretError::Variable { name: name.clone() }),
            Self::File(path) => read_file(path),
        }
    }
}

fn read_file(path: &Path) -> Result<Secret, SecretError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| SecretError::Read { path: path.into(), source })?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(SecretError::Empty { path: path.into() }),
        text => Ok(Secret::new(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        let secret = Secret::new("open sesame");
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        assert_eq!(secret.expose(), "open sesame");
        assert_eq!(format!("{:?}", SecretPlace::Given(secret)), "Given(Secret(..))");
    }

    #[test]
    fn a_secret_comes_from_a_file_without_its_line_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        let place = SecretPlace::File(path.clone());
        assert!(matches!(place.read(), Err(SecretError::Read { .. })));
        std::fs::write(&path, "\n").unwrap();
        assert!(matches!(place.read(), Err(SecretError::Empty { .. })));
        std::fs::write(&path, " open sesame \r\n").unwrap();
        assert_eq!(place.read().unwrap().expose(), " open sesame ");
    }

    #[test]
    fn a_secret_comes_from_a_variable_that_is_set() {
        let mut place = SecretPlace::Variable("DOOR".into());
        place.resolve(|_| Some(String::new()));
        assert!(matches!(place.read(), Err(SecretError::Variable { .. })));
        place.resolve(|name| (name == "DOOR").then(|| "sesame".into()));
        assert_eq!(place.read().unwrap().expose(), "sesame");
    }
}
