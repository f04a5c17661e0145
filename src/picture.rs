//! Draws charts as pictures.
//!
//! Entry point: [`png`]. A chart is SVG without texts: there are no fonts here.
//!
//! **Not here:** what a chart shows (`report`).

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{self, Tree};

/// Pixels for each unit of the chart, so that it is sharp on dense screens.
const PIXELS: f32 = 2.0;

/// Why a chart could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// It is not SVG that can be drawn.
    #[error("failed to read a chart")]
    Read {
        /// The cause.
        source: Box<usvg::Error>,
    },
    /// It has no area, or more than fits.
    #[error("failed to draw a chart of {width} by {height} units")]
    Size {
        /// Units from left to right.
        width: f32,
        /// Units from top to bottom.
        height: f32,
    },
    /// The picture could not be written.
    #[error("failed to write a picture")]
    Write {
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Draws a chart as PNG, two pixels for each of its units, on white: its colors are made for that,
/// and a mail program may put it on black.
///
/// The same chart gives the same bytes.
///
/// # Errors
///
/// Returns [`PictureError`] where the chart is not SVG, has no size, or is larger than can be drawn.
pub fn png(svg: &str) -> Result<Vec<u8>, PictureError> {
    let tree = Tree::from_str(svg, &usvg::Options::default())
        .map_err(|error| PictureError::Read { source: Box::new(error) })?;
    let size = tree.size();
    let too_large = || PictureError::Size { width: size.width(), height: size.height() };
    let pixels = size.to_int_size().scale_by(PIXELS).ok_or_else(too_large)?;
    let mut picture = Pixmap::new(pixels.width(), pixels.height()).ok_or_else(too_large)?;
    picture.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(PIXELS, PIXELS), &mut picture.as_mut());
    picture.encode_png().map_err(|error| PictureError::Write { source: error.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(width: u32, fill: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"20\">\
             <rect width=\"10\" height=\"20\" fill=\"{fill}\"/></svg>"
        )
    }

    #[test]
    fn a_chart_becomes_a_picture_of_twice_its_size_on_white() {
        let picture = Pixmap::decode_png(&png(&chart(30, "#c00000")).unwrap()).unwrap();
        assert_eq!((picture.width(), picture.height()), (60, 40));
        let color =
            |x| picture.pixel(x, 10).map(|pixel| (pixel.red(), pixel.blue(), pixel.alpha()));
        assert_eq!((color(5), color(40)), (Some((0xC0, 0, 255)), Some((255, 255, 255))));
    }

    #[test]
    fn what_cannot_be_drawn_is_told() {
        assert!(matches!(png("<p>"), Err(PictureError::Read { .. })));
        assert!(matches!(png(&chart(4_000_000_000, "red")), Err(PictureError::Size { .. })));
    }
}
