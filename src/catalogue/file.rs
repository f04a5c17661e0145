//! Pattern files, from the binary and from directories.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rust_embed::RustEmbed;

use super::CatalogueError;

/// The pattern files inside the binary.
#[derive(RustEmbed)]
#[folder = "patterns/"]
#[allow_missing = true]
struct Builtin;

/// A pattern file: its path and its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PatternFile {
    /// Where it was read; the stem is the category of its rules.
    pub path: PathBuf,
    /// The text.
    pub text: String,
}

impl PatternFile {
    /// Returns the files inside the binary, sorted by name, as `patterns/<category>.toml`.
    #[must_use]
    pub fn builtin() -> Vec<Self> {
        let names = Builtin::iter().filter(|name| is_pattern_file(Path::new(name.as_ref())));
        let mut files: Vec<_> = names
            .filter_map(|name| {
                let bytes = Builtin::get(&name)?.data;
                Some(Self {
                    path: Path::new("patterns").join(name.as_ref()),
                    text: String::from_utf8_lossy(&bytes).into_owned(),
                })
            })
            .collect();
        files.sort();
        files
    }

    /// Reads the files of a directory, sorted by name. Other files are passed over.
    ///
    /// # Errors
    ///
    /// Returns [`CatalogueError::Read`] where the directory or one of its files cannot be read,
    /// and [`CatalogueError::Empty`] where it holds no pattern file.
    pub fn read_directory(directory: &Path) -> Result<Vec<Self>, CatalogueError> {
        let failed = |path: &Path, source| CatalogueError::Read { path: path.into(), source };
        let mut files = Vec::new();
        for entry in directory.read_dir().map_err(|error| failed(directory, error))? {
            let path = entry.map_err(|error| failed(directory, error))?.path();
            if is_pattern_file(&path) {
                let text = std::fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
                files.push(Self { path, text });
            }
        }
        files.sort();
        if files.is_empty() {
            return Err(CatalogueError::Empty { path: directory.into() });
        }
        Ok(files)
    }

    /// Returns the stem of the file, which is the category of its rules.
    #[must_use]
    pub fn category(&self) -> &str {
        self.path.file_stem().and_then(OsStr::to_str).unwrap_or_default()
    }
}

fn is_pattern_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}
