//! One draft: written, tried, and written anew until it holds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz::TimeZone};

use super::align::Aligned;
use super::compose::{examples, fill_in, group_by, literals, telling_words};
use super::neighbour::{Nearest, counter_examples, nearest, part};
use super::pattern::{Closeness, pattern};
use super::render::{Prose, RuleText};
use super::token::Tokens;
use super::trial::{Figures, Trial};
use super::words::{rule_id, slug, title, wording};
use crate::catalogue::{Catalogue, CatalogueError, Nature, Owner, PatternFile};
use crate::classify::{BuildError, Classifier, ValueFinder};
use crate::model::{Millis, RuleId, Severity};

/// The category where no known error is near.
const LOCAL: &str = "local";
/// A known error that agrees less than this says nothing of the category.
const MIN_NEAR_PERCENT: u8 = 50;
/// Minutes that a case takes where no known error is near.
const TOIL_MINUTES: u32 = 15;
/// So often a rule is written anew.
const MAX_ATTEMPTS: usize = 8;
/// One event in so many may have an error that is left out.
const MAX_LEFT_OUT: u64 = 100;

/// What a rule is drafted from.
#[derive(Clone, Debug)]
pub struct Draftable<'i> {
    /// The cluster's id.
    pub cluster: &'i str,
    /// Its different masked texts with their events, those with most events first.
    pub texts: &'i [(String, u64)],
    /// The other clusters, each with one of its texts.
    pub others: &'i [(String, String)],
    /// Masked texts of normal work: a rule that matches one is a rule of normal work.
    pub clean: &'i [String],
    /// How bad most of its events are.
    pub severity: Severity,
    /// True where most of its events stopped the component.
    pub stops: bool,
    /// When the last event happened: a year later somebody is to read the rule again.
    pub last: Millis,
    /// The catalogue in use.
    pub catalogue: &'i Catalogue,
    /// The id that the rule is to have; else one is made,
    pub id: Option<&'i RuleId>,
    /// in this category, where it is given.
    pub category: Option<&'i str>,
}

/// A rule for a cluster.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its id.
    pub id: RuleId,
    /// The rule as a pattern file has it, where `cause` and `fix` are still to be written.
    pub rule: String,
    /// How often it was right.
    pub figures: Figures,
    /// The known error that comes nearest, how much of it agrees in percent, and where it differs.
    pub nearest: Option<(RuleId, u8, String)>,
}

/// Why no rule can be drafted.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// A rule of the catalogue in use explains the texts.
    #[error("the catalogue in use explains the texts of `{cluster}`: rule `{rule}`")]
    Explained {
        /// The cluster.
        cluster: String,
        /// The rule.
        rule: RuleId,
    },
    /// The cluster has no text.
    #[error("cluster `{cluster}` has no text that could be looked at")]
    NoText {
        /// The cluster.
        cluster: String,
    },
    /// The texts have too little in common.
    #[error("the texts of `{cluster}` have too few words in common for a rule")]
    TooFewWords {
        /// The cluster.
        cluster: String,
        /// What is wrong with the rule that they make.
        source: CatalogueError,
    },
    /// The catalogue cannot be made ready.
    #[error("failed to try the rule")]
    Build {
        /// Why.
        #[from]
        source: BuildError,
    },
}

impl DraftError {
    /// Returns what can be done about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Explained { rule, .. } => {
                Some(format!("its events were stored before: `dewlap patterns show {rule}`"))
            }
            Self::TooFewWords { .. } => Some("write the rule by hand: patterns/README.md".into()),
            Self::NoText { .. } | Self::Build { .. } => None,
        }
    }
}

/// Writes a rule for a cluster.
///
/// `try_on` is to hand every stored event to the trial, with what explains it now; it is called
/// once for each attempt. The draft is the best of all attempts; whether its figures hold,
/// [`Figures::hold`] tells.
///
/// # Errors
///
/// Returns [`DraftError`] where there is nothing to draft, and what `try_on` returns.
pub fn draft<E: From<DraftError>>(
    input: &Draftable<'_>,
    mut try_on: impl FnMut(&mut Trial<'_>) -> Result<(), E>,
) -> Result<Draft, E> {
    let classifier = Classifier::new(input.catalogue).map_err(DraftError::from)?;
    let mut writer = Writing::new(input, &classifier)?;
    let mut best: Option<(Figures, RuleText)> = None;
    for _ in 0..MAX_ATTEMPTS {
        let (rule, mut trial) = match writer.attempt() {
            Ok(attempt) => attempt,
            Err(DraftError::TooFewWords { .. }) if writer.closeness == Closeness::Usual => {
                writer.closeness = Closeness::Close;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        try_on(&mut trial)?;
        let is_better = best.as_ref().is_none_or(|(best, _)| best.score() < trial.figures.score());
        let is_done = trial.figures.hold() || !writer.learn(&trial);
        if is_better {
            best = Some((trial.figures, rule));
        }
        if is_done {
            break;
        }
    }
    let Some((figures, rule)) = best else {
        return Err(DraftError::NoText { cluster: input.cluster.into() }.into());
    };
    let nearest = writer.nearest;
    Ok(Draft {
        id: rule.id.clone(),
        rule: rule.render(Prose::ToDo),
        figures,
        nearest: nearest.map(|near| (near.rule.id.clone(), near.percent, near.differs_at)),
    })
}

/// A rule that is being written.
struct Writing<'i> {
    input: &'i Draftable<'i>,
    classifier: &'i Classifier,
    finder: ValueFinder,
    /// The whole texts.
    texts: Vec<String>,
    /// The errors in them, each once.
    cores: Vec<Core>,
    /// Errors that so few events have that the rule may miss them.
    left_out: Vec<String>,
    nearest: Option<Nearest<'i>>,
    closeness: Closeness,
    not: Vec<String>,
}

/// An error, and how many events are known to have it.
struct Core {
    text: String,
    events: u64,
}

impl<'i> Writing<'i> {
    fn new(input: &'i Draftable<'i>, classifier: &'i Classifier) -> Result<Self, DraftError> {
        let mut writing = Self {
            input,
            classifier,
            finder: ValueFinder::new(),
            texts: Vec::new(),
            cores: Vec::new(),
            left_out: Vec::new(),
            nearest: None,
            closeness: Closeness::Usual,
            not: Vec::new(),
        };
        let mut explained: BTreeMap<&RuleId, u64> = BTreeMap::new();
        let mut n_unknown = 0;
        for (text, events) in input.texts {
            if let Some(rule) = classifier.classify(text).rule {
                *explained.entry(&rule.id).or_default() += events;
            } else {
                n_unknown += events;
                writing.add_text(text, *events);
            }
        }
        let most = explained.into_iter().max_by_key(|(_, events)| *events);
        if let Some((rule, _)) = most.filter(|(_, events)| *events > n_unknown) {
            let cluster = input.cluster.into();
            return Err(DraftError::Explained { cluster, rule: rule.clone() });
        }
        if writing.cores.is_empty() {
            return Err(DraftError::NoText { cluster: input.cluster.into() });
        }
        writing.nearest = nearest(classifier, writing.core());
        Ok(writing)
    }

    /// Adds a text; returns false where its error is there already, is left out or is empty.
    fn add_text(&mut self, text: &str, events: u64) -> bool {
        let core = self.core_of(text);
        if core.is_empty() || self.left_out.iter().any(|one| one == core) {
            return false;
        }
        if !self.texts.iter().any(|one| one == text) {
            self.texts.push(text.into());
        }
        if let Some(known) = self.cores.iter_mut().find(|one| one.text == core) {
            known.events += events;
            return false;
        }
        self.cores.push(Core { text: core.into(), events });
        true
    }

    /// Returns the error in a text.
    fn core_of<'t>(&self, text: &'t str) -> &'t str {
        let inner = self.classifier.classify(text).inner;
        text.get(inner).unwrap_or(text).trim()
    }

    /// Writes the rule as far as is known, and makes its trial ready.
    fn attempt(&self) -> Result<(RuleText, Trial<'i>), DraftError> {
        let mut rule = self.compose();
        let mut trial = self.trial(&rule)?;
        fill_in(&mut rule, &trial);
        if rule.counter_examples.is_empty() {
            // The others look so much like it that it wins them.
            rule.counter_examples.push(part(self.core()));
        }
        rule.group_by = group_by(&trial, self.input.texts);
        rule.is_routine = self.input.clean.iter().any(|text| trial.wins(text));
        if rule.is_routine || !rule.group_by.is_empty() {
            trial = self.trial(&rule)?;
        }
        Ok((rule, trial))
    }

    fn trial(&self, rule: &RuleText) -> Result<Trial<'i>, DraftError> {
        let path = PathBuf::from(format!("{}.toml", rule.id.category()));
        let file = PatternFile { path, text: rule.render(Prose::Trial) };
        let catalogue = self.input.catalogue.with(&file).map_err(|source| {
            DraftError::TooFewWords { cluster: self.input.cluster.into(), source }
        })?;
        Trial::new(&catalogue, self.input.cluster, &rule.id)
    }

    /// Returns the error of the first text.
    fn core(&self) -> &str {
        self.cores.first().map(|core| core.text.as_str()).unwrap_or_default()
    }

    fn compose(&self) -> RuleText {
        let tokens: Vec<_> =
            self.cores.iter().map(|core| Tokens::of(&core.text, &self.finder)).collect();
        let aligned = Aligned::of(&tokens);
        let pattern = pattern(&aligned, self.closeness);
        let wording = wording(&aligned);
        let core = self.core();
        let near = self.nearest.as_ref();
        let model = near.filter(|near| near.percent >= MIN_NEAR_PERCENT).map(|near| near.rule);
        RuleText {
            id: self.id(&wording),
            title: title(&wording, self.input.cluster),
            severity: self.input.severity,
            nature: near.map_or(Nature::Configuration, |near| near.rule.nature),
            stops: self.input.stops,
            toil_minutes: model.map_or(TOIL_MINUTES, |rule| rule.toil_minutes),
            owner: near.map_or(Owner::Support, |near| near.rule.owner),
            review_by: review_by(self.input.last),
            group_by: Vec::new(),
            is_routine: false,
            all: literals(&pattern),
            not: self.not.clone(),
            regex: pattern.regex,
            examples: examples(&self.texts, core),
            counter_examples: counter_examples(self.input, self.classifier, core, near),
        }
    }

    /// Returns the id: as given, else from the words, in a category that is given or that of the
    /// nearest known error.
    fn id(&self, wording: &str) -> RuleId {
        if let Some(id) = self.input.id {
            return id.clone();
        }
        let near = self.nearest.as_ref().filter(|near| near.percent >= MIN_NEAR_PERCENT);
        let category = near.map_or(LOCAL, |near| near.rule.id.category());
        let category = self.input.category.unwrap_or(category);
        let is_taken = |own: &str| {
            let in_catalogue = self.input.catalogue.rule(&format!("{category}.{own}")).is_some();
            in_catalogue || self.input.others.iter().any(|(_, text)| self.slug_of(text) == own)
        };
        rule_id(category, wording, self.input.cluster, is_taken)
            .or_else(|| rule_id(LOCAL, "", self.input.cluster, |_| false))
            .expect("a cluster's id has letters and digits")
    }

    /// Returns the slug that a rule for this text alone would have.
    fn slug_of(&self, text: &str) -> String {
        slug(&wording(&Aligned::of(&[Tokens::of(self.core_of(text), &self.finder)])))
    }

    /// Takes in what a trial showed; returns false where nothing was learned.
    fn learn(&mut self, trial: &Trial<'_>) -> bool {
        let mut has_learned = false;
        for text in &trial.missed {
            has_learned |= self.add_text(text, 1);
        }
        if has_learned || trial.taken.is_empty() {
            return has_learned;
        }
        if self.closeness == Closeness::Usual {
            self.closeness = Closeness::Close;
            return true;
        }
        let is_own = |word: &str| self.cores.iter().any(|core| core.text.contains(word));
        let Some(words) = telling_words(&trial.taken, is_own) else {
            return self.leave_out_rare(trial.figures.own / MAX_LEFT_OUT);
        };
        has_learned = words.iter().any(|word| !self.not.contains(word));
        self.not.extend(words);
        self.not.sort();
        self.not.dedup();
        has_learned
    }

    /// Leaves out the rarest kinds of errors, as far as they have no more events than this together;
    /// returns false where there are none.
    fn leave_out_rare(&mut self, max_events: u64) -> bool {
        let shape = |core: &Core| Tokens::of(&core.text, &self.finder).shape();
        let mut events: BTreeMap<String, u64> = BTreeMap::new();
        for core in &self.cores {
            *events.entry(shape(core)).or_default() += core.events;
        }
        let mut rarest: Vec<_> = events.iter().map(|(shape, events)| (*events, shape)).collect();
        rarest.sort_unstable();
        let mut sum = 0;
        let rare = rarest.iter().take_while(|(events, _)| {
            sum += events;
            sum <= max_events
        });
        let rare: BTreeSet<&String> = rare.map(|(_, shape)| *shape).collect();
        let cores = std::mem::take(&mut self.cores);
        let (left_out, kept): (Vec<_>, Vec<_>) =
            cores.into_iter().partition(|core| rare.contains(&shape(core)));
        if left_out.is_empty() || kept.is_empty() {
            self.cores = if kept.is_empty() { left_out } else { kept };
            return false;
        }
        self.left_out.extend(left_out.into_iter().map(|core| core.text));
        self.cores = kept;
        let mut texts = std::mem::take(&mut self.texts);
        texts.retain(|text| !self.left_out.iter().any(|core| core == self.core_of(text)));
        self.texts = texts;
        self.closeness = Closeness::Usual;
        true
    }
}

/// Returns the day a year after a time.
fn review_by(last: Millis) -> Date {
    let time = Timestamp::from_millisecond(last.get()).unwrap_or(Timestamp::UNIX_EPOCH);
    let day = time.to_zoned(TimeZone::UTC).date();
    day.saturating_add(1.year())
}
