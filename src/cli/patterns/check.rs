//! `dewlap patterns check`: every rule, and every example against the whole catalogue.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use rust_embed::RustEmbed;
use serde_json::json;

use crate::catalogue::{Catalogue, CatalogueError};
use crate::classify::{Classifier, Loss, Shadow, check, check_clean, shadows, unix_lines};
use crate::cli::context::Context;
use crate::cli::failure::Done;
use crate::cli::output::{TextOrJson, print};
use crate::model::{Finding, plural};
use crate::parse::{Format, Item, ParseOptions, Parser, Window, decode_text, detect};
use crate::redact::{Masker, PseudonymKey};

/// Logs of normal work, which no rule may raise an event from.
#[derive(RustEmbed)]
#[folder = "samples/clean/"]
struct Clean;

/// Arguments of `patterns check`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArgs {
    /// Print every pair of rules that match one example, with why one of them wins
    #[arg(long)]
    shadow: bool,

    /// Output format of the pairs; JSON is one object a line
    #[arg(long, value_enum, default_value_t = TextOrJson::Text, requires = "shadow")]
    format: TextOrJson,
}

/// Runs `patterns check`.
pub(super) fn run(context: &Context, args: &CheckArgs) -> anyhow::Result<Done> {
    let catalogue = Catalogue::load(context.patterns.as_deref(), context.local_patterns.as_deref());
    let catalogue = match catalogue {
        Ok(catalogue) => catalogue,
        Err(error) if !error.findings().is_empty() => return print_findings(error.findings()),
        Err(error) => return Err(CatalogueError::into(error)),
    };
    let classifier = Classifier::new(&catalogue)?;
    if args.shadow {
        return print_shadows(&shadows(&catalogue, &classifier), args.format);
    }
    let mut findings = check(&catalogue, &classifier);
    findings.append(&mut clean_findings(context, &classifier)?);
    if !findings.is_empty() {
        return print_findings(&findings);
    }
    let examples: usize = catalogue.rules().iter().map(|rule| rule.examples().len()).sum();
    let counters: usize = catalogue.rules().iter().map(|rule| rule.counter_examples().len()).sum();
    print(&format!(
        "{}, {} and {}: no faults. Catalogue {}.\n",
        plural(catalogue.rules().len() as u64, "rule"),
        plural(examples as u64, "example"),
        plural(counters as u64, "counter-example"),
        catalogue.hash(),
    ))?;
    Ok(Done::Fine)
}

fn print_findings(findings: &[Finding]) -> anyhow::Result<Done> {
    let mut text = String::new();
    for finding in findings {
        writeln!(text, "{finding}")?;
    }
    writeln!(text, "{}", plural(findings.len() as u64, "fault"))?;
    print(&text)?;
    Ok(Done::Found)
}

/// Returns a finding for each text of the logs of normal work that raises a rule.
fn clean_findings(context: &Context, classifier: &Classifier) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for (path, texts) in clean_logs(context)? {
        let texts = texts.iter().map(|(line, text)| (*line, text.as_str()));
        findings.append(&mut check_clean(classifier, &path, texts));
    }
    Ok(findings)
}

/// Returns the masked texts of normal work.
///
/// # Errors
///
/// Returns why the masker cannot be made.
pub(in crate::cli) fn clean_texts(context: &Context) -> anyhow::Result<Vec<String>> {
    let texts = clean_logs(context)?.into_iter().flat_map(|(_, texts)| texts);
    Ok(texts.map(|(_, text)| text).collect())
}

/// Reads the logs of normal work as `ingest` does.
fn clean_logs(context: &Context) -> anyhow::Result<Vec<(PathBuf, Vec<PlacedText>)>> {
    // What a pseudonym reads is all the same here.
    let masker = Masker::new(PseudonymKey::from_bytes([0; 32]), &context.config.masks)?;
    let options = ParseOptions::default();
    let mut logs = Vec::new();
    let mut names: Vec<_> = Clean::iter().collect();
    names.sort();
    for name in names {
        let bytes = Clean::get(&name).map(|file| file.data).unwrap_or_default();
        let path = Path::new("samples/clean").join(&*name);
        let Ok(format) = detect(&bytes, &name, &options) else { continue };
        logs.push((path, log_texts(&bytes, &format, &options, &masker)));
    }
    Ok(logs)
}

/// A masked text, with its line where the log has lines.
type PlacedText = (Option<usize>, String);

/// Returns the masked texts of a log that are not messages, each with its line; a binary log has
/// none.
fn log_texts(
    bytes: &[u8],
    format: &Format,
    options: &ParseOptions,
    masker: &Masker,
) -> Vec<PlacedText> {
    let mut parser = Parser::new(format, bytes, options);
    let window = Window { bytes, offset: 0, is_last: true };
    let (mut at, mut texts) = (0, Vec::new());
    while let Some(item) = parser.next(window, &mut at) {
        let Item::Entry(entry) = item else { continue };
        if entry.is_message_body() {
            continue;
        }
        let before = usize::try_from(entry.offset).ok().and_then(|offset| bytes.get(..offset));
        let line = before.map(|before| memchr::memchr_iter(b'\n', before).count() + 1);
        let text = masker.mask(&unix_lines(&decode_text(&entry.text)), None);
        texts.push((line.filter(|_| *format != Format::IguanaX), text));
    }
    texts
}

fn print_shadows(shadows: &[Shadow], format: TextOrJson) -> anyhow::Result<Done> {
    let mut text = String::new();
    for shadow in shadows {
        match format {
            TextOrJson::Json => writeln!(text, "{}", json_line(shadow))?,
            TextOrJson::Text => writeln!(
                text,
                "{}:{}: `{}` wins over `{}`: {}",
                shadow.path.display(),
                shadow.line,
                shadow.winner,
                shadow.loser,
                reason(shadow),
            )?,
        }
    }
    if format == TextOrJson::Text {
        writeln!(text, "{} of rules that match one example", plural(shadows.len() as u64, "pair"))?;
    }
    print(&text)?;
    Ok(Done::Fine)
}

fn reason(shadow: &Shadow) -> String {
    let reason = match shadow.loss {
        Loss::Fallback => "the other one is a fallback rule".into(),
        Loss::LessInward => "it is more inward".into(),
        Loss::Surrounded => "it matches around the other one".into(),
        Loss::LessSpecific { n_bytes, against } => {
            format!("{against} against {n_bytes} literal bytes")
        }
        Loss::Id => "the order of ids only".into(),
    };
    if shadow.to == shadow.winner {
        return reason;
    }
    format!("`{}` does by {reason}, and it matches around that one", shadow.to)
}

fn json_line(shadow: &Shadow) -> serde_json::Value {
    json!({
        "winner": shadow.winner.as_str(),
        "loser": shadow.loser.as_str(),
        "reason": shadow.loss.name(),
        "winner_bytes": shadow.n_bytes.0,
        "loser_bytes": shadow.n_bytes.1,
        "loses_to": shadow.to.as_str(),
        "path": shadow.path,
        "line": shadow.line,
    })
}
