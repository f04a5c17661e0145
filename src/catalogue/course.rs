//! The fields of a rule that looks beyond one entry.

use std::time::Duration;

use super::{Course, History, Sign, check};
use crate::course::Scope;
use crate::document::{Field, Fields};
use crate::model::{Outcome, parse_span};

/// The highest number of entries that a course may ask for.
const MAX_COUNT: i64 = 1_000_000;

/// Reads `when` and the histories that show what it means.
pub(super) fn read(rule: &mut Fields<'_>, when: Field<'_>) -> Option<Course> {
    let course = when.table().and_then(read_when);
    let examples = read_histories(rule, "examples", false);
    let counter_examples = read_histories(rule, "counter_examples", true);
    check::examples(rule, examples.len(), counter_examples.len());
    course.map(|course| Course { examples, counter_examples, ..course })
}

fn read_when(mut fields: Fields<'_>) -> Option<Course> {
    let rules = fields.optional("rules").parsed_list();
    let outcome = fields.optional("outcome").word(&Outcome::ALL, Outcome::name);
    let of = match (rules, outcome) {
        (Some(rules), None) => Some(Sign::Rules(rules)),
        (None, Some(outcome)) => Some(Sign::Outcome(outcome)),
        _ => {
            fields.report("`when` needs either `rules` or `outcome`".into(), None);
            None
        }
    };
    let count = fields.required("count").integer(1..=MAX_COUNT);
    let within = fields.required("within").span();
    let apart = fields.optional("apart").span().unwrap_or_default();
    let scope = fields.required("scope").word(&Scope::ALL, Scope::name);
    let group_by = fields.optional("group_by").strings().unwrap_or_default();
    let until = fields.optional("until").parsed_list().unwrap_or_default();
    check::names(&fields, "group_by", &group_by);
    fields.finish();
    Some(Course {
        of: of?,
        count: count?,
        within: within?,
        apart,
        scope: scope?,
        group_by,
        until,
        examples: Vec::new(),
        counter_examples: Vec::new(),
    })
}

fn read_histories(rule: &mut Fields<'_>, key: &'static str, needs_reason: bool) -> Vec<History> {
    let tables = rule.optional(key).tables();
    let histories = tables.into_iter().filter_map(|mut fields| {
        let line = fields.line().unwrap_or(1);
        let entries = read_entries(fields.required("entries"));
        check::times(&fields, entries.as_deref().unwrap_or_default());
        let because = needs_reason.then(|| fields.required("because").text());
        fields.finish();
        Some(History { entries: entries?, because: because.flatten(), line })
    });
    histories.collect()
}

/// Reads entries such as `"90s Component started successfully."`: the time after the first, and
/// the text.
fn read_entries(field: Field<'_>) -> Option<Vec<(Duration, String)>> {
    field.converted_list(|entry| {
        let expected = "expected a time after the first entry, a space and the text";
        let (at, text) = entry.split_once(' ').ok_or(expected)?;
        let at = parse_span(at).map_err(|error| format!("{error}, {expected}"))?;
        Ok((at, text.into()))
    })
}
