//! What costs most, as a chart and as a table.

use super::{card, figures, list};
use crate::markup::Html;
use crate::model::grouped;
use crate::report::sheet::{Column, left, right};
use crate::report::words::{self, NONE};
use crate::report::{Problem, Report, headline};

pub(super) const ID: &str = "problems";
pub(super) const TITLE: &str = "Problems, costliest first";

const COLUMNS: [Column; 8] = [
    right("#"),
    left("problem"),
    right("count"),
    right("episodes"),
    left("trend"),
    right("cost"),
    right("sum"),
    left("owner"),
];

/// Adds the ranking.
pub(super) fn section(page: &mut Html, report: &Report) {
    if report.problems.is_empty() {
        return;
    }
    page.raw("<section aria-labelledby=\"").raw(ID).raw("\">\n<h2 id=\"").raw(ID).raw("\">");
    page.raw(TITLE).raw("</h2>\n");
    figures::pareto(page, report);
    list::head(page, &COLUMNS);
    let described: Vec<usize> = headline::described(report).map(|problem| problem.rank).collect();
    for problem in words::ranking(report) {
        row(page, problem, report, described.contains(&problem.rank));
    }
    page.raw("</tbody>\n</table>\n");
    list::rest(page, report.ranked().count(), report.limits.rows);
    page.raw("<p><strong>").text(&headline::whole_cost(report)).raw("</strong></p>\n</section>\n");
}

fn row(page: &mut Html, problem: &Problem, report: &Report, is_described: bool) {
    let of_rank = |text: String| if problem.rank > 0 { text } else { NONE.to_owned() };
    let [rank, what, count, episodes, trend, cost, sum, owner] = COLUMNS;
    page.raw(if problem.level > 0 { "<tr class=\"symptom\">" } else { "<tr>" });
    list::cell(page, rank, &of_rank(problem.rank.to_string()));
    list::open_cell(page, what, true);
    title(page, problem, report, is_described);
    list::close_cell(page, true);
    list::cell(page, count, &grouped(problem.count));
    list::cell(page, episodes, &grouped(problem.episodes));
    list::open_cell(page, trend, false);
    page.raw("<span class=\"one-line\">");
    figures::sparkline(page, problem, &report.window);
    let tone = list::class(words::trend_tone(problem.trend));
    page.raw(" <span class=\"").raw(tone).raw("\">");
    page.text(&words::trend(problem.trend, problem.before, problem.count)).raw("</span></span>");
    list::close_cell(page, false);
    list::cell(page, cost, &of_rank(words::percent(problem.share_permille)));
    list::cell(page, sum, &of_rank(words::percent(problem.cumulative_permille)));
    list::cell(page, owner, words::owner(problem));
    page.raw("</tr>\n");
}

fn title(page: &mut Html, problem: &Problem, report: &Report, is_described: bool) {
    let title = words::title(problem, 100);
    if is_described && problem.rank > 0 {
        page.raw("<a href=\"#").raw(&card::id(problem)).raw("\">").text(&title).raw("</a>");
    } else {
        page.raw("<span class=\"strong\">").text(&title).raw("</span>");
    }
    let place = words::where_in_short(problem, report);
    page.raw("<span class=\"faint below\">").text(&place).raw("</span>");
    for remark in words::remarks(problem) {
        page.raw("<span class=\"below\">").text(&remark).raw("</span>");
    }
}
