//! How far the words of a text are those that a rule expects.

use super::wording::{Token, Words};

/// How much a word of the text that the rule does not expect counts against it, compared with a
/// word that the rule expects.
const UNEXPECTED: f64 = 0.3;
/// How much a word counts that begins like the one expected.
const LIKE: f64 = 0.6;
/// How much a word counts against it that stands where the rule leaves open what does.
const OPEN: f64 = 0.1;
/// What is taken for missing everywhere, so that two long texts that agree go before short ones.
const DOUBT: f64 = 3.0;

/// Two words side by side, or one alone, as indices of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Both say the same, or nearly.
    Same(usize, usize),
    /// The rule expects a word that the text lacks.
    Lacks(usize),
    /// The text has a word where the rule leaves open what stands.
    Open(usize),
    /// The text has a word that the rule does not expect.
    Unexpected(usize),
}

/// The words of a rule and of a text, side by side.
#[derive(Clone, Debug)]
pub(super) struct Alignment {
    pub(super) steps: Vec<Step>,
    /// The share of the words of both, by weight, that agree; smaller where there are few.
    pub(super) share: f64,
}

/// Puts the words of a text beside those of a rule so that the weightiest agree, in time that grows
/// with the product of their numbers.
pub(super) fn align(rule: &Words, text: &Words, weight: &dyn Fn(&Token) -> f64) -> Alignment {
    let expected: Vec<f64> = rule.tokens.iter().map(weight).collect();
    let found: Vec<f64> =
        text.tokens.iter().map(|token| if token.is_value { 0.0 } else { weight(token) }).collect();
    let grid = Grid::new(rule, text, &expected, &found);
    let steps = grid.steps();
    let (mut agreed, mut surplus) = (0.0, 0.0);
    for step in &steps {
        match *step {
            Step::Same(r, t) => agreed += grid.gain(r, t),
            Step::Unexpected(t) | Step::Open(t) => surplus += grid.cost(*step, t),
            Step::Lacks(_) => {}
        }
    }
    let whole = expected.iter().sum::<f64>() + surplus;
    Alignment { steps: side_by_side(steps, text), share: agreed / (whole + DOUBT) }
}

/// Puts words that stand where anything may beside expected words that are missing next to them:
/// they are more likely in the place of these.
fn side_by_side(mut steps: Vec<Step>, text: &Words) -> Vec<Step> {
    // Once from the front and once from the back.
    for _ in 0..2 {
        let mut n_lacking = 0_usize;
        for step in &mut steps {
            match *step {
                Step::Lacks(_) => n_lacking += 1,
                Step::Open(t) if n_lacking > 0 && !text.tokens[t].is_value => {
                    n_lacking -= 1;
                    *step = Step::Unexpected(t);
                }
                _ => n_lacking = 0,
            }
        }
        steps.reverse();
    }
    steps
}

/// The best score of every pair of ends.
struct Grid<'w> {
    rule: &'w Words,
    text: &'w Words,
    expected: &'w [f64],
    found: &'w [f64],
    best: Vec<f64>,
}

impl<'w> Grid<'w> {
    fn new(rule: &'w Words, text: &'w Words, expected: &'w [f64], found: &'w [f64]) -> Self {
        let len = (expected.len() + 1) * (found.len() + 1);
        let mut grid = Self { rule, text, expected, found, best: vec![0.0; len] };
        for r in (0..=expected.len()).rev() {
            for t in (0..=found.len()).rev() {
                if let Some((score, _)) = grid.choice(r, t) {
                    let index = grid.index(r, t);
                    grid.best[index] = score;
                }
            }
        }
        grid
    }

    fn index(&self, r: usize, t: usize) -> usize {
        r * (self.found.len() + 1) + t
    }

    /// Returns what the agreement of two words is worth; 0 where they differ.
    fn gain(&self, r: usize, t: usize) -> f64 {
        self.expected[r] * likeness(&self.rule.tokens[r].key, &self.text.tokens[t].key)
    }

    /// Returns what a word of the text costs that agrees with none of the rule.
    fn cost(&self, step: Step, t: usize) -> f64 {
        let factor = if matches!(step, Step::Open(_)) { OPEN } else { UNEXPECTED };
        factor * self.found[t]
    }

    /// Returns the best step from a pair of places and what is gained from there on; `None` at the
    /// end of both.
    fn choice(&self, r: usize, t: usize) -> Option<(f64, Step)> {
        let (has_r, has_t) = (r < self.expected.len(), t < self.found.len());
        let after = |r: usize, t: usize| self.best[self.index(r, t)];
        let mut best: Option<(f64, Step)> = None;
        let mut offer = |score: f64, step: Step| {
            if best.is_none_or(|(best, _)| score > best) {
                best = Some((score, step));
            }
        };
        if has_r && has_t {
            let gain = self.gain(r, t);
            if gain > 0.0 {
                offer(gain + after(r + 1, t + 1), Step::Same(r, t));
            }
        }
        if has_r {
            offer(after(r + 1, t), Step::Lacks(r));
        }
        if has_t {
            let step = if self.rule.gaps[r] { Step::Open(t) } else { Step::Unexpected(t) };
            offer(after(r, t + 1) - self.cost(step, t), step);
        }
        best
    }

    fn steps(&self) -> Vec<Step> {
        let (mut r, mut t) = (0, 0);
        let mut steps = Vec::new();
        while let Some((_, step)) = self.choice(r, t) {
            match step {
                Step::Same(..) => (r, t) = (r + 1, t + 1),
                Step::Lacks(_) => r += 1,
                Step::Open(_) | Step::Unexpected(_) => t += 1,
            }
            steps.push(step);
        }
        steps
    }
}

/// Returns 1 for the same word, less for one that begins the same, and 0 for another.
fn likeness(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    let n_same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let longer = a.chars().count().max(b.chars().count());
    let is_like =
        n_same >= 4 && 3 * n_same >= 2 * longer && !a.contains(|c: char| c.is_ascii_digit());
    if is_like { LIKE } else { 0.0 }
}
