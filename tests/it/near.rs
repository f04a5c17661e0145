//! Known wordings in which one word was changed, dropped or added: the nearest miss is their rule.

use dewlap::catalogue::Catalogue;
use dewlap::classify::{Classifier, NearMisses};

/// So many of the texts must name their rule first.
const MIN_RIGHT: usize = 18;

const TEXTS: [(&str, &str); 20] = [
    ("Target component not started.", "component.target-not-running"),
    ("database disk image is damaged", "db-sqlite.malformed"),
    ("MySQL server has left away", "db-mysql.connection-lost"),
    ("ORA-99541: TNS:no listener", "db-oracle.no-listener"),
    ("ORA-99001: unique constraint (HL7.PK_VISIT) violated", "db-oracle.duplicate-key"),
    ("ORA-99017: invalid username/password; logon denied", "db-oracle.login-refused"),
    ("ERROR: relation \"visit\" does not occur", "db-postgres.table-missing"),
    (
        "Transaction (Process ID 57) was deadlocked on lock resources with another process and has \
         been picked as the deadlock victim.",
        "db-sqlserver.deadlock",
    ),
    (
        "Violation of PRIMARY KEY constraint 'PK_VISIT'. Cannot put duplicate key in object \
         'dbo.visit'.",
        "db-sqlserver.duplicate-key",
    ),
    ("String or binary data would be cut.", "db-sqlserver.truncation"),
    ("Unable to connect to the server.", "ftp.connect-failed"),
    ("No fitting rules exist that match a message with MSH.9 = 'ADT^A01'", "hl7.no-matching-rule"),
    ("HTTP/1.1 Too Many Requests", "http.too-many-requests"),
    ("Your license has lapsed.", "license.expired"),
    ("wrong argument #1 to 'parse' (string expected, got nil)", "lua.bad-argument"),
    (
        "An attempt was made to use a socket in a way forbidden by its access permissions.",
        "net.port-forbidden",
    ),
    ("No room left on device", "resource.disk-full"),
    ("Retries finished - was unable to recover from connection error.", "retry.exhausted"),
    ("Fatal Error. Abort with text: a.cpp:47 Assertion failed: x", "service.crash"),
    ("certificate has lapsed", "tls.certificate-expired"),
];

#[test]
fn a_wording_with_one_other_word_has_its_rule_as_the_nearest_miss() {
    let catalogue = Catalogue::builtin().unwrap();
    let classifier = Classifier::new(&catalogue).unwrap();
    let near = NearMisses::new(&classifier);
    let mut wrong = Vec::new();
    for (text, want) in TEXTS {
        let found = near.nearest(text, 1);
        let found = found.first().map(|near| near.rule.id.as_str());
        if found != Some(want) {
            wrong.push(format!("{text}: {found:?}, expected {want}"));
        }
    }
    assert!(TEXTS.len() - wrong.len() >= MIN_RIGHT, "{}", wrong.join("\n"));
}
