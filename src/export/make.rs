//! From rules to a text and what is lost on the way.

use super::conditions::{self, Translated};
use super::dialect::Dialect;
use super::limits::{self, Limit};
use super::start::Start;
use super::{regex_list, targets};
use crate::catalogue::{Catalogue, Rule};

/// What a catalogue is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// One expression a line, for ripgrep.
    Regex,
    /// The same with the id of the rule and a tab before each.
    RegexWithIds,
    /// Filters of Fluent Bit, YAML.
    FluentBit,
    /// A `remap` transform of Vector, TOML.
    Vector,
    /// A `transform` processor of the OpenTelemetry Collector, YAML.
    Otel,
    /// A rewrite rule of syslog-ng.
    SyslogNg,
}

/// A catalogue in the language of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The text, every line ended.
    pub text: String,
    /// How many rules are in it.
    pub n_rules: usize,
    /// What it cannot say.
    pub limits: Vec<Limit>,
}

/// Writes rules, given in the order in which they are tried, for a target.
///
/// The wrappers and the hash are those of the catalogue; rules that it has beside the given ones
/// are those that look beyond one entry, and are listed as left out.
#[must_use]
pub fn export(catalogue: &Catalogue, ordered: &[&Rule], target: Target) -> Export {
    let is_list = matches!(target, Target::Regex | Target::RegexWithIds);
    let dialect = target.dialect();
    let start = Start::new(catalogue.wrappers(), dialect);
    let mut rules: Vec<Translated<'_>> = Vec::new();
    let mut untranslated = Vec::new();
    for rule in ordered.iter().copied() {
        if is_list && rule.routine {
            continue;
        }
        match conditions::translate(rule, &start, dialect) {
            Some(translated) => rules.push(translated),
            None => untranslated.push(rule),
        }
    }
    let limits = limits::find(catalogue, &rules, &untranslated, is_list);
    let text = match target {
        Target::Regex => regex_list::render(&rules, false),
        Target::RegexWithIds => regex_list::render(&rules, true),
        Target::FluentBit => targets::fluent_bit(&rules, &limits, catalogue.hash()),
        Target::Vector => targets::vector(&rules, &limits, catalogue.hash()),
        Target::Otel => targets::otel(&rules, &limits, catalogue.hash()),
        Target::SyslogNg => targets::syslog_ng(&rules, &limits, catalogue.hash()),
    };
    Export { text, n_rules: rules.len(), limits }
}

impl Target {
    const fn dialect(self) -> Dialect {
        match self {
            Self::Regex | Self::RegexWithIds => Dialect::Lines,
            Self::FluentBit => Dialect::Onigmo,
            Self::Vector | Self::Otel | Self::SyslogNg => Dialect::Plain,
        }
    }
}
