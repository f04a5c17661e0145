//! `dewlap problem`: one problem in full, and what is decided about it.

mod json;
mod text;
mod words;

use clap::{Args, Subcommand};

use super::context::{Context, Global, When, check_server, now, parse_when};
use super::failure::{Done, Misuse};
use super::output::{TextOrJson, error_lines, print};
use crate::life::{Action, Decision};
use crate::model::{Millis, nearest};
use crate::pipeline::{Standing, life_of};
use crate::store::{KnownProblem, Store};

pub(super) use json::json_of;
pub(super) use words::{Named, done};

/// So many problems are named where a name fits several.
const MAX_NAMED: usize = 8;

/// Arguments of `problem`.
#[derive(Debug, Args)]
#[command(subcommand_precedence_over_arg = true)]
pub(super) struct ProblemArgs {
    /// Its id, or the id of a rule or a cluster that has one problem only
    #[arg(value_name = "ID")]
    problem: String,

    /// The one on this server
    #[arg(long, value_name = "NAME")]
    server: Option<String>,

    /// The one of the component with this name or GUID
    #[arg(long, value_name = "NAME")]
    component: Option<String>,

    /// As things stood at this time, date or span before now [default: now]
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    as_of: Option<When>,

    /// Output format; JSON is one object
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,

    #[command(subcommand)]
    change: Option<Change>,
}

/// What is decided.
#[derive(Debug, Subcommand)]
enum Change {
    /// Somebody is to eliminate it
    Target(Decided),
    /// It was eliminated; an event after this moment is a regression
    Fix(Decided),
    /// It will not be eliminated; needs `--doc`
    Accept(Decided),
    /// What was decided before does not hold any more
    Reopen(Decided),
    /// Nothing; something is to be remembered
    Note(Decided),
}

/// A decision as it is typed.
#[derive(Debug, Args)]
struct Decided {
    /// Who decided it, or is to do it
    #[arg(long, value_name = "NAME")]
    by: String,

    /// Why, or what was done
    #[arg(long, value_name = "TEXT")]
    why: String,

    /// The ticket in another system
    #[arg(long, value_name = "ID")]
    ticket: Option<String>,

    /// How to live with the problem, or the page that says it
    #[arg(long, value_name = "TEXT")]
    doc: Option<String>,

    /// From when on it holds: a time, a date or a span before now [default: now]
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    at: Option<When>,
}

impl Change {
    fn parts(&self) -> (Action, &Decided) {
        match self {
            Self::Target(decided) => (Action::Target, decided),
            Self::Fix(decided) => (Action::Fix, decided),
            Self::Accept(decided) => (Action::Accept, decided),
            Self::Reopen(decided) => (Action::Reopen, decided),
            Self::Note(decided) => (Action::Note, decided),
        }
    }
}

/// Runs `problem`.
///
/// # Errors
///
/// Returns why the store could not be read or written, or that there is no such problem.
pub(super) fn run(global: &Global, args: &ProblemArgs) -> anyhow::Result<Done> {
    let context = global.context()?;
    let store = context.store()?;
    check_server(&store, args.server.as_deref())?;
    let now = now();
    let as_of = args.as_of.map_or(now, |when| when.resolve(now));
    let problem = find(&store, args)?;
    // Events of a clock that is ahead are told all the same, where nobody asks for a time.
    if args.as_of.is_some() && as_of < problem.first {
        return Err(not_met_yet(&problem, as_of).into());
    }
    if let Some(change) = &args.change {
        let (action, decided) = change.parts();
        let decision = decision(&context, action, decided, now)?;
        Store::decide(&context.db, &problem.problem, &decision)?;
    }
    let (life, decisions) = life_of(&store, &problem, as_of)?;
    let catalogue = context.catalogue()?;
    let named = Named::new(&problem, &catalogue);
    let then = store.known_problem(&problem.problem, as_of)?;
    let standing = Standing { problem: then.unwrap_or_else(|| problem.clone()), life };
    let runbook = context.config.runbook.as_deref();
    print(&match (args.format, &args.change) {
        (TextOrJson::Json, _) => json::render(&standing, &named, &decisions, runbook),
        (TextOrJson::Text, None) => text::render(&standing, &named, &decisions, runbook)?,
        (TextOrJson::Text, Some(_)) => text::render_state(&standing)?,
    })?;
    Ok(Done::Fine)
}

/// Returns the problem with an id, or the only one of a rule or a cluster.
fn find(store: &Store, args: &ProblemArgs) -> anyhow::Result<KnownProblem> {
    let name = args.problem.as_str();
    let all = store.known_problems(Millis::new(i64::MAX))?;
    let is = |wanted: &Option<String>, names: [&str; 2]| {
        wanted.as_deref().is_none_or(|wanted| names.contains(&wanted))
    };
    let is_meant = |problem: &&KnownProblem| {
        let ids = [Some(problem.problem.as_str()), problem.rule.as_deref()];
        (ids.contains(&Some(name)) || problem.cluster.as_deref() == Some(name))
            && is(&args.server, [&problem.server; 2])
            && is(&args.component, [&problem.component, &problem.component_name])
    };
    let found: Vec<&KnownProblem> = all.iter().filter(is_meant).collect();
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(no_problem(name, &all).into()),
        several => Err(too_many(name, several).into()),
    }
}

fn no_problem(name: &str, all: &[KnownProblem]) -> Misuse {
    let rules = all.iter().filter_map(|problem| problem.rule.as_deref());
    let clusters = all.iter().filter_map(|problem| problem.cluster.as_deref());
    let ids = all.iter().map(|problem| problem.problem.as_str());
    let is_there = ids.clone().chain(rules.clone()).chain(clusters.clone()).any(|id| id == name);
    let hint = match nearest(name, ids.chain(rules).chain(clusters)) {
        _ if is_there => "it has none there; leave out `--server` and `--component`".into(),
        Some(near) => format!("did you mean `{near}`?"),
        None => "`dewlap problems` lists all".into(),
    };
    Misuse::new(format!("there is no problem `{name}` in the store"), hint)
}

fn not_met_yet(problem: &KnownProblem, as_of: Millis) -> Misuse {
    let message = format!("`{}` had no event before {as_of}", problem.problem);
    Misuse::new(message, format!("its first event is of {}", problem.first))
}

fn too_many(name: &str, found: &[&KnownProblem]) -> Misuse {
    let shown = found.iter().take(MAX_NAMED).map(|problem| {
        format!("`{}` ({} on {})", problem.problem, problem.component_name, problem.server)
    });
    let mut list = shown.collect::<Vec<_>>().join(", ");
    if found.len() > MAX_NAMED {
        list.push_str(", ...");
    }
    let message = format!("`{name}` has {} problems, expected one", found.len());
    Misuse::new(message, format!("name one of {list}"))
}

/// Checks a decision, and masks what was typed freely: it is stored, and told in alerts.
fn decision(
    context: &Context,
    action: Action,
    decided: &Decided,
    now: Millis,
) -> anyhow::Result<Decision> {
    let filled = |name: &str, text: &str| match text.trim() {
        "" => Err(Misuse::new(format!("`{name}` is empty"), "the ledger is read by others, later")),
        text => Ok(text.to_owned()),
    };
    let optional = |name: &str, text: &Option<String>| {
        text.as_deref().map(|text| filled(name, text)).transpose()
    };
    let documentation = optional("--doc", &decided.doc)?;
    if action == Action::Accept && documentation.is_none() {
        return Err(Misuse::new(
            "what is accepted needs `--doc`",
            "say how to live with the problem, or name the page that does: it takes the place of a fix",
        )
        .into());
    }
    let at = decided.at.map_or(now, |when| when.resolve(now));
    if at > now {
        let message = format!("the decision would hold from {at} on, which is in the future");
        return Err(Misuse::new(message, "give `--at` a time that is past").into());
    }
    let hider = context.masker()?;
    let mut is_masked = false;
    let mut hidden = |text: String| {
        let safe = hider.mask(&text, None);
        is_masked |= safe != text;
        safe
    };
    let decision = Decision {
        at,
        recorded: now,
        action,
        by: filled("--by", &decided.by)?,
        why: hidden(filled("--why", &decided.why)?),
        ticket: optional("--ticket", &decided.ticket)?.map(|ticket| {
            // A number alone is that of a ticket; words may be about a patient.
            if ticket.contains(char::is_whitespace) { hidden(ticket) } else { ticket }
        }),
        documentation: documentation.map(&mut hidden),
    };
    if is_masked {
        error_lines(&["what looks like patient data is masked in what you wrote".to_owned()]);
    }
    Ok(decision)
}
