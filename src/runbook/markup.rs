//! What the runbook adds to HTML: sentences, and links to its rules.

use super::article::{Line, Piece};
use crate::markup::Html;

impl Html {
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
}
