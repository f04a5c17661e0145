//! One look: what is new in the store, what that means, and what is to be told, in one transaction.

use std::collections::HashMap;
use std::sync::Arc;

use super::compose::{self, Library};
use super::desk::{Desk, LATE, Met, Place, Told};
use super::hold::millis;
use super::{AlertSettings, Message};
use crate::catalogue::Catalogue;
use crate::model::Millis;
use crate::store::{
    AlertChanges, AlertRow, EpisodeFilter, Looked, NewDelivery, Sighting, Store, StoreError,
    WriterHandle,
};

/// Looks at the store for an [`super::Alerter`], or for a test that has its own clock.
#[derive(Debug)]
pub struct Lookout {
    settings: Arc<AlertSettings>,
    catalogue: Arc<Catalogue>,
    runbook: Option<String>,
    store: Store,
    writer: WriterHandle,
    desk: Desk,
    looked: Looked,
    /// The looks before were committed up to this place.
    saved: Option<Looked>,
    /// True where all that came last was too old to matter.
    is_late: bool,
}

impl Lookout {
    /// Goes on where the last look at the store ended; at its present end, less an hour, where
    /// there was none.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] where the store cannot be read.
    pub fn new(
        settings: Arc<AlertSettings>,
        catalogue: Arc<Catalogue>,
        runbook: Option<String>,
        (store, writer): (Store, WriterHandle),
        now: Millis,
    ) -> Result<Self, StoreError> {
        let recent = now.get().saturating_sub(LATE).saturating_sub(millis(settings.quiet));
        let rows = store.alerts(Millis::new(recent))?;
        let found = store.looked()?;
        let (looked, noticed) = match found {
            Some(found) => found,
            None => (store.place_before(Millis::new(now.get().saturating_sub(LATE)))?, None),
        };
        let desk = Desk::new(Arc::clone(&settings), Arc::clone(&catalogue), rows, noticed);
        let saved = found.map(|(looked, _)| looked);
        Ok(Self {
            settings,
            catalogue,
            runbook,
            store,
            writer,
            desk,
            looked,
            saved,
            is_late: false,
        })
    }

    /// Looks once, and returns how many messages are to be delivered now.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] where the store cannot be read or its writer has ended; then nothing
    /// of this look was committed, or all of it.
    pub fn look(&mut self, now: Millis) -> Result<usize, StoreError> {
        let is_new = self.see_events(now)?;
        if is_new {
            self.writer.settle()?;
            self.writer.flush()?;
        }
        self.see_episodes(now)?;
        let store = &self.store;
        let told = self.desk.judge(now, |row| {
            let found = store.component(&row.server, &row.component)?;
            let (name, latest) = found.unwrap_or_else(|| (row.component.clone(), None));
            Ok::<_, StoreError>(Place { name, latest })
        })?;
        self.commit(&told, now)
    }

    fn see_events(&mut self, now: Millis) -> Result<bool, StoreError> {
        let since = Millis::new(now.get().saturating_sub(LATE));
        let (before, mut is_any) = (self.looked, false);
        loop {
            let (sightings, looked) = self.store.sightings(self.looked, since)?;
            is_any |= !sightings.is_empty();
            for sighting in &sightings {
                self.see(&Met::from(sighting), now)?;
            }
            let is_end = looked == self.looked;
            self.looked = looked;
            if is_end {
                break;
            }
        }
        let is_new = self.looked != before;
        if is_new {
            self.say_late(!is_any);
        }
        Ok(is_new)
    }

    /// Says when events come too late to be told, and when that is over: the reader is far behind,
    /// or the zone of the log's times is wrong.
    fn say_late(&mut self, is_late: bool) {
        if self.settings.targets.is_empty() {
            return; // Nobody is told anything.
        }
        if is_late && !self.is_late {
            tracing::warn!("events are more than an hour old when they are read: none is told");
        } else if !is_late && self.is_late {
            tracing::info!("events are read in time to be told");
        }
        self.is_late = is_late;
    }

    fn see_episodes(&mut self, now: Millis) -> Result<(), StoreError> {
        let since = Some(Millis::new(now.get().saturating_sub(LATE)));
        let filter = EpisodeFilter { since, ..EpisodeFilter::default() };
        for row in self.store.episodes(&filter)? {
            if let Some(met) = compose::met(&row, &self.catalogue) {
                self.see(&met, now)?;
            }
        }
        Ok(())
    }

    fn see(&mut self, met: &Met, now: Millis) -> Result<(), StoreError> {
        let library = Library {
            store: &self.store,
            catalogue: &self.catalogue,
            runbook: self.runbook.as_deref(),
            quiet: millis(self.settings.quiet),
        };
        let decision = self.store.decision_before(&met.problem, met.last)?;
        self.desk.see(met, now, decision.as_ref(), || library.bouts(met))
    }

    /// Commits what the look found, where it found anything.
    fn commit(&mut self, told: &[Told], now: Millis) -> Result<usize, StoreError> {
        let mut messages = Vec::new();
        let mut counts = HashMap::new();
        for told in told {
            let message = self.message(told, now)?;
            counts.extend(message.alert.clone().map(|alert| (alert, message.count)));
            messages.push(message);
        }
        for (alert, count) in counts {
            if let Some(row) = self.desk.change(&alert) {
                row.count = count;
            }
        }
        let (alerts, noticed) = self.desk.take_changed();
        if alerts.is_empty() && messages.is_empty() && self.saved == Some(self.looked) {
            return Ok(0);
        }
        let deliveries: Vec<NewDelivery> =
            messages.iter().flat_map(|message| self.deliveries(message)).collect();
        let n_deliveries = deliveries.len();
        let looked = self.looked;
        self.writer.commit_alerts(AlertChanges { at: now, looked, noticed, alerts, deliveries })?;
        self.saved = Some(looked);
        Ok(n_deliveries)
    }

    fn message(&self, told: &Told, now: Millis) -> Result<Message, StoreError> {
        let id = match told {
            Told::Opened(id) | Told::Escalated(id, _) | Told::Ended(id) => id,
            Told::HeldBack(count, since) => return Ok(Message::held_back(*count, *since, now)),
        };
        let library = Library {
            store: &self.store,
            catalogue: &self.catalogue,
            runbook: self.runbook.as_deref(),
            quiet: millis(self.settings.quiet),
        };
        let row = self.desk.row(id).expect("what is told is in progress");
        let row = AlertRow { count: library.count(row)?, ..row.clone() };
        library.message(&row, told)
    }

    fn deliveries(&self, message: &Message) -> Vec<NewDelivery> {
        let body = message.to_json();
        let delivery = |target: &super::Target| NewDelivery {
            message: message.id.clone(),
            alert: message.alert.clone(),
            target: target.name.clone(),
            body: body.clone(),
        };
        self.settings.targets.iter().map(delivery).collect()
    }
}

impl From<&Sighting> for Met {
    fn from(found: &Sighting) -> Self {
        Self {
            problem: found.problem.clone(),
            rule: found.rule.clone(),
            server: found.server.clone(),
            component: found.component.clone(),
            split: None,
            first: found.first,
            last: found.last,
            severity: found.severity,
            outcome: found.outcome,
            ended: None,
        }
    }
}
