//! `dewlap alerts`: what was told, what is held back and what waits; tries targets.

use std::fmt::Write;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::context::{Context, Global, now, variable};
use super::failure::{Done, Misuse};
use super::output::{TextOrJson, error_lines, print};
use crate::alert::{AlertSettings, Held, spoken, try_target, why_held};
use crate::catalogue::Catalogue;
use crate::model::{Millis, nearest, plural};
use crate::store::{AlertRow, DeliveryFilter, DeliveryRow, DeliveryState, Phase, Store};

/// What is over is listed for so long, in milliseconds: a day.
const LISTED: i64 = 86_400_000;

/// Arguments of `alerts`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct AlertsArgs {
    #[command(subcommand)]
    command: Option<AlertsCommand>,

    /// Output format; JSON is one object a line
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// What to do with alerts.
#[derive(Debug, Subcommand)]
enum AlertsCommand {
    /// Send a marked test message to each target; ends with 1 where one fails
    Test(TestArgs),
}

/// Arguments of `alerts test`.
#[derive(Debug, Args)]
struct TestArgs {
    /// Only to this target
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
}

/// Runs `alerts`.
///
/// # Errors
///
/// Returns why the store could not be read, or that there is no such target.
pub(super) fn run(global: &Global, args: &AlertsArgs) -> anyhow::Result<Done> {
    let context = global.context()?;
    match &args.command {
        Some(AlertsCommand::Test(args)) => test(&context, args),
        None => list(&context, args.format),
    }
}

fn test(context: &Context, args: &TestArgs) -> anyhow::Result<Done> {
    let settings = resolved(context);
    if let Some(name) = &args.target
        && settings.target(name).is_none()
    {
        return Err(no_target(&settings, name).into());
    }
    let mut text = String::new();
    let mut done = Done::Fine;
    let wanted = |name: &str| args.target.as_deref().is_none_or(|wanted| wanted == name);
    for target in settings.targets.iter().filter(|target| wanted(&target.name)) {
        match try_target(target, now()) {
            Ok(()) => writeln!(text, "{}: delivered", target.name)?,
            Err(error) => {
                writeln!(text, "{}: {}", target.name, error.told())?;
                done = Done::Found;
            }
        }
    }
    print(&text)?;
    if settings.targets.is_empty() && !context.is_quiet {
        error_lines(&["the configuration has no target: see `[[alerts.target]]`".to_owned()]);
    }
    Ok(done)
}

/// Returns the settings with what the environment says of secrets.
fn resolved(context: &Context) -> AlertSettings {
    let mut settings = context.config.alerts.clone();
    settings.resolve(&variable);
    settings
}

fn no_target(settings: &AlertSettings, name: &str) -> Misuse {
    let names: Vec<&str> = settings.targets.iter().map(|target| target.name.as_str()).collect();
    let hint = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => "`[[alerts.target]]` of the configuration names one".into(),
        None => format!("the configuration has: {}", names.join(", ")),
    };
    Misuse::new(format!("there is no target `{name}`"), hint)
}

fn list(context: &Context, format: TextOrJson) -> anyhow::Result<Done> {
    let catalogue = context.catalogue()?;
    let store = context.store()?;
    let now = now();
    let rows = store.alerts(Millis::new(now.get().saturating_sub(LISTED)))?;
    let undelivered = undelivered(&store)?;
    let settings = &context.config.alerts;
    let shown = Shown { store: &store, catalogue: &catalogue, settings, now };
    let mut text = String::new();
    for row in &rows {
        let of_row = |delivery: &&DeliveryRow| delivery.alert.as_ref() == Some(&row.id);
        let deliveries: Vec<&DeliveryRow> = undelivered.iter().filter(of_row).collect();
        match format {
            TextOrJson::Text => shown.write_text(&mut text, row, &deliveries)?,
            TextOrJson::Json => writeln!(text, "{}", shown.json(row, &deliveries)?)?,
        }
    }
    for delivery in undelivered.iter().filter(|delivery| delivery.alert.is_none()) {
        match format {
            TextOrJson::Text => writeln!(text, "{}", delivery_line(delivery))?,
            TextOrJson::Json => {
                let line = json!({ "deliveries": [delivery_json(delivery)] });
                writeln!(text, "{line}")?;
            }
        }
    }
    print(&text)?;
    if text.is_empty() && !context.is_quiet {
        error_lines(&["no alert is open, held back or waits for its target".to_owned()]);
    }
    Ok(Done::Fine)
}

/// Returns the messages that no target has taken.
fn undelivered(store: &Store) -> anyhow::Result<Vec<DeliveryRow>> {
    let mut found = Vec::new();
    for state in [DeliveryState::Waits, DeliveryState::Refused, DeliveryState::GivenUp] {
        let filter = DeliveryFilter { state: Some(state), ..DeliveryFilter::default() };
        found.extend(store.deliveries(&filter)?);
    }
    found.sort_by_key(|delivery| delivery.id);
    Ok(found)
}

/// What alerts are shown with.
struct Shown<'s> {
    store: &'s Store,
    catalogue: &'s Catalogue,
    settings: &'s AlertSettings,
    now: Millis,
}

impl Shown<'_> {
    fn write_text(
        &self,
        text: &mut String,
        row: &AlertRow,
        deliveries: &[&DeliveryRow],
    ) -> anyhow::Result<()> {
        let title = self.title(row);
        let name = self.name(row)?;
        writeln!(
            text,
            "{}  {:<5}  {:<8}  {}  {title}",
            row.first,
            row.phase.name(),
            row.severity.name(),
            row.id
        )?;
        write!(text, "    {name} on {}, {}", row.server, row.trigger.name())?;
        if row.count > 0 {
            write!(text, ", {}", plural(row.count, "event"))?;
        }
        let lasted = spoken(row.last.get().saturating_sub(row.first.get()));
        writeln!(text, ", {lasted}; {}", self.state(row))?;
        for delivery in deliveries {
            writeln!(text, "    {}", delivery_line(delivery))?;
        }
        Ok(())
    }

    fn title<'t>(&'t self, row: &'t AlertRow) -> &'t str {
        let Some(id) = row.rule.as_deref() else { return &row.problem };
        self.catalogue.rule(id).map_or(id, |rule| rule.title.as_str())
    }

    /// Returns the name of an alert's component.
    fn name(&self, row: &AlertRow) -> anyhow::Result<String> {
        let found = self.store.component(&row.server, &row.component)?;
        Ok(found.map_or_else(|| row.component.clone(), |(name, _)| name))
    }

    /// Says in words what became of an alert.
    fn state(&self, row: &AlertRow) -> String {
        match row.phase {
            Phase::Held => match why_held(row, self.settings) {
                Held::Maintenance(until) => format!("held by a maintenance until {until}"),
                Held::Crowded => "held because too many were sent".into(),
                Held::Heals(until) => {
                    format!("usually heals by itself; told if seen after {until}")
                }
                Held::Gathers(until) => format!("told at {until}"),
            },
            Phase::Open => "told, and goes on".into(),
            Phase::Over if row.opened.is_some() => "told, and over".into(),
            Phase::Over => "over before it was told".into(),
        }
    }

    /// Renders an alert; scripts rely on these names.
    fn json(&self, row: &AlertRow, deliveries: &[&DeliveryRow]) -> anyhow::Result<Value> {
        let deliveries: Vec<Value> = deliveries.iter().map(|row| delivery_json(row)).collect();
        Ok(json!({
            "alert": row.id,
            "phase": row.phase.name(),
            "state": self.state(row),
            "trigger": row.trigger.name(),
            "problem": row.problem,
            "rule": row.rule,
            "title": self.title(row),
            "severity": row.severity.name(),
            "server": row.server,
            "component": row.component,
            "component_name": self.name(row)?,
            "first": row.first.to_string(),
            "last": row.last.to_string(),
            "events": row.count,
            "told": row.opened.map(|at| at.to_string()),
            "messages": row.messages,
            "age_ms": self.now.get().saturating_sub(row.first.get()),
            "deliveries": deliveries,
        }))
    }
}

fn delivery_line(row: &DeliveryRow) -> String {
    let attempts = plural(row.attempts.into(), "attempt");
    let error = row.error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
    let next = match row.state {
        DeliveryState::Waits => format!(", next at {}", row.next),
        _ => String::new(),
    };
    format!("{} to {}: {}, {attempts}{next}{error}", row.message, row.target, row.state.name())
}

fn delivery_json(row: &DeliveryRow) -> Value {
    json!({
        "message": row.message,
        "target": row.target,
        "state": row.state.name(),
        "attempts": row.attempts,
        "created": row.created.to_string(),
        "next": (row.state == DeliveryState::Waits).then(|| row.next.to_string()),
        "error": row.error,
    })
}
