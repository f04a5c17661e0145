//! Silences in words.

use std::time::Duration;

use crate::model::plural;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Returns a span of time as people say it: `40 minutes`, `3 hours`.
///
/// ```
/// # use dewlap::silence::span_in_words;
/// # use std::time::Duration;
/// assert_eq!(span_in_words(Duration::from_secs(2_399)), "39 minutes");
/// assert_eq!(span_in_words(Duration::from_secs(7_200)), "2 hours");
/// ```
#[must_use]
pub fn span_in_words(span: Duration) -> String {
    let seconds = span.as_secs();
    let (size, noun) = match seconds {
        0..MINUTE => (1, "second"),
        MINUTE..7_200 => (MINUTE, "minute"),
        7_200..172_800 => (HOUR, "hour"),
        _ => (DAY, "day"),
    };
    plural(seconds / size, noun)
}

/// Returns how often something comes that comes so often in an hour: `one every 2 minutes`.
///
/// ```
/// # use dewlap::silence::usual_in_words;
/// assert_eq!(usual_in_words(30), "one every 2 minutes");
/// assert_eq!(usual_in_words(7_200), "2 every second");
/// assert_eq!(usual_in_words(0), "fewer than one");
/// ```
#[must_use]
pub fn usual_in_words(an_hour: u64) -> String {
    let Some(apart) = (HOUR + an_hour / 2).checked_div(an_hour) else {
        return "fewer than one".into();
    };
    match apart {
        _ if an_hour >= 2 * HOUR => format!("{} every second", an_hour / HOUR),
        0 | 1 => "one every second".into(),
        2..MINUTE => format!("one every {apart} seconds"),
        _ => match (apart + MINUTE / 2) / MINUTE {
            1 => "one every minute".into(),
            minutes => format!("one every {minutes} minutes"),
        },
    }
}
