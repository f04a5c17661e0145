//! From a decision to a target that may be down: the threads, with a clock that only tests move.

use std::sync::Arc;
use std::time::Duration;

use dewlap::alert::{AlertSettings, Alerter, AlerterOptions, TargetKind, Webhook, WebhookBody};
use dewlap::secret::{Secret, SecretPlace};
use dewlap::store::DeliveryState;

use super::servers::{Answer, Hook};
use super::site::{Failure, Hands, MINUTE, Site, settings};

const DEADLINE: Duration = Duration::from_secs(30);
/// Longer than any pause between two attempts.
const LONGEST_PAUSE: i64 = 380_000;

pub(super) fn webhook(body: WebhookBody, url: &str) -> Webhook {
    Webhook {
        body,
        url: SecretPlace::Given(Secret::new(url)),
        headers: Vec::new(),
        secret: None,
        ca_file: None,
    }
}

fn to(hook: &Hook) -> AlertSettings {
    settings(TargetKind::Webhook(webhook(WebhookBody::Json, &hook.address)))
}

fn start(site: &Site, settings: AlertSettings, hands: &Hands) -> Alerter {
    let options = AlerterOptions {
        settings,
        catalogue: Arc::clone(&site.catalogue),
        runbook: None,
        clock: hands.clock(),
        seed: 7,
    };
    Alerter::spawn(options, &site.db(), site.writer()).unwrap()
}

/// Lets an alert open: its events are noticed, and gathered.
fn raise(site: &mut Site, alerter: &Alerter, hands: &Hands) {
    site.put(&Failure::critical(), [0]);
    alerter.wake();
    while site.store().alerts(super::at(0)).unwrap().is_empty() {
        std::thread::yield_now();
    }
    hands.set(10_000);
    alerter.wake();
}

fn states(site: &Site) -> Vec<DeliveryState> {
    site.deliveries().iter().map(|row| row.state).collect()
}

#[test]
fn a_webhook_that_is_down_for_ten_minutes_gets_the_alert_once_later() {
    let mut site = Site::new();
    let hook = Hook::new(Answer::Status(503));
    let hands = Hands::new(0);
    let settings = AlertSettings { is_end_told: false, ..to(&hook) };
    let alerter = start(&site, settings, &hands);
    raise(&mut site, &alerter, &hands);
    let first = hook.next();
    let mut now = 10_000;
    while now < 10 * MINUTE {
        now += LONGEST_PAUSE;
        hands.set(now);
        alerter.wake();
        assert_eq!(hook.next().body, first.body);
    }
    hook.answer(Answer::Status(200));
    hands.set(now + LONGEST_PAUSE);
    alerter.wake();
    let taken = hook.next();
    while alerter.n_pending() > 0 {
        std::thread::yield_now();
    }
    hands.set(now + 10 * LONGEST_PAUSE);
    alerter.wake();
    alerter.stop(DEADLINE).unwrap();
    assert!(hook.rest().is_empty(), "it is delivered once");
    assert_eq!(states(&site), [DeliveryState::Delivered]);
    assert_eq!(taken.header("idempotency-key"), first.header("idempotency-key"));
    assert_eq!(taken.json()["id"], *taken.header("idempotency-key").unwrap());
}

#[test]
fn what_waits_when_it_is_stopped_is_delivered_by_the_next_one() {
    let mut site = Site::new();
    let hook = Hook::new(Answer::HangUp);
    let hands = Hands::new(0);
    let alerter = start(&site, to(&hook), &hands);
    raise(&mut site, &alerter, &hands);
    let first = hook.next();
    alerter.stop(DEADLINE).unwrap();
    assert_eq!(states(&site), [DeliveryState::Waits]);
    site.kill();
    hook.answer(Answer::Status(204));
    hands.set(LONGEST_PAUSE);
    let alerter = start(&site, to(&hook), &hands);
    assert_eq!(hook.next().body, first.body);
    alerter.stop(DEADLINE).unwrap();
    assert_eq!(states(&site), [DeliveryState::Delivered]);
}

#[test]
fn a_death_between_the_answer_and_the_commit_repeats_a_message_with_the_same_id() {
    let mut site = Site::new();
    let hook = Hook::new(Answer::Status(200));
    let hands = Hands::new(0);
    let alerter = start(&site, to(&hook), &hands);
    raise(&mut site, &alerter, &hands);
    let first = hook.next();
    alerter.stop(DEADLINE).unwrap();
    // As if the commit had not come to pass.
    let db = rusqlite::Connection::open(site.db()).unwrap();
    db.execute("UPDATE delivery SET state = 0, attempts = 0", []).unwrap();
    drop(db);
    let alerter = start(&site, to(&hook), &hands);
    let second = hook.next();
    alerter.stop(DEADLINE).unwrap();
    assert_eq!(second.header("idempotency-key"), first.header("idempotency-key"));
    assert!(hook.rest().is_empty());
}

#[test]
fn a_target_that_wants_to_be_left_alone_is() {
    let mut site = Site::new();
    let hook = Hook::new(Answer::Later(429, 3_600));
    let hands = Hands::new(0);
    let alerter = start(&site, to(&hook), &hands);
    raise(&mut site, &alerter, &hands);
    hook.next();
    alerter.stop(DEADLINE).unwrap();
    let row = site.deliveries().remove(0);
    assert_eq!((row.state, row.attempts), (DeliveryState::Waits, 1));
    assert_eq!(row.next, super::at(10_000 + 3_600_000));
    assert_eq!(row.error.as_deref(), Some("the webhook answered 429"));
}

#[test]
fn a_message_that_is_refused_is_kept_and_not_tried_again() {
    let mut site = Site::new();
    let hook = Hook::new(Answer::Status(404));
    let hands = Hands::new(0);
    let alerter = start(&site, to(&hook), &hands);
    raise(&mut site, &alerter, &hands);
    hook.next();
    hands.set(LONGEST_PAUSE);
    alerter.wake();
    alerter.stop(DEADLINE).unwrap();
    assert!(hook.rest().is_empty());
    let row = site.deliveries().remove(0);
    assert_eq!(row.state, DeliveryState::Refused);
    assert_eq!(row.error.as_deref(), Some("the webhook refused the message with 404"));
}

#[test]
fn a_message_is_given_up_after_a_day() {
    let mut site = Site::new();
    let hook = Hook::new(Answer::Status(500));
    let hands = Hands::new(0);
    let settings = AlertSettings { is_end_told: false, ..to(&hook) };
    let alerter = start(&site, settings, &hands);
    raise(&mut site, &alerter, &hands);
    hook.next();
    hands.set(super::DAY + MINUTE);
    alerter.wake();
    hook.next();
    alerter.stop(DEADLINE).unwrap();
    assert_eq!(states(&site), [DeliveryState::GivenUp]);
}

#[test]
fn the_end_is_not_delivered_before_the_beginning() {
    let mut site = Site::new();
    let hook = Hook::new(Answer::Status(503));
    let hands = Hands::new(0);
    let alerter = start(&site, to(&hook), &hands);
    raise(&mut site, &alerter, &hands);
    let first = hook.next();
    // The bout is over while its first message still waits to be left alone no longer.
    hands.set(20 * MINUTE);
    alerter.wake();
    while site.deliveries().len() < 2 {
        std::thread::yield_now();
    }
    alerter.wake();
    assert_eq!(hook.next().body, first.body);
    hook.answer(Answer::Status(200));
    hands.set(30 * MINUTE);
    alerter.wake();
    let kinds = [hook.next(), hook.next()].map(|arrived| arrived.json()["kind"].to_string());
    alerter.stop(DEADLINE).unwrap();
    assert_eq!(kinds, ["\"opened\"", "\"over\""]);
    assert!(hook.rest().is_empty());
}

#[test]
fn what_waits_for_a_target_that_is_gone_is_given_up() {
    let mut site = Site::new();
    let hook = Hook::new(Answer::Status(503));
    let hands = Hands::new(0);
    let alerter = start(&site, to(&hook), &hands);
    raise(&mut site, &alerter, &hands);
    hook.next();
    alerter.stop(DEADLINE).unwrap();
    let alerter = start(&site, AlertSettings::default(), &hands);
    alerter.stop(DEADLINE).unwrap();
    assert_eq!(states(&site), [DeliveryState::GivenUp]);
}

#[test]
fn a_slow_target_does_not_hold_up_another() {
    let mut site = Site::new();
    let (slow, quick) = (Hook::new(Answer::Silence), Hook::new(Answer::Status(200)));
    let hands = Hands::new(0);
    let mut settings = to(&slow);
    let mut other = to(&quick).targets.remove(0);
    other.name = "other".into();
    settings.targets.push(other);
    let alerter = start(&site, settings, &hands);
    raise(&mut site, &alerter, &hands);
    slow.next();
    // The slow one is still waiting for its answer, for five seconds.
    quick.next();
    alerter.stop(DEADLINE).unwrap();
    assert_eq!(states(&site), [DeliveryState::Waits, DeliveryState::Delivered]);
    assert_eq!(alerter_error(&site), "failed to ask the webhook: failed to get an answer");
}

/// Returns how the error of the first delivery begins.
fn alerter_error(site: &Site) -> String {
    let error = site.deliveries().remove(0).error.unwrap();
    error.split(" from ").next().unwrap().to_owned()
}
