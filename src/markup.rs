//! HTML in the making: what is text cannot become markup.
//!
//! Entry points: [`Html`], and [`policy_hash`], by which a page allows the browser its own style and
//! script and nothing else.
//!
//! **Invariant:** nothing that a terminal or a browser would obey comes out of a text: see
//! [`printable`].
//!
//! **Not here:** what stands on a page (`report`, `runbook`).

use sha2::{Digest, Sha256};

/// HTML so far.
///
/// ```
/// # use dewlap::markup::Html;
/// let mut page = Html::default();
/// page.raw("<p>").text("a < b").raw("</p>");
/// assert_eq!(page.finish(), "<p>a &lt; b</p>");
/// ```
#[derive(Debug, Default)]
pub struct Html(String);

impl Html {
    /// Adds markup as it is.
    pub fn raw(&mut self, markup: &str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds a text, for an element or for an attribute in quotes.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for c in printable(text).chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                _ => self.0.push(c),
            }
        }
        self
    }

    /// Adds an element that holds a text.
    pub fn element(&mut self, name: &str, text: &str) -> &mut Self {
        self.raw("<").raw(name).raw(">").text(text).raw("</").raw(name).raw(">")
    }

    /// Returns the page.
    #[must_use]
    pub fn finish(self) -> String {
        self.0
    }
}

/// Returns the text without anything that a terminal would obey: control characters and marks
/// that turn the direction of writing become `\u{fffd}`, a tab four spaces. Line ends stay; a CR,
/// which ends the segments of HL7, is one.
#[must_use]
pub fn printable(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', "    ");
    let is_bad = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if is_bad(c) { '\u{fffd}' } else { c }).collect()
}

/// Returns the name by which a content security policy allows a style or a script.
#[must_use]
pub fn policy_hash(source: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(source.as_bytes())))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |nth: usize| u32::from(chunk.get(nth).copied().unwrap_or(0));
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for nth in 0..4_usize {
            let index = usize::try_from(word >> (18 - 6 * nth) & 63).unwrap_or(0);
            let digit = DIGITS.get(index).copied().map_or('=', char::from);
            out.push(if nth <= chunk.len() { digit } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (text, want) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(text.as_bytes()), want, "{text}");
        }
    }

    #[test]
    fn a_policy_names_an_empty_script_by_its_known_hash() {
        assert_eq!(policy_hash(""), "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
    }

    #[test]
    fn a_text_cannot_become_markup() {
        let mut html = Html::default();
        html.text("<b a=\"1\" c='2'>&amp;\u{1b}\u{202e}\r\nx");
        assert_eq!(
            html.finish(),
            "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;\u{fffd}\u{fffd}\nx"
        );
    }

    #[test]
    fn what_a_terminal_would_obey_is_taken_out() {
        assert_eq!(printable("a\u{1b}[31mb\r\n\tc\rd\u{202e}"), "a\u{fffd}[31mb\n    c\nd\u{fffd}");
    }
}
