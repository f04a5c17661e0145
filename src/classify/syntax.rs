//! What can be told of an expression from its parts.

use regex_syntax::ast::Ast;
use regex_syntax::ast::parse::Parser;

use crate::catalogue::{Expression, Matching};

/// Returns how many literal bytes every text that matches must hold at least.
pub(super) fn specificity(matching: &Matching) -> usize {
    if let Some(regex) = &matching.regex {
        return regex.min_literal_bytes();
    }
    let shortest = matching.any.iter().map(String::len).min().unwrap_or_default();
    matching.all.iter().map(String::len).fold(shortest, usize::saturating_add)
}

/// Splits an expression after the longest beginning of it that matches the text.
///
/// Beginnings end between the parts that stand one after another at the top level.
pub(super) fn split_at_miss<'e>(regex: &'e Expression, text: &str) -> (&'e str, &'e str) {
    let pattern = regex.as_str();
    let ast = Parser::new().parse(pattern).ok();
    let ends: Vec<_> = match &ast {
        Some(Ast::Concat(concat)) => concat.asts.iter().map(|ast| ast.span().end.offset).collect(),
        _ => Vec::new(),
    };
    // A text that matches a beginning matches every shorter one.
    let matched = ends.partition_point(|end| {
        let beginning = pattern.get(..*end).and_then(|part| part.parse::<Expression>().ok());
        beginning.is_some_and(|beginning| beginning.is_match(text))
    });
    let end = matched.checked_sub(1).and_then(|last| ends.get(last).copied()).unwrap_or(0);
    pattern.split_at_checked(end).unwrap_or(("", pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(regex: &str, want: usize) {
        let regex = Some(regex.parse().unwrap());
        let matching = Matching {
            any: vec!["x".into()],
            all: vec![],
            not: vec![],
            regex,
            examples: vec![],
            counter_examples: vec![],
        };
        assert_eq!(specificity(&matching), want, "{matching:?}");
    }

    #[test]
    fn an_expression_counts_the_bytes_that_every_match_has() {
        check("ORA-00001", 9);
        check(r"ORA-\d{5}: .*", 6);
        check("(?:refused|reset)x", 6);
        check("(?i)Refused", 7);
        check("a?b*c+(?:de){3}[.][xy]", 8);
        check(r"^\[name\]$", 6);
    }

    #[test]
    fn without_expression_the_shortest_of_any_and_all_of_all_count() {
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect();
        let matching = Matching {
            any: words(&["12345", "123"]),
            all: words(&["1", "12"]),
            not: words(&["x"]),
            regex: None,
            examples: vec![],
            counter_examples: vec![],
        };
        assert_eq!(specificity(&matching), 6);
    }

    #[test]
    fn an_expression_is_split_where_it_stops_matching() {
        let cases = [
            (
                r"table '(?<table>[^']+)' is (?:full|locked)",
                "table 'a' is gone",
                "table '(?<table>[^']+)' is ",
            ),
            ("a|b", "c", ""),
            ("abc", "xyz", ""),
        ];
        for (pattern, text, want) in cases {
            let regex: Expression = pattern.parse().unwrap();
            let (matched, rest) = split_at_miss(&regex, text);
            assert_eq!(matched, want);
            assert_eq!([matched, rest].concat(), pattern);
        }
    }
}
