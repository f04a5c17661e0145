//! The weekly report as a mail.

use crate::mail::{Letter, Picture};
use crate::model::Millis;
use crate::picture::{PictureError, png};
use crate::report::{Report, TextStyle, render_mail_page, render_text};

/// Makes the mail of a report: the page with its charts as pictures, and the text for programs that
/// show no page.
///
/// Its id tells store, catalogue and window, so that the same report is the same mail.
///
/// # Errors
///
/// Returns [`PictureError`] where a chart cannot be drawn.
pub fn report_letter<'l>(
    report: &Report,
    (from, to): (&'l str, &'l [String]),
    date: Millis,
) -> Result<Letter<'l>, PictureError> {
    let page = render_mail_page(report);
    let picture =
        |(name, svg): &(String, String)| Ok(Picture { name: name.clone(), png: png(svg)? });
    let pictures = page.charts.iter().map(picture).collect::<Result<_, _>>()?;
    let window = (report.window.from.get(), report.window.to.get());
    Ok(Letter {
        id: format!("report-{}-{}-{}-{}", report.store, report.catalogue, window.0, window.1),
        from,
        to,
        subject: format!("Recurring problems of {}: {}", report.window.name, report.headline),
        date,
        references: None,
        text: render_text(report, TextStyle::default()),
        html: page.html,
        pictures,
    })
}
