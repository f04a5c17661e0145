//! Synthetic HL7 messages about the invented patients.

use fastrand::Rng;

use super::people::Patient;
use crate::model::Millis;

/// What a message begins with.
pub(super) struct Head {
    /// Sending application and facility.
    pub(super) from: &'static str,
    /// Message type, such as `ADT^A01`.
    pub(super) kind: &'static str,
    /// Control id.
    pub(super) control: u64,
    /// When it was made.
    pub(super) time: Millis,
}

impl Head {
    /// Returns the MSH segment, with its carriage return.
    pub(super) fn segment(&self) -> String {
        let stamp = stamp(self.time);
        let Self { from, kind, control, .. } = self;
        format!("MSH|^~\\&|{from}|IGUANA|HIE|{stamp}||{kind}|{control}|P|2.5\r")
    }
}

/// Returns a whole message of the head's type.
pub(super) fn message(rng: &mut Rng, head: &Head, patient: &Patient) -> String {
    let mut text = head.segment();
    text.push_str(&if rng.u8(..4) == 0 { pid_full(patient) } else { pid(patient) });
    let part = match head.kind.get(..3).unwrap_or_default() {
        "ADT" => {
            format!(
                "PV1|1|{}|W{}^{}\r",
                ["I", "O", "E"][rng.usize(..3)],
                rng.u8(1..9),
                rng.u16(..500)
            )
        }
        "ORU" => results(rng),
        "SIU" => format!("SCH|{}||||||ROUTINE\rRGS|1\r", rng.u32(10_000..99_999)),
        "DFT" => format!("FT1|1|||{}||CG|{}\r", stamp(head.time), rng.u32(70_000..99_999)),
        _ => format!("ORC|NW|{}\r", rng.u32(10_000..99_999)),
    };
    text.push_str(&part);
    text
}

/// Returns the registration message that lacks its PID segment, which the ADT script trips over.
pub(super) fn without_pid(head: &Head) -> String {
    format!("{}EVN|A31|{}\rPV1|1|N\r", head.segment(), stamp(head.time))
}

/// Returns a PID segment with name, date of birth and telephone number.
pub(super) fn pid(patient: &Patient) -> String {
    let Patient { family, given, mrn, born, sex, area, phone, .. } = patient;
    format!("PID|1||{mrn}^^^MRN||{family}^{given}||{born}|{sex}|||||({area}){phone}\r")
}

/// Returns a PID segment with address, account and social security number as well.
pub(super) fn pid_full(patient: &Patient) -> String {
    let Patient { family, given, mrn, born, sex, area, phone, ssn, street, city, account, .. } =
        patient;
    format!(
        "PID|1||{mrn}^^^MRN||{family}^{given}||{born}|{sex}|||{street}^^{city}^IL^62704||({area}){phone}|||||{account}|{ssn}\r"
    )
}

/// Returns an acknowledgement with this code and text.
pub(super) fn ack(head: &Head, code: &str, text: &str) -> String {
    let head = Head { kind: "ACK", ..*head };
    format!("{}MSA|{code}|{}|{text}\r", head.segment(), head.control)
}

/// Returns a time as HL7 writes it, to the second, in UTC.
pub(super) fn stamp(time: Millis) -> String {
    time.timestamp().strftime("%Y%m%d%H%M%S").to_string()
}

fn results(rng: &mut Rng) -> String {
    const TESTS: [(&str, &str); 4] = [
        ("2345-7^Glucose^LN", "mg/dL"),
        ("2951-2^Sodium^LN", "mmol/L"),
        ("718-7^Hemoglobin^LN", "g/dL"),
        ("2160-0^Creatinine^LN", "mg/dL"),
    ];
    let mut text = format!("OBR|1||{}|24323-8^CMP^LN\r", rng.u32(10_000..99_999));
    for set in 1..=rng.u8(1..=3) {
        let (code, unit) = TESTS[rng.usize(..TESTS.len())];
        let value = rng.u16(4..300);
        let segment = format!("OBX|{set}|NM|{code}||{value}|{unit}|||||F\r");
        text.push_str(&segment);
    }
    text
}
