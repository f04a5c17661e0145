//! The expression that texts side by side make.

use super::align::{Aligned, Element};
use super::name::Names;
use super::open::{Open, gap_pattern, value_pattern};
use super::token::TokenKind;

/// What may stand before the text within its part: nothing, or the place of a Lua error.
const START: &str = r"(?:^|\.lua:\d+:|\]:\d+:)\s*";
/// The same, with the whole of what may stand before the place.
const STRICT_START: &str =
    r#"^\s*(?:(?:(?:[A-Za-z]:)?[^:\n]*[/\\])?[\w.-]+\.lua:\d+:\s*|\[string "[^"\n]*"\]:\d+:\s*)*"#;
/// What may stand after it: nothing, or the list of calls that Lua puts behind an error.
const END: &str = r"\s*(?:$|\nstack traceback:)";
/// The same, up to the end of the text.
const STRICT_END: &str = r"\s*(?:\nstack traceback:(?s:.)*)?$";

/// How close an expression keeps to the texts that it is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Closeness {
    /// What varies is known by its kind alone.
    Usual,
    /// Nothing but Lua places stands before; values that are always the same, and the few words that
    /// stand in one place, are named.
    Close,
}

/// An expression, and the words that stand in every text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) regex: String,
    /// Runs of what is the same in all texts, on one line each, in the order of the texts.
    pub(super) runs: Vec<String>,
}

/// Makes the expression.
pub(super) fn pattern(aligned: &Aligned, closeness: Closeness) -> Pattern {
    let (start, end) = match closeness {
        Closeness::Usual => (START, END),
        Closeness::Close => (STRICT_START, STRICT_END),
    };
    let mut made = Making { regex: start.into(), runs: vec![String::new()] };
    let mut names = Names::default();
    for (nth, element) in aligned.elements.iter().enumerate() {
        let rest = aligned.elements.get(nth..).unwrap_or_default();
        made.push_gap(&element.gap, rest.first(), closeness);
        let after = words_after(rest.get(1..).unwrap_or_default());
        made.push(element, &after, &mut names, closeness);
    }
    made.push_gap(&aligned.end, None, closeness);
    if aligned.is_whole {
        made.regex.push_str(end);
    }
    made.runs.retain(|run| !run.trim().is_empty());
    Pattern { regex: made.regex, runs: made.runs }
}

/// An expression that is being made.
struct Making {
    regex: String,
    runs: Vec<String>,
}

impl Making {
    fn push(&mut self, element: &Element, after: &str, names: &mut Names, closeness: Closeness) {
        let first = element.tokens.first().map(|token| token.text.as_str()).unwrap_or_default();
        let is_same = element.tokens.iter().all(|token| token.text == first);
        match element.kind {
            TokenKind::Space if is_same && first == " " => self.push_literal(first),
            TokenKind::Space => self.push_open(r"\s+"),
            TokenKind::Word | TokenKind::Mark => self.push_literal(first),
            TokenKind::Value(kind) => {
                let is_close = closeness == Closeness::Close;
                let before = self.last_run();
                let open = Open { tokens: &element.tokens, before, after, is_close };
                let is_kept = is_close && is_same && open.may_be_kept(kind);
                if is_kept {
                    self.push_literal(first);
                } else {
                    let regex = value_pattern(kind, &open, names);
                    self.push_open(&regex);
                }
            }
        }
    }

    fn push_gap(&mut self, gap: &[String], next: Option<&Element>, closeness: Closeness) {
        if gap.iter().any(|text| !text.is_empty()) {
            let next = next.filter(|next| matches!(next.kind, TokenKind::Mark | TokenKind::Space));
            let next = next.and_then(|next| next.tokens.first()?.text.chars().next());
            let regex = gap_pattern(gap, next, closeness == Closeness::Close);
            self.push_open(&regex);
        }
    }

    fn push_literal(&mut self, text: &str) {
        self.regex.push_str(&escaped(text));
        for (nth, line) in text.split('\n').enumerate() {
            if nth > 0 {
                self.runs.push(String::new());
            }
            if let Some(run) = self.runs.last_mut() {
                run.push_str(line);
            }
        }
    }

    fn push_open(&mut self, regex: &str) {
        self.regex.push_str(regex);
        if self.runs.last().is_some_and(|run| !run.is_empty()) {
            self.runs.push(String::new());
        }
    }

    /// Returns the words just before what comes next.
    fn last_run(&self) -> &str {
        self.runs.last().map(String::as_str).unwrap_or_default()
    }
}

/// Returns the words that follow in all texts.
fn words_after(elements: &[Element]) -> String {
    let fixed = elements.iter().take_while(|element| {
        !matches!(element.kind, TokenKind::Value(_)) && element.gap.iter().all(String::is_empty)
    });
    fixed.filter_map(|element| Some(element.tokens.first()?.text.as_str())).collect()
}

/// Returns a text as an expression that matches it alone.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str(r"\n"),
            '\t' => out.push_str(r"\t"),
            '\\' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.extend([r"\x{", &format!("{:x}", u32::from(c)), "}"]),
            c => out.push(c),
        }
    }
    out
}
