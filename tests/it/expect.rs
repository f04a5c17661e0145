//! Compares what a command printed with what is written down: `...` stands for anything.

/// Returns the text with what differs between two runs taken out.
pub(crate) fn filtered(text: &str) -> String {
    let version = format!("dewlap {}", env!("CARGO_PKG_VERSION"));
    let text = text.replace(&version, "dewlap VERSION").replace("\r\n", "\n");
    let lines = text.lines().map(without_seconds).collect::<Vec<_>>();
    let end = if text.ends_with('\n') { "\n" } else { "" };
    lines.join("\n") + end
}

/// Replaces the duration in `Read 1 log, 2 B, in 0.1 s.` and in `"seconds":0.1`.
fn without_seconds(line: &str) -> String {
    for (before, after) in [(", in ", " s."), ("\"seconds\":", ",")] {
        if let Some((head, rest)) = line.split_once(before)
            && let Some((number, tail)) = rest.split_once(after)
            && number.parse::<f64>().is_ok()
        {
            return format!("{head}{before}N{after}{tail}");
        }
    }
    line.to_owned()
}

/// Returns true where the text is the one expected: `...` alone on a line stands for any lines,
/// and within a line for any characters.
pub(crate) fn is_expected(text: &str, expected: &str) -> bool {
    let text: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
    let expected: Vec<&str> = expected.trim_end().lines().map(str::trim_end).collect();
    lines_match(&text, &expected)
}

fn lines_match(text: &[&str], expected: &[&str]) -> bool {
    match expected {
        [] => text.is_empty(),
        [first, rest @ ..] if first.trim() == "..." => {
            (0..=text.len()).any(|skipped| lines_match(&text[skipped..], rest))
        }
        [first, rest @ ..] => match text {
            [line, others @ ..] => line_matches(line, first) && lines_match(others, rest),
            [] => false,
        },
    }
}

fn line_matches(line: &str, expected: &str) -> bool {
    let mut parts = expected.split("...");
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut is_open = false;
    for part in parts {
        is_open = true;
        let Some(at) = rest.find(part) else { return false };
        rest = rest.split_at(at + part.len()).1;
    }
    rest.is_empty() || (is_open && (expected.ends_with("...") || line.ends_with(last(expected))))
}

/// Returns what stands behind the last `...`.
fn last(expected: &str) -> &str {
    expected.rsplit("...").next().unwrap_or_default()
}

#[test]
fn three_dots_stand_for_anything() {
    let cases = [
        ("a\nb\n", "a\nb", true),
        ("a\nb\n", "a", false),
        ("a\nb\nc\n", "a\n...\nc\n", true),
        ("a\nc\n", "a\n...\nc\n", true),
        ("a\nb\n", "...\nc\n", false),
        ("took 12 ms\n", "took ... ms\n", true),
        ("took 12 ms or so ms\n", "took ... ms\n", true),
        ("took 12 s\n", "took ... ms\n", false),
        ("took 12\n", "took ...\n", true),
        ("", "", true),
    ];
    for (text, expected, want) in cases {
        assert_eq!(is_expected(text, expected), want, "{text:?} against {expected:?}");
    }
}

#[test]
fn durations_and_versions_are_taken_out() {
    let cases = [
        ("Read 1 log, 2 B, in 0.1 s.\n", "Read 1 log, 2 B, in N s.\n"),
        ("{\"seconds\":0.25,\"x\":1}", "{\"seconds\":N,\"x\":1}"),
        ("in all, in part s.", "in all, in part s."),
    ];
    for (text, want) in cases {
        assert_eq!(filtered(text), want);
    }
}
