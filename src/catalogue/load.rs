//! The whole catalogue.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::read::{FileSet, Trust};
use super::{CatalogueError, PatternFile, Rule, Wrapper, check, ids as permanent};
use crate::model::{Finding, RuleId};

/// All rules, checked, and the wrappers around errors.
///
/// Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Catalogue {
    rules: Arc<[Rule]>,
    wrappers: Arc<[Wrapper]>,
    hash: String,
}

impl Catalogue {
    /// Returns the catalogue inside the binary.
    ///
    /// # Errors
    ///
    /// Returns [`CatalogueError::Invalid`] where its files have faults.
    pub fn builtin() -> Result<Self, CatalogueError> {
        Self::read([(PatternFile::builtin(), Trust::Proven), (Vec::new(), Trust::Unproven)])
    }

    /// Reads the catalogue: that of the directory `replace`, else the one inside the binary, and
    /// the rules of the directory `add`, which take the place of rules with the same id.
    ///
    /// # Errors
    ///
    /// Returns [`CatalogueError::Read`] and [`CatalogueError::Empty`] for directories that cannot
    /// be read or hold nothing, and [`CatalogueError::Invalid`] with every fault of all files.
    pub fn load(replace: Option<&Path>, add: Option<&Path>) -> Result<Self, CatalogueError> {
        let base = match replace {
            Some(directory) => (PatternFile::read_directory(directory)?, Trust::Unproven),
            None => (PatternFile::builtin(), Trust::Proven),
        };
        let added = add.map_or_else(|| Ok(Vec::new()), PatternFile::read_directory)?;
        Self::read([base, (added, Trust::Unproven)])
    }

    /// Returns the catalogue that these files make; rules of `added` take the place of rules of
    /// `base` with the same id. The order of the files changes nothing.
    ///
    /// # Errors
    ///
    /// Returns [`CatalogueError::Invalid`] with every fault of all files.
    pub fn parse(base: Vec<PatternFile>, added: Vec<PatternFile>) -> Result<Self, CatalogueError> {
        Self::read([(base, Trust::Unproven), (added, Trust::Unproven)])
    }

    fn read(sets: [(Vec<PatternFile>, Trust); 2]) -> Result<Self, CatalogueError> {
        let sets = sets.map(|(files, trust)| (sorted(files), trust));
        let mut findings = Vec::new();
        let mut ids = BTreeSet::new();
        let mut rules: BTreeMap<RuleId, Rule> = BTreeMap::new();
        let mut wrappers: BTreeMap<String, Wrapper> = BTreeMap::new();
        for (files, trust) in &sets {
            let mut set = FileSet::of(files, *trust);
            findings.append(&mut set.findings);
            findings.append(&mut check::duplicates(&set));
            findings.append(&mut permanent::check(&set));
            ids.extend(set.ids.into_iter().map(|(id, _)| id));
            rules.extend(set.rules.into_iter().map(|rule| (rule.id.clone(), rule)));
            let by_id = set.wrappers.into_iter().map(|(wrapper, _)| (wrapper.id.clone(), wrapper));
            wrappers.extend(by_id);
        }
        findings.append(&mut check::links(rules.values(), &ids));
        findings.append(&mut check::groups(&rules));
        refuse(findings)?;
        Ok(Self {
            rules: rules.into_values().collect(),
            wrappers: wrappers.into_values().collect(),
            hash: hash(&sets.map(|(files, _)| files)),
        })
    }

    /// Returns this catalogue with the rules of one more file, which take the place of rules with the
    /// same id.
    ///
    /// # Errors
    ///
    /// Returns [`CatalogueError::Invalid`] with every fault of the file.
    pub fn with(&self, file: &PatternFile) -> Result<Self, CatalogueError> {
        let mut set = FileSet::default();
        set.read(file);
        let mut findings = std::mem::take(&mut set.findings);
        findings.append(&mut check::duplicates(&set));
        let by_id = self.rules.iter().cloned().chain(set.rules);
        let rules: BTreeMap<RuleId, Rule> = by_id.map(|rule| (rule.id.clone(), rule)).collect();
        let ids = rules.keys().cloned().collect();
        findings.append(&mut check::links(rules.values(), &ids));
        findings.append(&mut check::groups(&rules));
        refuse(findings)?;
        let text = format!("{}{}", self.hash, file.text);
        let hash = hash(&[vec![PatternFile { path: file.path.clone(), text }], Vec::new()]);
        Ok(Self {
            rules: rules.into_values().collect(),
            wrappers: Arc::clone(&self.wrappers),
            hash,
        })
    }

    /// Returns all rules, sorted by id.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Returns the rule with this id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        let found = self.rules.binary_search_by(|rule| rule.id.as_str().cmp(id)).ok()?;
        self.rules.get(found)
    }

    /// Returns all wrappers, sorted by id.
    #[must_use]
    pub fn wrappers(&self) -> &[Wrapper] {
        &self.wrappers
    }

    /// Returns 12 hexadecimal digits that stand for the content of the files.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Returns the rules, shared.
    pub(crate) fn shared_rules(&self) -> Arc<[Rule]> {
        Arc::clone(&self.rules)
    }
}

/// Sorts files by name, and makes their line ends `\n`.
fn sorted(mut files: Vec<PatternFile>) -> Vec<PatternFile> {
    for file in &mut files {
        if file.text.contains("\r\n") {
            file.text = file.text.replace("\r\n", "\n");
        }
    }
    files.sort_by(|a, b| (a.path.file_name(), a).cmp(&(b.path.file_name(), b)));
    files
}

/// Returns the hash of the files' names and texts, whatever directory they are in.
fn hash(sets: &[Vec<PatternFile>; 2]) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |part: &[u8]| {
        // The length keeps parts apart, so that no two lists of files give the same bytes.
        hasher.update(&part.len().to_le_bytes());
        hasher.update(part);
    };
    for (set, files) in sets.iter().enumerate() {
        for file in files {
            add(&set.to_le_bytes());
            add(file.category().as_bytes());
            add(file.text.as_bytes());
        }
    }
    hasher.finalize().to_hex().chars().take(12).collect()
}

fn refuse(mut findings: Vec<Finding>) -> Result<(), CatalogueError> {
    findings.sort();
    findings.dedup();
    if findings.is_empty() { Ok(()) } else { Err(CatalogueError::Invalid { findings }) }
}
