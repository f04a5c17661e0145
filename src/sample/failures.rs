//! The texts of failures, and the ways in which they quote patients.

use fastrand::Rng;

use super::hl7::{self, Head};
use super::people::Patient;
use crate::model::Millis;

/// Something that went wrong, as it stands in a log.
pub(super) struct Failure {
    /// Name of the incident it belongs to.
    pub(super) incident: &'static str,
    pub(super) tags: &'static str,
    pub(super) text: String,
}

/// Makes a failure about a patient.
pub(super) type Make = fn(&mut Rng, &Patient) -> Failure;

/// Every kind of failure, the commonest first.
pub(super) const ALL: [Make; 14] = [
    |rng, patient| nil_index(rng, patient, false),
    duplicate_visit,
    |rng, _| oracle_retry(rng.u8(1..=60)),
    |rng, _| refused(rng.u8(1..9)),
    expired_certificate,
    |rng, patient| nack(rng, patient, Millis::new(1_788_739_200_000)),
    slot_behind,
    unknown_site,
    oracle_deadlock,
    unavailable,
    timed_out,
    bad_json,
    |rng, _| missing_file(rng.u8(1..28)),
    failed_login,
];

fn error(incident: &'static str, text: String) -> Failure {
    Failure { incident, tags: "#error", text }
}

/// The ADT script meets a message without PID segment; some of its errors end with the message.
pub(super) fn nil_index(rng: &mut Rng, patient: &Patient, stops: bool) -> Failure {
    let first = if stops {
        "Stopping component with runtime error:"
    } else {
        "Continuing to run with error:"
    };
    let mut text = format!("{first}\nmain.lua:47: attempt to index field 'PID' (a nil value)");
    if !stops && rng.u8(..3) == 0 {
        text.push_str("\nLast good message:\n");
        text.push_str(&hl7::pid_full(patient));
    }
    error("nil-index", text)
}

/// SQL Server refuses a visit that it already has.
pub(super) fn duplicate_visit(rng: &mut Rng, patient: &Patient) -> Failure {
    let Patient { family, given, mrn, .. } = patient;
    let says = format!(
        "Violation of PRIMARY KEY constraint 'PK_Visit'. Cannot insert duplicate key in object 'dbo.Visit'. The duplicate key value is ({mrn})."
    );
    let text = match rng.u8(..3) {
        0 => says,
        1 => format!("Continuing to run with error:\n{says}"),
        _ => format!(
            "INSERT INTO dbo.Visit (Mrn, LastName, FirstName, Dob) VALUES ('{mrn}', '{}', '{given}', '{}')\nODBC Error:\n[Microsoft][ODBC Driver 17 for SQL Server][SQL Server]{says}",
            family.replace('\'', "''"),
            patient.born_with_dashes()
        ),
    };
    error("duplicate-visit", text)
}

/// The Oracle listener is down; the retry library reports that as information.
pub(super) fn oracle_retry(attempt: u8) -> Failure {
    let text = format!(
        "Error executing operation. Retrying ({attempt} of 100)...\nORA-12541: TNS:no listener"
    );
    Failure { incident: "oracle-listener", tags: "#info", text }
}

/// The receiver of results refuses connections.
pub(super) fn refused(attempt: u8) -> Failure {
    let text = format!(
        "Error executing operation. Retrying ({attempt} of 20)...\nllp.lua:61: ehr-gw02.stmary.example:6661: Connection refused"
    );
    Failure { incident: "llp-refused", tags: "#warning", text }
}

/// The certificate of the FHIR server has run out; every second error quotes the resource.
pub(super) fn expired_certificate(rng: &mut Rng, patient: &Patient) -> Failure {
    let Patient { family, given, mrn, email, .. } = patient;
    let mut text = "Continuing to run with error:\nclient.lua:112: SSL certificate problem: certificate has expired".to_owned();
    if rng.bool() {
        let quote = format!(
            "\nPOST https://fhir.hie.example/r4/Patient\n{{\"resourceType\":\"Patient\",\"identifier\":[{{\"value\":\"{mrn}\"}}],\"name\":[{{\"family\":\"{family}\",\"given\":[\"{given}\"]}}],\"birthDate\":\"{}\",\"telecom\":[{{\"system\":\"email\",\"value\":\"{email}\"}}]}}",
            patient.born_with_dashes()
        );
        text.push_str(&quote);
    }
    error("certificate-expired", text)
}

/// The laboratory's partner refuses a message and quotes the patient.
pub(super) fn nack(rng: &mut Rng, patient: &Patient, time: Millis) -> Failure {
    let head = Head { from: "EHR|STMARY", kind: "ACK", control: rng.u64(20_000..30_000), time };
    let text = match rng.u8(..2) {
        0 => format!(
            "Received a negative acknowledgement:\n{}{}",
            hl7::ack(&head, "AE", "Patient not found"),
            hl7::pid(patient)
        ),
        _ => format!(
            "Received a negative acknowledgement:\n{}",
            hl7::ack(
                &head,
                "AE",
                &format!(
                    "Patient {}, {} born {} is not registered",
                    patient.family.to_uppercase(),
                    patient.given.to_uppercase(),
                    patient.born_as_in_us()
                )
            )
        ),
    };
    error("negative-ack", text)
}

/// A warning that no catalogue has.
pub(super) fn slot_behind(rng: &mut Rng, _: &Patient) -> Failure {
    let text =
        format!("Scheduler slot {} fell behind by {} ms", rng.u8(1..40), rng.u16(110..2_900));
    Failure { incident: "slot-behind", tags: "#warning", text }
}

/// An error that no catalogue has.
pub(super) fn unknown_site(rng: &mut Rng, _: &Patient) -> Failure {
    let text = format!("Unknown site code Z{} in routing map, using default", rng.u8(10..30));
    error("unknown-site", text)
}

/// Two sessions wait for each other.
pub(super) fn oracle_deadlock(rng: &mut Rng, patient: &Patient) -> Failure {
    let mut text = "Continuing to run with error:\nOracle error occurred while trying to execute SQL statement:\n\nOracle Error Message:\nORA-00060: deadlock detected while waiting for resource".to_owned();
    if rng.bool() {
        let quote = format!(
            "\nSQL Statement:\nUPDATE CHARGES SET POSTED = 1 WHERE ACCOUNT = '{}' AND PATIENT_NAME = '{} {}'",
            patient.account,
            patient.given,
            patient.family.replace('\'', "''")
        );
        text.push_str(&quote);
    }
    error("oracle-deadlock", text)
}

/// The partner's server is overloaded; the text names the patient in running words.
pub(super) fn unavailable(rng: &mut Rng, patient: &Patient) -> Failure {
    let Patient { family, given, mrn, area, phone, .. } = patient;
    let text = match rng.u8(..3) {
        0 => format!(
            "Lookup of patient {given} {family} (MRN {mrn}, DOB {}) failed: HTTP/1.1 503 Service Unavailable",
            patient.born_as_in_us()
        ),
        1 => format!(
            "Could not send reminder for patient {family}, {given}, phone {area}-{phone}: HTTP/1.1 503 Service Unavailable"
        ),
        _ => "HTTP/1.1 503 Service Unavailable\nRetry-After: 120".to_owned(),
    };
    error("http-503", text)
}

/// The partner's server does not answer in time.
pub(super) fn timed_out(rng: &mut Rng, _: &Patient) -> Failure {
    error(
        "curl-timeout",
        format!(
            "Operation timed out after {} milliseconds with 0 bytes received",
            30_000 + rng.u16(..12)
        ),
    )
}

/// An answer that should be JSON is not; the text quotes what was sent.
pub(super) fn bad_json(rng: &mut Rng, patient: &Patient) -> Failure {
    let Patient { family, given, mrn, ssn, .. } = patient;
    let position = rng.u16(1..90);
    let mut text = format!("Error parsing JSON: Unexpected character '<' Position: {position}");
    if rng.bool() {
        let quote = format!(
            "\nInput: {{\"mrn\": \"{mrn}\", \"name\": \"{family}, {given}\", \"ssn\": \"{ssn}\" <"
        );
        text.push_str(&quote);
    }
    error("bad-json", text)
}

/// A file of the nightly extract is not there.
pub(super) fn missing_file(day: u8) -> Failure {
    error(
        "missing-file",
        format!(
            "Failed to open '/var/spool/extract/census_202609{day:02}.csv'. No such file or directory"
        ),
    )
}

/// Somebody types the wrong password.
pub(super) fn failed_login(rng: &mut Rng, _: &Patient) -> Failure {
    let user = ["kpatel", "mgarcia", "svc_monitor"][rng.usize(..3)];
    let text = format!(
        "Failed login attempt from remote IP 10.4.2.{}: incorrect password for user {user}.",
        rng.u8(10..60)
    );
    Failure { incident: "failed-login", tags: "#login #warning", text }
}

/// The partition that holds the logs is filling up.
pub(super) fn low_space(left_gb: &str) -> Failure {
    let text = format!(
        "The log partition is running out of space: {left_gb} GB remain.\nAt the current rate of 310 MB/day (estimated), the partition is likely to be exhausted before Iguana purges old logs."
    );
    Failure { incident: "low-space", tags: "#warning", text }
}

/// An old log cannot be deleted.
pub(super) fn purge_failed(guid: &str, hex: u32) -> Failure {
    let text = format!(
        "Failed to delete '/home/iguana/.IguanaX/logt/{guid}/00000000/6A/94/{hex:04X}.log'. Error: Permission denied"
    );
    Failure { incident: "purge-failed", tags: "#purge #error", text }
}
