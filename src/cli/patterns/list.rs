//! `dewlap patterns list`: the rules, one a line.

use std::fmt::Write;

use clap::Args;
use serde_json::json;

use super::did_you_mean;
use crate::catalogue::{Catalogue, Rule};
use crate::cli::failure::{Done, Misuse};
use crate::cli::output::{TextOrJson, print};
use crate::model::nearest;

/// Arguments of `patterns list`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ListArgs {
    /// Only rules of this category
    #[arg(long, value_name = "NAME")]
    category: Option<String>,

    /// Output format; JSON is one object a line
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// Runs `patterns list`.
pub(super) fn run(catalogue: &Catalogue, args: &ListArgs) -> anyhow::Result<Done> {
    let wanted = |rule: &&Rule| {
        args.category.as_deref().is_none_or(|category| rule.id.category() == category)
    };
    let rules: Vec<&Rule> = catalogue.rules().iter().filter(wanted).collect();
    if let Some(category) = args.category.as_deref().filter(|_| rules.is_empty()) {
        let categories = catalogue.rules().iter().map(|rule| rule.id.category());
        let hint = nearest(category, categories)
            .map_or_else(|| "`dewlap patterns list` shows all".into(), did_you_mean);
        return Err(Misuse::new(format!("there is no category `{category}`"), hint).into());
    }
    let longest = rules.iter().map(|rule| rule.id.as_str().len()).max().unwrap_or(0);
    let mut text = String::new();
    for rule in &rules {
        match args.format {
            TextOrJson::Json => writeln!(text, "{}", json_line(rule))?,
            TextOrJson::Text => writeln!(
                text,
                "{:<longest$}  {:<8}  {:<20}  {}",
                rule.id.as_str(),
                rule.severity.name(),
                rule.owner.name(),
                rule.title,
            )?,
        }
    }
    print(&text)?;
    Ok(Done::Fine)
}

fn json_line(rule: &Rule) -> serde_json::Value {
    json!({
        "id": rule.id.as_str(),
        "title": rule.title,
        "status": rule.status.name(),
        "severity": rule.severity.name(),
        "nature": rule.nature.name(),
        "stops": rule.stops,
        "fallback": rule.fallback,
        "owner": rule.owner.name(),
        "toil_minutes": rule.toil_minutes,
        "cause": rule.cause,
        "fix": rule.fix,
        "review_by": rule.review_by.to_string(),
        "path": rule.path,
        "line": rule.line,
    })
}
