//! `dewlap doctor`: says what would stop Dewlap from working here.

use std::io::Write;
use std::path::Path;

use clap::Args;
use serde_json::json;

use super::context::{Context, Global, now, variable};
use super::failure::Done;
use super::output::{TextOrJson, data};
use crate::classify::Classifier;
use crate::config::ConfigError;
use crate::doctor::{
    Check, Diagnosis, Grade, check_health, check_machine, check_report, check_sources, check_store,
    check_targets, examine,
};
use crate::model::plural;

/// The root of this machine's files.
const ROOT: &str = "/";

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Output format; JSON is one object a line
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// Runs `doctor`.
///
/// # Errors
///
/// Returns why the answer could not be written.
pub(super) fn run(global: &Global, args: &DoctorArgs) -> anyhow::Result<Done> {
    let found = match global.context() {
        Ok(context) => diagnose(global, &context),
        Err(error) => configuration_faults(&error),
    };
    let mut out = data();
    match args.format {
        TextOrJson::Json => {
            for said in &found {
                writeln!(out, "{}", json_line(said))?;
            }
        }
        TextOrJson::Text => write_text(&mut out, &found, global.quiet)?,
    }
    out.flush()?;
    let is_ill = found.iter().any(|said| said.grade == Grade::Fault);
    Ok(if is_ill { Done::Found } else { Done::Fine })
}

fn diagnose(global: &Global, context: &Context) -> Vec<Diagnosis> {
    let root = Path::new(ROOT);
    let config = &context.config;
    let mut telling = config.clone();
    telling.alerts.resolve(&variable);
    telling.report.resolve(&variable);
    let checks: Vec<Check<'_>> = vec![
        Box::new(|| vec![configuration(global)]),
        Box::new(|| vec![catalogue(context)]),
        Box::new(|| check_store(&context.db, config.key_file.as_deref())),
        Box::new(|| check_sources(config, root, now())),
        Box::new(|| check_machine(config, root)),
        Box::new(|| check_health(&config.health)),
        Box::new(|| check_targets(&telling)),
        Box::new(|| check_report(&telling)),
    ];
    examine(&checks)
}

fn configuration(global: &Global) -> Diagnosis {
    match global.config_path() {
        Some(path) => Diagnosis::ok("configuration", format!("`{}` has no faults", path.display())),
        None => Diagnosis::warning(
            "configuration",
            "there is none here",
            "`dewlap init` writes one; name another with `--config FILE`",
        ),
    }
}

fn configuration_faults(error: &anyhow::Error) -> Vec<Diagnosis> {
    let Some(ConfigError::Invalid { findings, .. }) = error.downcast_ref() else {
        let advice = "name another file with `--config FILE`, or let `dewlap init` write one";
        return vec![Diagnosis::fault("configuration", format!("{error:#}"), advice)];
    };
    let fault = |finding: &crate::model::Finding| {
        let place = finding.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let advice = finding.hint.clone().unwrap_or_else(|| "correct it".into());
        Diagnosis::fault("configuration", format!("{place}{}", finding.message), advice)
    };
    findings.iter().map(fault).collect()
}

fn catalogue(context: &Context) -> Diagnosis {
    let loaded = context.catalogue().and_then(|catalogue| {
        Classifier::new(&catalogue)?;
        Ok(catalogue)
    });
    match loaded {
        Ok(catalogue) => {
            let count = plural(catalogue.rules().len() as u64, "rule");
            Diagnosis::ok("catalogue", format!("{count}, {}", catalogue.hash()))
        }
        Err(error) => Diagnosis::fault(
            "catalogue",
            format!("{error:#}"),
            "`dewlap patterns check` shows every fault of it",
        ),
    }
}

fn json_line(said: &Diagnosis) -> serde_json::Value {
    json!({
        "subject": said.subject,
        "grade": said.grade.name(),
        "message": said.message,
        "advice": said.advice,
    })
}

fn write_text(out: &mut impl Write, found: &[Diagnosis], is_quiet: bool) -> std::io::Result<()> {
    let width = found.iter().map(|said| said.subject.chars().count()).max().unwrap_or(0);
    for said in found.iter().filter(|said| !is_quiet || said.grade > Grade::Ok) {
        writeln!(out, "{:<7}  {:<width$}  {}", said.grade.name(), said.subject, said.message)?;
        if let Some(advice) = &said.advice {
            writeln!(out, "{:<7}  {:<width$}    {advice}", "", "")?;
        }
    }
    let count = |grade| found.iter().filter(|said| said.grade == grade).count() as u64;
    let faults = plural(count(Grade::Fault), "fault");
    writeln!(out, "{faults}, {}.", plural(count(Grade::Warning), "warning"))
}
