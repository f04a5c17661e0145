//! `dewlap cluster`: groups plain lines by what they have in common.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::context::{Global, missing};
use super::events::write_csv;
use super::failure::{Done, Misuse};
use super::output::{data, error_lines, width};
use crate::archive::{Input, missing_paths};
use crate::model::plural;
use crate::pipeline::{MinedLines, masked_template, mine_lines};
use crate::redact::{Masker, PseudonymKey};
use crate::report::{LongWord, wrap};

/// Arguments of `cluster`.
#[derive(Debug, Args)]
pub(super) struct ClusterArgs {
    /// Files with one text a line, plain or compressed; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Print the cluster of each line instead, one object a line; lines count from 1 over all files
    #[arg(long, conflicts_with = "limit")]
    assign: bool,

    /// Only the so many largest clusters
    #[arg(long, value_name = "N")]
    limit: Option<usize>,

    /// Output format; JSON is one object a line
    #[arg(long, value_enum, default_value_t = ClusterFormat::Text)]
    format: ClusterFormat,
}

/// How clusters are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ClusterFormat {
    Text,
    Json,
    Csv,
}

/// Runs `cluster`.
///
/// # Errors
///
/// Returns that a file does not exist or could not be read, or why nothing could be written.
pub(super) fn run(global: &Global, args: &ClusterArgs) -> anyhow::Result<Done> {
    let context = global.context()?;
    if let Some(misuse) = missing(&missing_paths(&args.files)) {
        return Err(misuse.into());
    }
    // No pseudonym is shown, so that the key does not matter.
    let masker = Masker::new(PseudonymKey::from_bytes([0; 32]), &context.config.masks)?;
    let inputs: Vec<Input> = args.files.iter().map(|path| input(path)).collect();
    let mined = mine_lines(&inputs, &masker, args.assign);
    if args.assign {
        write_lines(&mined, args.format)?;
    } else {
        write_clusters(&mined, args, &masker)?;
    }
    if let Some(skipped) = mined.skipped.first() {
        let message = format!("failed to read `{}`: {}", skipped.path, skipped.reason);
        return Err(Misuse::new(message, "what was read of the files is grouped above").into());
    }
    if !context.is_quiet {
        error_lines(&[format!(
            "{} in {}",
            plural(mined.n_lines, "line"),
            plural(mined.clusters.len() as u64, "cluster"),
        )]);
    }
    Ok(Done::Fine)
}

fn input(path: &Path) -> Input {
    if path == Path::new("-") { Input::Stdin } else { Input::File(path.into()) }
}

/// Writes the cluster of each line; scripts rely on these names.
fn write_lines(mined: &MinedLines, format: ClusterFormat) -> io::Result<()> {
    let mut out = data();
    if format == ClusterFormat::Csv {
        writeln!(out, "line,cluster")?;
    }
    for (line, cluster) in (1_u64..).zip(mined.assigned()) {
        let id = mined.clusters.id(cluster);
        match format {
            ClusterFormat::Csv => writeln!(out, "{line},{id}")?,
            ClusterFormat::Text | ClusterFormat::Json => {
                writeln!(out, "{{\"line\":{line},\"cluster\":\"{id}\"}}")?;
            }
        }
    }
    out.flush()
}

/// Writes the clusters, those with the most lines first; scripts rely on these names.
fn write_clusters(mined: &MinedLines, args: &ClusterArgs, masker: &Masker) -> anyhow::Result<()> {
    let clusters = &mined.clusters;
    let mut out = data();
    let width = width();
    if args.format == ClusterFormat::Csv {
        writeln!(out, "cluster,lines,template")?;
    }
    for cluster in clusters.ranked().into_iter().take(args.limit.unwrap_or(usize::MAX)) {
        let (id, n_lines) = (clusters.id(cluster), clusters.n_texts(cluster));
        let template = masked_template(&clusters.template(cluster), masker);
        match args.format {
            ClusterFormat::Text => {
                writeln!(out, "{n_lines:>9}  {id}")?;
                for line in wrap(&template, width.saturating_sub(11), LongWord::Cut) {
                    writeln!(out, "{:>11}{line}", "")?;
                }
            }
            ClusterFormat::Json => {
                let row = json!({ "cluster": id, "lines": n_lines, "template": template });
                writeln!(out, "{row}")?;
            }
            ClusterFormat::Csv => {
                write_csv(&mut out, &[id, n_lines.to_string(), template])?;
            }
        }
    }
    out.flush()?;
    Ok(())
}
