//! Spans of time as people write them.

use std::time::Duration;

/// Why a text is not a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// The last character is not a unit.
    #[error("unknown unit of time, expected one of `s`, `m`, `h`, `d`")]
    Unit,
    /// What stands before the unit is not a whole number.
    #[error("expected a whole number before the unit, as in `15m`")]
    Count,
    /// The span does not fit.
    #[error("the span is too long")]
    Overflow,
}

/// Parses a span of time such as `90s`, `15m`, `6h` or `7d`.
///
/// The number is a whole count of the unit: seconds, minutes, hours (3,600 s) or days (86,400 s;
/// daylight saving is not considered). White space is not accepted.
///
/// ```
/// # use dewlap::model::parse_span;
/// # use std::time::Duration;
/// assert_eq!(parse_span("15m"), Ok(Duration::from_secs(900)));
/// ```
///
/// # Errors
///
/// Returns [`SpanError::Unit`] where the last character is not one of `s m h d`,
/// [`SpanError::Count`] where the rest is not a `u64`, and [`SpanError::Overflow`] where the span
/// does not fit in `u64` seconds.
pub fn parse_span(text: &str) -> Result<Duration, SpanError> {
    let split = text.len().saturating_sub(1);
    let (count, unit) = text.split_at_checked(split).ok_or(SpanError::Unit)?;
    let seconds_per_unit: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(SpanError::Unit),
    };
    let count: u64 = count.parse().map_err(|_| SpanError::Count)?;
    let seconds = count.checked_mul(seconds_per_unit).ok_or(SpanError::Overflow)?;
    Ok(Duration::from_secs(seconds))
}

/// Renders a span of time in the largest unit that divides it, as [`parse_span`] reads it.
///
/// ```
/// # use dewlap::model::render_span;
/// # use std::time::Duration;
/// assert_eq!(render_span(Duration::from_secs(900)), "15m");
/// assert_eq!(render_span(Duration::from_secs(90)), "90s");
/// ```
#[must_use]
pub fn render_span(span: Duration) -> String {
    let seconds = span.as_secs();
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
    let fits = |(size, _): &(u64, char)| seconds > 0 && seconds.is_multiple_of(*size);
    let (size, unit) = units.into_iter().find(fits).unwrap_or((1, 's'));
    format!("{}{unit}", seconds / size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_span_reads_each_unit_and_rejects_the_rest() {
        use SpanError::{Count, Overflow, Unit};
        let cases = [
            ("90s", Ok(90)),
            ("7d", Ok(604_800)),
            ("", Err(Unit)),
            ("15µ", Err(Unit)), // The last character is two bytes long.
            ("-1m", Err(Count)),
            ("18446744073709551615d", Err(Overflow)),
        ];
        for (text, want) in cases {
            assert_eq!(parse_span(text), want.map(Duration::from_secs), "parse_span({text:?})");
        }
    }
}
