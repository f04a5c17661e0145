//! `dewlap patterns check`: every rule, and every example against the whole catalogue.

use std::fmt::Write;

use crate::catalogue::{Catalogue, CatalogueError};
use crate::classify::{Classifier, check};
use crate::cli::context::Context;
use crate::cli::failure::Done;
use crate::cli::output::print;
use crate::model::{Finding, plural};

/// Runs `patterns check`.
pub(super) fn run(context: &Context) -> anyhow::Result<Done> {
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
