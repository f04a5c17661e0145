//! Finds what varies in a text, and what looks as if it did but is kept.

use std::net::Ipv6Addr;
use std::ops::Range;
use std::sync::OnceLock;

use regex_automata::Input;
use regex_automata::meta::{Config, Regex};
use regex_automata::util::syntax;

/// What becomes of a part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It stays: a code, or the name of a variable.
    Kept,
    /// Only the name of the Lua file stays.
    LuaFile,
    /// The name of the Lua chunk stays.
    LuaChunk,
    /// Its digits go.
    Word,
    /// Its last word goes: it names somebody.
    Named,
    /// A placeholder stands for it.
    Replaced(&'static str),
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
}

/// How a part is recognised.
struct Form {
    kind: Kind,
    /// In the dialect of `regex` with `x`; `\b \d \w` are those of ASCII.
    pattern: &'static str,
    /// What the expression cannot say: is this part, before which the character stands, the form?
    accept: fn(&str, Option<char>) -> bool,
}

impl Form {
    const fn new(kind: Kind, pattern: &'static str) -> Self {
        Self { kind, pattern, accept: |_, _| true }
    }

    const fn placeholder(placeholder: &'static str, pattern: &'static str) -> Self {
        Self::new(Kind::Replaced(placeholder), pattern)
    }

    const fn only(mut self, accept: fn(&str, Option<char>) -> bool) -> Self {
        self.accept = accept;
        self
    }
}

/// The forms; where several begin at one place, the first wins.
const FORMS: &[Form] = &[
    Form::placeholder(
        "<masked>",
        r"\[(?:name|id|date|phone|ssn|address|email|value|account):[a-z0-9]{8}\]",
    ),
    Form::placeholder(
        "<url>",
        r#"\b[A-Za-z][A-Za-z0-9+.-]*://[^\s"'<>\[\]]*[^\s"'<>\[\](){},.;:]"#,
    ),
    Form::placeholder("<email>", r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"),
    // Times: ISO 8601 and the like, the C library's, a time alone.
    Form::placeholder(
        "<time>",
        r"\b\d{4}[-/]\d{2}[-/]\d{2}(?:[T\ ]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\ ?(?:Z|[+-]\d{2}:?\d{2})\b)?)?\b",
    ),
    Form::placeholder(
        "<time>",
        r"\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\ +)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\ +\d{1,2},?\ +(?:\d{4}\ +)?\d{1,2}:\d{2}:\d{2}(?:\ +\d{4})?\b",
    ),
    Form::placeholder("<time>", r"\b\d{1,2}:\d{2}:\d{2}(?:[.,:]\d+)?\b"),
    // Ids of entries: component, milliseconds and count; or day and position.
    Form::placeholder(
        "<entry>",
        r"\b(?:[0-9A-Za-z]{22}|[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|Iguana-Service)-\d{12,14}-\d+\b",
    ),
    Form::placeholder("<entry>", r"\b(?:19|20)\d{6}-\d+\b"),
    Form::placeholder(
        "<guid>",
        r"\{?\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b\}?",
    ),
    Form::placeholder("<guid>", r"\b[0-9A-Fa-f]{32}\b"),
    Form::placeholder("<guid>", r"\b[0-9A-Za-z]{22}\b").only(|text, _| is_base_62_id(text)),
    Form::placeholder("<host>", r"\b[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+\.[A-Za-z]{2,8}\b(?::\d{1,5})?").only(is_host),
    // An address may have its name in brackets behind it.
    Form::placeholder(
        "<host>",
        r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5}|/\d{1,2})?\b(?:\ \([0-9A-Za-z.-]*\))?",
    ),
    Form::placeholder(
        "<host>",
        r"\[[0-9A-Fa-f:]{2,39}(?:%\w+)?\](?::\d{1,5})?|(?:\b[0-9A-Fa-f]{1,4})?:(?::?[0-9A-Fa-f]{1,4}){1,7}(?:::)?\b|\b(?:[0-9A-Fa-f]{1,4}:){1,7}:",
    )
    .only(is_ipv6),
    // Lua: places, addresses of values, names.
    Form::new(Kind::LuaChunk, r#"\[string\ "[\w./\ -]{1,60}"\]:\d+"#),
    Form::new(
        Kind::LuaFile,
        r#"(?:(?:\b[A-Za-z]:[\\/]|\.\.\.)[^:*?"'<>|,;\n]*?|[^\s:*?"'<>|()\[\]]*[\\/])?\b[\w.-]+\.lua\b(?::\d+)?"#,
    ),
    Form::placeholder(
        "<address>",
        r"\b(?:table|function|userdata|thread|coroutine):\ (?:builtin:\ )?(?:0x)?[0-9A-Fa-f]{6,16}\b",
    ),
    Form::new(
        Kind::Kept,
        r"\b(?:field|local|global|upvalue|method|function|constant|module|near|close|bad\ argument\ \#\d+\ to)\ '[^'\s\[]{1,60}'",
    ),
    Form::new(
        Kind::Kept,
        r"'[^'\s\[]{1,60}'\ (?:\(a\ (?:nil|number|string|boolean|table|function|userdata|thread)\ value\)|expected)",
    )
    .only(|_, before| !is_in_word(before)),
    Form::new(Kind::Kept, r"'[A-Za-z_][A-Za-z_.:]*'\ (?:callback|function|method)\b")
        .only(|_, before| !is_in_word(before)),
    // Quantities.
    Form::placeholder(
        "<duration>",
        r"\b\d+(?:\.\d+)?\ ?(?:ns|us|µs|ms|s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?|days?|milliseconds?)\b",
    ),
    Form::placeholder("<size>", r"\b\d+(?:\.\d+)?\ ?(?:[KMGTkmgt]i?[Bb]|B|[Bb]ytes?)\b"),
    // Codes: with a name of their own, after a word that says so, Winsock, HRESULT, SQLSTATE.
    Form::new(Kind::Kept, r"\b[A-Z][A-Z0-9]{1,9}-\d{1,6}(?:\.\d{1,3})*\b|\bHTTP/\d(?:\.\d)?(?:\ \d{3})?\b"),
    Form::new(
        Kind::Kept,
        r"(?i:\b[a-z_]*(?:code|errno|sqlstate|status))\s?[=:\#(\[\ ]{0,3}(?:0x[0-9A-Fa-f]{1,8}|-?\d{1,6}|[0-9A-Z]{5})\b|(?i:\b(?:error|err|errors|native|signal|curl|http|exit|rc))\ ?[\#(=\ ]{0,2}-?\d{1,6}\b",
    )
    .only(|text, _| text.contains(|c: char| c.is_ascii_digit()) && !text.contains('\n')),
    Form::new(Kind::Kept, r"\b(?:100(?:0[4-9]|[1-9]\d)|1100[1-5])\b|\b0x8[0-9A-Fa-f]{7}\b|[\[(][0-9A-Z]{5}[\])]")
        .only(|text, _| !text.starts_with(['[', '(']) || has_digit_and_letter(text)),
    // The reason that a directory gives for letting nobody in.
    Form::new(Kind::Kept, r"\berror,\ data\ [0-9a-f]{3}\b"),
    // Names of users.
    Form::new(
        Kind::Named,
        r#"\b(?i:user(?:name)?)(?:=|\ {1,2})[^\s,;:'"()\[\]=]+|\b(?i:password|publickey|login|logon)\ for\ (?:invalid\ )?(?:user\ {1,2})?[^\s,;:'"()\[\]=]+"#,
    )
    .only(names_somebody),
    // Quoted values.
    Form::placeholder("<str>", r#"'[^'\n]*'|"[^"\n]*""#).only(|_, before| !is_in_word(before)),
    // Paths: of Windows, of a network share, of Unix, relative with two separators or more.
    Form::placeholder("<path>", r#"\b[A-Za-z]:[\\/][^\s:*?"'<>|,;]*|\\\\[^\s:*?"'<>|,;\[]+"#),
    Form::placeholder("<path>", r"[~.]{0,2}/[\w@%+.-]*\w(?:/[\w@%+.-]*\w)+/?|(?:[\w@%+.-]*\w[\\/]){2,}[\w@%+.-]*\w[\\/]?|[~.]{1,2}/[\w@%+.-]*\w")
        .only(|text, before| !text.starts_with(['/', '.', '~']) || !is_in_word(before)),
    // Numbers.
    Form::placeholder("<hex>", r"\b0x[0-9A-Fa-f]+\b"),
    Form::placeholder("<hex>", r"\b[0-9A-Fa-f]{8,}\b").only(|text, _| has_digit_and_letter(text)),
    Form::placeholder("<id>", r"\b[a-z]\w*_-?\d\w*"),
    Form::new(Kind::Word, r"\b[A-Za-z_]+\d\w*"),
    Form::placeholder("<num>", r"-?\b\d+(?:[.,]\d+)*%?"),
];

/// Finds the forms in texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    /// All forms, each a pattern: the search itself tells which one matches; groups would have each
    /// match gone through again. Compiled when the first text comes.
    regex: OnceLock<Regex>,
}

/// Compiles all forms for one search.
fn compile() -> Regex {
    let of_ascii = |form: &Form| {
        let pattern = form.pattern.replace(r"\b", r"(?-u:\b)");
        pattern.replace(r"\d", "[0-9]").replace(r"\w", "[0-9A-Za-z_]")
    };
    let patterns: Vec<String> = FORMS.iter().map(of_ascii).collect();
    Regex::builder()
        .syntax(syntax::Config::new().ignore_whitespace(true))
        .configure(Config::new().nfa_size_limit(Some(4 * 1024 * 1024)).onepass(false))
        .build_many(&patterns)
        .expect("the forms compile: a test makes them")
}

impl Variables {
    /// Returns the first part of a text from `at` on that is one of the forms.
    pub(super) fn next(&self, text: &str, at: usize) -> Option<Variable> {
        let regex = self.regex.get_or_init(compile);
        let mut from = at;
        while let Some(found) = regex.find(Input::new(text).range(from..)) {
            let (form, range) = (FORMS.get(found.pattern().as_usize())?, found.range());
            let part = text.get(range.clone())?;
            let before = text.get(..range.start)?.chars().next_back();
            if (form.accept)(part, before) {
                return Some(Variable { kind: form.kind, range });
            }
            // Not the form after all: what counts is its first word.
            let word = first_word(part);
            let end = range.start + word.len();
            if word.contains(|c: char| c.is_ascii_digit()) {
                let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
                let kind = if is_number { Kind::Replaced("<num>") } else { Kind::Word };
                return Some(Variable { kind, range: range.start..end });
            }
            from = end;
        }
        None
    }
}

/// Returns the letters and digits at the start of a text, or its first character.
fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let first = text.chars().next().map_or(0, char::len_utf8);
    text.get(..end.max(first)).unwrap_or(text)
}

fn is_in_word(c: Option<char>) -> bool {
    c.is_some_and(char::is_alphanumeric)
}

fn has_digit_and_letter(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit()) && text.contains(|c: char| c.is_ascii_alphabetic())
}

/// Returns true for the ids of components. Long words have no digits, or no capitals; those that
/// programs join of several have a single abbreviation at most, as in `parseXMLMessageOfWards`.
fn is_base_62_id(text: &str) -> bool {
    let runs = text.split(|c: char| !c.is_ascii_uppercase());
    let n_abbreviations = runs.filter(|run| run.len() > 1).count();
    text.contains(|c: char| c.is_ascii_uppercase())
        && text.contains(|c: char| c.is_ascii_lowercase())
        && (has_digit_and_letter(text) || n_abbreviations > 1)
}

/// Returns true for the name of a host with its domain, and false for names of classes and modules:
/// the last part is a country or one of the common domains, in one case.
fn is_host(text: &str, before: Option<char>) -> bool {
    const DOMAINS: [&str; 11] =
        ["com", "net", "org", "edu", "gov", "info", "biz", "local", "lan", "internal", "corp"];
    let name = text.split_once(':').map_or(text, |(name, _)| name);
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_one_case = last.bytes().all(|byte| byte.is_ascii_lowercase())
        || last.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_domain = DOMAINS.iter().any(|domain| domain.eq_ignore_ascii_case(last));
    // A country alone may be the end of a file's or a module's name.
    let is_long = name.contains(|c: char| c.is_ascii_digit()) || name.split('.').count() > 3;
    before != Some('.') && is_one_case && (is_domain || last.len() == 2 && is_long)
}

/// Returns true where the last word is a name and not a word of the sentence.
fn names_somebody(text: &str, _: Option<char>) -> bool {
    const WORDS: [&str; 21] = [
        "is", "was", "has", "had", "does", "did", "not", "and", "or", "in", "on", "of", "to",
        "for", "from", "by", "with", "name", "id", "cannot", "user",
    ];
    let word = text.rsplit([' ', '=']).next().unwrap_or_default();
    !WORDS.contains(&word.to_ascii_lowercase().as_str())
}

/// Returns true for an IPv6 address, in brackets with a port or bare.
fn is_ipv6(text: &str, before: Option<char>) -> bool {
    let inner = text.strip_prefix('[').and_then(|text| text.split_once(']'));
    let address = inner.map_or(text, |(address, _)| address);
    let address = address.split_once('%').map_or(address, |(address, _)| address);
    !is_in_word(before) && before != Some(':') && address.parse::<Ipv6Addr>().is_ok()
}
