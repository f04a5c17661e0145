//! `dewlap patterns show`: one rule in full.

use std::fmt::Write;

use clap::Args;

use super::did_you_mean;
use crate::catalogue::{Catalogue, Rule};
use crate::cli::failure::{Done, Misuse};
use crate::cli::output::{field, print};
use crate::model::{RuleId, nearest, render_span};
use crate::runbook::course_in_words;

/// Arguments of `patterns show`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArgs {
    /// The rule, such as `db-oracle.no-listener`
    #[arg(value_name = "ID")]
    rule: RuleId,
}

/// Runs `patterns show`.
pub(super) fn run(catalogue: &Catalogue, args: &ShowArgs) -> anyhow::Result<Done> {
    let id = &args.rule;
    let Some(rule) = catalogue.rule(id.as_str()) else {
        let ids = catalogue.rules().iter().map(|rule| rule.id.as_str());
        let hint = nearest(id.as_str(), ids)
            .map_or_else(|| "`dewlap patterns list` names all".into(), did_you_mean);
        return Err(Misuse::new(format!("there is no rule `{id}`"), hint).into());
    };
    print(&render(rule)?)?;
    Ok(Done::Fine)
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
    for line in rule.course().map(course_in_words).unwrap_or_default() {
        field(&mut out, "counts", &line)?;
    }
    for reference in &rule.references {
        field(&mut out, "see", reference)?;
    }
    let status = format!("{}, review by {}", rule.status.name(), rule.review_by);
    field(&mut out, "status", &status)?;
    field(&mut out, "written by", &products.join(", "))?;
    field(&mut out, "defined in", &format!("{}:{}", rule.path.display(), rule.line))?;
    for example in rule.examples() {
        writeln!(out, "\nexample\n  {}", example.text.replace('\n', "\n  "))?;
    }
    for counter in rule.counter_examples() {
        writeln!(out, "\nnot this: {}\n  {}", counter.because, counter.text.replace('\n', "\n  "))?;
    }
    Ok(out)
}
