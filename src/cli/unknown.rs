//! `dewlap unknown`: one cluster of unknown events, and a drafted rule for it.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::json;

use super::context::{Context, Global};
use super::failure::{Done, Misuse};
use super::output::{TextOrJson, error_lines, print};
use super::patterns::clean_texts;
use crate::catalogue::Catalogue;
use crate::draft::{Draft, Draftable, Figures, draft};
use crate::model::{Millis, Outcome, RuleId, Severity, grouped, is_kebab, nearest, plural};
use crate::store::{ClusterTexts, Store};

/// Texts that are shown of a cluster,
const SHOWN_TEXTS: u64 = 5;
/// and those that a rule is drafted from; what they lack is found when it is tried.
const DRAFTED_TEXTS: u64 = 1_000;
/// Components that are shown.
const SHOWN_COMPONENTS: usize = 5;

/// Arguments of `unknown`.
#[derive(Debug, Args)]
pub(super) struct UnknownArgs {
    /// The cluster, such as `u-4f1c0a9b2e`: `dewlap patterns coverage` lists them
    #[arg(value_name = "ID")]
    id: String,

    /// Output format; JSON is one object
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,

    #[command(subcommand)]
    command: Option<UnknownCommand>,
}

/// What to do with a cluster.
#[derive(Debug, Subcommand)]
enum UnknownCommand {
    /// Write a rule for it, tried on all stored events; `cause` and `fix` are left to you
    Draft(DraftArgs),
}

/// Arguments of `unknown ID draft`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 the rule matches its cluster and nothing else, 1 it does not, \
                        2 error."
)]
struct DraftArgs {
    /// The file to write; its stem is the category. Without it, standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Write the file although there is one
    #[arg(long, requires = "out")]
    force: bool,

    /// The id of the rule, such as `local.slot-late`; made from the texts without it
    #[arg(long, value_name = "RULE_ID")]
    id: Option<RuleId>,
}

/// Runs `unknown`.
pub(super) fn run(global: &Global, args: &UnknownArgs) -> anyhow::Result<Done> {
    let context = global.context()?;
    let store = context.store()?;
    match &args.command {
        None => {
            let cluster = find(&store, &args.id, SHOWN_TEXTS)?;
            match args.format {
                TextOrJson::Text => print(&render(&cluster)?)?,
                TextOrJson::Json => print(&format!("{}\n", to_json(&cluster)))?,
            }
            Ok(Done::Fine)
        }
        Some(UnknownCommand::Draft(draft)) => {
            let cluster = find(&store, &args.id, DRAFTED_TEXTS)?;
            run_draft(&context, &store, &cluster, draft)
        }
    }
}

/// Returns a cluster with some of its texts.
fn find(store: &Store, id: &str, limit: u64) -> anyhow::Result<ClusterTexts> {
    if let Some(cluster) = store.cluster_texts(id, limit)? {
        return Ok(cluster);
    }
    let others = store.other_clusters(id)?;
    let near = nearest(id, others.iter().map(|other| other.id.as_str()));
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if others.is_empty() => "every stored event is explained by a rule".into(),
        None => "`dewlap patterns coverage` lists the clusters that weigh most".into(),
    };
    Err(Misuse::new(format!("there is no cluster `{id}` in the store"), hint).into())
}

fn render(cluster: &ClusterTexts) -> anyhow::Result<String> {
    let mut text = format!("{}\n{}\n\n", cluster.id, cluster.template);
    let n_texts = plural(cluster.n_texts, "different text");
    writeln!(text, "events      {} with {n_texts}", grouped(cluster.events))?;
    writeln!(text, "time        {} to {}", cluster.first, cluster.last)?;
    let severities = counts(cluster.severities.iter().map(|(one, n)| (one.name(), *n)));
    writeln!(text, "severity    {severities}")?;
    if !cluster.outcomes.is_empty() {
        let outcomes = counts(cluster.outcomes.iter().map(|(one, n)| (one.name(), *n)));
        writeln!(text, "outcome     {outcomes}")?;
    }
    let shown = cluster.components.iter().take(SHOWN_COMPONENTS);
    for (nth, (server, component, events)) in shown.enumerate() {
        let label = if nth == 0 { "components" } else { "" };
        writeln!(text, "{label:<12}{component} on {server}: {}", grouped(*events))?;
    }
    let n_more = cluster.components.len().saturating_sub(SHOWN_COMPONENTS);
    if n_more > 0 {
        writeln!(text, "            and {n_more} more")?;
    }
    text.push_str("\ntexts\n");
    for one in &cluster.texts {
        let line = one.text.replace(['\n', '\r'], " | ");
        let line: String = line.chars().filter(|c| !c.is_control()).take(300).collect();
        writeln!(text, "{:>8}  {line}", grouped(one.events))?;
    }
    writeln!(text, "\nA rule for it: dewlap unknown {} draft", cluster.id)?;
    Ok(text)
}

fn counts<'n>(counts: impl Iterator<Item = (&'n str, u64)>) -> String {
    counts.map(|(name, n)| format!("{name} {}", grouped(n))).collect::<Vec<_>>().join(", ")
}

/// Renders a cluster; scripts rely on these names.
fn to_json(cluster: &ClusterTexts) -> serde_json::Value {
    let components = cluster.components.iter().map(|(server, component, events)| {
        json!({ "server": server, "component": component, "events": events })
    });
    let texts = cluster.texts.iter().map(|one| json!({ "text": one.text, "events": one.events }));
    let severities = cluster.severities.iter().map(|(one, n)| (one.name().to_owned(), json!(n)));
    let outcomes = cluster.outcomes.iter().map(|(one, n)| (one.name().to_owned(), json!(n)));
    json!({
        "id": cluster.id,
        "template": cluster.template,
        "events": cluster.events,
        "texts": cluster.n_texts,
        "first": cluster.first.to_string(),
        "last": cluster.last.to_string(),
        "severities": severities.collect::<serde_json::Map<_, _>>(),
        "outcomes": outcomes.collect::<serde_json::Map<_, _>>(),
        "components": components.collect::<Vec<_>>(),
        "samples": texts.collect::<Vec<_>>(),
    })
}

fn run_draft(
    context: &Context,
    store: &Store,
    cluster: &ClusterTexts,
    args: &DraftArgs,
) -> anyhow::Result<Done> {
    let out = args.out.as_deref();
    if let Some(path) = out.filter(|path| path.exists() && !args.force) {
        return Err(Misuse::new(
            format!("`{}` is there already", path.display()),
            "name another file, or write over it with `--force`",
        )
        .into());
    }
    let catalogue = context.catalogue()?;
    let drafted = write_rule(context, store, cluster, &catalogue, args)?;
    let text = format!("{}{}", heading(cluster, &drafted, &catalogue)?, drafted.rule);
    match out {
        None => print(&text)?,
        Some(path) => {
            write_file(path, &text, args.force)?;
            if !context.is_quiet {
                error_lines(&[format!("wrote {}", path.display())]);
            }
        }
    }
    if drafted.figures.hold() {
        return Ok(Done::Fine);
    }
    let message =
        format!("warning: the rule does not hold: {}", figures_lines(&drafted.figures).join("; "));
    error_lines(&[
        message,
        "hint: write its `regex` by hand, and try it with `dewlap patterns backtest`".into(),
    ]);
    Ok(Done::Found)
}

fn write_rule(
    context: &Context,
    store: &Store,
    cluster: &ClusterTexts,
    catalogue: &Catalogue,
    args: &DraftArgs,
) -> anyhow::Result<Draft> {
    let texts: Vec<_> = cluster.texts.iter().map(|one| (one.text.clone(), one.events)).collect();
    let others: Vec<_> = store.other_clusters(&cluster.id)?;
    let others: Vec<_> = others.into_iter().map(|other| (other.id, other.text)).collect();
    let stem = args.out.as_deref().and_then(Path::file_stem).and_then(|stem| stem.to_str());
    let stopped = cluster.outcomes.iter().find(|(outcome, _)| *outcome == Outcome::Stopped);
    let input = Draftable {
        cluster: &cluster.id,
        texts: &texts,
        others: &others,
        clean: &clean_texts(context)?,
        severity: cluster.severities.first().map_or(Severity::Error, |(severity, _)| *severity),
        stops: stopped.is_some_and(|(_, events)| 2 * events > cluster.events),
        last: cluster.last,
        catalogue,
        id: args.id.as_ref(),
        category: stem.filter(|stem| is_kebab(stem)),
    };
    draft(&input, |trial| {
        Ok(store.for_each_decided_text(|event| {
            trial.add(event.rule.as_deref(), event.cluster.as_deref(), &event.text);
        })?)
    })
}

/// Returns what is known of the draft, as a comment.
fn heading(
    cluster: &ClusterTexts,
    drafted: &Draft,
    catalogue: &Catalogue,
) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let day = |at: Millis| at.to_string().chars().take(10).collect::<String>();
    writeln!(
        text,
        "# Draft for the unknowns of {}: {}, {}, {} to {}.",
        cluster.id,
        plural(cluster.events, "event"),
        plural(cluster.n_texts, "different text"),
        day(cluster.first),
        day(cluster.last),
    )?;
    writeln!(
        text,
        "# Tried on {} with catalogue {}:",
        plural(drafted.figures.events, "stored event"),
        catalogue.hash()
    )?;
    for line in figures_lines(&drafted.figures) {
        writeln!(text, "#   {line}")?;
    }
    if !drafted.figures.hold() {
        text.push_str("# It DOES NOT HOLD: it is to match 99 % of its cluster and nothing else.\n");
    }
    match &drafted.nearest {
        Some((id, percent, differs)) => {
            let differs = differs.replace(['\n', '\r'], " ");
            writeln!(
                text,
                "# Nearest known error: {id} ({percent} % alike); differs at: {differs}"
            )?;
        }
        None => text.push_str("# Nearest known error: none\n"),
    }
    writeln!(
        text,
        "# Fill in `cause` and `fix`, keep it as {}.toml where `--local-patterns` looks, and run \
         `dewlap patterns check`.\n",
        drafted.id.category()
    )?;
    Ok(text)
}

fn figures_lines(figures: &Figures) -> Vec<String> {
    let per_mille = figures.matched.saturating_mul(1_000).checked_div(figures.own).unwrap_or(0);
    let mut lines = vec![format!(
        "its cluster: {} of {} matched ({}.{} %)",
        grouped(figures.matched),
        grouped(figures.own),
        per_mille / 10,
        per_mille % 10
    )];
    let named = |counts: &std::collections::BTreeMap<String, u64>| {
        let all = counts.iter().map(|(name, n)| format!("{name} {}", grouped(*n)));
        let all: Vec<_> = all.take(5).collect();
        if all.is_empty() { "0".into() } else { all.join(", ") }
    };
    lines.push(format!("other clusters: {} matched", named(&figures.others)));
    lines.push(format!("known errors: {} lost", named(&figures.lost)));
    lines
}

fn write_file(path: &Path, text: &str, is_forced: bool) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    // Another process may have made it since it was looked for.
    options.write(true).create(is_forced).truncate(is_forced).create_new(!is_forced);
    let write = || options.open(path)?.write_all(text.as_bytes());
    write().with_context(|| format!("failed to write `{}`", path.display()))
}
