//! What the fields of HL7 v2 segments hold.

use super::pseudonym::Kind;

/// Segments of the standard, sorted; a site's own begin with `Z`.
const SEGMENTS: [&[u8; 3]; 98] = [
    b"ABS", b"ACC", b"ADD", b"AFF", b"AIG", b"AIL", b"AIP", b"AIS", b"AL1", b"APR", b"ARQ", b"ARV",
    b"AUT", b"BHS", b"BLC", b"BLG", b"BTS", b"BTX", b"CER", b"CON", b"CSP", b"CSR", b"CSS", b"CTD",
    b"CTI", b"DB1", b"DG1", b"DRG", b"DSC", b"DSP", b"EDU", b"EQL", b"ERQ", b"ERR", b"EVN", b"FAC",
    b"FHS", b"FT1", b"FTS", b"GOL", b"GP1", b"GP2", b"GT1", b"IAM", b"IAR", b"IN1", b"IN2", b"IN3",
    b"INV", b"IPC", b"LAN", b"MFA", b"MFE", b"MFI", b"MRG", b"MSA", b"MSH", b"NCK", b"NDS", b"NK1",
    b"NPU", b"NST", b"NTE", b"OBR", b"OBX", b"ODS", b"OM1", b"ORC", b"ORG", b"PCR", b"PD1", b"PDA",
    b"PID", b"PR1", b"PRA", b"PRB", b"PRD", b"PRT", b"PTH", b"PV1", b"PV2", b"QAK", b"QID", b"QPD",
    b"QRD", b"QRF", b"RCP", b"REL", b"RGS", b"ROL", b"RXA", b"RXE", b"RXO", b"RXR", b"SCH", b"SPM",
    b"STF", b"TXA",
];

/// Returns true for the name of a segment.
pub(crate) fn is_segment(name: &[u8]) -> bool {
    let is_listed = |name: &[u8; 3]| SEGMENTS.binary_search(&name).is_ok();
    matches!(name, [b'Z', ..]) || name.try_into().is_ok_and(is_listed)
}

/// What becomes of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// Stays as it is: routing, codes, control ids.
    Keep,
    /// Is left to the detectors for free text.
    Free,
    /// Is masked in parts, whatever it holds.
    Mask(Kind),
    /// Is masked as a whole, unless it is a short code.
    Value,
}

/// Returns what becomes of a field; fields count from 1, and `MSH-1` is the separator.
pub(crate) fn treatment(segment: &[u8], field: usize) -> Treatment {
    use Treatment::{Free, Keep, Value};
    match (segment, field) {
        (b"MSH" | b"FHS" | b"BHS", ..=12)
        | (b"MSA", 1 | 2)
        | (b"ERR", ..=5)
        | (b"EVN", ..=4 | 6) => Keep,
        (b"MSA" | b"ERR" | b"EVN", _) => Free,
        _ => kind(segment, field).map_or(Value, Treatment::Mask),
    }
}

fn kind(segment: &[u8], field: usize) -> Option<Kind> {
    use Kind::{Account, Address, Date, Id, Name, Phone, Ssn};
    Some(match (segment, field) {
        (b"PID", 5 | 6 | 9)
        | (b"NK1", 2 | 26 | 30)
        | (b"GT1", 3 | 4 | 42 | 45)
        | (b"IN1", 16)
        | (b"IN2", 7 | 9 | 22 | 40 | 49 | 52)
        | (b"MRG", 7)
        | (b"PD1", 4)
        | (b"PV1", 7..=9 | 17 | 52)
        | (b"ORC", 10..=12 | 19)
        | (b"OBR", 10 | 16 | 28 | 32..=35) => Name,
        (b"PID", 2..=4 | 20 | 21)
        | (b"NK1", 12 | 33)
        | (b"GT1", 2 | 19)
        | (b"IN1", 2 | 3 | 8 | 10 | 36 | 49)
        | (b"IN2", 1 | 6 | 8 | 61)
        | (b"MRG", 1 | 2 | 4..=6)
        | (b"PV1", 5 | 50)
        | (b"ORC" | b"OBR", 2 | 3) => Id,
        (b"PID", 7 | 29) | (b"NK1", 16) | (b"GT1", 8) | (b"IN1", 18) => Date,
        (b"PID", 11 | 12 | 23) | (b"NK1", 4 | 32) | (b"GT1", 5 | 17) | (b"IN1", 5 | 19 | 44) => {
            Address
        }
        (b"PID", 13 | 14) | (b"NK1", 5..=7 | 31) | (b"GT1", 6 | 7 | 18) | (b"IN2", 63 | 64) => {
            Phone
        }
        (b"PID", 18) | (b"MRG", 3) | (b"PV1", 19) => Account,
        (b"PID", 19) | (b"NK1", 37) | (b"GT1", 12) | (b"IN2", 2) => Ssn,
        _ => return None,
    })
}

/// Returns true for segments with a field of which [`is_identity`] is true.
pub(crate) fn may_identify(segment: &[u8]) -> bool {
    matches!(segment, b"PID" | b"NK1" | b"GT1" | b"MRG" | b"IN1" | b"IN2" | b"PV1")
}

/// Returns true where the field tells who the patient is, so that what stands in it is masked in
/// the rest of the text too.
pub(crate) fn is_identity(segment: &[u8], field: usize) -> bool {
    match segment {
        b"PID" | b"NK1" | b"GT1" | b"MRG" => true,
        b"IN1" => matches!(field, 16 | 18 | 19 | 36 | 49),
        b"IN2" => field <= 9 || matches!(field, 61 | 63 | 64),
        b"PV1" => matches!(field, 19 | 50),
        _ => false,
    }
}
