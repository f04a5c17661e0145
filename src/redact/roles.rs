//! Words that tell whether the words beside them name a person or a thing.

use std::sync::LazyLock;

use super::lexicon::Lexicon;

/// What a word tells, as bits.
pub(crate) type Roles = u8;

/// The name of a thing follows.
pub(crate) const THING: Roles = 1;
/// May stand between such a word and the name.
pub(crate) const LINK: Roles = 2;
/// The name of a person follows, even in lower case.
pub(crate) const PERSON: Roles = 4;
/// A small word of names, in front of the rest.
pub(crate) const PARTICLE: Roles = 8;
/// Two capitalized words after it are the name of a person.
pub(crate) const LEAD: Roles = 16;
/// Makes a name in front of it one of a place of work.
pub(crate) const FACILITY: Roles = 32;

#[rustfmt::skip]
const THINGS: &[&str] = &[
    "algorithm", "alias", "app", "application", "branch", "catalog", "channel", "charset",
    "cipher", "class", "collation", "column", "commit", "component", "constraint", "database",
    "device", "directory", "domain", "driver", "element", "encoding", "field", "file", "folder",
    "function", "global", "group", "host", "index", "instance", "job", "key", "library", "local",
    "login", "method", "module", "namespace", "node", "object", "package", "parameter",
    "partition", "printer", "procedure", "process", "program", "property", "queue", "realm",
    "relation", "repository", "role", "schema", "segment", "sequence", "server", "service",
    "table", "tablespace", "thread", "trigger", "type", "upvalue", "user", "variable", "view",
];

const LINKS: &[&str] = &["name", "named", "names", "called", "with", "is", "was", "for", "id"];

#[rustfmt::skip]
const PERSONS: &[&str] = &[
    "born", "contact", "doctor", "dr", "father", "guarantor", "insured", "kin", "member", "mother",
    "nurse", "patient", "patients", "physician", "provider", "pt", "spouse", "subscriber",
    "surname",
];

#[rustfmt::skip]
const PARTICLES: &[&str] = &[
    "al", "bin", "da", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el", "ibn",
    "la", "le", "ten", "ter", "van", "von", "zu",
];

const LEADS: &[&str] = &["between", "by", "for", "is", "of", "with"];

const FACILITIES: &[&str] =
    &["center", "clinic", "health", "hospital", "lab", "labs", "medical", "pharmacy", "radiology"];

static ROLES: LazyLock<Lexicon> = LazyLock::new(|| {
    let lists = [
        (THING, THINGS),
        (LINK, LINKS),
        (PERSON, PERSONS),
        (PARTICLE, PARTICLES),
        (LEAD, LEADS),
        (FACILITY, FACILITIES),
    ];
    Lexicon::new(lists.iter().flat_map(|(role, words)| words.iter().map(|word| (*role, *word))))
});

/// Returns what a word tells, whatever its case.
pub(crate) fn of(word: &str) -> Roles {
    ROLES.marks(word.as_bytes())
}
