//! Shapes and their colors.

use crate::markup::Html;

/// What a shape is, which decides its color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// A bar.
    Bar,
    /// A bar that matters most.
    Lead,
    /// A bar that stands for many.
    Rest,
    /// A place where there is nothing.
    Empty,
    /// A square of a heat map, by its level from 1 to 4.
    Heat(u64),
    /// A line of the grid.
    Grid,
    /// A line that parts what matters most from the rest.
    Split,
    /// A line through points.
    Line,
}

impl Ink {
    /// Returns the class by which a page may color it, and its color where none does.
    const fn of(self) -> (&'static str, &'static str) {
        match self {
            Self::Bar => ("bar", "#5b86b5"),
            Self::Lead => ("lead", "#0b57a4"),
            Self::Rest => ("rest", "#8792a0"),
            Self::Empty => ("empty", "#8792a0"),
            Self::Heat(0 | 1) => ("heat1", "#5b93cc"),
            Self::Heat(2) => ("heat2", "#3f7dbd"),
            Self::Heat(3) => ("heat3", "#2a66a8"),
            Self::Heat(_) => ("heat4", "#12427d"),
            Self::Grid => ("grid", "#d3d9df"),
            Self::Split => ("split", "#56606b"),
            Self::Line => ("line", "#a33a00"),
        }
    }
}

/// A rectangle: its left upper corner and its size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rect {
    pub(super) x: u64,
    pub(super) y: u64,
    pub(super) width: u64,
    pub(super) height: u64,
}

/// A picture in the making.
pub(super) struct Svg(Html);

/// Whether a picture keeps its shape where it is given other room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    Keep,
    Stretch,
}

impl Svg {
    /// Begins a picture of a size, with a sentence for those who do not see it.
    pub(super) fn new(class: &str, (width, height): (u64, u64), fit: Fit, label: &str) -> Self {
        let mut html = Html::default();
        let size =
            format!("width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\"");
        html.raw("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"").raw(class);
        html.raw("\" ").raw(&size);
        if fit == Fit::Stretch {
            html.raw(" preserveAspectRatio=\"none\"");
        }
        html.raw(" role=\"img\" aria-label=\"").text(label).raw("\">");
        Self(html)
    }

    /// Adds a filled rectangle; what is said about it is shown where a mouse points at it.
    pub(super) fn rect(&mut self, ink: Ink, rect: Rect, title: &str) {
        let (class, color) = ink.of();
        let Rect { x, y, width, height } = rect;
        self.0.raw(&format!(
            "<rect class=\"{class}\" fill=\"{color}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" \
             height=\"{height}\""
        ));
        if title.is_empty() {
            self.0.raw("/>");
        } else {
            self.0.raw("><title>").text(title).raw("</title></rect>");
        }
    }

    /// Adds filled rectangles as one shape.
    pub(super) fn rects(&mut self, ink: Ink, rects: &[Rect]) {
        if rects.is_empty() {
            return;
        }
        let (class, color) = ink.of();
        self.0.raw(&format!("<path class=\"{class}\" fill=\"{color}\" d=\""));
        for Rect { x, y, width, height } in rects {
            self.0.raw(&format!("M{x},{y}h{width}v{height}h-{width}z"));
        }
        self.0.raw("\"/>");
    }

    /// Adds a line through points, which stays as thin where the picture is stretched.
    pub(super) fn line(&mut self, ink: Ink, width: u64, points: &[(u64, u64)]) {
        let (class, color) = ink.of();
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
        self.0.raw(&format!(
            "<polyline class=\"{class}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\" \
             vector-effect=\"non-scaling-stroke\" points=\"{}\"/>",
            points.join(" ")
        ));
    }

    /// Returns the picture.
    pub(super) fn finish(mut self) -> String {
        self.0.raw("</svg>");
        self.0.finish()
    }
}

/// Returns a part of a length that stands for `count` of `max`, and at least `least` where there is
/// any.
pub(super) fn scaled(count: u64, max: u64, length: u64, least: u64) -> u64 {
    if count == 0 {
        return 0;
    }
    let part = u128::from(count) * u128::from(length) / u128::from(max.max(count).max(1));
    u64::try_from(part).unwrap_or(length).max(least)
}
