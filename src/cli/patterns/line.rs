//! Pieces of lines that are no wider than they may be.

/// Returns a text on one line of at most `max` columns, without anything that a terminal would obey.
pub(super) fn one_line(text: &str, max: usize) -> String {
    let is_bad =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let text = text.trim().replace("\r\n", "\n").replace(['\n', '\r'], " | ").replace('\t', " ");
    let text: String = text.chars().map(|c| if is_bad(c) { '\u{fffd}' } else { c }).collect();
    if text.chars().count() <= max {
        return text;
    }
    text.chars().take(max.saturating_sub(3)).chain("...".chars()).collect()
}

/// Returns a text on at most `n_lines` lines of at most `max` columns, broken anywhere.
pub(super) fn few_lines(text: &str, max: usize, n_lines: usize) -> Vec<String> {
    let max = max.max(8);
    let text: Vec<char> = one_line(text, max * n_lines).chars().collect();
    text.chunks(max).map(|line| line.iter().collect()).collect()
}

/// Returns a share in percent with one digit; neither none nor all unless it is.
pub(super) fn percent(part: u64, of: u64) -> String {
    match parts(part, of, 1_000) {
        Some(permille) => format!("{}.{} %", permille / 10, permille % 10),
        None => "-".into(),
    }
}

/// Returns a share between 0 and 1 with four digits, neither 0 nor 1 unless it is; `None` of
/// nothing.
pub(super) fn share(part: u64, of: u64) -> Option<f64> {
    Some(f64::from(parts(part, of, 10_000)?) / 10_000.0)
}

/// Returns how many of so many equal parts a share makes, rounded.
fn parts(part: u64, of: u64, parts: u32) -> Option<u32> {
    let twice = 2 * u128::from(of);
    let rounded = (2 * u128::from(part) * u128::from(parts) + u128::from(of)).checked_div(twice)?;
    let rounded = u32::try_from(rounded).unwrap_or(u32::MAX);
    Some(match part {
        0 => 0,
        _ if part < of => rounded.clamp(1, parts - 1),
        _ => rounded,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_on_one_line_and_cut() {
        let cases = [
            ("a\r\nb\tc", "a | b c"),
            ("0123456789", "0123456789"),
            ("0123456789a", "0123456..."),
            ("\u{1b}[31m\u{202e}", "\u{fffd}[31m\u{fffd}"),
        ];
        for (text, want) in cases {
            assert_eq!(one_line(text, 10), want);
        }
    }

    #[test]
    fn a_long_text_is_broken_and_cut() {
        assert_eq!(few_lines("0123456789", 8, 2), ["01234567", "89"]);
        assert_eq!(few_lines("0123456789abcdefg", 8, 2), ["01234567", "89abc..."]);
    }

    #[test]
    fn a_share_is_whole_only_where_it_is_so() {
        assert_eq!(percent(9_999, 10_000), "99.9 %");
        assert_eq!(percent(1, 10_000), "0.1 %");
        assert_eq!((percent(2, 3), percent(1, 3)), ("66.7 %".into(), "33.3 %".into()));
        assert_eq!(percent(3, 3), "100.0 %");
        assert_eq!(percent(0, 0), "-");
        assert_eq!(share(99_999, 100_000), Some(0.9999));
        assert_eq!(share(0, 0), None);
    }
}
