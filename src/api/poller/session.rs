//! What a question needs: a client, and for Iguana X a session and the list of components.

use std::sync::atomic::AtomicBool;

use super::Poller;
use crate::api::error::AskError;
use crate::api::iguana_x::{self, SERVICE};
use crate::api::request::{self, Ask};
use crate::api::{Interface, SourceOptions};
use crate::model::Millis;
use crate::web::{Client, ClientOptions, Response, origin_of};

/// The longest answer: an entry of Iguana X is at most 128 MB.
const MAX_ANSWER_BYTES: u64 = 256 * 1024 * 1024;
/// The list of components is asked for anew after so many milliseconds.
const LIST_AGE: i64 = 300_000;
/// A session that is older is not trusted where a lane goes on failing, in milliseconds,
const SESSION_AGE: i64 = 900_000;
/// and one in which nothing was ever answered.
const UNPROVEN_AGE: i64 = 60_000;

/// A session of Iguana X.
pub(super) struct Session {
    cookie: String,
    since: Millis,
    /// True once a question was answered in it.
    is_proven: bool,
}

impl Poller {
    /// Makes what a question needs: a client, a session, lanes.
    pub(super) fn prepare(
        &mut self,
        now: Millis,
        stop: &AtomicBool,
    ) -> Result<Option<()>, AskError> {
        if self.client.is_none() {
            self.client = Some(Client::new(&ClientOptions {
                ca_file: self.options.ca_file.clone(),
                timeout: self.options.timeout,
                max_body_bytes: MAX_ANSWER_BYTES,
            })?);
        }
        if !matches!(self.options.interface, Interface::IguanaX) {
            return Ok(Some(()));
        }
        if self.session.is_none() && self.log_in(now, stop)?.is_none() {
            return Ok(None);
        }
        let is_old = self.listed.is_none_or(|listed| now.get() - listed.get() >= LIST_AGE);
        if !is_old || !self.is_round_due(now) {
            return Ok(Some(()));
        }
        let listed = self.list(now, stop);
        self.is_listed = listed.is_ok();
        if let Err(AskError::Told { .. } | AskError::Status { .. } | AskError::Refused { .. }) =
            &listed
        {
            // Who may not see the list may yet read what is asked for by GUID.
            self.listed = Some(now);
            let named = self.options.only.clone();
            let known = self.resume.lanes.iter().map(|position| position.lane.clone());
            let service = named.is_empty().then(|| SERVICE.to_owned());
            let wanted: Vec<String> = service.into_iter().chain(named).chain(known).collect();
            self.set_lanes(&wanted, now);
        }
        listed
    }

    pub(super) fn send(&self, ask: Ask, stop: &AtomicBool) -> Result<Option<Response>, AskError> {
        match &self.client {
            Some(client) => request::send(client, ask, stop),
            None => Ok(None),
        }
    }

    fn log_in(&mut self, now: Millis, stop: &AtomicBool) -> Result<Option<()>, AskError> {
        let Some(credentials) = &self.options.credentials else {
            self.session = Some(Session { cookie: String::new(), since: now, is_proven: false });
            return Ok(Some(()));
        };
        let ask = iguana_x::ask_login(&self.options, credentials);
        let url = ask.url.clone();
        let Some(answer) = self.send(ask, stop)? else { return Ok(None) };
        let cookie = iguana_x::check_login(&url, &answer)?;
        self.session = Some(Session { cookie, since: now, is_proven: false });
        Ok(Some(()))
    }

    /// Learns the components, and makes them lanes.
    fn list(&mut self, now: Millis, stop: &AtomicBool) -> Result<Option<()>, AskError> {
        let make =
            |cookie: &str, options: &SourceOptions| iguana_x::ask_components(options, cookie);
        let Some((answer, _)) = self.in_session(make, "", (now, stop))? else { return Ok(None) };
        let found = iguana_x::read_components(&answer.body);
        let only = &self.options.only;
        let is_wanted = |guid: &str, name: &str| {
            let is = |only: &String| only == guid || only.eq_ignore_ascii_case(name);
            only.is_empty() || only.iter().any(is)
        };
        let service = (SERVICE.to_owned(), String::new());
        let wanted: Vec<String> = std::iter::once(&service)
            .chain(&found)
            .filter(|(guid, name)| is_wanted(guid, name))
            .map(|(guid, _)| guid.clone())
            .collect();
        self.tell_missing(&found);
        self.components = wanted.iter().cloned().collect();
        self.names.extend(found.into_iter().filter(|(_, name)| !name.is_empty()));
        self.listed = Some(now);
        self.set_lanes(&wanted, now);
        Ok(Some(()))
    }

    /// Says which components are asked for and are not there, once each.
    fn tell_missing(&mut self, found: &[(String, String)]) {
        for only in &self.options.only {
            let is =
                |(guid, name): &(String, String)| only == guid || only.eq_ignore_ascii_case(name);
            let is_there = only == SERVICE || found.iter().any(is);
            if is_there {
                self.missing.remove(only);
            } else if self.missing.insert(only.clone()) {
                let source = origin_of(&self.options.address);
                tracing::warn!(source, component = only, "component is not on the server");
            }
        }
    }

    /// Asks in the session, and once more in a new one where the old one has ended.
    ///
    /// Iguana logs each login, so a lane that goes on failing does not cause one each time.
    pub(super) fn in_session(
        &mut self,
        make: impl Fn(&str, &SourceOptions) -> Ask,
        lane: &str,
        (now, stop): (Millis, &AtomicBool),
    ) -> Result<Option<(Response, bool)>, AskError> {
        loop {
            let cookie = self.session.as_ref().map(|session| session.cookie.clone());
            let ask = make(&cookie.unwrap_or_default(), &self.options);
            let url = ask.url.clone();
            let Some(answer) = self.send(ask, stop)? else { return Ok(None) };
            let error = match iguana_x::check(&url, &answer) {
                Ok(is_whole) => {
                    if let Some(session) = &mut self.session {
                        session.is_proven = true;
                    }
                    return Ok(Some((answer, is_whole)));
                }
                Err(error) => error,
            };
            if !self.may_be_session(&error, lane, now) {
                return Err(error);
            }
            self.session = None;
            if self.log_in(now, stop)?.is_none() {
                return Ok(None);
            }
        }
    }

    /// Returns true where a new session may help.
    fn may_be_session(&self, error: &AskError, lane: &str, now: Millis) -> bool {
        let is_told = match error {
            AskError::Refused { .. } | AskError::Told { .. } | AskError::Foreign { .. } => true,
            AskError::Status { status, .. } => (300..400).contains(status),
            _ => false,
        };
        let Some(session) = self.session.as_ref().filter(|_| is_told) else { return false };
        let age = now.get().saturating_sub(session.since.get());
        if session.is_proven {
            !self.failing.contains(lane) || age >= SESSION_AGE
        } else {
            age >= UNPROVEN_AGE
        }
    }
}
