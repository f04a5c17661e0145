//! Charts with the labels around them.

use crate::markup::Html;
use crate::model::{grouped, plural};
use crate::report::chart::{self, Share};
use crate::report::{Problem, Report, Window, headline, words};

/// Bars of the chart; what is behind them is one bar more.
const MAX_BARS: usize = 20;

/// Adds the shares of the cost as bars with their sum, where there is a cost.
pub(super) fn pareto(page: &mut Html, report: &Report) {
    if report.cost.total_minutes == 0 {
        return;
    }
    let shares = shares(report);
    let leaders = headline::leaders(report);
    page.raw("<figure class=\"shares\">\n<div class=\"scale\" aria-hidden=\"true\">");
    for percent in ["100 %", "75 %", "50 %", "25 %", "0"] {
        page.element("span", percent);
    }
    page.raw("</div>\n").raw(&chart::pareto(&shares, leaders, &summary(&shares)));
    page.raw("\n<div class=\"ranks\" aria-hidden=\"true\">");
    for (rank, share) in (1_usize..).zip(&shares) {
        let name = if share.is_rest { "rest".to_owned() } else { rank.to_string() };
        page.element("span", &name);
    }
    for _ in shares.len()..chart::MIN_BARS {
        page.element("span", "");
    }
    page.raw("</div>\n<figcaption>Bars: each problem's part of the cost, by its number in the ");
    page.raw("table. Line: their sum.</figcaption>\n</figure>\n");
}

fn shares(report: &Report) -> Vec<Share> {
    let mut shares: Vec<Share> = report.ranked().take(MAX_BARS).map(share).collect();
    let rest = report.ranked().count() - shares.len();
    if rest > 0 {
        let sum = shares.last().map_or(0, |share| share.cumulative_permille);
        let title = format!("{} more", plural(u64::try_from(rest).unwrap_or(u64::MAX), "problem"));
        let permille = 1_000_u32.saturating_sub(sum);
        shares.push(Share { title, permille, cumulative_permille: 1_000, is_rest: true });
    }
    shares
}

fn share(problem: &Problem) -> Share {
    let percent = words::percent(problem.share_permille);
    Share {
        title: format!("{}. {}: {percent}", problem.rank, words::title(problem, 60)),
        permille: problem.share_permille,
        cumulative_permille: problem.cumulative_permille,
        is_rest: false,
    }
}

/// Returns in a sentence what the chart of shares shows.
fn summary(shares: &[Share]) -> String {
    let parts: Vec<String> = shares
        .iter()
        .map(|share| {
            let sum = words::percent(share.cumulative_permille);
            format!("{}, together {sum}", words::clip(&share.title, 90))
        })
        .collect();
    format!("Parts of the cost: {}.", parts.join("; "))
}

/// Adds the counts of the periods as bars, with the counts for those who do not see them.
pub(super) fn sparkline(page: &mut Html, problem: &Problem, window: &Window) {
    let counts: Vec<String> = problem.weeks.iter().map(|count| grouped(*count)).collect();
    let label = format!("Events by {}, the last one is {}: ", window.unit, window.name);
    page.raw(&chart::sparkline(&problem.weeks, &format!("{label}{}", counts.join(", "))));
}

/// Adds when a problem happens, by day of the week and hour.
pub(super) fn heat_map(page: &mut Html, problem: &Problem) {
    page.raw("<figure class=\"hours\">\n<div class=\"days\" aria-hidden=\"true\">");
    for day in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] {
        page.element("span", day);
    }
    let label = format!("Events by day of the week and hour: {}", words::when(problem));
    page.raw("</div>\n").raw(&chart::heat_map(&problem.hours_of_week, &label));
    page.raw("\n<div class=\"clock\" aria-hidden=\"true\">");
    for hour in ["0:00", "6:00", "12:00", "18:00"] {
        page.element("span", hour);
    }
    page.raw("</div>\n<figcaption>Events by day and hour (UTC)</figcaption>\n</figure>\n");
}
