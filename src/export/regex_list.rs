//! One expression a line, for ripgrep and its like.

use super::conditions::Translated;

/// Renders the rules as lines; with ids, each is the id, a tab and the expression.
pub(super) fn render(rules: &[Translated<'_>], has_ids: bool) -> String {
    let mut out = String::new();
    for rule in rules {
        if has_ids {
            out.push_str(rule.rule.id.as_str());
            out.push('\t');
        }
        out.push_str(&in_any_order(&rule.must));
        out.push('\n');
    }
    out
}

/// Returns an expression that finds a line with all of some expressions in it.
fn in_any_order(all: &[String]) -> String {
    if let [only] = all {
        return only.clone();
    }
    let orders: Vec<String> = (0..all.len())
        .filter_map(|first| {
            let mut rest = all.to_vec();
            let first = rest.remove(first);
            (!rest.is_empty()).then(|| format!("{first}[^\\n]*{}", in_any_order(&rest)))
        })
        .collect();
    format!("(?:{})", orders.join("|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_demands_are_met_in_any_order() {
        let all = ["a".to_owned(), "b".to_owned()];
        assert_eq!(in_any_order(&all), r"(?:a[^\n]*b|b[^\n]*a)");
    }
}
