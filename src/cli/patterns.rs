//! `dewlap patterns`: the catalogue's tools.

use std::fmt::Write;

use clap::{Args, Subcommand};
use serde_json::json;

use super::context::{Context, Global};
use super::failure::{Done, Misuse};
use super::output::{TextOrJson, print, width};
use crate::catalogue::{Catalogue, CatalogueError, Rule};
use crate::classify::{Classifier, check};
use crate::model::{Finding, RuleId, nearest, plural, render_span};

/// What to do with the catalogue.
#[derive(Debug, Subcommand)]
pub(super) enum PatternsCommand {
    /// Check every rule, and every example against the whole catalogue
    Check,
    /// List the rules
    List(ListArgs),
    /// Show one rule in full
    Show(ShowArgs),
}

/// Arguments of `patterns list`.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Only rules of this category
    #[arg(long, value_name = "NAME")]
    category: Option<String>,

    /// Output format; JSON is one object a line
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// Arguments of `patterns show`.
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The rule, such as `db-oracle.no-listener`
    #[arg(value_name = "ID")]
    rule: RuleId,
}

/// Runs `patterns`.
///
/// # Errors
///
/// Returns why the catalogue could not be loaded.
pub(super) fn run(global: &Global, command: &PatternsCommand) -> anyhow::Result<Done> {
    let context = global.context()?;
    match command {
        PatternsCommand::Check => check_all(&context),
        PatternsCommand::List(args) => list(&context.catalogue()?, args),
        PatternsCommand::Show(args) => show(&context.catalogue()?, &args.rule),
    }
}

fn check_all(context: &Context) -> anyhow::Result<Done> {
    let catalogue = Catalogue::load(context.patterns.as_deref(), context.local_patterns.as_deref());
    let catalogue = match catalogue {
        Ok(catalogue) => catalogue,
        Err(error) if !error.findings().is_empty() => return print_findings(error.findings()),
        Err(error) => return Err(CatalogueError::into(error)),
    };
    let classifier = Classifier::new(&catalogue)?;
    let findings = check(&catalogue, &classifier);
    if !findings.is_empty() {
        return print_findings(&findings);
    }
    let examples: usize = catalogue.rules().iter().map(|rule| rule.examples.len()).sum();
    let counters: usize = catalogue.rules().iter().map(|rule| rule.counter_examples.len()).sum();
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

fn list(catalogue: &Catalogue, args: &ListArgs) -> anyhow::Result<Done> {
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

fn show(catalogue: &Catalogue, id: &RuleId) -> anyhow::Result<Done> {
    let Some(rule) = catalogue.rule(id.as_str()) else {
        let ids = catalogue.rules().iter().map(|rule| rule.id.as_str());
        let hint = nearest(id.as_str(), ids)
            .map_or_else(|| "`dewlap patterns list` names all".into(), did_you_mean);
        return Err(Misuse::new(format!("there is no rule `{id}`"), hint).into());
    };
    print(&render(rule)?)?;
    Ok(Done::Fine)
}

fn did_you_mean(near: &str) -> String {
    format!("did you mean `{near}`?")
}

/// Renders a rule for a person.
fn render(rule: &Rule) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    writeln!(out, "{}\n{}\n", rule.title, rule.id)?;
    let kind = if rule.fallback { ", fallback: the kind is known, the cause is not" } else { "" };
    let stops = if rule.stops { "usually stops the component" } else { "the component goes on" };
    let products: Vec<&str> = rule.applies_to.iter().map(|product| product.name()).collect();
    for (label, value) in [
        ("severity", format!("{}, {}{kind}", rule.severity.name(), rule.nature.name())),
        ("effect", stops.into()),
        ("cause", rule.cause.clone()),
        ("fix", rule.fix.clone()),
        ("owner", format!("{}, about {} minutes", rule.owner.name(), rule.toil_minutes)),
    ] {
        field(&mut out, label, &value)?;
    }
    for step in &rule.escalation {
        let text = format!("after {}: {}. {}", render_span(step.after), step.to.name(), step.how);
        field(&mut out, "escalation", &text)?;
    }
    for reference in &rule.references {
        field(&mut out, "see", reference)?;
    }
    let status = format!("{}, review by {}", rule.status.name(), rule.review_by);
    field(&mut out, "status", &status)?;
    field(&mut out, "written by", &products.join(", "))?;
    field(&mut out, "defined in", &format!("{}:{}", rule.path.display(), rule.line))?;
    for example in &rule.examples {
        writeln!(out, "\nexample\n  {}", example.text.replace('\n', "\n  "))?;
    }
    for counter in &rule.counter_examples {
        writeln!(out, "\nnot this: {}\n  {}", counter.because, counter.text.replace('\n', "\n  "))?;
    }
    Ok(out)
}

fn field(out: &mut String, label: &str, value: &str) -> std::fmt::Result {
    let mut line = String::new();
    let mut label = label;
    for word in value.split_whitespace() {
        if !line.is_empty() && line.len() + word.len() + 15 > width().min(100) {
            writeln!(out, "{label:<12}{line}")?;
            line.clear();
            label = "";
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    writeln!(out, "{label:<12}{line}")
}
