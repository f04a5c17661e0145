//! No identifier of an invented patient reaches the store, standard output or standard error.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::Stdio;

use aho_corasick::AhoCorasick;
use dewlap::catalogue::Catalogue;
use dewlap::classify::{Classifier, unix_lines};
use dewlap::model::{EntryKind, Millis};
use dewlap::sample::write::iguana_x::{self, Layout};
use dewlap::sample::{self, Patient, SampleEntry, patients};
use serde_json::Value;

use crate::run::{DB, Place};

const START: i64 = 1_788_750_000_000;
/// The component that handles the patient's message before it fails.
const WITH_MESSAGE: &str = "4bXq0TzL9rWcE2mVfHs7Kd";
/// The component that never handles a message.
const WITHOUT: &str = "9hCtM6sFb4NyA1eGqLz0Vi";

/// Texts that quote a patient and say themselves what they quote.
///
/// `{family}`, `{given}` and so on stand for the identifiers.
const QUOTES: &[&str] = &[
    // HL7, whole and cut.
    "Continuing to run with error:\nmain.lua:47: attempt to index field 'PV1' (a nil value)\nLast good message:\nMSH|^~\\&|REG|STMARY|IGUANA|HIE|20260907||ADT^A01|1|P|2.5\rPID|1||{mrn}^^^MRN||{family}^{given}||{born}|F|||{street}^^Peoria^IL^62704||({area}){phone}|||||{account}|{ssn}\rPV1|1|I\r",
    "Received a negative acknowledgement:\rMSH|^~\\&|A|B|C|D|20260907||ACK|2|P|2.5\rMSA|AE|2|Patient not found\rPID|1||{mrn}^^^MRN||{FAMILY}^{GIVEN}^M||{born}|M|||||{area}-{phone}\r",
    "Failed to parse message: PID|1||{mrn}^^^MRN||{family}^{given}",
    "Failed to parse message: ...|{mrn}^^^MRN||{family}^{given}||{born}|F|||{street}^^Peo",
    "Bad segment NK1|1|{family}^{given}|SPO|{street}^^Decatur^IL|{area}-{phone}\r",
    "Bad segment IN1|1|PPO|123|Acme|||||||||||{family}^{given}|18|{born}|{street}^^Decatur^IL\r",
    // Names with carets, outside of a segment.
    "Unknown patient {FAMILY}^{GIVEN}^^^MRS in routing map",
    "No bed for {family}^{given}",
    // SQL of four servers.
    "Violation of PRIMARY KEY constraint 'PK_Visit'. Cannot insert duplicate key in object 'dbo.Visit'. The duplicate key value is ({mrn}, {family}, {given}).",
    "ORA-00001: unique constraint (HL7.PK_VISIT) violated\nSQL Statement:\nINSERT INTO VISIT VALUES ('{mrn}', '{family_sql}', '{given}', TO_DATE('{born_dashes}', 'YYYY-MM-DD'), '{ssn}', '{email}')",
    "ERROR: duplicate key value violates unique constraint \"visit_pkey\"\nDETAIL: Key (mrn, name)=({mrn}, {family} {given}) already exists.",
    "Duplicate entry '{mrn}-{family}' for key 'visit.PRIMARY'",
    "MySQL Compliant Database Error Message: Data too long for column 'name'\nUPDATE patient SET name = '{given} {family_sql}', phone = '{area}-{phone}', born = '{born_us}' WHERE account = '{account}'",
    "ODBC Error:\n[Microsoft][ODBC Driver 17 for SQL Server]Query timeout expired\nSELECT * FROM patient WHERE last_name = '{family_sql}' AND first_name LIKE '{given}%' AND mrn IN ('{mrn}', '1')",
    "exec dbo.AddPatient @Last = '{family_sql}', @First = '{given}', @Dob = '{born}', @Ssn = '{ssn}': Deadlock victim",
    "Conversion failed when converting the varchar value '{mrn}' to data type int. Bound values: '{family}', '{given}', '{born_dashes}'",
    // JSON, whole, cut and in a string.
    "Error parsing JSON: Unexpected character '<' Position: 3\nInput: {\"mrn\": \"{mrn}\", \"name\": \"{family}, {given}\", \"ssn\": \"{ssn}\", \"dob\": \"{born_dashes}\" <",
    "POST https://fhir.hie.example/r4/Patient\n{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":\"urn:mrn\",\"value\":\"{mrn}\"}],\"name\":[{\"family\":\"{family}\",\"given\":[\"{given}\"]}],\"birthDate\":\"{born_dashes}\",\"telecom\":[{\"system\":\"phone\",\"value\":\"{area}-{phone}\"},{\"system\":\"email\",\"value\":\"{email}\"}],\"address\":[{\"line\":[\"{street}\"],\"city\":\"Peoria\"}]}\nHTTP/1.1 503 Service Unavailable",
    "HTTP/1.1 500 Internal Server Error\n{\"error\":\"{\\\"patient\\\":{\\\"lastName\\\":\\\"{family}\\\",\\\"firstName\\\":\\\"{given}\\\",\\\"mrn\\\":\\\"{mrn}\\\"}}\"}",
    "Invalid JSON: {\"patient\":{\"last_name\":\"{family}\",\"first_name\":\"{given}\",\"account\":\"{account}\",\"phone\":\"{area}-{phone}\",\"address\":{\"street\":\"{street}\"",
    // XML and URLs.
    "X12 refused: <Patient><LastName>{family}</LastName><FirstName>{given}</FirstName><MRN>{mrn}</MRN><DOB>{born_dashes}</DOB><SSN>{ssn}</SSN><Phone>{area}-{phone}</Phone></Patient>",
    "Invalid XML: <patient mrn=\"{mrn}\" lastName=\"{family_xml}\" firstName=\"{given}\" birthDate=\"{born_us}\">",
    "<name use=\"L\"><given>{given}</given><family>{family}</family></name><birthTime value=\"{born}\"/> is not valid",
    "GET https://ehr.example/api/patient?family={family}&given={given}&birthdate={born_dashes}&mrn={mrn} failed: HTTP/1.1 404 Not Found",
    // Running words.
    "Lookup of patient {given} {family} (MRN {mrn}, DOB {born_us}) failed: HTTP/1.1 503 Service Unavailable",
    "Could not send reminder for patient {family}, {given}, phone {area}-{phone}: Connection refused",
    "Patient {FAMILY}, {GIVEN} born {born_us} is not registered",
    "Patient name: {family}, {given}; SSN: {ssn}; Account: {account}; e-mail {email}",
    "No consent on file for Mrs. {family}",
    "Address {street} of MRN {mrn} cannot be verified",
    "Visit of patient '{given} {family}' has no account {account}",
    "Mail to {email} was refused: 550 5.7.1 relaying denied",
];

/// Texts that tell a patient only to somebody who has seen the message before.
const AFTER_MESSAGE: &[&str] = &[
    "Could not route {family} to ward 4",
    "{GIVEN} has no bed",
    "main.lua:12: no rule for {FAMILY}",
    "Lookup {mrn} failed: Connection refused",
    "File /out/{family}_{given}_{born}.pdf: Permission denied",
    "Bad value {born_dashes} or {born_us}",
    "Cannot call {phone}",
    "Unknown street {street}",
    "Billing refused {account} of {ssn}",
];

/// Returns the text with a patient's identifiers put in.
fn quote(template: &str, patient: &Patient) -> String {
    let (upper_family, upper_given) = (patient.family.to_uppercase(), patient.given.to_uppercase());
    let values: [(&str, Cow<'_, str>); 17] = [
        ("{family}", patient.family.into()),
        ("{FAMILY}", upper_family.into()),
        ("{family_sql}", patient.family.replace('\'', "''").into()),
        ("{family_xml}", patient.family.replace('\'', "&apos;").into()),
        ("{given}", patient.given.into()),
        ("{GIVEN}", upper_given.into()),
        ("{mrn}", patient.mrn.into()),
        ("{born}", patient.born.into()),
        ("{born_dashes}", patient.born_with_dashes().into()),
        ("{born_us}", patient.born_as_in_us().into()),
        ("{area}", patient.area.into()),
        ("{phone}", patient.phone.into()),
        ("{ssn}", patient.ssn.into()),
        ("{street}", patient.street.into()),
        ("{account}", patient.account.into()),
        ("{email}", patient.email.into()),
        ("{city}", patient.city.into()),
    ];
    let put = |text: String, (name, value): &(&str, Cow<'_, str>)| text.replace(name, value);
    values.iter().fold(template.to_owned(), put)
}

/// Returns a message about a patient, with every identifier that HL7 has a place for.
fn message(patient: &Patient) -> String {
    let template = "MSH|^~\\&|REG|STMARY|IGUANA|HIE|20260907080000||ADT^A08|77|P|2.5\rPID|1||{mrn}^^^MRN||{family}^{given}||{born}|F|||{street}^^{city}^IL^62704||({area}){phone}^^^{email}|||||{account}|{ssn}\rPV1|1|I|W4\r";
    quote(template, patient)
}

/// Makes entries, one a second.
#[derive(Default)]
struct Log {
    entries: Vec<SampleEntry>,
}

impl Log {
    fn push(&mut self, component: &'static str, tags: &'static str, text: String) {
        let sequence = self.entries.len() as u64 + 1;
        let is_message = tags == "#message";
        self.entries.push(SampleEntry {
            component: component.into(),
            component_name: component.into(),
            kind: if is_message { EntryKind::Message } else { EntryKind::Trace },
            time: Millis::new(START + 1_000 * i64::try_from(sequence).unwrap()),
            index: 1,
            related: None,
            sequence,
            queue: u64::from(is_message),
            tags: tags.into(),
            text: text.into_bytes(),
        });
    }

    /// Returns the log of all patients and all texts, and each error's text by the entry's id.
    fn of_all() -> Self {
        let mut log = Self::default();
        for patient in patients() {
            for template in QUOTES {
                log.push(WITHOUT, "#error", quote(template, patient));
            }
            log.push(WITH_MESSAGE, "#message", message(patient));
            for template in AFTER_MESSAGE.iter().chain(QUOTES) {
                log.push(WITH_MESSAGE, "#error", quote(template, patient));
            }
        }
        log
    }

    fn texts(&self) -> BTreeMap<String, String> {
        let errors = self.entries.iter().filter(|entry| entry.tags == "#error");
        errors.map(|entry| (entry.id(), entry.text_lossy().into_owned())).collect()
    }

    fn bytes(&self) -> Vec<u8> {
        iguana_x::file(&self.entries, Layout::New)
    }
}

/// Finds identifiers of all patients.
struct Search {
    identifiers: Vec<String>,
    automaton: AhoCorasick,
}

impl Search {
    fn new() -> Self {
        let identifiers: Vec<_> = patients().iter().flat_map(Patient::identifiers).collect();
        let automaton = AhoCorasick::new(&identifiers).unwrap();
        Self { identifiers, automaton }
    }

    fn find(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let found = self.automaton.find_overlapping_iter(bytes);
        found.map(|found| self.identifiers[found.pattern().as_usize()].as_str()).collect()
    }
}

fn event_texts(place: &Place) -> BTreeMap<String, String> {
    let text = |event: &Value, key: &str| event[key].as_str().unwrap().to_owned();
    place.events(&[]).iter().map(|event| (text(event, "id"), text(event, "text"))).collect()
}

/// Returns every leak as the text that went in and the text that came out.
fn leaks_of(log: &Log, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let place = Place::new();
    place.put("a.log", log.bytes());
    place.ingest(&["a.log"]);
    let (search, stored) = (Search::new(), event_texts(&place));
    let mut leaks = Vec::new();
    for (id, text) in log.texts().into_iter().filter(|(id, _)| is_wanted(id)) {
        let stored = &stored[&id];
        let found = search.find(stored.as_bytes());
        if !found.is_empty() {
            leaks.push(format!("{found:?}\n   in: {text:?}\n  out: {stored:?}"));
        }
    }
    leaks
}

#[test]
fn texts_that_quote_a_patient_are_stored_without_any_identifier() {
    let leaks = leaks_of(&Log::of_all(), |id| id.starts_with(WITHOUT));
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
}

#[test]
fn texts_after_a_patients_message_are_stored_without_any_identifier_of_the_patient() {
    let leaks = leaks_of(&Log::of_all(), |id| id.starts_with(WITH_MESSAGE));
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
}

/// Returns a place with all samples and the hand-made texts, in two formats.
fn everything() -> Place {
    let place = Place::new();
    place.put_samples("");
    let log = Log::of_all();
    place.put("logs/a.log", log.bytes());
    place.put("logs/b.log", sample::write::text::file(&log.entries));
    place
}

#[test]
fn no_command_prints_an_identifier() {
    let place = everything();
    let search = Search::new();
    let week = ["report", "--week", "2026-W37"];
    let commands = [
        &["ingest", "-v", "samples", "logs"][..],
        &["ingest", "-v", "--format", "json", "samples", "logs"],
        &["events"],
        &["events", "--format", "json"],
        &["events", "--format", "csv"],
        &["events", "--unknown"],
        &week,
        &[&week[..], &["--format", "json"]].concat(),
        &[&week[..], &["--format", "md"]].concat(),
        &[&week[..], &["--format", "csv"]].concat(),
        &[&week[..], &["--format", "html", "--top", "100"]].concat(),
        &[&week[..], &["--top", "100"]].concat(),
        &["sources", "--format", "json"],
        &["audit", "--phi"],
        &["audit", "--phi", "--format", "json"],
    ];
    let mut leaks = Vec::new();
    for args in commands {
        let output = place.run(args);
        for (name, text) in [("stdout", output.stdout), ("stderr", output.stderr)] {
            for line in text.lines() {
                let found = search.find(line.as_bytes());
                if !found.is_empty() {
                    leaks.push(format!("{name} of {args:?}: {found:?} in {line}"));
                }
            }
        }
    }
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
}

#[test]
fn no_file_of_the_store_holds_an_identifier() {
    let place = everything();
    place.ingest(&["samples", "logs"]);
    // A killed run leaves its write-ahead log behind.
    let mut command = place.command(&["ingest", "--quiet", "--server", "other", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let log = Log::of_all().bytes();
    for _ in 0..3 {
        pipe.write_all(&log).unwrap();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let search = Search::new();
    for end in ["", "-wal", "-shm", ".key", ".lock"] {
        let name = format!("{DB}{end}");
        let bytes = std::fs::read(place.path(&name)).unwrap_or_default();
        assert_eq!(search.find(&bytes), BTreeSet::new(), "{name}");
    }
}

#[test]
fn the_write_ahead_log_of_a_run_holds_no_identifier() {
    let place = everything();
    let mut command = place.command(&["ingest", "--quiet", "samples", "logs", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let pipe = child.stdin.take().unwrap();
    // Standard input is read last, and has no end: all else is in the store by then.
    let is_read = || {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let db = rusqlite::Connection::open_with_flags(place.path(DB), flags).ok()?;
        let sql = "SELECT count(*) FROM file WHERE path = 'logs/b.log' AND offset > 0";
        db.query_row(sql, [], |row| row.get::<_, u64>(0)).ok()
    };
    while is_read() != Some(1) {
        assert!(child.try_wait().unwrap().is_none(), "it waits for its input");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    drop(pipe);
    let wal = place.read(&format!("{DB}-wal"));
    assert!(!wal.is_empty());
    assert_eq!(Search::new().find(&wal), BTreeSet::new());
}

#[test]
fn masking_changes_no_rule() {
    let place = Place::new();
    let log = Log::of_all();
    place.put("a.log", log.bytes());
    place.ingest(&["a.log"]);
    let catalogue = Catalogue::builtin().unwrap();
    let classifier = Classifier::new(&catalogue).unwrap();
    let texts = log.texts();
    let mut n_known = 0;
    let mut changed = BTreeSet::new();
    for event in place.events(&[]) {
        let raw = &texts[event["id"].as_str().unwrap()];
        let want = classifier.classify(&unix_lines(raw)).rule.map(|rule| rule.id.as_str());
        n_known += u64::from(want.is_some());
        if event["rule"].as_str() != want {
            changed.insert(format!("{} instead of {want:?}: {raw:?}", event["rule"]));
        }
    }
    assert!(n_known > 500, "{n_known}");
    let changed: Vec<_> = changed.into_iter().collect();
    assert!(changed.is_empty(), "{} texts:\n{}", changed.len(), changed.join("\n"));
}

#[test]
fn the_rules_of_the_samples_are_those_of_their_unmasked_texts() {
    let place = Place::new();
    place.put_samples("iguana-x");
    place.ingest(&["samples/iguana-x/logt"]);
    let catalogue = Catalogue::builtin().unwrap();
    let classifier = Classifier::new(&catalogue).unwrap();
    let entries = sample::week(sample::SEED);
    let raw: BTreeMap<String, &SampleEntry> =
        entries.iter().map(|entry| (entry.id(), entry)).collect();
    for event in place.events(&[]) {
        let raw = raw[event["id"].as_str().unwrap()].text_lossy().into_owned();
        let want = classifier.classify(&unix_lines(&raw)).rule.map(|rule| rule.id.as_str());
        assert_eq!(event["rule"].as_str(), want, "{raw:?}");
    }
}

#[test]
fn one_patient_has_one_pseudonym_wherever_it_is_quoted() {
    let patient = &patients()[0];
    let mut log = Log::default();
    log.push(
        WITHOUT,
        "#error",
        quote("Lookup of patient {given} {family} (MRN {mrn}) failed", patient),
    );
    log.push(WITHOUT, "#error", quote("PID|1||{mrn}^^^MRN||{family}^{given}||{born}|F\r", patient));
    let place = Place::new();
    place.put("a.log", log.bytes());
    place.ingest(&["a.log"]);
    let texts: Vec<String> = event_texts(&place).into_values().collect();
    let ids = |text: &str| -> BTreeSet<String> {
        let parts = text.split('[').filter_map(|part| part.split_once(']'));
        let masked = parts.map(|(inside, _)| inside.to_owned());
        masked.filter(|inside| inside.starts_with("id:")).collect()
    };
    let both: BTreeSet<_> = ids(&texts[0]).intersection(&ids(&texts[1])).cloned().collect();
    assert_eq!(both.len(), 1, "{texts:?}");
}

#[test]
fn another_key_gives_other_pseudonyms() {
    let mut log = Log::default();
    log.push(WITHOUT, "#error", quote("Lookup of MRN {mrn} failed", &patients()[0]));
    let stored = |place: Place| {
        place.put("a.log", log.bytes());
        place.ingest(&["a.log"]);
        event_texts(&place)
    };
    let (one, other) = (stored(Place::with_key()), stored(Place::new()));
    assert_ne!(one, other);
    assert_eq!(one, stored(Place::with_key()));
}

#[test]
fn the_audit_finds_nothing_in_what_was_masked() {
    let place = everything();
    place.ingest(&["samples", "logs"]);
    let audit = place.run(&["audit", "--phi"]);
    assert_eq!(audit.code, Some(0), "{}", audit.stdout);
    assert!(audit.stdout.contains("nothing in them looks like patient data"), "{}", audit.stdout);
}

#[test]
fn the_audit_finds_what_is_not_masked_and_does_not_repeat_it() {
    let place = Place::new();
    place.put_samples("text");
    place.ingest(&["samples/text"]);
    let patient = &patients()[0];
    let text = message(patient);
    place.sqlite().execute("UPDATE event SET text = ?1 WHERE id = 1", [text]).unwrap();
    for format in ["text", "json"] {
        let audit = place.run(&["audit", "--phi", "--format", format]);
        assert_eq!(audit.code, Some(1), "{audit:?}");
        assert_eq!(Search::new().find(audit.stdout.as_bytes()), BTreeSet::new());
    }
}

#[test]
fn a_mask_of_the_configuration_is_used() {
    let place = Place::new();
    place.put("a.log", "2026-09-07 08:00:00 ERROR engine: Ticket HX-99817 of ward 4 is open\n");
    place.put("dewlap.toml", "[[redact.mask]]\nkind = 'id'\nregex = 'HX-(?<value>\\d+)'\n");
    place.ingest(&["a.log"]);
    let text = place.events(&[])[0]["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("Ticket HX-[id:") && text.ends_with("] of ward 4 is open"), "{text}");
}
