//! One pattern file: its fields, read as rules.

use std::thread::{Builder, ScopedJoinHandle};

use jiff::civil::Date;

use super::{
    CounterExample, Escalation, Example, Expression, Matching, Nature, Owner, PatternFile, Product,
    Recognition, Recurrence, Rule, Status, Wrapper, check, course, ids,
};
use crate::document::{Document, Field, Fields};
use crate::model::{Finding, Outcome, RuleId, Severity};

/// The longest handling time: a day.
const MAX_TOIL_MINUTES: i64 = 1_440;

/// The stem of the file that holds the wrappers.
const WRAPPERS: &str = "wrappers";
/// The stem of the file that lists every id ever given.
const IDS: &str = "ids";

/// What is known of files before they are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Trust {
    /// Anybody may have written them: everything is checked.
    #[default]
    Unproven,
    /// They are inside the binary, and a test has checked them: expressions, which take as long as
    /// all the rest, are not looked at before they are used.
    Proven,
}

/// What a set of files holds, rules that are not complete left out.
#[derive(Default)]
pub(super) struct FileSet {
    trust: Trust,
    pub(super) rules: Vec<Rule>,
    pub(super) wrappers: Vec<(Wrapper, Place)>,
    /// Each id that stands in a file, with its place, whether its rule is complete or not.
    pub(super) ids: Vec<(RuleId, Place)>,
    /// Each id that is listed as given, with its place; `None` where there is no such list.
    pub(super) given: Option<Vec<(RuleId, Place)>>,
    pub(super) findings: Vec<Finding>,
}

/// Where a rule or a wrapper begins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) path: std::path::PathBuf,
    pub(super) line: usize,
}

/// So many bytes of files are read by two threads.
const MANY_BYTES: usize = 64 * 1024;

impl FileSet {
    /// Reads files, the second half of many in a thread of its own.
    pub(super) fn of(files: &[PatternFile], trust: Trust) -> Self {
        let n_bytes: usize = files.iter().map(|file| file.text.len()).sum();
        let before = files.iter().scan(0, |sum, file| {
            *sum += file.text.len();
            Some(*sum)
        });
        let middle = before.take_while(|sum| *sum <= n_bytes / 2).count();
        let (first, second) = files.split_at_checked(middle).unwrap_or((files, &[]));
        if n_bytes < MANY_BYTES || first.is_empty() {
            return Self::read_all(files, trust);
        }
        std::thread::scope(|scope| {
            let thread = Builder::new().spawn_scoped(scope, || Self::read_all(second, trust));
            let mut set = Self::read_all(first, trust);
            // Where the system has no room for a thread, this one does it all.
            let joined = thread.map(ScopedJoinHandle::join);
            match joined {
                Ok(Ok(rest)) => set.append(rest),
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                Err(_) => set.append(Self::read_all(second, trust)),
            }
            set
        })
    }

    fn read_all(files: &[PatternFile], trust: Trust) -> Self {
        let mut set = Self { trust, ..Self::default() };
        for file in files {
            set.read(file);
        }
        set
    }

    fn append(&mut self, mut other: Self) {
        self.rules.append(&mut other.rules);
        self.wrappers.append(&mut other.wrappers);
        self.ids.append(&mut other.ids);
        self.findings.append(&mut other.findings);
        if let Some(given) = other.given {
            self.given.get_or_insert_default().extend(given);
        }
    }

    /// Adds what a file holds.
    pub(super) fn read(&mut self, file: &PatternFile) {
        let document = Document::parse(&file.path, &file.text);
        let mut fields = document.fields();
        let trust = self.trust;
        if file.category() == WRAPPERS {
            let wrappers = fields.optional("wrapper").tables().into_iter().filter_map(|fields| {
                let line = fields.line().unwrap_or(1);
                Some((read_wrapper(fields, trust)?, Place { path: file.path.clone(), line }))
            });
            self.wrappers.extend(wrappers);
        }
        let ids_before = self.ids.len();
        let mut starts = Vec::new();
        if file.category() == IDS {
            let place = |line| Place { path: file.path.clone(), line };
            if let Some(given) = fields.required("ids").placed_list() {
                let given: Vec<_> = given.into_iter().map(|(id, line)| (id, place(line))).collect();
                ids::order(&document, &given);
                self.given.get_or_insert_default().extend(given);
            }
        }
        if ![WRAPPERS, IDS].contains(&file.category()) {
            for rule in fields.optional("rule").tables() {
                starts.extend(rule.line());
                self.read_rule(file, rule);
            }
        }
        let ids = self.ids.get(ids_before..).unwrap_or_default();
        check::order(&document, ids);
        fields.finish();
        let findings = document.into_findings().into_iter();
        self.findings.extend(findings.map(|finding| check::named(finding, ids, &starts)));
    }

    fn read_rule(&mut self, file: &PatternFile, mut fields: Fields<'_>) {
        let line = fields.line().unwrap_or(1);
        let id = fields.required("id").parsed::<RuleId>();
        if let Some(id) = &id {
            self.ids.push((id.clone(), Place { path: file.path.clone(), line }));
            check::category(&fields, id, file.category());
        }
        let description = Description::read(&mut fields);
        let response = Response::read(&mut fields);
        let relations = Relations::read(&mut fields);
        let recognition = read_recognition(&mut fields, &relations, self.trust);
        fields.finish();
        let complete = id.zip(description).zip(response).zip(recognition);
        let Some((((id, description), response), recognition)) = complete else { return };
        self.rules.push(Rule {
            id,
            title: description.title,
            status: description.status,
            severity: description.severity,
            nature: description.nature,
            stops: description.stops,
            toil_minutes: description.toil_minutes,
            cause: description.cause,
            fix: response.fix,
            owner: response.owner,
            escalation: response.escalation,
            references: response.references,
            applies_to: response.applies_to,
            review_by: response.review_by,
            outcome: relations.outcome,
            group_by: relations.group_by,
            recurrence: relations.recurrence,
            symptom_of: relations.symptom_of,
            superseded_by: relations.superseded_by,
            fallback: relations.fallback,
            routine: relations.routine,
            recognition,
            path: file.path.clone(),
            line,
        });
    }
}

/// What a rule says about the error.
struct Description {
    title: String,
    status: Status,
    severity: Severity,
    nature: Nature,
    stops: bool,
    toil_minutes: u32,
    cause: String,
}

impl Description {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        // Each field is read before any is missed, so that all faults are found.
        let title = fields.required("title").text();
        check::title(fields, title.as_deref());
        let status = fields.required("status").word(&Status::ALL, Status::name);
        let severity = fields.required("severity").word(&Severity::ALL, Severity::name);
        let nature = fields.required("nature").word(&Nature::ALL, Nature::name);
        let stops = fields.required("stops").boolean();
        let toil_minutes = fields.required("toil_minutes").integer(0..=MAX_TOIL_MINUTES);
        let cause = fields.required("cause").text();
        check::written(fields, "cause", cause.as_deref());
        Some(Self {
            title: title?,
            status: status?,
            severity: severity?,
            nature: nature?,
            stops: stops?,
            toil_minutes: toil_minutes?,
            cause: cause?,
        })
    }
}

/// What a rule says about the people.
struct Response {
    fix: String,
    owner: Owner,
    escalation: Vec<Escalation>,
    references: Vec<String>,
    applies_to: Vec<Product>,
    review_by: Date,
}

impl Response {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let fix = fields.required("fix").text();
        check::written(fields, "fix", fix.as_deref());
        let owner = fields.required("owner").word(&Owner::ALL, Owner::name);
        let steps = fields.required("escalation").tables();
        let escalation = steps.into_iter().filter_map(read_escalation).collect();
        let references = fields.required("references").strings();
        let applies_to = fields.required("applies_to").words(&Product::ALL, Product::name);
        check::applies_to(fields, applies_to.as_deref());
        let review_by = fields.required("review_by").date();
        Some(Self {
            fix: fix?,
            owner: owner?,
            escalation,
            references: references?,
            applies_to: applies_to?,
            review_by: review_by?,
        })
    }
}

/// What a rule says about other rules and about its problems; all of it optional.
pub(super) struct Relations {
    outcome: Option<Outcome>,
    pub(super) group_by: Vec<String>,
    pub(super) recurrence: Option<Recurrence>,
    symptom_of: Vec<RuleId>,
    superseded_by: Option<RuleId>,
    fallback: bool,
    routine: bool,
}

impl Relations {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            outcome: fields.optional("outcome").word(&Outcome::ALL, Outcome::name),
            group_by: fields.optional("group_by").strings().unwrap_or_default(),
            recurrence: fields.optional("recurrence").table().and_then(read_recurrence),
            symptom_of: fields.optional("symptom_of").parsed_list().unwrap_or_default(),
            superseded_by: fields.optional("superseded_by").parsed(),
            fallback: fields.optional("fallback").boolean().unwrap_or_default(),
            routine: fields.optional("routine").boolean().unwrap_or_default(),
        }
    }
}

fn read_escalation(mut fields: Fields<'_>) -> Option<Escalation> {
    let after = fields.required("after").span();
    let to = fields.required("to").word(&Owner::ALL, Owner::name);
    let how = fields.required("how").text();
    fields.finish();
    Some(Escalation { after: after?, to: to?, how: how? })
}

fn read_recurrence(mut fields: Fields<'_>) -> Option<Recurrence> {
    let count = fields.required("count").integer(1..=1_000_000);
    let within = fields.required("within").span();
    let group_by = fields.optional("group_by").strings().unwrap_or_default();
    fields.finish();
    Some(Recurrence { count: count?, within: within?, group_by })
}

/// Reads `match` with its examples, or `when` with its own.
fn read_recognition(
    fields: &mut Fields<'_>,
    relations: &Relations,
    trust: Trust,
) -> Option<Recognition> {
    let when = fields.optional("when");
    if when.is_present() {
        check::no_recurrence(fields, relations);
        return course::read(fields, when).map(Recognition::Course);
    }
    let mut matching = read_matching(fields, relations.fallback, trust);
    if let Some(matching) = matching.as_ref().filter(|_| trust == Trust::Unproven) {
        check::captures(fields, matching, relations);
    }
    let examples = read_examples(fields);
    let counter_examples = read_counter_examples(fields);
    check::examples(fields, examples.len(), counter_examples.len());
    if let Some(matching) = &mut matching {
        matching.examples = examples;
        matching.counter_examples = counter_examples;
    }
    matching.map(Recognition::Entry)
}

fn read_matching(fields: &mut Fields<'_>, is_fallback: bool, trust: Trust) -> Option<Matching> {
    let mut fields = fields.required("match").table()?;
    let any = fields.optional("any").strings();
    let all = fields.optional("all").strings();
    let not = fields.optional("not").strings();
    let regex = fields.optional("regex");
    let has_regex = regex.is_present();
    let regex = read_expression(regex, trust);
    if trust == Trust::Unproven {
        check::regex(&fields, regex.as_ref(), is_fallback);
    }
    let is_complete = !has_regex || regex.is_some();
    let matching = Matching {
        any: any.unwrap_or_default(),
        all: all.unwrap_or_default(),
        not: not.unwrap_or_default(),
        regex,
        examples: Vec::new(),
        counter_examples: Vec::new(),
    };
    check::literals(&fields, &matching);
    fields.finish();
    is_complete.then_some(matching)
}

fn read_examples(fields: &mut Fields<'_>) -> Vec<Example> {
    let tables = fields.optional("examples").tables();
    let examples = tables.into_iter().filter_map(|mut fields| {
        let line = fields.line().unwrap_or(1);
        let text = fields.required("line").text();
        let captures = fields.optional("captures").string_map();
        let outcome = fields.optional("outcome").word(&Outcome::ALL, Outcome::name);
        fields.finish();
        Some(Example { text: text?, captures, outcome, line })
    });
    examples.collect()
}

fn read_counter_examples(fields: &mut Fields<'_>) -> Vec<CounterExample> {
    let tables = fields.optional("counter_examples").tables();
    let examples = tables.into_iter().filter_map(|mut fields| {
        let line = fields.line().unwrap_or(1);
        let text = fields.required("line").text();
        let because = fields.required("because").text();
        let won_by = fields.optional("won_by").parsed();
        fields.finish();
        Some(CounterExample { text: text?, because: because?, won_by, line })
    });
    examples.collect()
}

fn read_expression(field: Field<'_>, trust: Trust) -> Option<Expression> {
    match trust {
        Trust::Unproven => field.parsed(),
        Trust::Proven => field.string().map(|text| Expression::proven(&text)),
    }
}

fn read_wrapper(mut fields: Fields<'_>, trust: Trust) -> Option<Wrapper> {
    let id = fields.required("id").text();
    let regex = read_expression(fields.required("regex"), trust);
    if trust == Trust::Unproven {
        check::wrapper(&fields, regex.as_ref());
    }
    let outcome = fields.optional("outcome").word(&Outcome::ALL, Outcome::name);
    fields.finish();
    Some(Wrapper { id: id?, regex: regex?, outcome })
}
