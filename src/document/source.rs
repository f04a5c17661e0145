//! The file: its text, its lines and what was found wrong with it.

use std::cell::RefCell;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::DeTable;

use super::Fields;
use crate::model::Finding;

/// A TOML file and the findings so far.
pub struct Document<'t> {
    path: PathBuf,
    line_starts: Vec<usize>,
    root: Spanned<DeTable<'t>>,
    syntax: Vec<Finding>,
    findings: RefCell<Vec<Finding>>,
}

impl<'t> Document<'t> {
    /// Parses a text as TOML. What is not TOML becomes findings, and the rest can be read.
    ///
    /// The path is only used in findings.
    #[must_use]
    pub fn parse(path: &Path, text: &'t str) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        let ends = memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1);
        let mut document = Self {
            path: path.into(),
            line_starts: std::iter::once(0).chain(ends).collect(),
            root,
            syntax: Vec::new(),
            findings: RefCell::default(),
        };
        document.syntax = errors
            .iter()
            .map(|error| Finding {
                path: path.into(),
                line: error.span().map(|span| document.line_at(span.start)),
                message: format!("not valid TOML: {}", error.message()),
                hint: None,
            })
            .collect();
        document
    }

    /// Returns the fields of the file's top level.
    pub fn fields(&self) -> Fields<'_> {
        Fields::new(self, self.root.get_ref(), None)
    }

    /// Adds a finding; without a line it is about the whole file.
    pub fn report(&self, line: Option<usize>, message: String, hint: Option<String>) {
        let finding = Finding { path: self.path.clone(), line, message, hint };
        self.findings.borrow_mut().push(finding);
    }

    /// Returns all findings, sorted by line.
    ///
    /// Where a line is not TOML, only that is said of it.
    #[must_use]
    pub fn into_findings(self) -> Vec<Finding> {
        let mut findings = self.findings.into_inner();
        findings.retain(|finding| self.syntax.iter().all(|syntax| syntax.line != finding.line));
        findings.extend(self.syntax);
        findings.sort();
        findings.dedup();
        findings
    }

    /// Returns the line, from 1, that holds a byte.
    pub(super) fn line_at(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset)
    }

    /// Returns the line on which a span begins.
    pub(super) fn line_of(&self, span: &Range<usize>) -> usize {
        self.line_at(span.start)
    }
}
