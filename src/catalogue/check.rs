//! What must hold of rules beyond the types of their fields.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::time::Duration;

use super::read::{FileSet, Place, Relations};
use super::{Expression, Matching, Product, Rule, Sign};
use crate::document::{Document, Fields};
use crate::model::{Finding, RuleId, nearest, plural};

/// The longest title, in characters.
const MAX_TITLE_CHARS: usize = 60;
/// What begins a text that a draft leaves to its author.
pub(crate) const TO_DO: &str = "TODO";
/// A shorter literal stands in too many texts to be looked for.
const MIN_LITERAL_BYTES: usize = 4;
/// An expression that needs fewer literal bytes finds texts of every kind.
const MIN_REGEX_BYTES: usize = 4;
/// The same for a fallback rule, over which every other one is to win.
const MIN_FALLBACK_BYTES: usize = 2;
const MIN_EXAMPLES: usize = 2;
const MIN_COUNTER_EXAMPLES: usize = 1;

/// The names that captures may have. None is for a value that tells of a patient: `user` is a user
/// of Iguana or of a database.
const CAPTURES: [&str; 26] = [
    "code",
    "column",
    "component",
    "constraint",
    "count",
    "db",
    "driver",
    "duration_ms",
    "field",
    "file",
    "function",
    "host",
    "ip",
    "line",
    "name",
    "operation",
    "path",
    "port",
    "queue",
    "segment",
    "server",
    "status",
    "table",
    "type",
    "url",
    "user",
];

/// Words that stand in texts of every kind, and so tell nothing alone.
const BARE_WORDS: [&str; 16] = [
    "error",
    "errors",
    "fail",
    "failed",
    "fails",
    "failure",
    "timeout",
    "timed out",
    "time-out",
    "exception",
    "warning",
    "fatal",
    "invalid",
    "unable",
    "cannot",
    "refused",
];

/// Reports an id that does not begin with the stem of its file.
pub(super) fn category(fields: &Fields<'_>, id: &RuleId, stem: &str) {
    if id.category() != stem {
        fields.report_at(
            "id",
            format!("rule `{id}` is in the wrong file, expected `{}.toml`", id.category()),
            Some(format!("the ids of this file begin with `{stem}.`")),
        );
    }
}

/// Reports a title that is too long or ends in a stop.
pub(super) fn title(fields: &Fields<'_>, title: Option<&str>) {
    let Some(title) = title else { return };
    let len = title.chars().count();
    if len > MAX_TITLE_CHARS {
        let message = format!("`title` has {len} characters, expected at most {MAX_TITLE_CHARS}");
        fields.report_at("title", message, None);
    }
    if title.ends_with('.') {
        fields.report_at("title", "`title` ends in a stop, expected none".into(), None);
    }
}

/// Reports a `cause` or `fix` that a draft left to its author.
pub(super) fn written(fields: &Fields<'_>, key: &str, text: Option<&str>) {
    if text.is_some_and(|text| text.trim_start().starts_with(TO_DO)) {
        let message = format!("`{key}` still says {TO_DO}, expected what people have to know");
        let hint = "the rest of the draft is tested and can stay as it is";
        fields.report_at(key, message, Some(hint.into()));
    }
}

/// Reports a rule that applies to nothing.
pub(super) fn applies_to(fields: &Fields<'_>, products: Option<&[Product]>) {
    if products.is_some_and(<[Product]>::is_empty) {
        let message = "`applies_to` is empty, expected at least one version".into();
        fields.report_at("applies_to", message, None);
    }
}

/// Reports literals that do not tell the rule from other texts.
pub(super) fn literals(fields: &Fields<'_>, matching: &Matching) {
    for (key, literals) in [("any", &matching.any), ("all", &matching.all), ("not", &matching.not)]
    {
        if literals.iter().any(|literal| longest_line(literal).is_empty()) {
            fields.report_at(key, format!("`{key}` holds an empty text"), None);
        }
    }
    let wanted = || matching.any.iter().chain(&matching.all);
    if wanted().all(|literal| longest_line(literal).len() < MIN_LITERAL_BYTES) {
        let message = format!(
            "no literal has {MIN_LITERAL_BYTES} bytes or more on one line, \
             expected one in `any` or `all`"
        );
        fields.report(message, Some("add words that stand in every text of this kind".into()));
    } else if wanted().all(|literal| is_bare(literal))
        && !matching.regex.as_ref().is_some_and(Expression::spans_text)
    {
        let message = format!(
            "`{}` alone stands in texts of every kind, expected words that tell this kind apart",
            wanted().next().map_or("", String::as_str)
        );
        let key = if matching.any.is_empty() { "all" } else { "any" };
        fields.report_at(key, message, None);
    }
}

/// Reports names of captures that are not in the vocabulary.
pub(super) fn names<'n>(
    fields: &Fields<'_>,
    key: &str,
    names: impl IntoIterator<Item = &'n (impl AsRef<str> + 'n)>,
) {
    for name in names {
        let name = name.as_ref();
        if CAPTURES.contains(&name) {
            continue;
        }
        let hint = nearest(name, CAPTURES).map_or_else(
            || format!("the vocabulary is: {}", CAPTURES.join(" ")),
            |near| format!("did you mean `{near}`?"),
        );
        fields.report_at(key, format!("capture `{name}` is not in the vocabulary"), Some(hint));
    }
}

/// Reports captures that are not in the vocabulary, and groups by captures that do not exist.
pub(super) fn captures(fields: &Fields<'_>, matching: &Matching, relations: &Relations) {
    let names: Vec<_> = matching.regex.iter().flat_map(Expression::capture_names).collect();
    self::names(fields, "match", &names);
    let recurrence = relations.recurrence.iter().flat_map(|recurrence| &recurrence.group_by);
    let groups = relations.group_by.iter().map(|name| ("group_by", name));
    for (key, name) in groups.chain(recurrence.map(|name| ("recurrence", name))) {
        // A Lua place gives `file` and `line` to rules that do not capture them.
        if !names.contains(&name.as_str()) && name != "file" && name != "line" {
            let message = format!("`{key}` names `{name}`, which the regex does not capture");
            let hint = nearest(name, names.iter().copied());
            fields.report_at(key, message, hint.map(|near| format!("did you mean `{near}`?")));
        }
    }
}

/// Reports a threshold beside a course, which has its own.
pub(super) fn no_recurrence(fields: &Fields<'_>, relations: &Relations) {
    if relations.recurrence.is_some() {
        let message = "`recurrence` stands beside `when`, which has its own threshold".into();
        fields.report_at("recurrence", message, Some("leave one of them out".into()));
    }
}

/// Reports a rule that is not shown by enough texts.
pub(super) fn examples(fields: &Fields<'_>, examples: usize, counter_examples: usize) {
    if examples < MIN_EXAMPLES {
        let message = format!("{examples} complete examples, expected at least {MIN_EXAMPLES}");
        fields.report(message, None);
    }
    if counter_examples < MIN_COUNTER_EXAMPLES {
        let message = format!(
            "{counter_examples} complete counter-examples, expected at least {MIN_COUNTER_EXAMPLES}"
        );
        fields.report(message, None);
    }
}

/// Reports entries of a history that are not in the order of their times, counted from the first.
pub(super) fn times(fields: &Fields<'_>, entries: &[(Duration, String)]) {
    let mut before = Duration::ZERO;
    for (nth, (at, _)) in entries.iter().enumerate() {
        let (nth, seconds) = (nth + 1, at.as_secs());
        if nth == 1 && !at.is_zero() {
            let message = format!("entry 1 of `entries` is at {seconds} s, expected `0s`");
            fields.report_at("entries", message, Some("times count from the first entry".into()));
        } else if *at < before {
            let message = format!(
                "entry {nth} of `entries` is at {seconds} s, after one at {} s, expected order of \
                 times",
                before.as_secs()
            );
            fields.report_at("entries", message, None);
        }
        before = *at;
    }
}

/// Reports an expression that matches where there is nothing, or nearly nothing, and so tells
/// nothing.
pub(super) fn regex(fields: &Fields<'_>, regex: Option<&Expression>, is_fallback: bool) {
    let Some(regex) = regex else { return };
    let limit = if is_fallback { MIN_FALLBACK_BYTES } else { MIN_REGEX_BYTES };
    let n_bytes = regex.min_literal_bytes();
    if regex.matches_nothing() {
        let message = "`regex` matches an empty text, expected what this kind of text has".into();
        let hint = Some("leave `regex` out where the literals are enough".into());
        fields.report_at("regex", message, hint);
    } else if n_bytes < limit {
        let n_bytes = plural(n_bytes as u64, "literal byte");
        let message = format!("`regex` needs {n_bytes} in a match, expected at least {limit}");
        let hint = "name words that every match has; of alternatives the shortest counts";
        fields.report_at("regex", message, Some(hint.into()));
    }
}

/// Reports a wrapper that matches where there is nothing.
pub(super) fn wrapper(fields: &Fields<'_>, regex: Option<&Expression>) {
    if regex.is_some_and(Expression::matches_nothing) {
        let message = "`regex` matches an empty text, expected the words around an error".into();
        fields.report_at("regex", message, None);
    }
}

/// Returns the finding with the name of the rule in whose lines it lies, where it lacks that.
///
/// `starts` are the first lines of all rules of the file, also of those without an id.
pub(super) fn named(mut finding: Finding, ids: &[(RuleId, Place)], starts: &[usize]) -> Finding {
    let start = starts.iter().rfind(|start| finding.line.is_some_and(|line| **start <= line));
    let rule = start.and_then(|start| ids.iter().find(|(_, place)| place.line == *start));
    if let Some((id, _)) = rule
        && !finding.message.contains(id.as_str())
    {
        finding.message = format!("rule `{id}`: {}", finding.message);
    }
    finding
}

/// Reports rules of one file that are not sorted by id.
pub(super) fn order(document: &Document<'_>, ids: &[(RuleId, Place)]) {
    for pair in ids.windows(2) {
        if let [(before, _), (after, place)] = pair
            && after < before
        {
            let message = format!("rule `{after}` stands after `{before}`, expected order of ids");
            document.report(Some(place.line), message, None);
        }
    }
}

/// Returns a finding for each id of a rule or a wrapper that stands twice in a set of files, at each
/// place.
pub(super) fn duplicates(set: &FileSet) -> Vec<Finding> {
    let rules = set.ids.iter().map(|(id, place)| (id, place));
    let rules = twice("rule", rules, |id| {
        format!("ids are never reused; pick another under `{}.`", id.category())
    });
    let wrappers = set.wrappers.iter().map(|(wrapper, place)| (&wrapper.id, place));
    let wrappers = twice("wrapper", wrappers, |_| "drop one, or give it another id".into());
    rules.into_iter().chain(wrappers).collect()
}

/// Returns a finding for each place of an id but the first.
fn twice<'s, I: Ord + Display + 's>(
    noun: &str,
    defined: impl Iterator<Item = (&'s I, &'s Place)>,
    hint: impl Fn(&I) -> String,
) -> Vec<Finding> {
    let mut places: BTreeMap<&I, Vec<&Place>> = BTreeMap::new();
    for (id, place) in defined {
        places.entry(id).or_default().push(place);
    }
    let mut findings = Vec::new();
    for (id, places) in places {
        let [first, rest @ ..] = places.as_slice() else { continue };
        findings.extend(rest.iter().map(|place| Finding {
            path: place.path.clone(),
            line: Some(place.line),
            message: format!(
                "{noun} `{id}` is defined twice, first at {}:{}",
                first.path.display(),
                first.line
            ),
            hint: Some(hint(id)),
        }));
    }
    findings
}

/// Returns a finding for each rule that names another rule that does not exist.
pub(super) fn links<'a>(
    rules: impl Iterator<Item = &'a Rule>,
    ids: &BTreeSet<RuleId>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in rules {
        let symptoms = rule.symptom_of.iter().map(|id| ("symptom_of", id, rule.line));
        let successor = rule.superseded_by.iter().map(|id| ("superseded_by", id, rule.line));
        let counted = match rule.course().map(|course| &course.of) {
            Some(Sign::Rules(ids)) => ids.as_slice(),
            Some(Sign::Outcome(_)) | None => &[],
        };
        let until = rule.course().map(|course| course.until.as_slice()).unwrap_or_default();
        let counted = counted.iter().map(|id| ("rules", id, rule.line));
        let until = until.iter().map(|id| ("until", id, rule.line));
        let winners = rule.counter_examples().iter();
        let winners = winners.filter_map(|one| Some(("won_by", one.won_by.as_ref()?, one.line)));
        let named = symptoms.chain(successor).chain(counted).chain(until).chain(winners);
        for (key, id, line) in named {
            let problem = match ids.contains(id) {
                true if *id == rule.id => "the rule itself",
                true => continue,
                false => "no rule",
            };
            let near = nearest(id.as_str(), ids.iter().map(RuleId::as_str));
            findings.push(Finding {
                path: rule.path.clone(),
                line: Some(line),
                message: format!("`{key}` of `{}` names `{id}`, which is {problem}", rule.id),
                hint: near
                    .filter(|near| *near != rule.id.as_str())
                    .map(|near| format!("did you mean `{near}`?")),
            });
        }
    }
    findings
}

/// Returns a finding for each course that counts apart by what its rules do not capture.
pub(super) fn groups(rules: &BTreeMap<RuleId, Rule>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in rules.values() {
        let Some(course) = rule.course() else { continue };
        let Sign::Rules(ids) = &course.of else { continue };
        for counted in ids.iter().filter_map(|id| rules.get(id)) {
            if counted.course().is_some() {
                findings.push(Finding {
                    path: rule.path.clone(),
                    line: Some(rule.line),
                    message: format!(
                        "`rules` of `{}` names `{}`, which looks beyond one entry itself",
                        rule.id, counted.id
                    ),
                    hint: Some("name the rules whose entries it counts".into()),
                });
            }
            let regex = counted.matching().and_then(|matching| matching.regex.as_ref());
            let captures: Vec<_> = regex.into_iter().flat_map(Expression::capture_names).collect();
            for name in course.group_by.iter().filter(|name| !captures.contains(&name.as_str())) {
                findings.push(Finding {
                    path: rule.path.clone(),
                    line: Some(rule.line),
                    message: format!(
                        "`group_by` of `{}` names `{name}`, which `{}` does not capture",
                        rule.id, counted.id
                    ),
                    hint: None,
                });
            }
        }
    }
    findings
}

/// Returns the longest part of a literal that stands on one line.
///
/// Logs end lines in two ways, so that only this much of a literal can be looked for in raw bytes.
pub(crate) fn longest_line(literal: &str) -> &str {
    literal.split('\n').max_by_key(|part| part.len()).unwrap_or_default()
}

/// Returns true for words that stand in texts of every kind.
pub(crate) fn is_bare(literal: &str) -> bool {
    let word = literal.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    BARE_WORDS.contains(&word.as_str())
}
