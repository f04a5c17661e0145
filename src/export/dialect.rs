//! Prints the parts of an expression in another dialect.

use regex_syntax::ast::{
    Alternation, AssertionKind, Ast, ClassBracketed, ClassPerl, ClassPerlKind, ClassSet,
    ClassSetItem, Concat, Flag, Flags, FlagsItemKind, Group, GroupKind, RepetitionKind,
    RepetitionOp, RepetitionRange,
};

/// Any character.
const ANYTHING: &str = r"[\s\S]";
/// A stretch of anything in a log, which must not run on to its end: over one line end at most.
const STRETCH: &str = r"(?:[^\n]*(?:[\r\n]+[^\n]*)?)";

/// What an expression is printed for.
///
/// No dialect gets look-around, names of groups, or flags other than `i`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// ripgrep, one line at a time or over lines: `^` and `$` are the ends of a line, and no
    /// expression names a line end.
    Lines,
    /// What the Rust crate, RE2 and PCRE understand alike; a text may have several lines.
    Plain,
    /// The same for Onigmo inside a configuration that splits at spaces.
    Onigmo,
}

/// The flags in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Mode {
    ignores_case: bool,
    dot_matches_line_end: bool,
    is_multi_line: bool,
}

/// Prints expressions; `start` stands for the start of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Printer<'s> {
    pub(super) dialect: Dialect,
    pub(super) start: &'s str,
}

impl Printer<'_> {
    /// Prints an expression; `None` where the dialect has no words for it.
    pub(super) fn print(self, ast: &Ast) -> Option<String> {
        let mut printed = self.node(ast, &mut Mode::default(), false)?;
        // Whether anything follows does not matter, and would only be slow to find.
        for end in [STRETCH.to_owned(), format!("(?:{STRETCH})"), format!("(?:{STRETCH})?")] {
            while printed.ends_with(&end) && printed.len() > end.len() {
                printed.truncate(printed.len() - end.len());
            }
        }
        // Alternatives are kept together, so that the result can be put beside others.
        Some(if matches!(ast, Ast::Alternation(_)) { format!("(?:{printed})") } else { printed })
    }

    /// Prints a literal text.
    pub(super) fn literal(self, text: &str) -> String {
        text.chars().map(|c| self.char(c, false)).collect()
    }

    /// Prints a part. `is_folded` tells whether the printed part around it ignores case already.
    fn node(self, ast: &Ast, mode: &mut Mode, is_folded: bool) -> Option<String> {
        if let Ast::Concat(concat) = ast {
            return self.concat(concat, mode, is_folded);
        }
        if let Ast::Alternation(alternation) = ast {
            return self.alternation(alternation, mode, is_folded);
        }
        let folds = mode.ignores_case;
        if folds != is_folded && !matches!(ast, Ast::Flags(_) | Ast::Empty(_)) {
            return Some(folded(self.leaf(ast, mode, folds)?, folds, is_folded));
        }
        self.leaf(ast, mode, is_folded)
    }

    fn leaf(self, ast: &Ast, mode: &mut Mode, is_folded: bool) -> Option<String> {
        Some(match ast {
            Ast::Empty(_) => String::new(),
            Ast::Flags(set) => {
                apply(&set.flags, mode)?;
                String::new()
            }
            Ast::Literal(literal) => self.char(literal.c, false),
            Ast::Dot(_) if mode.dot_matches_line_end => ANYTHING.into(),
            Ast::Dot(_) => r"[^\n]".into(),
            Ast::Assertion(assertion) => self.assertion(&assertion.kind, *mode)?,
            Ast::ClassPerl(class) => perl(class).into(),
            Ast::ClassBracketed(class) => self.bracketed(class)?,
            Ast::Repetition(repetition) => {
                let inner = self.node(&repetition.ast, mode, is_folded)?;
                if self.dialect == Dialect::Lines && inner == ANYTHING {
                    return Some(STRETCH.into());
                }
                let lazy = if repetition.greedy { "" } else { "?" };
                // A start or a line end is printed as a group, and so is what turns case off.
                format!("{inner}{}{lazy}", amount(&repetition.op))
            }
            Ast::Group(group) => self.group(group, *mode, is_folded)?,
            Ast::ClassUnicode(_) | Ast::Concat(_) | Ast::Alternation(_) => return None,
        })
    }

    fn concat(self, concat: &Concat, mode: &mut Mode, is_folded: bool) -> Option<String> {
        let mut out = String::new();
        // Parts with the same case are printed in one group.
        let mut run = String::new();
        let mut run_folds = is_folded;
        let close = |run: &mut String, folds: bool, out: &mut String| {
            let run = std::mem::take(run);
            out.push_str(&folded(run, folds, is_folded));
        };
        for part in &concat.asts {
            if mode.ignores_case != run_folds {
                close(&mut run, run_folds, &mut out);
                run_folds = mode.ignores_case;
            }
            run.push_str(&self.node(part, mode, run_folds)?);
        }
        close(&mut run, run_folds, &mut out);
        Some(out)
    }

    fn alternation(
        self,
        alternation: &Alternation,
        mode: &mut Mode,
        is_folded: bool,
    ) -> Option<String> {
        let has_end = |wanted: &[AssertionKind]| {
            alternation.asts.iter().any(
                |ast| matches!(ast, Ast::Assertion(assertion) if wanted.contains(&assertion.kind)),
            )
        };
        let is_line_end_told = self.dialect == Dialect::Lines
            && has_end(&[
                AssertionKind::StartLine,
                AssertionKind::StartText,
                AssertionKind::EndLine,
                AssertionKind::EndText,
            ]);
        let mut branches = Vec::new();
        for branch in &alternation.asts {
            // `^` and `$` of ripgrep find every line end.
            if is_line_end_told && matches!(branch, Ast::Literal(literal) if literal.c == '\n') {
                continue;
            }
            branches.push(self.node(branch, mode, is_folded)?);
        }
        Some(branches.join("|"))
    }

    fn group(self, group: &Group, mut mode: Mode, is_folded: bool) -> Option<String> {
        if let GroupKind::NonCapturing(flags) = &group.kind {
            apply(flags, &mut mode)?;
        }
        let folds = mode.ignores_case;
        let inner = self.node(&group.ast, &mut mode, folds)?;
        let flag = match (folds, is_folded) {
            (true, false) => "i",
            (false, true) => "-i",
            _ => "",
        };
        Some(format!("(?{flag}:{inner})"))
    }

    fn assertion(self, kind: &AssertionKind, mode: Mode) -> Option<String> {
        use AssertionKind::{
            EndLine, EndText, NotWordBoundary, StartLine, StartText, WordBoundary,
        };
        Some(match kind {
            StartLine if mode.is_multi_line => match self.dialect {
                Dialect::Lines => "^".into(),
                Dialect::Plain | Dialect::Onigmo => format!("(?:{}|\\n)", self.start),
            },
            EndLine if mode.is_multi_line && self.dialect != Dialect::Lines => r"(?:\n|\z)".into(),
            StartLine | StartText => self.start.into(),
            EndLine | EndText => match self.dialect {
                Dialect::Lines => r"(?:\r?$)".into(),
                Dialect::Plain | Dialect::Onigmo => r"\z".into(),
            },
            WordBoundary => r"\b".into(),
            NotWordBoundary => r"\B".into(),
            _ => return None,
        })
    }

    fn bracketed(self, class: &ClassBracketed) -> Option<String> {
        let ClassSet::Item(item) = &class.kind else { return None };
        let not = if class.negated { "^" } else { "" };
        let printed = format!("[{not}{}]", self.item(item)?);
        // A class of bytes has no such character.
        (self.dialect != Dialect::Lines || printed.is_ascii()).then_some(printed)
    }

    fn item(self, item: &ClassSetItem) -> Option<String> {
        Some(match item {
            ClassSetItem::Empty(_) => String::new(),
            ClassSetItem::Literal(literal) => self.char(literal.c, true),
            ClassSetItem::Range(range) => {
                format!("{}-{}", self.char(range.start.c, true), self.char(range.end.c, true))
            }
            ClassSetItem::Perl(class) => perl(class).into(),
            ClassSetItem::Union(union) => {
                union.items.iter().map(|item| self.item(item)).collect::<Option<String>>()?
            }
            ClassSetItem::Ascii(_) | ClassSetItem::Unicode(_) | ClassSetItem::Bracketed(_) => {
                return None;
            }
        })
    }

    /// Prints a character that stands for itself.
    fn char(self, c: char, is_in_class: bool) -> String {
        match c {
            // ripgrep refuses a line end, but takes a class that has one among others.
            '\n' if self.dialect == Dialect::Lines && !is_in_class => r"(?:\r?[\r\n])".into(),
            '\n' => r"\n".into(),
            '\r' => r"\r".into(),
            '\t' => r"\t".into(),
            // Quotes, and what a configuration puts values in for.
            '\'' | '"' | '`' | '$' | '%' | '@' | '#' | '/' if self.dialect != Dialect::Lines => {
                hex(c)
            }
            ' ' if self.dialect == Dialect::Onigmo => hex(c),
            c if c.is_control() => hex(c),
            '\\' | '[' | ']' | '^' | '-' | '&' | '~' if is_in_class => format!("\\{c}"),
            '\\' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$'
                if !is_in_class =>
            {
                format!("\\{c}")
            }
            // ripgrep is run without Unicode, which is several times faster, and wants bytes then.
            c if !c.is_ascii() && !is_in_class && self.dialect == Dialect::Lines => {
                let mut utf8 = [0; 4];
                let bytes: Vec<_> =
                    c.encode_utf8(&mut utf8).bytes().map(|byte| format!("\\x{byte:02X}")).collect();
                format!("(?-u:{})", bytes.concat())
            }
            c => c.to_string(),
        }
    }
}

/// Returns an expression in a group that turns case on or off, where it is not so around it.
fn folded(printed: String, folds: bool, is_folded: bool) -> String {
    match (folds, is_folded) {
        _ if printed.is_empty() => printed,
        (true, false) => format!("(?i:{printed})"),
        (false, true) => format!("(?-i:{printed})"),
        _ => printed,
    }
}

fn hex(c: char) -> String {
    match u32::from(c) {
        code @ 0..0x80 => format!("\\x{code:02x}"),
        code => format!("\\x{{{code:x}}}"),
    }
}

fn perl(class: &ClassPerl) -> &'static str {
    match (&class.kind, class.negated) {
        (ClassPerlKind::Digit, false) => r"\d",
        (ClassPerlKind::Digit, true) => r"\D",
        (ClassPerlKind::Space, false) => r"\s",
        (ClassPerlKind::Space, true) => r"\S",
        (ClassPerlKind::Word, false) => r"\w",
        (ClassPerlKind::Word, true) => r"\W",
    }
}

fn amount(op: &RepetitionOp) -> String {
    use RepetitionRange::{AtLeast, Bounded, Exactly};
    match op.kind {
        RepetitionKind::ZeroOrOne => "?".into(),
        RepetitionKind::ZeroOrMore => "*".into(),
        RepetitionKind::OneOrMore => "+".into(),
        RepetitionKind::Range(Exactly(n)) => format!("{{{n}}}"),
        RepetitionKind::Range(AtLeast(n)) => format!("{{{n},}}"),
        RepetitionKind::Range(Bounded(from, to)) => format!("{{{from},{to}}}"),
    }
}

/// Turns flags on and off; `None` for one that changes what is not known here.
fn apply(flags: &Flags, mode: &mut Mode) -> Option<()> {
    let mut is_on = true;
    for item in &flags.items {
        match item.kind {
            FlagsItemKind::Negation => is_on = false,
            FlagsItemKind::Flag(Flag::CaseInsensitive) => mode.ignores_case = is_on,
            FlagsItemKind::Flag(Flag::DotMatchesNewLine) => mode.dot_matches_line_end = is_on,
            FlagsItemKind::Flag(Flag::MultiLine) => mode.is_multi_line = is_on,
            // The parser has taken white space and comments out.
            FlagsItemKind::Flag(Flag::IgnoreWhitespace) => {}
            FlagsItemKind::Flag(Flag::SwapGreed | Flag::Unicode | Flag::CRLF) => return None,
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use regex_syntax::ast::parse::Parser;

    use super::*;

    #[track_caller]
    fn check(dialect: Dialect, pattern: &str, want: Option<&str>) {
        let ast = Parser::new().parse(pattern).unwrap();
        let printed = Printer { dialect, start: "(?:START)" }.print(&ast);
        assert_eq!(printed.as_deref(), want, "{pattern}");
    }

    #[test]
    fn captures_become_groups_and_starts_stand_behind_other_things() {
        check(Dialect::Plain, r"a(?<host>\d+?){2,3}(b)", Some(r"a(?:\d+?){2,3}(?:b)"));
        check(Dialect::Plain, r"(?:^|\n|x: )\s*a$", Some(r"(?:(?:START)|\n|x: )\s*a\z"));
        check(Dialect::Lines, r"(?:^|\n|x: )a(?:\n|$)", Some(r"(?:(?:START)|x: )a(?:(?:\r?$))"));
        check(Dialect::Lines, r"a\nb[.\n]", Some(r"a(?:\r?[\r\n])b[.\n]"));
        check(Dialect::Plain, "(?m)^a$", Some(r"(?:(?:START)|\n)a(?:\n|\z)"));
        check(Dialect::Plain, "a|b", Some("(?:a|b)"));
    }

    #[test]
    fn flags_become_groups() {
        check(Dialect::Plain, "(?i)ab(?-i)c", Some("(?i:ab)c"));
        check(Dialect::Plain, "(?i)a|b", Some("(?:(?i:a)|(?i:b))"));
        check(Dialect::Plain, "x(?i:a(?-i:b))", Some("x(?i:a(?-i:b))"));
        check(Dialect::Plain, "(?s:.).", Some(r"(?:[\s\S])[^\n]"));
        check(Dialect::Plain, "(?x) a b # c", Some("ab"));
    }

    #[test]
    fn characters_that_a_configuration_reads_are_hidden() {
        check(
            Dialect::Plain,
            r#"'"`\$%@#/[^'\]-]"#,
            Some(r"\x27\x22\x60\x24\x25\x40\x23\x2f[^\x27\]\-]"),
        );
        check(Dialect::Onigmo, "a b[ ]", Some(r"a\x20b[\x20]"));
        check(Dialect::Lines, r#"'"\$ \."#, Some(r#"'"\$ \."#));
        check(Dialect::Plain, "\u{7}é", Some(r"\x07é"));
    }

    #[test]
    fn what_others_do_not_know_is_not_translated() {
        for pattern in [r"\pL", "[a&&b]", "[[:alpha:]]", "(?U)a*", r"\b{start}a"] {
            check(Dialect::Plain, pattern, None);
        }
    }
}
