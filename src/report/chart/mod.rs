//! Draws the report's figures as SVG.
//!
//! Entry points: [`pareto`], [`sparkline`], [`heat_map`]. Numbers go in, the text of one `svg`
//! element comes out. It can stand in a page or be a file of its own: every shape names its color,
//! and a class by which a page may give it another, as for the dark. There is no text inside, so
//! nothing depends on fonts; labels stand around it.
//!
//! **Invariant:** equal numbers give equal text. Positions are whole numbers.
//!
//! **Not here:** what is drawn and why (`report`), labels (`report::html`).

mod heat;
mod pareto;
mod spark;
mod svg;

pub use heat::heat_map;
pub use pareto::{MIN_BARS, Share, pareto};
pub use spark::sparkline;
