//! Expressions made of others: the same but for their parts.

use regex_syntax::hir::{Capture, Hir, HirKind, Repetition};

/// Returns an expression with each of its direct parts changed; one that has none stays as it is.
pub(crate) fn map_parts(hir: &Hir, change: fn(&Hir) -> Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => hir.clone(),
        HirKind::Repetition(of) => {
            Hir::repetition(Repetition { sub: Box::new(change(&of.sub)), ..*of })
        }
        HirKind::Capture(of) => Hir::capture(Capture {
            index: of.index,
            name: of.name.clone(),
            sub: Box::new(change(&of.sub)),
        }),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(change).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(change).collect()),
    }
}
