//! The expressions for what varies.

use super::name::Names;
use super::pattern::escaped;
use super::token::Token;
use crate::classify::ValueKind;

/// So many different words in one place are named, where the expression keeps close.
const MAX_NAMED: usize = 8;
/// With so many different values, a unit that all have is the only one.
const MANY: usize = 5;

/// What a path and a host are made of.
const PATH: &str = r#"[^\s:*?"'<>|,;]*"#;
const HOST: &str = r"[\w.-]+";

/// What stands in one place of the texts, and beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open<'t> {
    pub(super) tokens: &'t [Token],
    /// What all texts have just before it,
    pub(super) before: &'t str,
    /// and just after it.
    pub(super) after: &'t str,
    /// True where only forms that were seen are wanted.
    pub(super) is_close: bool,
}

impl Open<'_> {
    /// Returns true for values that may be named themselves: none that tells of a person.
    pub(super) fn may_be_kept(&self, kind: ValueKind) -> bool {
        !matches!(kind, ValueKind::Masked | ValueKind::Named | ValueKind::Email)
            && !self.items().any(has_mask)
    }

    fn items(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().flat_map(|token| &token.items).map(String::as_str)
    }

    fn all(&self, accept: impl Fn(&str) -> bool) -> bool {
        self.items().all(accept)
    }

    fn is_list(&self) -> bool {
        self.tokens.iter().any(|token| token.items.len() > 1)
    }

    fn has_many(&self) -> bool {
        let mut items: Vec<_> = self.items().collect();
        items.sort_unstable();
        items.dedup();
        items.len() >= MANY
    }
}

/// Returns the expression for values of one kind, with captures where it is clear what they are.
pub(super) fn value_pattern(kind: ValueKind, open: &Open<'_>, names: &mut Names) -> String {
    if open.is_list() {
        let one = single(kind, open, &mut None);
        return format!(r"{one}(?:[ ,;|^]+{one})*");
    }
    single(kind, open, &mut Some(names))
}

/// Where names are taken from; no captures without.
type Given<'n, 'g> = &'n mut Option<&'g mut Names>;

fn single(kind: ValueKind, open: &Open<'_>, names: Given<'_, '_>) -> String {
    match kind {
        ValueKind::Masked => masked(open),
        ValueKind::Url => {
            format!(
                r#"{}[^\s"'<>\[\]]*"#,
                named(names, "url", r#"[A-Za-z][\w+.-]*://[^\s"'<>?\[\]]+"#)
            )
        }
        ValueKind::Email => r"[\w.+-]+@[\w.-]+".into(),
        ValueKind::Time => time(open),
        ValueKind::Host => host(open, names),
        ValueKind::Duration => duration(open, names),
        ValueKind::Size => with_unit(open),
        ValueKind::Quoted => quoted(open, names),
        ValueKind::Path => path(open, names),
        ValueKind::Number | ValueKind::Word => number(open, names),
        ValueKind::Id | ValueKind::Code => id(open, names),
        ValueKind::Named => named(names, "user", r#"[^\s,;:'"()\[\]=]+"#),
        ValueKind::LuaFile => lua_file(open, names),
        ValueKind::LuaChunk => {
            let file = named(names, "file", r#"[^"\n]*"#);
            format!(r#"\[string "{file}"\]:{}"#, named(names, "line", r"\d+"))
        }
    }
}

/// Returns a capture with this name, where it is free, else the bare expression.
fn named(names: Given<'_, '_>, name: &'static str, regex: &str) -> String {
    let name = names.as_mut().and_then(|names| names.take(name));
    name.map_or_else(|| regex.to_owned(), |name| format!("(?<{name}>{regex})"))
}

/// Returns a capture with the name that the words beside the value give.
fn named_beside(
    open: &Open<'_>,
    names: Given<'_, '_>,
    regex: &str,
    fits: impl Fn(&str) -> bool,
) -> String {
    let given = names.as_mut().and_then(|names| {
        if open.items().any(has_mask) {
            return None;
        }
        names.take_beside(open.before, open.after, fits)
    });
    given.map_or_else(|| regex.to_owned(), |name| format!("(?<{name}>{regex})"))
}

/// Returns the expression for placeholders of the masker: by their kind, never by the value.
fn masked(open: &Open<'_>) -> String {
    let kind = |item: &str| item.trim_start_matches('[').split(':').next().map(str::to_owned);
    let first = open.items().next().and_then(kind).unwrap_or_default();
    let kind = if open.all(|item| kind(item).as_ref() == Some(&first)) {
        first.as_str()
    } else {
        "[a-z]+"
    };
    format!(r"\[{kind}:[a-z0-9]{{8}}\]")
}

fn time(open: &Open<'_>) -> String {
    let shape = |item: &str| {
        let mut shape = String::new();
        for c in item.chars() {
            let class = match c {
                c if c.is_ascii_digit() => r"\d+",
                c if c.is_ascii_alphabetic() => "[A-Za-z]+",
                ' ' => " +",
                _ => {
                    shape.push_str(&escaped(c.encode_utf8(&mut [0; 4])));
                    continue;
                }
            };
            if !shape.ends_with(class) {
                shape.push_str(class);
            }
        }
        shape
    };
    let first = open.items().next().map(shape).unwrap_or_default();
    if open.all(|item| shape(item) == first) {
        return first;
    }
    r"[\w:/.,+-]*\d[\w:/.,+-]*(?: +[\w:/.,+-]*\d[\w:/.,+-]*)*".into()
}

/// Returns the expression for paths. The directory tells problems apart; the name of a file may tell
/// of a patient.
fn path(open: &Open<'_>, names: Given<'_, '_>) -> String {
    let has_drive = |item: &str| item.chars().nth(1) == Some(':');
    let directory = if open.is_close && open.all(has_drive) {
        format!(r"[A-Za-z]:{PATH}[/\\]")
    } else if open.is_close && open.all(|item| item.starts_with('/')) {
        format!("/(?:{PATH}/)?")
    } else {
        format!(r"(?:[A-Za-z]:)?{PATH}[/\\]")
    };
    format!("{}{PATH}", named(names, "path", &directory))
}

fn host(open: &Open<'_>, names: Given<'_, '_>) -> String {
    let is_v6 = |item: &str| item.starts_with('[') || item.matches(':').count() > 1;
    let name_end = |item: &str| item.find([':', '/', ' ']).unwrap_or(item.len());
    if open.items().any(is_v6) {
        return named(names, "host", r"[\w.:%\[\]-]+");
    }
    let rest = |item: &str| item.get(name_end(item)..).unwrap_or_default().to_owned();
    let is_ip = |item: &str| {
        let name = item.get(..name_end(item)).unwrap_or_default();
        name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    let mut regex = if open.all(is_ip) && open.has_many() {
        named(names, "ip", r"\d{1,3}(?:\.\d{1,3}){3}")
    } else {
        named(names, "host", HOST)
    };
    if open.all(|item| rest(item).starts_with(':')) {
        regex.push(':');
        regex.push_str(&named(names, "port", r"\d+"));
    } else if open.items().any(|item| !rest(item).is_empty()) {
        regex.push_str(r"(?:[:/]\d+)?(?: \([\w.-]*\))?");
    }
    regex
}

fn duration(open: &Open<'_>, names: Given<'_, '_>) -> String {
    let unit = unit(open);
    match unit.as_deref().map(str::trim) {
        Some("ms" | "milliseconds") if open.all(|item| !item.contains('.')) => {
            format!("{}{}", named(names, "duration_ms", r"\d+"), unit.clone().unwrap_or_default())
        }
        _ => with_unit(open),
    }
}

/// Returns the unit, with the space before it, that all values have.
fn unit(open: &Open<'_>) -> Option<String> {
    let unit =
        |item: &str| item.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').to_owned();
    let first = open.items().next().map(unit)?;
    open.all(|item| unit(item) == first).then_some(first)
}

fn with_unit(open: &Open<'_>) -> String {
    let number = if open.all(|item| !item.contains('.')) { r"\d+" } else { r"\d+(?:\.\d+)?" };
    match unit(open).filter(|_| open.has_many()) {
        Some(unit) => format!("{number}{}", escaped(&unit)),
        None => r"\d+(?:\.\d+)? ?[A-Za-zµ]+".into(),
    }
}

fn quoted(open: &Open<'_>, names: Given<'_, '_>) -> String {
    let one = |quote: char, names: Given<'_, '_>| {
        let regex = format!(r"[^{quote}\n]*");
        format!("{quote}{}{quote}", named_beside(open, names, &regex, |_| true))
    };
    if open.all(|item| item.starts_with('\'')) {
        one('\'', names)
    } else if open.all(|item| item.starts_with('"')) {
        one('"', names)
    } else {
        r#"(?:'[^'\n]*'|"[^"\n]*")"#.into()
    }
}

fn number(open: &Open<'_>, names: Given<'_, '_>) -> String {
    let is_digits = |item: &str| item.bytes().all(|byte| byte.is_ascii_digit());
    let regex = if open.all(is_digits) {
        r"\d+"
    } else if open.all(|item| is_digits(item.trim_start_matches('-'))) {
        r"-?\d+"
    } else {
        r"-?\d[\d.,]*%?"
    };
    let is_number = |name: &str| {
        matches!(name, "code" | "count" | "line" | "port" | "status" | "column" | "field")
    };
    named_beside(open, names, regex, is_number)
}

fn id(open: &Open<'_>, names: Given<'_, '_>) -> String {
    if open.all(|item| item.contains(": ")) {
        return r"\w+: (?:builtin: )?(?:0x)?[0-9A-Fa-f]+".into();
    }
    let regex = class_of(&open.items().collect::<Vec<_>>()).unwrap_or(r"[\w{}-]+");
    let is_name = |name: &str| matches!(name, "component" | "queue" | "server" | "code" | "name");
    named_beside(open, names, regex, is_name)
}

/// Returns the narrowest class of characters that words are made of.
fn class_of(words: &[&str]) -> Option<&'static str> {
    let all = |accept: fn(char) -> bool| words.iter().all(|word| word.chars().all(accept));
    let has_digit = words.iter().all(|word| word.contains(|c: char| c.is_ascii_digit()));
    if all(|c| c.is_ascii_digit()) {
        Some(r"\d+")
    } else if words.iter().all(|word| word.starts_with("0x")) {
        Some("0x[0-9A-Fa-f]+")
    } else if has_digit && all(|c| c.is_ascii_hexdigit()) {
        Some("[0-9A-Fa-f]+")
    } else if all(|c| c.is_alphanumeric() || c == '_') {
        Some(r"\w+")
    } else if all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')) {
        Some(r"[\w.-]+")
    } else {
        None
    }
}

fn lua_file(open: &Open<'_>, names: Given<'_, '_>) -> String {
    let file = |item: &str| {
        let name = item.rsplit(['/', '\\']).next().unwrap_or(item);
        name.split_once(".lua:").map_or_else(|| name.to_owned(), |(stem, _)| format!("{stem}.lua"))
    };
    let first = open.items().next().map(file).unwrap_or_default();
    let is_same = open.all(|item| file(item) == first);
    let regex = if is_same { escaped(&first) } else { r"[\w.-]+\.lua".into() };
    let file = named(names, "file", &regex);
    let line = if open.all(|item| item.contains(".lua:")) {
        format!(":{}", named(names, "line", r"\d+"))
    } else {
        r"(?::\d+)?".into()
    };
    format!(r"(?:[^:\n]*[/\\])?{file}{line}")
}

/// Returns the expression for what texts have in a gap, before the character that comes next in
/// all of them.
pub(super) fn gap_pattern(gap: &[String], next: Option<char>, is_close: bool) -> String {
    let mut words: Vec<&str> = gap.iter().map(String::as_str).filter(|t| !t.is_empty()).collect();
    let is_optional = words.len() < gap.len();
    words.sort_unstable();
    words.dedup();
    let is_one = words.len() == 1 && is_optional;
    let is_named = is_one || (is_close && words.len() <= MAX_NAMED);
    if is_named && !words.iter().any(|word| has_mask(word)) {
        let all: Vec<_> = words.iter().map(|word| escaped(word)).collect();
        return format!("(?:{}){}", all.join("|"), if is_optional { "?" } else { "" });
    }
    let has = |accept: fn(char) -> bool| words.iter().any(|word| word.contains(accept));
    let class = match class_of(&words) {
        Some(class) => class.to_owned(),
        None if has(|c| c == '\n') => "(?s:.)+?".into(),
        None if has(char::is_whitespace) => r"[^\n]+?".into(),
        None => {
            match next.filter(|c| !c.is_whitespace() && !words.iter().any(|w| w.contains(*c))) {
                Some(next) => format!(r"[^\s{}]+", class_escaped(next)),
                None => r"\S+?".into(),
            }
        }
    };
    if is_optional { format!("(?:{class})?") } else { class }
}

fn class_escaped(c: char) -> String {
    if matches!(c, '\\' | ']' | '[' | '^' | '-' | '&' | '~') { format!("\\{c}") } else { c.into() }
}

/// Returns true for a text that holds a placeholder of the masker.
fn has_mask(text: &str) -> bool {
    text.match_indices('[').any(|(at, _)| {
        let rest = text.get(at + 1..).unwrap_or_default();
        let word = rest.split_once(']').and_then(|(inner, _)| inner.split_once(':'));
        word.is_some_and(|(kind, value)| {
            kind.bytes().all(|byte| byte.is_ascii_lowercase())
                && value.len() == 8
                && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
    })
}
