//! What an expression is to texts of ASCII alone, as nearly all are: it compiles to half the size
//! in half the time, as no class has to tell the bytes of longer characters apart.
//!
//! Entry point: [`of_ascii`].
//!
//! **Invariant:** in a text of ASCII it finds what the expression finds, captures included.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look};

use super::parts::map_parts;

/// Returns what matches in texts of ASCII as the expression does, with the same captures.
pub(super) fn of_ascii(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => Hir::class(class_of_ascii(class)),
        HirKind::Look(look) => Hir::look(look_of_ascii(*look)),
        _ => map_parts(hir, of_ascii),
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
