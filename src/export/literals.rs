//! Which literals an expression brings with it.

use regex_syntax::ast::{
    Ast, ClassPerlKind, ClassSet, ClassSetItem, Concat, Flag, RepetitionKind, RepetitionOp,
};
use regex_syntax::ast::{GroupKind, RepetitionRange};

/// More texts than this are not written out.
const MAX_TEXTS: usize = 256;

/// Returns true where every text that matches holds one of the literals.
///
/// May return false where it is so, never true where it is not.
pub(super) fn implies(ast: &Ast, literals: &[String]) -> bool {
    if let Some(texts) = texts(ast) {
        return all_hold(&texts, literals);
    }
    match ast {
        Ast::Group(group) => implies(&group.ast, literals),
        Ast::Repetition(repetition) => {
            is_at_least_once(&repetition.op) && implies(&repetition.ast, literals)
        }
        Ast::Alternation(alternation) => alternation.asts.iter().all(|ast| implies(ast, literals)),
        Ast::Concat(concat) => concat_implies(concat, literals),
        _ => false,
    }
}

/// Returns true where a literal may stand in what an expression matches, or reach into it.
pub(super) fn may_overlap(ast: &Ast, literals: &[String]) -> bool {
    // Four characters that both have may be the same ones.
    let shares = |text: &str| {
        let chars: Vec<char> = text.chars().collect();
        let mut pieces = chars.windows(4).map(|piece| piece.iter().collect::<String>());
        pieces.any(|piece| literals.iter().any(|literal| literal.contains(&piece)))
    };
    runs_on(ast) || fixed_texts(ast).iter().any(|text| shares(text))
}

/// Returns true where a part may be any words.
fn runs_on(ast: &Ast) -> bool {
    match ast {
        Ast::Group(group) => runs_on(&group.ast),
        Ast::Alternation(alternation) => alternation.asts.iter().any(runs_on),
        Ast::Concat(concat) => concat.asts.iter().any(runs_on),
        Ast::Repetition(repetition) => match &*repetition.ast {
            Ast::Dot(_) | Ast::ClassBracketed(_) => true,
            Ast::ClassPerl(class) => class.negated || class.kind == ClassPerlKind::Word,
            inner => runs_on(inner),
        },
        _ => false,
    }
}

/// Returns the texts without a gap that a match may hold, as far as they are few.
fn fixed_texts(ast: &Ast) -> Vec<String> {
    if let Some(texts) = texts(ast) {
        return texts;
    }
    match ast {
        Ast::Group(group) => fixed_texts(&group.ast),
        Ast::Repetition(repetition) => fixed_texts(&repetition.ast),
        Ast::Alternation(alternation) => alternation.asts.iter().flat_map(fixed_texts).collect(),
        Ast::Concat(concat) => {
            let mut all = Vec::new();
            let mut run = vec![String::new()];
            for part in &concat.asts {
                if let Some(joined) = texts(part).and_then(|texts| product(&run, &texts)) {
                    run = joined;
                } else {
                    all.append(&mut run);
                    all.extend(fixed_texts(part));
                    run = texts(part).unwrap_or_else(|| vec![String::new()]);
                }
            }
            all.append(&mut run);
            all
        }
        _ => Vec::new(),
    }
}

/// Returns true where an expression ignores case somewhere; its letters then imply nothing.
pub(super) fn ignores_case(ast: &Ast) -> bool {
    match ast {
        Ast::Flags(set) => set.flags.flag_state(Flag::CaseInsensitive).is_some(),
        Ast::Group(group) => {
            let flags = match &group.kind {
                GroupKind::NonCapturing(flags) => flags.flag_state(Flag::CaseInsensitive),
                _ => None,
            };
            flags.is_some() || ignores_case(&group.ast)
        }
        Ast::Repetition(repetition) => ignores_case(&repetition.ast),
        Ast::Alternation(alternation) => alternation.asts.iter().any(ignores_case),
        Ast::Concat(concat) => concat.asts.iter().any(ignores_case),
        _ => false,
    }
}

fn concat_implies(concat: &Concat, literals: &[String]) -> bool {
    let mut run = vec![String::new()];
    for part in &concat.asts {
        let joined = texts(part).and_then(|texts| product(&run, &texts));
        if let Some(joined) = joined {
            run = joined;
            continue;
        }
        if all_hold(&run, literals) || implies(part, literals) {
            return true;
        }
        run = texts(part).unwrap_or_else(|| vec![String::new()]);
    }
    all_hold(&run, literals)
}

fn all_hold(texts: &[String], literals: &[String]) -> bool {
    texts.iter().all(|text| literals.iter().any(|literal| text.contains(literal.as_str())))
}

/// Returns every text that matches, where these are few.
fn texts(ast: &Ast) -> Option<Vec<String>> {
    match ast {
        Ast::Empty(_) | Ast::Flags(_) | Ast::Assertion(_) => Some(vec![String::new()]),
        Ast::Literal(literal) => Some(vec![literal.c.into()]),
        Ast::ClassBracketed(class) if !class.negated => match &class.kind {
            ClassSet::Item(ClassSetItem::Literal(literal)) => Some(vec![literal.c.into()]),
            ClassSet::Item(ClassSetItem::Union(union)) => {
                let one = |item: &ClassSetItem| match item {
                    ClassSetItem::Literal(literal) => Some(literal.c.to_string()),
                    _ => None,
                };
                union.items.iter().map(one).collect()
            }
            _ => None,
        },
        Ast::Group(group) => texts(&group.ast),
        Ast::Repetition(repetition) => {
            let once = texts(&repetition.ast)?;
            match repetition.op.kind {
                RepetitionKind::ZeroOrOne => {
                    Some(once.into_iter().chain([String::new()]).collect())
                }
                _ => None,
            }
        }
        Ast::Alternation(alternation) => {
            let all: Option<Vec<Vec<String>>> = alternation.asts.iter().map(texts).collect();
            all.map(|all| all.concat()).filter(|all| all.len() <= MAX_TEXTS)
        }
        Ast::Concat(concat) => concat
            .asts
            .iter()
            .try_fold(vec![String::new()], |run, part| product(&run, &texts(part)?)),
        _ => None,
    }
}

fn product(left: &[String], right: &[String]) -> Option<Vec<String>> {
    if left.len() * right.len() > MAX_TEXTS {
        return None;
    }
    let join = |a: &String| right.iter().map(|b| format!("{a}{b}")).collect::<Vec<_>>();
    Some(left.iter().flat_map(join).collect())
}

fn is_at_least_once(op: &RepetitionOp) -> bool {
    use RepetitionRange::{AtLeast, Bounded, Exactly};
    match op.kind {
        RepetitionKind::ZeroOrOne | RepetitionKind::ZeroOrMore => false,
        RepetitionKind::OneOrMore => true,
        RepetitionKind::Range(Exactly(n) | AtLeast(n) | Bounded(n, _)) => n > 0,
    }
}

#[cfg(test)]
mod tests {
    use regex_syntax::ast::parse::Parser;

    use super::*;

    #[test]
    fn a_literal_may_reach_into_a_match_that_shares_letters_or_runs_on() {
        let cases = [
            (r"(?:Write|Flush) failed on file ", "Write failed on file ", true),
            (r"HTTP/(?:1|2) [45]\d\d\b", "HTTP/1.", true),
            (r"path '[^']*'", "behind", true),
            (r"code \d+", "behind", false),
        ];
        for (pattern, literal, want) in cases {
            let ast = Parser::new().parse(pattern).unwrap();
            assert_eq!(may_overlap(&ast, &[literal.to_owned()]), want, "{pattern} {literal}");
        }
    }

    #[test]
    fn literals_are_implied_where_every_match_holds_one() {
        let cases = [
            (r"ORA-12541\b", "ORA-12541", true),
            (r"(?:^|\n)\s*[Ff]ailed: (?<a>\d+)", "ailed: ", true),
            (r"(?:^|\n)\s*[Ff]ailed: (?<a>\d+)", "Failed: ", false),
            ("(?:refused|reset) by", "re", true),
            ("(?:refused|gone) by", "re", false),
            ("a(?:bc)?d", "abc", false),
            ("(?:abc)+", "abc", true),
            (r"port \d+ in use", "port 1", false),
        ];
        for (pattern, literal, want) in cases {
            let ast = Parser::new().parse(pattern).unwrap();
            assert_eq!(implies(&ast, &[literal.to_owned()]), want, "{pattern} {literal}");
        }
    }
}
