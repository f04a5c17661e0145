//! `dewlap episodes`: times in which a rule that looks beyond one entry was met.

use std::fmt::Write;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::context::{Global, When, check_component, check_server, now, parse_when, span};
use super::failure::{Done, Misuse};
use super::output::{TextOrJson, error_lines, print};
use crate::catalogue::Catalogue;
use crate::model::{Millis, RuleId, nearest, plural};
use crate::store::{EpisodeFilter, EpisodeRow};

/// Arguments of `episodes`.
#[derive(Debug, Args)]
pub(super) struct EpisodesArgs {
    /// Only episodes of this rule
    #[arg(long, value_name = "ID")]
    rule: Option<RuleId>,

    /// Only episodes of the component with this name or GUID
    #[arg(long, value_name = "NAME")]
    component: Option<String>,

    /// Only episodes of this server
    #[arg(long, value_name = "NAME")]
    server: Option<String>,

    /// Only episodes that were not over before this time, date or span before now
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    since: Option<When>,

    /// Only episodes that began before this time, date or span before now
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    until: Option<When>,

    /// Only the latest so many
    #[arg(long, value_name = "N")]
    limit: Option<u64>,

    /// Output format; JSON is one object a line
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// Runs `episodes`.
///
/// # Errors
///
/// Returns why the store could not be read or the list not be written.
pub(super) fn run(global: &Global, args: &EpisodesArgs) -> anyhow::Result<Done> {
    let context = global.context()?;
    let catalogue = context.catalogue()?;
    if let Some(rule) = &args.rule {
        check_rule(&catalogue, rule)?;
    }
    let store = context.store()?;
    check_server(&store, args.server.as_deref())?;
    check_component(&store, args.component.as_deref())?;
    let rows = store.episodes(&args.filter()?)?;
    let mut text = String::new();
    for row in &rows {
        match args.format {
            TextOrJson::Json => writeln!(text, "{}", json_line(row))?,
            TextOrJson::Text => text.push_str(&text_lines(row, &catalogue)?),
        }
    }
    print(&text)?;
    if rows.is_empty() && !context.is_quiet {
        error_lines(&["no stored episode matches".to_owned()]);
    }
    Ok(Done::Fine)
}

impl EpisodesArgs {
    fn filter(&self) -> Result<EpisodeFilter, Misuse> {
        let (since, until) = span(self.since, self.until, now())?;
        Ok(EpisodeFilter {
            rule: self.rule.as_ref().map(ToString::to_string),
            component: self.component.clone(),
            server: self.server.clone(),
            since,
            until,
            limit: self.limit,
        })
    }
}

/// Refuses a rule that has no episodes.
fn check_rule(catalogue: &Catalogue, id: &RuleId) -> Result<(), Misuse> {
    let counts = |id: &str| {
        catalogue.rule(id).is_some_and(|rule| rule.course().is_some() || rule.recurrence.is_some())
    };
    if counts(id.as_str()) {
        return Ok(());
    }
    if catalogue.rule(id.as_str()).is_some() {
        return Err(Misuse::new(
            format!("rule `{id}` looks at one entry and has no episodes"),
            format!("`dewlap events --rule {id}` lists its events"),
        ));
    }
    let ids = catalogue.rules().iter().map(|rule| rule.id.as_str());
    let hint = nearest(id.as_str(), ids.filter(|id| counts(id))).map_or_else(
        || "`dewlap patterns list` names all rules".into(),
        |near| format!("did you mean `{near}`?"),
    );
    Err(Misuse::new(format!("there is no rule `{id}`"), hint))
}

fn text_lines(row: &EpisodeRow, catalogue: &Catalogue) -> Result<String, std::fmt::Error> {
    let rule = catalogue.rule(&row.rule);
    let severity = rule.map_or("-", |rule| rule.severity.name());
    let mut text = String::new();
    writeln!(
        text,
        "{}  {severity:<8}  {:<20}  {}",
        row.episode.first, row.component_name, row.rule
    )?;
    let lasted = lasted(row.episode.first, row.episode.last);
    let entries = plural(row.episode.count, "entry");
    write!(text, "    {}: {entries} in {lasted}", rule.map_or("rule gone", |rule| &rule.title))?;
    for (name, value) in &row.split {
        write!(text, ", {name} {value}")?;
    }
    if let Some(ended) = row.episode.ended {
        let healed = self::lasted(row.episode.first, ended);
        write!(text, "; works again after {healed}")?;
    }
    text.push('\n');
    Ok(text)
}

/// Returns the time between two moments, to the second.
fn lasted(from: Millis, to: Millis) -> String {
    let span = Duration::from_millis(to.get().abs_diff(from.get()));
    let seconds = span.as_secs();
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest} s"),
        (0, _) => format!("{minutes} min {rest} s"),
        _ => format!("{hours} h {minutes} min"),
    }
}

/// Renders an episode; scripts rely on these names.
fn json_line(row: &EpisodeRow) -> Value {
    json!({
        "rule": row.rule,
        "server": row.server,
        "component": row.component,
        "component_name": row.component_name,
        "captures": row.split,
        "first": row.episode.first.to_string(),
        "last": row.episode.last.to_string(),
        "entries": row.episode.count,
        "ended": row.episode.ended.map(|at| at.to_string()),
    })
}
