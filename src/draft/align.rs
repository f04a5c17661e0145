//! What several texts have in common, and what stands between.
//!
//! Entry point: [`Aligned::of`]. The backbone is what all texts have in the same order; a gap is what
//! each text has before an element of it, perhaps nothing.

use super::token::{Token, TokenKind, Tokens};

/// What aligning may cost, in pairs of tokens that are compared.
const MAX_PAIRS: usize = 40_000_000;

/// Texts side by side. Each list has one string for each text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Aligned {
    /// What all texts have, each with what stands before it.
    pub(super) elements: Vec<Element>,
    /// What stands after all of it.
    pub(super) end: Vec<String>,
    /// True where every text was looked at to its end.
    pub(super) is_whole: bool,
}

/// A token that all texts have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Element {
    /// What stands before it.
    pub(super) gap: Vec<String>,
    pub(super) kind: TokenKind,
    pub(super) tokens: Vec<Token>,
}

impl Aligned {
    /// Puts texts side by side: as many as can be compared at a bounded cost, at least one.
    pub(super) fn of(texts: &[Tokens]) -> Self {
        let mut backbone = texts.first().map(|first| first.all.clone()).unwrap_or_default();
        let mut n_pairs = 0;
        let mut n_texts = 0;
        for text in texts {
            if !is_same(&backbone, &text.all) {
                n_pairs += 2 * backbone.len() * text.all.len();
                if n_pairs > MAX_PAIRS {
                    break;
                }
                let places = common(&backbone, &text.all);
                backbone = places.iter().filter_map(|(b, _)| backbone.get(*b).cloned()).collect();
            }
            n_texts += 1;
        }
        let texts = texts.get(..n_texts).unwrap_or(texts);
        let mut aligned = Self {
            elements: backbone
                .iter()
                .map(|token| Element { gap: Vec::new(), kind: token.kind, tokens: Vec::new() })
                .collect(),
            end: Vec::new(),
            is_whole: texts.iter().all(|text| text.is_whole),
        };
        for text in texts {
            aligned.add(&backbone, &text.all);
        }
        aligned.drop_weak();
        aligned
    }

    /// Adds a text that has the whole backbone.
    fn add(&mut self, backbone: &[Token], text: &[Token]) {
        let places: Vec<_> = if is_same(backbone, text) {
            (0..text.len()).collect()
        } else {
            common(backbone, text).into_iter().map(|(_, t)| t).collect()
        };
        let mut at = 0;
        for (element, place) in self.elements.iter_mut().zip(places) {
            element.gap.push(joined(text.get(at..place)));
            element.tokens.extend(text.get(place).cloned());
            at = place + 1;
        }
        self.end.push(joined(text.get(at..)));
    }

    /// Makes one gap of two gaps with nothing but a space or a mark between them, where what they
    /// hold is of several words or missing in some texts: that they agree there tells nothing.
    fn drop_weak(&mut self) {
        let mut at = 0;
        while at < self.elements.len() {
            let after = self.elements.get(at + 1).map_or(&self.end, |next| &next.gap);
            let element = &self.elements[at];
            let is_weak = matches!(element.kind, TokenKind::Space | TokenKind::Mark)
                && is_open(&element.gap)
                && is_open(after)
                && (is_loose(&element.gap) || is_loose(after));
            if !is_weak {
                at += 1;
                continue;
            }
            let element = self.elements.remove(at);
            let after = match self.elements.get_mut(at) {
                Some(next) => &mut next.gap,
                None => &mut self.end,
            };
            let before = element.gap.iter().zip(&element.tokens);
            for (after, (gap, token)) in after.iter_mut().zip(before) {
                *after = format!("{gap}{}{after}", token.text);
            }
            // The gap has grown: what stands before it may be weak now.
            at = at.saturating_sub(1);
        }
        self.keep_spaces();
    }

    /// Takes the space at the end of a gap that every text has there out of it again.
    fn keep_spaces(&mut self) {
        let mut at = 0;
        while let Some(element) = self.elements.get_mut(at) {
            if let Some(gap) = without_space(&element.gap) {
                let space = Token::space();
                let tokens = vec![space; gap.len()];
                element.gap = vec![String::new(); gap.len()];
                self.elements.insert(at, Element { gap, kind: TokenKind::Space, tokens });
                at += 1;
            }
            at += 1;
        }
    }
}

/// Returns true where any text has something in a gap.
fn is_open(gap: &[String]) -> bool {
    gap.iter().any(|text| !text.is_empty())
}

/// Returns what stands before the space at the end, where every text has one and something before.
fn without_space(gap: &[String]) -> Option<Vec<String>> {
    let before =
        |text: &String| Some(text.strip_suffix(' ')?.to_owned()).filter(|it| !it.is_empty());
    gap.iter().map(before).collect()
}

fn is_loose(gap: &[String]) -> bool {
    gap.iter().any(|text| text.is_empty() || text.contains(char::is_whitespace))
}

fn joined(tokens: Option<&[Token]>) -> String {
    tokens.unwrap_or_default().iter().map(|token| token.text.as_str()).collect()
}

fn is_same(a: &[Token], b: &[Token]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_like(b))
}

/// Returns the pairs of places of the weightiest tokens that two texts have in the same order, in
/// time that grows with the product of their lengths.
fn common(a: &[Token], b: &[Token]) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    let mut best = vec![0_u32; (a.len() + 1) * width];
    for (i, one) in a.iter().enumerate().rev() {
        for (j, other) in b.iter().enumerate().rev() {
            let skipped = best[(i + 1) * width + j].max(best[i * width + j + 1]);
            let taken =
                if one.is_like(other) { best[(i + 1) * width + j + 1] + weight(one) } else { 0 };
            best[i * width + j] = skipped.max(taken);
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut places = Vec::new();
    while let (Some(one), Some(other)) = (a.get(i), b.get(j)) {
        let here = best[i * width + j];
        if one.is_like(other) && here == best[(i + 1) * width + j + 1] + weight(one) {
            places.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if here == best[(i + 1) * width + j] {
            i += 1;
        } else {
            j += 1;
        }
    }
    places
}

/// Returns how much it tells that two texts agree in a token.
fn weight(token: &Token) -> u32 {
    match token.kind {
        TokenKind::Space => 1,
        TokenKind::Mark => 2,
        TokenKind::Value(_) => 4,
        TokenKind::Word => 6 + u32::try_from(token.text.len().min(10)).unwrap_or(10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::ValueFinder;

    /// Returns the backbone with gaps as `…`.
    fn shape(texts: &[&str]) -> String {
        let finder = ValueFinder::new();
        let tokens: Vec<_> = texts.iter().map(|text| Tokens::of(text, &finder)).collect();
        let aligned = Aligned::of(&tokens);
        let mut shape = String::new();
        for element in &aligned.elements {
            if is_open(&element.gap) {
                shape.push('…');
            }
            match element.kind {
                TokenKind::Value(_) => shape.push('#'),
                _ => shape.push_str(&element.tokens[0].text),
            }
        }
        if is_open(&aligned.end) {
            shape.push('…');
        }
        shape
    }

    #[test]
    fn what_texts_share_is_kept_and_the_rest_is_a_gap() {
        assert_eq!(shape(&["slot 1 is late", "slot 27 is late"]), "slot # is late");
        assert_eq!(shape(&["the red door shuts", "the blue door shuts"]), "the … door shuts");
        assert_eq!(shape(&["load failed", "load failed: disk full"]), "load failed…");
        assert_eq!(shape(&["ward A closed", "ward A (east wing) closed"]), "ward A …closed");
    }

    #[test]
    fn gaps_that_only_a_space_parts_are_one() {
        let texts = ["cannot reach north lab today", "cannot reach the old south desk today"];
        assert_eq!(shape(&texts), "cannot reach … today");
    }

    #[test]
    fn every_text_is_put_together_from_its_parts() {
        let texts = ["open a.txt now", "open 'b c' twice now", "open now"];
        let finder = ValueFinder::new();
        let tokens: Vec<_> = texts.iter().map(|text| Tokens::of(text, &finder)).collect();
        let aligned = Aligned::of(&tokens);
        for (nth, text) in texts.iter().enumerate() {
            let mut whole = String::new();
            for element in &aligned.elements {
                whole.push_str(&element.gap[nth]);
                whole.push_str(&element.tokens[nth].text);
            }
            whole.push_str(&aligned.end[nth]);
            assert_eq!(whole, *text);
        }
    }
}
