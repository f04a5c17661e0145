//! Renders the catalogue as one page that people read: the runbook.
//!
//! Entry points: [`render_html`] gives one file that needs no network, [`render_markdown`] the same
//! content for a wiki. In both, the anchor of a rule is its id, so that reports and alerts can
//! link to it.
//!
//! **Invariant:** equal catalogues and dates give equal bytes. Every text is escaped, and the page
//! forbids the browser everything but its own style and script, which it names by their hashes.
//!
//! **Not here:** reading pattern files (`catalogue`), the address of the runbook (`config`).

mod article;
mod course;
mod html;
mod index;
mod markdown;
mod markup;

pub use course::course_in_words;
pub use html::render_html;
pub use markdown::render_markdown;

#[cfg(test)]
mod tests;
