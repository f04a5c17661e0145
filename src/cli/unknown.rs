//! `dewlap unknown`: one cluster of unknown events, and a drafted rule for it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};

use super::context::{Context, Global};
use super::failure::{Done, Misuse};
use super::output::{TextOrJson, error_lines, print};
use super::patterns::clean_texts;
use super::unknowns::{no_cluster, show};
use crate::catalogue::Catalogue;
use crate::draft::{Draft, Draftable, Figures, draft};
use crate::model::{Millis, Outcome, RuleId, Severity, grouped, is_kebab, plural};
use crate::pipeline::{Group, Grouping};
use crate::store::{ClusterTexts, Store};

/// Texts that a rule is drafted from; what they lack is found when it is tried.
const DRAFTED_TEXTS: u64 = 1_000;
/// Arguments of `unknown`.
#[derive(Debug, Args)]
pub(super) struct UnknownArgs {
    /// The cluster, such as `u-4f1c0a9b2e`: `dewlap unknowns` lists them; the id of any
    /// fingerprint in it will do
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
        None => show(&context, &store, &args.id, args.format),
        Some(UnknownCommand::Draft(draft)) => {
            let grouping = Grouping::of(&store)?;
            let group = grouping.group(&args.id).ok_or_else(|| {
                no_cluster(&args.id, grouping.groups().iter().map(|group| group.id.as_str()))
            })?;
            let Some(texts) = store.cluster_texts(&group.fingerprints, DRAFTED_TEXTS)? else {
                let hint = "they were too old to be kept; `[retention]` says for how long they are";
                let message = format!("no event of `{}` is stored any more", args.id);
                return Err(Misuse::new(message, hint).into());
            };
            run_draft(&context, &store, &Cluster { group, texts, grouping: &grouping }, draft)
        }
    }
}

/// A cluster that a rule is drafted for.
struct Cluster<'g> {
    group: &'g Group,
    texts: ClusterTexts,
    grouping: &'g Grouping,
}

fn run_draft(
    context: &Context,
    store: &Store,
    cluster: &Cluster<'_>,
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
    cluster: &Cluster<'_>,
    catalogue: &Catalogue,
    args: &DraftArgs,
) -> anyhow::Result<Draft> {
    let Cluster { group, texts: known, grouping } = cluster;
    let texts: Vec<_> = known.texts.iter().map(|one| (one.text.clone(), one.events)).collect();
    let others: BTreeMap<_, _> = store
        .first_texts()?
        .into_iter()
        .map(|first| (grouping.cluster_of(&first.fingerprint).to_owned(), first.text))
        .filter(|(id, _)| *id != group.id)
        .collect();
    let others: Vec<_> = others.into_iter().collect();
    let stem = args.out.as_deref().and_then(Path::file_stem).and_then(|stem| stem.to_str());
    let stopped = known.outcomes.iter().find(|(outcome, _)| *outcome == Outcome::Stopped);
    let input = Draftable {
        cluster: &group.id,
        texts: &texts,
        others: &others,
        clean: &clean_texts(context)?,
        severity: known.severities.first().map_or(Severity::Error, |(severity, _)| *severity),
        stops: stopped.is_some_and(|(_, events)| 2 * events > known.events),
        last: known.last,
        catalogue,
        id: args.id.as_ref(),
        category: stem.filter(|stem| is_kebab(stem)),
    };
    draft(&input, |trial| {
        Ok(store.for_each_decided_text(|event| {
            let cluster = event.fingerprint.as_deref().map(|id| grouping.cluster_of(id));
            trial.add(event.rule.as_deref(), cluster, &event.text);
        })?)
    })
}

/// Returns what is known of the draft, as a comment.
fn heading(
    cluster: &Cluster<'_>,
    drafted: &Draft,
    catalogue: &Catalogue,
) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let day = |at: Millis| at.to_string().chars().take(10).collect::<String>();
    writeln!(
        text,
        "# Draft for the unknowns of {}: {}, {}, {} to {}.",
        cluster.group.id,
        plural(cluster.texts.events, "event"),
        plural(cluster.texts.n_texts, "different text"),
        day(cluster.texts.first),
        day(cluster.texts.last),
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
