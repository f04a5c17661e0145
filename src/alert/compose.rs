//! Puts a message together from the alert, the catalogue and the store.

use crate::catalogue::{Catalogue, Rule, Sign};
use crate::classify::problem_id;
use crate::model::{Event, Millis, Outcome, render_span};
use crate::store::{
    AlertRow, Bout, Bouts, EpisodeFilter, EpisodeRow, EventFilter, Store, StoreError, Trigger,
};

use super::message::{
    Before, MESSAGE_SCHEMA, Message, MessageKind, Step, counted, shortened, spoken,
};
use super::{Met, Told, ledger};

/// A message names so many times at which the problem was there before.
const MAX_BEFORE: usize = 3;
/// A title made from a template is no longer, in characters.
const MAX_TITLE: usize = 100;
/// So many episodes of a rule are looked at for what is usual.
const MAX_EPISODES: u64 = 200;
/// An example of an episode is looked for among so many events.
const MAX_EXAMPLES: u64 = 200;
/// The component that stands for a server as a whole.
const SERVICE: &str = "Iguana-Service";

/// Where messages get their content from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Library<'l> {
    pub(super) store: &'l Store,
    pub(super) catalogue: &'l Catalogue,
    /// The address of the runbook.
    pub(super) runbook: Option<&'l str>,
    /// So long without an event ends a bout, in milliseconds.
    pub(super) quiet: i64,
}

/// Returns an episode as what a look finds, where the catalogue has its rule.
pub(super) fn met(row: &EpisodeRow, catalogue: &Catalogue) -> Option<Met> {
    let rule = catalogue.rule(&row.rule)?;
    Some(Met {
        problem: episode_problem(row, rule),
        rule: Some(row.rule.clone()),
        server: row.server.clone(),
        component: row.component.clone(),
        split: Some(split_of(row)),
        first: row.episode.first,
        last: row.episode.last,
        severity: rule.severity,
        outcome: None,
        ended: row.episode.ended,
    })
}

/// Returns the problem of an episode: that of a rule on a component, and of what is counted apart.
fn episode_problem(row: &EpisodeRow, rule: &Rule) -> String {
    let of_course = rule.course().map(|course| &course.group_by);
    let of_recurrence = rule.recurrence.as_ref().map(|recurrence| &recurrence.group_by);
    let names = of_course.or(of_recurrence).into_iter().flatten();
    let pairs = names.filter_map(|name| row.split.get_key_value(name));
    let group: Vec<_> = pairs.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    problem_id(&row.rule, &row.server, &row.component, &group)
}

fn split_of(row: &EpisodeRow) -> String {
    serde_json::to_string(&row.split).unwrap_or_else(|_| "{}".into())
}

impl Library<'_> {
    /// Returns the bouts of a problem; of an episode, the episodes of the same course.
    ///
    /// A rule that counts its own events has bouts of these, whether they were enough or not.
    pub(super) fn bouts(&self, met: &Met) -> Result<Bouts, StoreError> {
        let rule = met.rule.as_deref().and_then(|id| self.catalogue.rule(id));
        let is_course = rule.is_some_and(|rule| rule.course().is_some());
        let split = match &met.split {
            Some(split) if is_course || self.store.problem(&met.problem)?.is_none() => split,
            _ => return self.store.bouts(&met.problem, self.quiet),
        };
        let episodes = self.episodes(met.rule.as_deref(), (&met.server, &met.component), split)?;
        let bouts: Vec<Bout> = episodes
            .iter()
            .rev()
            .map(|row| Bout {
                first: row.episode.first,
                last: row.episode.ended.unwrap_or(row.episode.last),
                count: row.episode.count,
                outcome: row.episode.ended.map(|_| Outcome::Recovered),
            })
            .collect();
        let earliest = bouts.last().map(|bout| bout.first);
        Ok(Bouts { bouts, earliest, is_cut: false })
    }

    fn episodes(
        &self,
        rule: Option<&str>,
        (server, component): (&str, &str),
        split: &str,
    ) -> Result<Vec<EpisodeRow>, StoreError> {
        let filter = EpisodeFilter {
            rule: rule.map(str::to_owned),
            server: Some(server.into()),
            component: Some(component.into()),
            limit: Some(MAX_EPISODES),
            ..EpisodeFilter::default()
        };
        let mut rows = self.store.episodes(&filter)?;
        rows.retain(|row| row.component == component && split_of(row) == split);
        Ok(rows)
    }

    /// Counts the events of an alert.
    pub(super) fn count(&self, row: &AlertRow) -> Result<u64, StoreError> {
        let Some(split) = &row.split else {
            return self.store.n_events(&row.problem, row.first, row.last);
        };
        let episodes = self.episodes(row.rule.as_deref(), (&row.server, &row.component), split)?;
        let is_within = |found: &&EpisodeRow| {
            found.episode.first <= row.last && found.episode.last >= row.first
        };
        Ok(episodes.iter().filter(is_within).map(|found| found.episode.count).sum())
    }

    /// Returns the message that tells of an alert.
    pub(super) fn message(&self, row: &AlertRow, told: &Told) -> Result<Message, StoreError> {
        let rule = row.rule.as_deref().and_then(|id| self.catalogue.rule(id));
        let problem = self.store.problem(&row.problem)?;
        let example = self.example(row, rule)?;
        let place = self.store.component(&row.server, &row.component)?;
        let template = problem.as_ref().and_then(|problem| problem.template.clone());
        let title = match rule {
            Some(rule) => rule.title.clone(),
            None => format!("Unknown: {}", one_line(&template.unwrap_or_default())),
        };
        let name = place.map_or_else(|| row.component.clone(), |(name, _)| name);
        let span = row.last.get().saturating_sub(row.first.get());
        let mut message = Message {
            schema: MESSAGE_SCHEMA,
            id: format!("{}-{}", row.id, row.messages),
            kind: kind_of(told),
            alert: Some(row.id.clone()),
            trigger: Some(row.trigger.name().into()),
            problem: Some(row.problem.clone()),
            rule: row.rule.clone(),
            cluster: problem.and_then(|problem| problem.cluster),
            title,
            severity: row.severity.name().into(),
            server: Some(row.server.clone()),
            component: Some(row.component.clone()),
            component_name: Some(name),
            count: row.count,
            first: Some(row.first.to_string()),
            last: Some(row.last.to_string()),
            span_ms: span,
            notes: self.notes(row, told)?,
            example: example.as_ref().map(|event| shortened(&event.text)),
            before: self.before(row)?,
            path: example.map(|event| event.path),
            command: Some(match &row.split {
                Some(_) => format!("dewlap episodes --rule {}", row.rule.as_deref().unwrap_or("-")),
                None => format!("dewlap events --problem {}", row.problem),
            }),
            ..Message::default()
        };
        self.advise(&mut message, rule, told, row.step);
        message.summary = summary(&message);
        Ok(message)
    }

    /// Says what else is to be known of an alert that opens.
    fn notes(&self, row: &AlertRow, told: &Told) -> Result<Vec<String>, StoreError> {
        if !matches!(told, Told::Opened(_)) {
            return Ok(Vec::new());
        }
        // What was decided since then is no reason for it.
        let at = if row.trigger == Trigger::Regressed { row.first } else { row.last };
        let decision = self.store.decision_before(&row.problem, at)?;
        let decided = decision.and_then(|decision| ledger::note(row, &decision));
        Ok(decided.into_iter().chain(notes(row)).collect())
    }

    /// Says what the catalogue says: cause, fix, owner, escalation and page.
    fn advise(&self, message: &mut Message, rule: Option<&Rule>, told: &Told, step: u32) {
        let Some(rule) = rule else {
            message.fix = Some(
                "No rule explains this yet. Look at the example and at the entries around it in \
                 the log; once the cause is known, add a rule so that the next one is told with it."
                    .into(),
            );
            return;
        };
        message.cause = Some(rule.cause.clone());
        message.fix = Some(rule.fix.clone());
        message.owner = Some(rule.owner.name().into());
        message.runbook = self.runbook.map(|page| format!("{page}#{}", rule.id));
        let is_reached = matches!(told, Told::Escalated(..));
        let nth = usize::try_from(step).unwrap_or(usize::MAX);
        let nth = if is_reached { nth.saturating_sub(1) } else { nth };
        let next = rule.escalation.get(nth).filter(|_| message.kind != MessageKind::Over);
        message.escalation = next.map(|step| Step {
            is_reached,
            after: render_span(step.after),
            to: step.to.name().into(),
            how: step.how.clone(),
        });
    }

    /// Returns the last times before an alert.
    fn before(&self, row: &AlertRow) -> Result<Vec<Before>, StoreError> {
        let bouts = self.bouts(&Met::from(row))?.bouts;
        let earlier = bouts.into_iter().filter(|bout| bout.last < row.first);
        let before = earlier.take(MAX_BEFORE).map(|bout| Before {
            first: bout.first.to_string(),
            span_ms: bout.last.get().saturating_sub(bout.first.get()),
            count: bout.count,
            ended: match bout.outcome {
                Some(Outcome::Stopped) => "stopped",
                Some(Outcome::Recovered) => "recovered",
                _ => "by itself",
            }
            .into(),
        });
        Ok(before.collect())
    }

    /// Returns the latest event that shows what an alert is about.
    fn example(&self, row: &AlertRow, rule: Option<&Rule>) -> Result<Option<Event>, StoreError> {
        let filter = EventFilter {
            since: Some(row.first),
            until: Some(Millis::new(row.last.get().saturating_add(1))),
            ..EventFilter::default()
        };
        if row.split.is_none() {
            let problem = Some(row.problem.clone());
            return self.latest(&EventFilter { problem, limit: Some(1), ..filter }, |_| true);
        }
        let component = Some(row.component.clone()).filter(|component| component != SERVICE);
        let server = Some(row.server.clone());
        let filter = EventFilter { component, server, limit: Some(MAX_EXAMPLES), ..filter };
        let Some(rule) = rule else { return Ok(None) };
        self.latest(&filter, |event| match rule.course().map(|course| &course.of) {
            Some(Sign::Rules(ids)) => event.rule.as_ref().is_some_and(|id| ids.contains(id)),
            Some(Sign::Outcome(outcome)) => event.outcome == Some(*outcome),
            None => event.rule.as_ref() == Some(&rule.id),
        })
    }

    fn latest(
        &self,
        filter: &EventFilter,
        is_wanted: impl Fn(&Event) -> bool,
    ) -> Result<Option<Event>, StoreError> {
        let mut latest = None;
        self.store.for_each_event(filter, |event| {
            if is_wanted(&event) {
                latest = Some(event);
            }
            true
        })?;
        Ok(latest)
    }
}

impl From<&AlertRow> for Met {
    fn from(row: &AlertRow) -> Self {
        Self {
            problem: row.problem.clone(),
            rule: row.rule.clone(),
            server: row.server.clone(),
            component: row.component.clone(),
            split: row.split.clone(),
            first: row.first,
            last: row.last,
            severity: row.severity,
            outcome: row.outcome,
            ended: row.ended,
        }
    }
}

fn kind_of(told: &Told) -> MessageKind {
    match told {
        Told::Opened(_) => MessageKind::Opened,
        Told::Escalated(..) => MessageKind::Escalated,
        Told::Ended(_) => MessageKind::Over,
        Told::HeldBack(..) => MessageKind::HeldBack,
    }
}

fn notes(row: &AlertRow) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(end) = row.spared_until {
        notes.push(format!("It began during a maintenance that ended at {end}, and goes on."));
    }
    if let Some(hold) = row.hold.filter(|_| row.outcome != Some(Outcome::Stopped)) {
        let usual = spoken(hold);
        notes.push(format!("It usually heals by itself within {usual}, and this time did not."));
    }
    if row.outcome == Some(Outcome::Stopped) {
        notes.push("The component has stopped.".into());
    }
    notes
}

/// Renders a template as a title: in one line, and not too long.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    let cut: String = line.chars().take(MAX_TITLE).collect();
    if cut.len() < line.len() { format!("{cut}...") } else { cut }
}

fn summary(message: &Message) -> String {
    let place = message.component_name.as_deref().unwrap_or_default();
    let server = message.server.as_deref().unwrap_or_default();
    let what = format!("{}: {place} on {server}", message.title);
    let count = counted(message.count, message.span_ms);
    match message.kind {
        MessageKind::Over => format!("over: {what}, {count}"),
        MessageKind::Escalated => {
            let after = message.escalation.as_ref().map_or("", |step| &step.after);
            format!("still {} after {after}: {what}, {count}", message.severity)
        }
        _ => format!("{}: {what}, {count}", message.severity),
    }
}
