//! The report as one HTML file that needs neither network nor script.
//!
//! The page says what the other formats say, and draws it: see [`chart`](super::chart). Its style is
//! `page.css` beside this module; the page forbids the browser all but that.

mod card;
mod document;
mod figures;
mod letter;
mod list;
mod ranking;

pub use document::render_html;
pub use letter::{MailPage, render_mail_page};

#[cfg(test)]
mod tests;
