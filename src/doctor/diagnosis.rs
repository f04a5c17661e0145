//! What a check says.

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// As it should be.
    Ok,
    /// It works, but not as well as it could, or not for long.
    Warning,
    /// It does not work.
    Fault,
}

impl Grade {
    /// Returns the word that is shown: `ok`, `warning` or `fault`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// What was looked at, such as `store`.
    pub subject: String,
    /// How bad it is.
    pub grade: Grade,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub advice: Option<String>,
}

impl Diagnosis {
    /// Returns that something is as it should be.
    #[must_use]
    pub fn ok(subject: &str, message: impl Into<String>) -> Self {
        Self { subject: subject.into(), grade: Grade::Ok, message: message.into(), advice: None }
    }

    /// Returns a warning with what to do.
    #[must_use]
    pub fn warning(subject: &str, message: impl Into<String>, advice: impl Into<String>) -> Self {
        let advice = Some(advice.into());
        Self { grade: Grade::Warning, advice, ..Self::ok(subject, message) }
    }

    /// Returns a fault with what to do.
    #[must_use]
    pub fn fault(subject: &str, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { grade: Grade::Fault, ..Self::warning(subject, message, advice) }
    }
}

/// One check, with all that it needs.
pub type Check<'c> = Box<dyn Fn() -> Vec<Diagnosis> + 'c>;

/// Runs checks one after the other and returns all that they say.
#[must_use]
pub fn examine(checks: &[Check<'_>]) -> Vec<Diagnosis> {
    checks.iter().flat_map(|check| check()).collect()
}
