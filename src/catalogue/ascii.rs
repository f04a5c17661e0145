//! What an expression is to texts of ASCII alone, as nearly all are: it compiles to half the size
//! in half the time, as no class has to tell the bytes of longer characters apart.
//!
//! Entry point: [`of_ascii`].
//!
//! **Invariant:** in a text of ASCII it finds what the expression finds, captures included.

use regex_syntax::hir::{
    Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition,
};

/// Returns what matches in texts of ASCII as the expression does, with the same captures.
pub(super) fn of_ascii(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(Class::Bytes(_)) => hir.clone(),
        HirKind::Class(Class::Unicode(class)) => Hir::class(class_of_ascii(class)),
        HirKind::Look(look) => Hir::look(look_of_ascii(*look)),
        HirKind::Repetition(of) => {
            Hir::repetition(Repetition { sub: Box::new(of_ascii(&of.sub)), ..*of })
        }
        HirKind::Capture(of) => Hir::capture(Capture {
            index: of.index,
            name: of.name.clone(),
            sub: Box::new(of_ascii(&of.sub)),
        }),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(of_ascii).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(of_ascii).collect()),
    }
}

fn class_of_ascii(class: &ClassUnicode) -> Class {
    let mut class = class.clone();
    class.intersect(&ClassUnicode::new([ClassUnicodeRange::new('\0', '\x7f')]));
    Class::Bytes(class.to_byte_class().expect("all that is left of the class is ASCII"))
}

fn look_of_ascii(look: Look) -> Look {
    match look {
        Look::WordUnicode => Look::WordAscii,
        Look::WordUnicodeNegate => Look::WordAsciiNegate,
        Look::WordStartUnicode => Look::WordStartAscii,
        Look::WordEndUnicode => Look::WordEndAscii,
        Look::WordStartHalfUnicode => Look::WordStartHalfAscii,
        Look::WordEndHalfUnicode => Look::WordEndHalfAscii,
        other => other,
    }
}
