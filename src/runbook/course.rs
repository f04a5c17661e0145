//! Rules that look beyond one entry, in words.

use super::article::{Line, Piece, listed, outcome_words, span_words, text};
use crate::catalogue::{Course, History, Sign};
use crate::course::Scope;
use crate::model::{RuleId, plural, render_span};

/// Returns what counts, how often, where and until when, one sentence each.
pub(super) fn lines(course: &Course) -> Vec<Line> {
    let mut lines = vec![sign(&course.of), amount(course)];
    if !course.apart.is_zero() {
        let apart = span_words(course.apart);
        lines.push(text(format!("one that comes less than {apart} after another is the same one")));
    }
    lines.push(end(course));
    lines
}

/// Returns what a course counts, and how, one sentence each, as plain text.
#[must_use]
pub fn course_in_words(course: &Course) -> Vec<String> {
    let plain = |piece: Piece| match piece {
        Piece::Text(text)
        | Piece::Code(text)
        | Piece::Rule(text)
        | Piece::Link(text)
        | Piece::Strong(text) => text,
    };
    lines(course).into_iter().map(|line| line.into_iter().map(plain).collect()).collect()
}

/// Returns the entries of a history, one after another, each behind its time.
pub(super) fn history(history: &History) -> String {
    let entries = history.entries.iter().map(|(after, text)| {
        let at = format!("+{}", render_span(*after));
        format!("{at:<6} {}", text.replace('\n', "\n       "))
    });
    entries.collect::<Vec<_>>().join("\n")
}

fn rules(ids: &[RuleId]) -> Line {
    listed(ids.iter().map(|id| Piece::Rule(id.to_string())))
}

fn sign(sign: &Sign) -> Line {
    match sign {
        Sign::Rules(ids) => {
            let mut line = text("what counts: events of ");
            line.extend(rules(ids));
            line
        }
        Sign::Outcome(outcome) => text(format!(
            "what counts: events of any rule that say that {}",
            outcome_words(*outcome)
        )),
    }
}

fn amount(course: &Course) -> Line {
    let place = match course.scope {
        Scope::Component => "one component",
        Scope::Server => "one server, whatever the component",
    };
    let times = plural(course.count.into(), "event");
    let mut line =
        text(format!("how often: {times} or more within {} on {place}", span_words(course.within)));
    if !course.group_by.is_empty() {
        line.push(Piece::Text(", each ".into()));
        line.extend(listed(course.group_by.iter().cloned().map(Piece::Code)));
        line.push(Piece::Text(" counted apart".into()));
    }
    line
}

fn end(course: &Course) -> Line {
    let quiet = format!("when none comes for {}", span_words(course.within));
    if course.until.is_empty() {
        return text(format!("it ends {quiet}"));
    }
    let mut line = text("it ends with an event of ");
    line.extend(rules(&course.until));
    line.push(Piece::Text(format!(", or {quiet}")));
    line
}
