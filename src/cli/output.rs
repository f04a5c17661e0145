//! Standard output and standard error.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anstream::AutoStream;
use clap::ValueEnum;

/// How a command prints what it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TextOrJson {
    Text,
    Json,
}

/// Opens standard output for data. Colors are dropped where nobody would see them.
pub(super) fn data() -> BufWriter<AutoStream<io::StdoutLock<'static>>> {
    BufWriter::new(AutoStream::auto(io::stdout().lock()))
}

/// Prints a text to standard output.
///
/// # Errors
///
/// Returns the error of the write; a broken pipe is one.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut out = data();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes a file whole or not at all, so that what was there stays where the disk is full.
///
/// # Errors
///
/// Returns the error of the system.
pub(super) fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let before = fs::metadata(path).ok();
    if before.as_ref().is_some_and(|before| !before.is_file()) {
        return fs::write(path, text); // Such as `/dev/stdout`.
    }
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.into());
    let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
    let Ok(mut part) = of_everybody().tempfile_in(parent.unwrap_or(Path::new("."))) else {
        return fs::write(path, text); // The file may be written, but none beside it.
    };
    part.write_all(text.as_bytes())?;
    if let Some(before) = before {
        part.as_file().set_permissions(before.permissions())?;
    }
    part.persist(target).map(drop).map_err(|error| error.error)
}

/// Returns what makes files as others are made: temporary ones are their owner's alone.
fn of_everybody() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666)); // Less what the umask takes.
    }
    builder
}

/// Prints lines to standard error. That nobody reads them is no reason to fail.
pub(super) fn error_lines(lines: &[String]) {
    let mut err = AutoStream::auto(io::stderr().lock());
    for line in lines {
        if writeln!(err, "{line}").is_err() {
            break;
        }
    }
}

/// Returns the columns of the terminal, or 100 where there is none.
pub(super) fn width() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0))
}

/// Adds a labelled text, wrapped to the terminal.
pub(super) fn field(out: &mut String, label: &str, value: &str) -> std::fmt::Result {
    let mut line = String::new();
    let mut label = label;
    for word in value.split_whitespace() {
        if !line.is_empty() && line.len() + word.len() + 15 > width().min(100) {
            writeln!(out, "{label:<12}{line}")?;
            line.clear();
            label = "";
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    writeln!(out, "{label:<12}{line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report.html");
        write_whole(&path, "first").unwrap();
        write_whole(&path, "second").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "second");
        let names: Vec<_> = fs::read_dir(directory.path()).unwrap().collect();
        assert_eq!(names.len(), 1, "nothing is left beside it: {names:?}");
        assert!(write_whole(&directory.path().join("none/report.html"), "").is_err());
    }
}
