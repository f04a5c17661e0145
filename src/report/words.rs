//! The words that all formats for people share: trends, times, shares, states.

use std::collections::BTreeMap;

use super::layout::Tone;
use super::measure::{self, Trend};
use super::{Cost, Kind, Problem, Report, Totals, states};
use crate::model::{EntryKind, Millis, ProblemState, Severity, grouped, plural};

/// How much of a component's name is shown where several names stand side by side, in characters.
const NAME_CHARS: usize = 60;
/// What stands for a value that there is none of.
pub(super) const NONE: &str = "-";

/// Returns how the cost is measured.
pub(super) fn cost_note(report: &Report) -> String {
    let Cost { stop_minutes, unknown_minutes, doubling_minutes, .. } = report.cost;
    format!(
        "Cost: (handling minutes of the rule + {doubling_minutes} each time the failures of an \
         episode double) x episodes, plus {stop_minutes} for each stop (at most one per component \
         and episode); an unknown counts {unknown_minutes} an episode. What another problem \
         explains counts there. An episode is a run of hours with events; two empty hours end it."
    )
}

/// Returns the totals, each with its change, as label and text.
pub(super) fn totals(report: &Report) -> Vec<(&'static str, String)> {
    let (now, before) = (&report.totals, &report.totals_before);
    let since = |now: u64, before: u64| match change(now, before) {
        change if report.has_history && !change.is_empty() => format!(" ({change})"),
        _ => String::new(),
    };
    let kinds = EntryKind::ALL.iter().filter_map(|kind| {
        let count = now.entries.get(kind).copied().filter(|count| *count > 0)?;
        let was = before.entries.get(kind).copied().unwrap_or(0);
        Some(format!("{}{}", kind_count(count, *kind), since(count, was)))
    });
    let kinds: Vec<String> = kinds.collect();
    let entries = now.entry_count();
    let read = format!("{}{}", plural(entries, "entry"), since(entries, before.entry_count()));
    let read = if kinds.is_empty() { read } else { format!("{read}: {}", kinds.join(", ")) };
    let events = format!("{}{}", plural(now.events, "event"), since(now.events, before.events));
    let kept = match explained(now) {
        parts if parts.is_empty() => events,
        parts => format!("{events}: {parts}"),
    };
    let mut lines = vec![("read", read), ("kept", kept)];
    if report.has_history {
        lines.push(("", format!("changes are against {}", report.window.before)));
    } else {
        let text = format!(
            "nothing is stored from before {}, so nothing is called new",
            report.window.name
        );
        lines.push(("", text));
    }
    if !report.silent_servers.is_empty() {
        let text = format!(
            "no entries from {}: it was not read, or it wrote nothing",
            report.silent_servers.join(", ")
        );
        lines.push(("silent", text));
    }
    lines
}

/// Returns how well events are explained, in percent; empty where there are none.
pub(super) fn explained(totals: &Totals) -> String {
    let parts = [
        (totals.known, "known"),
        (totals.fallback, "known in kind, not in cause"),
        (totals.unknown, "unknown"),
    ];
    let told = parts.into_iter().filter(|(count, _)| *count > 0);
    let told = told.map(|(count, what)| format!("{} {what}", share(count, totals.events)));
    told.collect::<Vec<_>>().join(", ")
}

/// Returns a count of entries with the name of their type.
fn kind_count(count: u64, kind: EntryKind) -> String {
    match kind {
        EntryKind::Message | EntryKind::Trace | EntryKind::Warning | EntryKind::Error => {
            plural(count, kind.name())
        }
        EntryKind::Info | EntryKind::Debug | EntryKind::Success => {
            format!("{} {}", grouped(count), kind.name())
        }
    }
}

/// Returns a trend in words: `up 3x`, `down 40 %`, `new`.
pub(super) fn trend(trend: Trend, before: u64, now: u64) -> String {
    let times = (u128::from(now) + u128::from(before) / 2) / u128::from(before.max(1));
    let moved = percent(measure::permille(now.abs_diff(before), before));
    match trend {
        Trend::NoHistory => NONE.to_owned(),
        Trend::New => "new".to_owned(),
        Trend::Back => "back".to_owned(),
        Trend::Up if now >= before.saturating_mul(2) => format!("up {times}x"),
        Trend::Up => format!("up {moved}"),
        Trend::Steady => "steady".to_owned(),
        Trend::Down => format!("down {moved}"),
        Trend::Quiet => "quiet".to_owned(),
    }
}

/// Returns a count's change in short: `+4 %`, `-31 %`, `x12`; empty where there is none to tell.
pub(super) fn change(now: u64, before: u64) -> String {
    let permille = measure::permille(now.abs_diff(before), before);
    let moved = percent(permille);
    match (before, now) {
        (0, 0) => String::new(),
        (0, _) => "none before".to_owned(),
        _ if now == before => "as before".to_owned(),
        _ if permille < 5 => "about as before".to_owned(),
        _ if now < before => format!("-{moved}"),
        _ if now / before >= 10 => format!("x{}", grouped(now / before)),
        _ => format!("+{moved}"),
    }
}

/// Returns a part of all as whole percent, rounded once; neither 0 nor 100 unless it is.
fn share(part: u64, all: u64) -> String {
    let hundredfold = part.saturating_mul(100).saturating_add(all / 2);
    match hundredfold.checked_div(all).unwrap_or_default() {
        0 if part > 0 => "<1 %".to_owned(),
        100 if part < all => "99 %".to_owned(),
        percent => format!("{percent} %"),
    }
}

/// Returns thousandths as whole percent; neither 0 nor 100 unless it is.
pub(super) fn percent(permille: u32) -> String {
    share(permille.into(), 1_000)
}

/// Returns minutes as hours and minutes.
pub(super) fn minutes(minutes: u64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{rest} min"),
        (hours, 0) => format!("{} h", grouped(hours)),
        (hours, rest) => format!("{} h {rest} min", grouped(hours)),
    }
}

/// Returns a moment to the minute, in UTC: `2026-09-07 06:12`.
pub(super) fn moment(at: Millis) -> String {
    at.timestamp().strftime("%Y-%m-%d %H:%M").to_string()
}

/// Returns when in the day and on which days a problem happens, in UTC.
pub(super) fn when(problem: &Problem) -> String {
    let time = match measure::busy_hours(&problem.hours_of_day) {
        _ if problem.count == 0 => return NONE.to_owned(),
        Some(busy) if busy.permille >= 1_000 => {
            format!("always {:02}:00-{:02}:00 UTC", busy.from, busy.to)
        }
        Some(busy) => {
            let share = percent(busy.permille);
            format!("mostly {:02}:00-{:02}:00 UTC ({share})", busy.from, busy.to)
        }
        None => "at all hours".to_owned(),
    };
    let fullest = problem.days.iter().rev().max_by_key(|day| day.count);
    let Some(fullest) = fullest else { return time };
    let share = measure::permille(fullest.count, problem.count);
    let day = fullest.day.strftime("%a %-d %b");
    match share {
        1_000 => format!("{time}, all on {day}"),
        500.. => format!("{time}, {} on {day}", percent(share)),
        _ => time,
    }
}

/// Returns the components of a problem in short: `ADT In, Lab Out and 2 more`.
pub(super) fn where_in_short(problem: &Problem, report: &Report) -> String {
    let mut names: Vec<String> = Vec::new();
    for place in problem.met_in() {
        let name = clip(&place.component_name, NAME_CHARS);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    format!("{}{}", names_in_short(&names), on_server(report, &problem.server))
}

/// Returns the server of a row as ` on SERVER`; empty where all rows are of one.
pub(super) fn on_server(report: &Report, server: &str) -> String {
    if report.servers.len() > 1 { format!(" on {server}") } else { String::new() }
}

/// Returns a component with what splits a part of it off.
pub(super) fn place(component: &str, split_by: &BTreeMap<String, String>) -> String {
    match split_of(split_by) {
        split if split.is_empty() => component.to_owned(),
        split => format!("{component}, {split}"),
    }
}

/// Returns the captures that split a place off, or nothing.
pub(super) fn split_of(split_by: &BTreeMap<String, String>) -> String {
    let parts: Vec<String> =
        split_by.iter().map(|(name, value)| format!("{name} {value}")).collect();
    parts.join(", ")
}

/// Returns a problem's title, marked where its cause is not known; a template is clipped.
pub(super) fn title(problem: &Problem, max_chars: usize) -> String {
    match problem.kind {
        Kind::Known => problem.title.clone(),
        Kind::Fallback => format!("{} (cause not known)", problem.title),
        Kind::Unknown => format!("unknown: {}", clip(&problem.title, max_chars)),
    }
}

/// Returns how often what failed is known to work again; empty where nothing tells.
pub(super) fn recovered(problem: &Problem) -> String {
    match problem.outcomes.recovered {
        0 => String::new(),
        recovered if recovered == problem.count => "works again each time".into(),
        recovered => format!("known to work again: {}", grouped(recovered)),
    }
}

/// Returns the fix of what nobody should wait with.
pub(super) fn urgent_fix(problem: &Problem) -> Option<&str> {
    let card = problem.card.as_ref().filter(|card| card.severity >= Severity::Error)?;
    Some(&card.fix)
}

/// Returns the role that handles a problem.
pub(super) fn owner(problem: &Problem) -> &str {
    problem.card.as_ref().map_or(NONE, |card| card.owner.as_str())
}

/// Returns the first line of a text, cut after so many characters, with a mark where it was cut.
/// A word is cut only where it is long.
pub(super) fn clip(text: &str, max_chars: usize) -> String {
    let text = text.trim();
    let line = text.lines().next().unwrap_or_default().trim_end();
    if line.chars().count() <= max_chars {
        return if line == text { line.to_owned() } else { format!("{line} …") };
    }
    let head: String = line.chars().take(max_chars).collect();
    let ends_in_word = line.chars().nth(max_chars).is_some_and(|c| c != ' ');
    let whole_words = head.rsplit_once(' ').map(|(words, _)| words).filter(|_| ends_in_word);
    let head = whole_words.filter(|words| words.len() * 2 > head.len()).unwrap_or(&head);
    format!("{} …", head.trim_end())
}

/// Said of a problem that is quiet because its component is.
pub(super) const UNHEARD: &str = "its component wrote nothing at all";

/// Returns in a sentence or two what was lost.
pub(super) fn lost(report: &Report) -> String {
    let gaps = measure::total(report.gaps.iter().map(|gap| gap.bytes));
    let destroyed = measure::total(report.destroyed.iter().map(|loss| loss.bytes));
    let n_open = report.gaps.iter().filter(|gap| gap.is_open()).count();
    let unread = |bytes, places: usize, noun, what| {
        (places > 0).then(|| format!("{} {what}.", amount(bytes, places, noun)))
    };
    let open = (n_open > 0)
        .then(|| format!("The rest of {} could not be read.", plural(n_open as u64, "file")));
    let parts = [
        unread(gaps, report.gaps.len() - n_open, "gap", "could not be read"),
        open,
        unread(destroyed, report.destroyed.len(), "place", "were destroyed before they were read"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if !parts.is_empty() {
        return parts.join(" ");
    }
    match report.skipped.as_ref().map_or(0, Vec::len) {
        0 => "Nothing was lost: the files that were read have no gaps.".to_owned(),
        _ => "The files that were read have no gaps.".to_owned(),
    }
}

fn amount(bytes: u64, places: usize, noun: &str) -> String {
    let places = u64::try_from(places).unwrap_or(u64::MAX);
    format!("{} in {}", plural(bytes, "byte"), plural(places, noun))
}

/// Returns which tone tells how bad a problem is.
pub(super) fn severity_tone(problem: &Problem) -> Tone {
    match problem.card.as_ref().map(|card| card.severity) {
        Some(Severity::Critical) => Tone::Bad,
        Some(Severity::Error | Severity::Warning) | None => Tone::Strong,
        Some(Severity::Info) => Tone::Plain,
    }
}

/// Returns which tone tells whether a trend is good.
pub(super) const fn trend_tone(trend: Trend) -> Tone {
    match trend {
        Trend::New | Trend::Back | Trend::Up => Tone::Warn,
        Trend::Down | Trend::Quiet => Tone::Good,
        Trend::Steady | Trend::NoHistory => Tone::Plain,
    }
}

/// Returns the problems of the ranking that are shown, each followed by those that it explains.
pub(super) fn ranking(report: &Report) -> impl Iterator<Item = &Problem> {
    let rank = |problem: &Problem| match &problem.explained_by {
        Some(by) => by.root_rank,
        None => problem.rank,
    };
    report.problems.iter().filter(move |problem| rank(problem) <= report.limits.rows)
}

/// Returns what the ranking says below a problem's place: failures, state, symptoms.
pub(super) fn remarks(problem: &Problem) -> Vec<String> {
    let failures = (problem.failures < problem.count).then(|| attempts(problem));
    let is_decided =
        |state: &ProblemState| !matches!(state, ProblemState::New | ProblemState::Open);
    let decided = problem.standing.as_ref().map(|standing| standing.state).filter(is_decided);
    let state = decided.and_then(|_| states::of(problem));
    let explains = explains(problem).map(|symptoms| format!("explains {symptoms}"));
    [failures, state, explained_by(problem), explains].into_iter().flatten().collect()
}

/// Returns how many failures and attempts a problem has.
pub(super) fn attempts(problem: &Problem) -> String {
    let (failures, attempts) = (problem.failures, problem.count);
    format!("{}, {}", plural(failures, "failure"), plural(attempts, "attempt"))
}

/// Returns what explains a problem, where it stands under another one.
pub(super) fn explained_by(problem: &Problem) -> Option<String> {
    let by = problem.explained_by.as_ref()?;
    let (near, all) = (grouped(by.events), grouped(problem.count));
    Some(format!("symptom of {}: {near} of {all} near {}", by.root_rank, by.rule))
}

/// Returns what a problem explains, most events first: `412 x A server took too long to answer`.
pub(super) fn explains(problem: &Problem) -> Option<String> {
    let items = problem
        .explains
        .iter()
        .map(|symptom| format!("{} x {}", grouped(symptom.count), clip(&symptom.title, 60)));
    let items: Vec<String> = items.collect();
    (!items.is_empty()).then(|| names_in_short(&items))
}

/// Returns what makes the report the same again: store, catalogue and window.
pub(super) fn footer(report: &Report) -> String {
    let (from, to) = (moment(report.window.from), moment(report.window.to));
    format!(
        "store {} · catalogue {} · window {from} to {to} UTC",
        or_none(&report.store),
        or_none(&report.catalogue)
    )
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { NONE } else { text }
}

/// Returns the first names of a list, and how many more there are.
pub(super) fn names_in_short<T: AsRef<str>>(names: &[T]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        rest => format!("{} and {rest} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_is_told_in_words() {
        let cases = [
            (Trend::Up, 40, 120, "up 3x"),
            (Trend::Up, 100, 160, "up 60 %"),
            (Trend::Up, 1, u64::MAX, "up 18446744073709551615x"),
            (Trend::Down, 100, 40, "down 60 %"),
            (Trend::Down, 1_000, 1, "down 99 %"),
            (Trend::Back, 0, 3, "back"),
            (Trend::NoHistory, 0, 3, "-"),
        ];
        for (word, before, now, want) in cases {
            assert_eq!(trend(word, before, now), want, "{before} to {now}");
        }
    }

    #[test]
    fn a_change_is_told_in_short() {
        let cases = [
            (0, 0, ""),
            (3, 0, "none before"),
            (3, 3, "as before"),
            (104, 100, "+4 %"),
            (69, 100, "-31 %"),
            (0, 100, "-100 %"),
            (1_200, 100, "x12"),
            (1_001, 1_000, "about as before"),
            (999, 1_000, "about as before"),
        ];
        for (now, before, want) in cases {
            assert_eq!(change(now, before), want, "{before} to {now}");
        }
    }

    #[test]
    fn shares_are_rounded_once() {
        let cases = [(378, "92 %"), (35, "8 %"), (0, "0 %"), (1, "<1 %"), (412, "99 %")];
        for (part, want) in cases {
            assert_eq!(share(part, 413), want, "{part}");
        }
    }

    #[test]
    fn percent_says_none_and_all_only_where_it_is_so() {
        let cases =
            [(0, "0 %"), (1, "<1 %"), (5, "1 %"), (725, "73 %"), (999, "99 %"), (1_000, "100 %")];
        for (permille, want) in cases {
            assert_eq!(percent(permille), want, "{permille}");
        }
    }

    #[test]
    fn minutes_are_told_in_hours_where_there_are_any() {
        for (given, want) in [(0, "0 min"), (59, "59 min"), (120, "2 h"), (860, "14 h 20 min")] {
            assert_eq!(minutes(given), want);
        }
    }

    #[test]
    fn a_clipped_text_shows_that_it_was_cut() {
        assert_eq!(clip("short", 10), "short");
        assert_eq!(clip("naïveté everywhere", 7), "naïveté …");
        assert_eq!(clip("naïveté everywhere", 12), "naïveté …");
        assert_eq!(clip("a verylongwordindeed", 9), "a verylon …");
        assert_eq!(clip("one\ntwo", 10), "one …");
    }
}
