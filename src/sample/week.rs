//! Two weeks in the life of one hospital's server: the demo's story.

use fastrand::Rng;

use super::entry::{Component, SampleEntry};
use super::hl7::{self, Head};
use super::people::{Patient, patients};
use super::story::Story;
use crate::model::Millis;

/// The seed of the committed samples.
pub const SEED: u64 = 36;

/// The server's own component.
pub const SERVICE: Component = Component { guid: "Iguana-Service", name: "Iguana-Service" };

/// The components of the server, less its own.
pub const COMPONENTS: [Component; 7] = [ADT, ORU, LAB, SIU, DFT, FHIR, NIGHTLY];

pub(super) const ADT: Component = Component { guid: "4bXq0TzL9rWcE2mVfHs7Kd", name: "ADT Inbound" };
pub(super) const ORU: Component =
    Component { guid: "7nPwQ3dYk1ZgU8vJtRx5Bo", name: "ORU Results Out" };
pub(super) const LAB: Component =
    Component { guid: "9hCtM6sFb4NyA1eGqLz0Vi", name: "Lab From LLP" };
pub(super) const SIU: Component =
    Component { guid: "2kRvD8pXw5JuO3aTiSf6Ym", name: "SIU Scheduling" };
pub(super) const DFT: Component = Component { guid: "5zGbN7cHl0QeW4xKoUj9Pr", name: "DFT Charges" };
pub(super) const FHIR: Component =
    Component { guid: "8yLfS2tVm6IhE5nZdAq1Cw", name: "FHIR Patient API" };
pub(super) const NIGHTLY: Component =
    Component { guid: "3uJxK9gRo7BpT0iDvMc4Fs", name: "Nightly Extract" };

/// 2026-08-31 00:00 UTC, the Monday of 2026-W36.
const START: i64 = 1_788_134_400_000;
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// How often something went wrong on a component in each of the two weeks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// A short name, such as `oracle-listener`.
    pub name: &'static str,
    /// Name of the component.
    pub component: &'static str,
    /// Entries in 2026-W36 and in 2026-W37.
    pub weeks: [u64; 2],
}

/// Returns every entry of 2026-W36 and 2026-W37, in order of time.
///
/// What goes wrong, and how often, is scripted; the seed moves it within its hours and picks the
/// patients.
#[must_use]
pub fn week(seed: u64) -> Vec<SampleEntry> {
    told(seed).story.finish()
}

/// Returns what goes wrong in [`week`], by name and component.
#[must_use]
pub fn incidents(seed: u64) -> Vec<Incident> {
    let counts = told(seed).story.incidents(START + 7 * DAY);
    let incident =
        |(name, of, weeks): (_, Component, _)| Incident { name, component: of.name, weeks };
    counts.into_iter().map(incident).collect()
}

fn told(seed: u64) -> Teller {
    let mut teller = Teller {
        story: Story::default(),
        rng: Rng::with_seed(seed),
        control: 10_000,
        outages: Vec::new(),
    };
    teller.tell_incidents();
    for day in 0..14 {
        teller.tell_traffic(day);
        teller.tell_service(day);
    }
    teller
}

/// Tells the story.
pub(super) struct Teller {
    pub(super) story: Story,
    pub(super) rng: Rng,
    control: u64,
    /// When a component stood still.
    pub(super) outages: Vec<(Component, i64, i64)>,
}

/// Returns the moment on a day of the story, counted from 0.
pub(super) const fn moment(day: i64, hour: i64, minute: i64) -> i64 {
    START + day * DAY + (hour * 60 + minute) * MINUTE
}

/// Returns true for a Saturday or a Sunday of the story.
pub(super) const fn is_weekend(day: i64) -> bool {
    day % 7 >= 5
}

impl Teller {
    /// Returns a moment between two hours of a day at which the component runs.
    pub(super) fn between(&mut self, of: Component, day: i64, hours: [i64; 2]) -> i64 {
        loop {
            let at = self.rng.i64(moment(day, hours[0], 0)..moment(day, hours[1], 0));
            if !self.stands_still(of, at) {
                return at;
            }
        }
    }

    fn stands_still(&self, of: Component, at: i64) -> bool {
        self.outages.iter().any(|(who, from, to)| *who == of && (*from..*to).contains(&at))
    }

    /// Returns one of the patients.
    pub(super) fn patient(&mut self) -> &'static Patient {
        &patients()[self.rng.usize(..patients().len())]
    }

    /// Returns the head of the next message.
    pub(super) fn head(&mut self, from: &'static str, kind: &'static str, at: i64) -> Head {
        self.control += 1;
        Head { from, kind, control: self.control, time: Millis::new(at) }
    }

    /// Tells a day's messages and small talk: much by day, little at night and at the weekend.
    fn tell_traffic(&mut self, day: i64) {
        for hour in 0..24 {
            let busy = match hour {
                8..=17 => 3,
                6..=7 | 18..=21 => 2,
                _ => 1,
            };
            let busy = if is_weekend(day) { 1 } else { busy };
            for of in COMPONENTS {
                for _ in 0..busy {
                    let at = self.within(day, hour);
                    self.tell_poll(of, at);
                }
            }
            for _ in 0..busy {
                if busy > 1 || self.rng.bool() {
                    let at = self.within(day, hour);
                    self.tell_message(at);
                }
            }
        }
    }

    fn tell_message(&mut self, at: i64) {
        const KINDS: [(Component, &str, &str); 8] = [
            (ADT, "REG|STMARY", "ADT^A01"),
            (ADT, "REG|STMARY", "ADT^A08"),
            (ADT, "REG|STMARY", "ADT^A03"),
            (LAB, "LIS|STMARY", "ORU^R01"),
            (ORU, "LIS|STMARY", "ORU^R01"),
            (SIU, "SCHED|CLINIC", "SIU^S12"),
            (DFT, "BILL|STMARY", "DFT^P03"),
            (FHIR, "REG|STMARY", "ADT^A04"),
        ];
        let (of, from, kind) = KINDS[self.rng.usize(..KINDS.len())];
        if self.stands_still(of, at) {
            return;
        }
        let (head, patient) = (self.head(from, kind, at), self.patient());
        let text = hl7::message(&mut self.rng, &head, patient);
        self.story.message(of, at, &text);
    }

    fn within(&mut self, day: i64, hour: i64) -> i64 {
        moment(day, hour, 0) + self.rng.i64(0..60 * MINUTE)
    }

    fn tell_poll(&mut self, of: Component, at: i64) {
        if self.stands_still(of, at) {
            return;
        }
        let text = match self.rng.u8(..4) {
            0 => format!("Polled {} rows in {} ms", self.rng.u8(..40), self.rng.u8(2..90)),
            1 => format!("Kept {} connections open", self.rng.u8(1..9)),
            2 => format!(
                "New connection {} received from 10.4.2.{}",
                self.rng.u16(1..999),
                self.rng.u8(2..99)
            ),
            _ => format!("Queue '{}' is empty. Wait for new messages.", of.guid),
        };
        self.story.trace(of, at, "", text);
    }
}

#[cfg(test)]
mod tests;
