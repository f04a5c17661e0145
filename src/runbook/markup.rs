//! A page in the making, and the names of its style and script for the browser.

use sha2::{Digest, Sha256};

use super::article::{Line, Piece};
use crate::report::printable;

/// HTML so far. What is added as text cannot become markup.
#[derive(Debug, Default)]
pub(super) struct Html(String);

impl Html {
    /// Adds markup as it is.
    pub(super) fn raw(&mut self, markup: &str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds a text, for an element or for an attribute in quotes.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
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
    pub(super) fn element(&mut self, name: &str, text: &str) -> &mut Self {
        self.raw("<").raw(name).raw(">").text(text).raw("</").raw(name).raw(">")
    }

    /// Adds a link to a rule of this page.
    pub(super) fn rule_link(&mut self, id: &str, words: &str) -> &mut Self {
        self.raw("<a href=\"#").text(id).raw("\">").text(words).raw("</a>")
    }

    /// Adds a sentence.
    pub(super) fn line(&mut self, line: &Line) -> &mut Self {
        for piece in line {
            match piece {
                Piece::Text(text) => self.text(text),
                Piece::Code(text) => self.element("code", text),
                Piece::Strong(text) => self.element("strong", text),
                Piece::Rule(id) => self.rule_link(id, id),
                Piece::Link(url) => self
                    .raw("<a href=\"")
                    .text(url)
                    .raw("\" rel=\"noreferrer\">")
                    .text(url)
                    .raw("</a>"),
            };
        }
        self
    }

    /// Returns the page.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// Returns the name by which a content security policy allows a style or a script.
pub(super) fn policy_hash(source: &str) -> String {
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
}
