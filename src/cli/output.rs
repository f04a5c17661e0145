//! Standard output and standard error.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

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
