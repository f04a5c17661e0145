//! A directory of its own for each test, and the real binary run in it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dewlap::sample;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::Value;
use tempfile::TempDir;

/// The key of pseudonyms where the texts of two stores are compared.
pub(crate) const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// The store that commands use where none is named.
pub(crate) const DB: &str = "dewlap.db";

/// An empty directory, in which commands are run; paths in it are given relative to it.
pub(crate) struct Place {
    directory: TempDir,
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { directory: TempDir::new().unwrap() }
    }

    /// Returns a place whose store has a known key, so that its texts are those of another store.
    pub(crate) fn with_key() -> Self {
        let place = Self::new();
        place.put(&format!("{DB}.key"), KEY);
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file, and makes the directories above it.
    pub(crate) fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Writes the samples whose path begins so, below `samples/`; the empty prefix: all.
    pub(crate) fn put_samples(&self, prefix: &str) {
        for (path, bytes) in sample::files() {
            if path == prefix || prefix.is_empty() || path.starts_with(&format!("{prefix}/")) {
                self.put(&format!("samples/{path}"), bytes);
            }
        }
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Returns the command, free of what the environment says.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dewlap"));
        command.args(args).current_dir(self.directory.path()).stdin(Stdio::null());
        for name in ["DEWLAP_DB", "DEWLAP_CONFIG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap().into()
    }

    pub(crate) fn run_with_stdin(&self, args: &[&str], stdin: &[u8]) -> Output {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        let stdin = stdin.to_vec();
        // A command that does not read all of it closes the pipe, which is its right.
        let writer = std::thread::spawn(move || drop(pipe.write_all(&stdin)));
        let output = child.wait_with_output().unwrap().into();
        writer.join().unwrap();
        output
    }

    /// Runs a command that must succeed without a word on standard error.
    #[track_caller]
    pub(crate) fn stdout(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{args:?}");
        output.stdout
    }

    /// Reads logs and returns the summary.
    #[track_caller]
    pub(crate) fn ingest(&self, args: &[&str]) -> Value {
        let args = [&["ingest", "--quiet", "--format", "json"], args].concat();
        serde_json::from_str(&self.stdout(&args)).unwrap()
    }

    /// Reads standard input and returns the summary.
    #[track_caller]
    pub(crate) fn ingest_stdin(&self, bytes: &[u8]) -> Value {
        let output = self.run_with_stdin(&["ingest", "--quiet", "--format", "json", "-"], bytes);
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
        serde_json::from_str(&output.stdout).unwrap()
    }

    /// Returns the stored events.
    #[track_caller]
    pub(crate) fn events(&self, args: &[&str]) -> Vec<Value> {
        let args = [&["events", "--quiet", "--format", "json"], args].concat();
        lines(&self.stdout(&args))
    }

    /// Opens the store with SQLite's own means.
    pub(crate) fn sqlite(&self) -> Connection {
        Connection::open(self.path(DB)).unwrap()
    }

    /// Returns every row of every table, sorted; what a row refers to must be there.
    #[track_caller]
    pub(crate) fn dump(&self) -> BTreeMap<String, Vec<String>> {
        let db = self.sqlite();
        assert_eq!(rows(&db, "PRAGMA foreign_key_check"), [""; 0]);
        let tables = rows(&db, "SELECT name FROM sqlite_master WHERE type = 'table'");
        let dump = |table: &String| rows(&db, &format!("SELECT * FROM \"{table}\""));
        tables.iter().map(|table| (table.clone(), dump(table))).collect()
    }
}

impl From<std::process::Output> for Output {
    fn from(output: std::process::Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Returns the rows of a query as text, sorted.
pub(crate) fn rows(db: &Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(sql).unwrap();
    let n_columns = statement.column_count();
    let mut rows: Vec<String> = statement
        .query_map([], |row| {
            let columns = (0..n_columns).map(|nth| Ok(shown(row.get_ref(nth)?)));
            Ok(columns.collect::<rusqlite::Result<Vec<_>>>()?.join("\t"))
        })
        .unwrap()
        .map(Result::unwrap)
        .collect();
    rows.sort();
    rows
}

/// Returns the one number that a query gives.
pub(crate) fn number(db: &Connection, sql: &str) -> u64 {
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".into(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => format!("{bytes:02x?}"),
    }
}

/// Parses one JSON object a line.
pub(crate) fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Returns a number of a JSON object.
#[track_caller]
pub(crate) fn count(object: &Value, key: &str) -> u64 {
    object[key].as_u64().unwrap_or_else(|| panic!("no number `{key}` in {object}"))
}

/// Returns the texts that a field has in several JSON objects, sorted.
pub(crate) fn texts(objects: &[Value], key: &str) -> Vec<String> {
    let mut texts: Vec<String> =
        objects.iter().map(|object| object[key].as_str().unwrap_or("null").to_owned()).collect();
    texts.sort();
    texts
}

/// Returns the files below a directory, by path relative to it, sorted.
pub(crate) fn tree(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = walkdir::WalkDir::new(directory).into_iter().map(Result::unwrap);
    files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().strip_prefix(directory).unwrap();
            (name.to_str().unwrap().to_owned(), fs::read(entry.path()).unwrap())
        })
        .collect()
}
