//! What the template of an unknown text says of the error itself.
//!
//! Entry point: [`essence`]. Fingerprints keep more than tells errors apart: Lua places, words
//! around an error that no wrapper of the catalogue names, errors of Lua that a sentence quotes.
//!
//! **Invariant:** what is left depends on the template alone.
//!
//! **Not here:** wrappers of the catalogue, which are taken off before (`classify`).

/// What stands behind the file of a Lua place.
const LINE: &str = ":<num>: ";
/// How errors of Lua itself begin; they end with a bracket, as in `(a nil value)`.
const LUA_ERRORS: [&str; 2] = ["attempt to ", "bad argument "];

/// Returns what a template says of the error itself: without the Lua places before it and the
/// words around it, with values for errors of Lua that it quotes, and with a number for each
/// placeholder, as the engine takes them out itself.
pub(super) fn essence(template: &str) -> String {
    let told = without_quoted_errors(template);
    let mut rest = told.as_str();
    while let Some((words, inner)) = split_at_place(rest) {
        let is_around = words.is_empty() || words.ends_with(": ") || words.ends_with("... ");
        if !is_around || inner.is_empty() {
            break;
        }
        rest = inner;
    }
    let mut out = String::with_capacity(rest.len());
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        match after.split_once('>') {
            Some((name, after)) if is_placeholder(name) => {
                drop_file(&mut out);
                out.push('0');
                // The last full stop of a sentence is sometimes taken for one of a path.
                rest = after.strip_prefix('.').filter(|_| name == "path").unwrap_or(after);
            }
            _ => {
                out.push('<');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Puts placeholders for the errors of Lua, with their places, in a sentence that quotes several:
/// none of them is what the sentence is about. A single one is, whatever stands around it.
fn without_quoted_errors(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let (mut rest, mut n_errors) = (template, 0);
    while let Some((before, inner)) = rest.split_once(LINE) {
        let words = without_file(before).filter(|words| has_word(&out) || has_word(words));
        let behind = lua_error_end(inner).and_then(|end| inner.get(end..));
        if let Some((words, behind)) = words.zip(behind) {
            n_errors += 1;
            out.push_str(words);
            out.push_str("<error>");
            rest = behind;
        } else {
            out.push_str(before);
            out.push_str(LINE);
            rest = inner;
        }
    }
    if n_errors < 2 {
        return template.to_owned();
    }
    out.push_str(rest);
    out
}

/// Returns the end of the error of Lua that a text begins with.
fn lua_error_end(text: &str) -> Option<usize> {
    let is_error = LUA_ERRORS.iter().any(|start| text.starts_with(start));
    let open = text.find('(').filter(|_| is_error)?;
    let len = text.get(open..)?.find(')')?;
    Some(open + len + 1)
}

fn has_word(text: &str) -> bool {
    text.contains(char::is_alphabetic)
}

/// Takes the name of a Lua file off the end of a text: with the line behind it, it says where and
/// not what.
fn drop_file(text: &mut String) {
    if let Some(before) = text.strip_suffix(".lua:") {
        text.truncate(before.rfind([' ', '(']).map_or(0, |before| before + 1));
    }
}

fn is_placeholder(name: &str) -> bool {
    !name.is_empty() && name.len() <= 8 && name.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Splits a template at the first Lua place: what stands before it and what behind.
fn split_at_place(template: &str) -> Option<(&str, &str)> {
    let (before, inner) = template.split_once(LINE)?;
    without_file(before).map(|words| (words, inner))
}

/// Returns a text without the Lua file, or the chunk, that it ends with.
fn without_file(text: &str) -> Option<&str> {
    if text.ends_with("\"]") {
        return text.rsplit_once("[string \"").map(|(words, _)| words);
    }
    let start = text.rfind([' ', '(']).map_or(0, |before| before + 1);
    let (words, file) = text.split_at_checked(start)?;
    file.strip_suffix(".lua").map(|_| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cases: &[(&str, &str)]) {
        for (template, want) in cases {
            assert_eq!(essence(template), *want, "{template}");
        }
    }

    #[test]
    fn places_and_words_around_an_error_are_left_out() {
        check(&[
            ("main.lua:<num>: no <str>", "no 0"),
            ("Retrying... a.lua:<num>: [string \"b c\"]:<num>: no ward", "no ward"),
            ("Error: a.lua:<num>: attempt to index a nil value", "attempt to index a nil value"),
            ("the call of a.lua:<num>: no ward", "the call of 0: no ward"),
        ]);
    }

    #[test]
    fn errors_of_lua_are_values_where_a_sentence_quotes_several() {
        check(&[
            (
                "Call: a.lua:<num>: attempt to call 'x' (a nil value) ( b.lua:<num>: bad argument \
                 #1 to 'y' (got nil) ) came back",
                "Call: 0 ( 0 ) came back",
            ),
            (
                "Tried a.lua:<num>: attempt to call 'x' (a nil value), then [string \"b\"]:<num>: \
                 attempt to index a nil value (local 'y')",
                "Tried 0, then 0",
            ),
        ]);
    }

    #[test]
    fn a_single_error_of_lua_is_what_a_text_is_about() {
        check(&[
            (
                "Call: a.lua:<num>: attempt to call 'x' (a nil value) in message <num>",
                "attempt to call 'x' (a nil value) in message 0",
            ),
            (
                "Call: a.lua:<num>: attempt to call 'x' (a nil value), then b.lua:<num>: no ward",
                "attempt to call 'x' (a nil value), then 0: no ward",
            ),
        ]);
    }
}
