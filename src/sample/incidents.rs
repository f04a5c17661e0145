//! What goes wrong in the two weeks, day by day.

use super::failures::{self, Failure};
use super::hl7;
use super::week::{
    ADT, COMPONENTS, DFT, FHIR, LAB, NIGHTLY, ORU, SERVICE, SIU, Teller, is_weekend, moment,
};
use crate::model::Millis;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

/// How many messages without PID segment come on each of the 14 days.
const NIL_INDEX: [u8; 14] = [1, 1, 2, 1, 2, 0, 1, 3, 4, 4, 5, 6, 2, 3];
/// The days on which one of them stops the component.
const STOPS: [i64; 4] = [3, 8, 10, 11];

impl Teller {
    /// Tells everything that goes wrong in the two weeks.
    pub(super) fn tell_incidents(&mut self) {
        for day in 0..14 {
            self.tell_adt(day);
            self.tell_results(day);
            self.tell_small_failures(day);
            self.tell_extract(day);
        }
        self.tell_oracle();
        self.tell_certificate();
    }

    /// The ADT script trips over a message; more often each week.
    fn tell_adt(&mut self, day: i64) {
        let count = usize::try_from(day).ok().and_then(|day| NIL_INDEX.get(day)).copied();
        for nth in 0..count.unwrap_or(0) {
            let stops = nth == 0 && STOPS.contains(&day);
            let hours = if stops { [9, 12] } else { [7, 19] };
            let at = self.between(ADT, day, hours);
            let (head, patient) = (self.head("REGWEB|STMARY", "ADT^A31", at), self.patient());
            let message = self.story.message(ADT, at, &hl7::without_pid(&head));
            let failure = failures::nil_index(&mut self.rng, patient, stops);
            self.story.failure(ADT, at + 9, failure).about(&mut self.story, message);
            if stops {
                let until = at + self.rng.i64(8..25) * MINUTE;
                self.story.trace(ADT, at + 15, "#shutdown", "Component stopped");
                self.story.trace(ADT, until, "#startup", "Starting component ...");
                let done = "Component started successfully.";
                self.story.trace(ADT, until + 640, "#startup", done);
                self.outages.push((ADT, at + 15, until));
            }
        }
        for _ in 0..if is_weekend(day) { 2 } else { 4 } {
            let at = self.between(ADT, day, [6, 22]);
            let (head, patient) = (self.head("REG|STMARY", "ADT^A01", at), self.patient());
            let text = hl7::message(&mut self.rng, &head, patient);
            let message = self.story.message(ADT, at, &text);
            let failure = failures::duplicate_visit(&mut self.rng, patient);
            self.story.failure(ADT, at + 31, failure).about(&mut self.story, message);
        }
    }

    /// The receiver restarts every weekday at 06:00.
    fn tell_results(&mut self, day: i64) {
        if is_weekend(day) {
            return;
        }
        let start = moment(day, 6, 0) + self.rng.i64(0..20 * SECOND);
        let attempts = self.rng.u8(5..9);
        let mut at = start;
        for attempt in 1..=attempts {
            self.story.failure(ORU, at, failures::refused(attempt));
            at += 30 * SECOND + self.rng.i64(0..40);
        }
        self.tell_recovery(ORU, at, "sendResult");
    }

    fn tell_recovery(&mut self, of: super::Component, at: i64, function: &str) {
        let text =
            format!("Recovered from error, connection is now working. Function name: {function}()");
        self.story.trace(of, at, "#info", text);
    }

    /// Tells what happens now and then.
    fn tell_small_failures(&mut self, day: i64) {
        for _ in 0..if is_weekend(day) { 1 } else { 2 } {
            let at = self.between(LAB, day, [8, 20]);
            let patient = self.patient();
            let failure = failures::nack(&mut self.rng, patient, Millis::new(at));
            self.story.failure(LAB, at, failure);
        }
        // Gone quiet: a deadlock that is seen in the first week only.
        if day < 5 {
            for _ in 0..2 {
                self.tell_failure(DFT, day, [16, 19], failures::oracle_deadlock);
            }
        }
        for _ in 0..2 {
            self.tell_failure(SIU, day, [1, 23], failures::slot_behind);
        }
        if day % 2 == 0 {
            self.tell_failure(ADT, day, [7, 21], failures::unknown_site);
        }
        if day % 3 == 1 {
            for _ in 0..3 {
                self.tell_failure(SERVICE, day, [8, 18], failures::failed_login);
            }
        }
        // Not while the certificate is expired: nothing else is heard of the server then.
        if day % 2 == 1 && !(9..=11).contains(&day) {
            self.tell_failure(FHIR, day, [9, 17], failures::bad_json);
        }
        if day % 7 == 1 {
            for _ in 0..9 {
                self.tell_failure(FHIR, day, [14, 15], failures::unavailable);
            }
        }
    }

    fn tell_failure(
        &mut self,
        of: super::Component,
        day: i64,
        hours: [i64; 2],
        make: failures::Make,
    ) {
        let (at, patient) = (self.between(of, day, hours), self.patient());
        let failure: Failure = make(&mut self.rng, patient);
        self.story.failure(of, at, failure);
    }

    /// The extract runs at 01:30; on some nights its server is slow or a file is missing.
    fn tell_extract(&mut self, day: i64) {
        let at = moment(day, 1, 30);
        self.story.trace(NIGHTLY, at, "#info", "Extract started");
        if day % 5 == 4 {
            for attempt in 0..3 {
                let patient = self.patient();
                let failure = failures::timed_out(&mut self.rng, patient);
                self.story.failure(NIGHTLY, at + (attempt + 1) * 45 * SECOND, failure);
            }
        }
        if matches!(day, 5 | 12) {
            let date = if day == 5 { 4 } else { 11 };
            self.story.failure(NIGHTLY, at + 4 * MINUTE, failures::missing_file(date));
        }
        let rows = self.rng.u16(900..1_400);
        let done = format!("Extract finished, {rows} rows");
        self.story.trace(NIGHTLY, at + 6 * MINUTE, "#info", done);
    }

    /// The Oracle listener is down for an hour in the night of Tuesday, 2026-09-08.
    fn tell_oracle(&mut self) {
        let start = moment(8, 22, 10);
        for attempt in 1..=60 {
            let at = start + i64::from(attempt - 1) * MINUTE + self.rng.i64(0..90);
            self.story.failure(DFT, at, failures::oracle_retry(attempt));
        }
        self.tell_recovery(DFT, start + 60 * MINUTE, "postCharges");
        self.outages.push((DFT, start, start + 60 * MINUTE));
    }

    /// A certificate expires on 2026-09-09 and is replaced on 2026-09-11 at 10:40.
    fn tell_certificate(&mut self) {
        let (mut at, fixed) = (moment(9, 0, 4), moment(11, 10, 40));
        while at < fixed {
            let patient = self.patient();
            let failure = failures::expired_certificate(&mut self.rng, patient);
            self.story.failure(FHIR, at, failure);
            at += self.rng.i64(35..75) * MINUTE;
        }
        self.outages.push((FHIR, moment(9, 0, 0), fixed));
    }

    /// Tells a day of the server itself: start-up, logins, the nightly purge, the disk.
    pub(super) fn tell_service(&mut self, day: i64) {
        if day == 0 {
            self.tell_start();
        }
        for user in ["tlee", "jdoe", "kpatel"] {
            let at = self.between(SERVICE, day, [7, 17]);
            let (came, went) = ("logged in", "logged out");
            for (at, what) in [(at, came), (at + self.rng.i64(5..90) * MINUTE, went)] {
                self.story.trace(SERVICE, at, "#login", format!("User '{user}' has {what}."));
            }
        }
        let at = moment(day, 3, 0);
        self.story.trace(SERVICE, at, "#purge", "Purge started");
        self.story.trace(SERVICE, at + 2 * SECOND, "#purge", "Purge finished");
        if matches!(day, 10..=12) {
            let (component, hex) = (self.rng.usize(..COMPONENTS.len()), self.rng.u32(..0xFFFF));
            let guid = COMPONENTS.get(component).map_or("", |component| component.guid);
            self.story.failure(SERVICE, at + SECOND, failures::purge_failed(guid, hex));
        }
        let left = match day {
            11 => "4.1",
            12 => "3.6",
            13 => "3.2",
            _ => return,
        };
        for hour in [5, 11, 17, 23] {
            self.story.failure(SERVICE, moment(day, hour, 0), failures::low_space(left));
        }
    }

    fn tell_start(&mut self) {
        let started = format!("Auto started {} components.", COMPONENTS.len());
        let lines = [
            "Iguana 10.1.119",
            "Configuration: /home/iguana/.IguanaX",
            "Initializing the log system...",
            "Journal file not found.",
            "Log system initialization completed.",
            "Loading purge rules...",
            "The Database system started successfully.",
            &started,
            "Iguana has been initialized.",
        ];
        let mut at = moment(0, 0, 0);
        for line in lines {
            self.story.trace(SERVICE, at, "#startup", line);
            at += 137;
        }
        for of in COMPONENTS {
            self.story.trace(of, at, "#startup", "Starting component ...");
            self.story.trace(of, at + 300, "#startup", "Component started successfully.");
        }
    }
}
