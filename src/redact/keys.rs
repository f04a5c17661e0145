//! Names of fields that hold patient data, in JSON, XML, tables and texts.

use std::sync::LazyLock;

use super::lexicon::Lexicon;
use super::pseudonym::Kind;

const NAMES: &[&str] = &[
    "name",
    "given",
    "given1",
    "family",
    "forename",
    "prefixname",
    "lname",
    "fname",
    "mothersmaiden",
];
const NAME_ENDS: &[&str] = &[
    "lastname",
    "firstname",
    "middlename",
    "fullname",
    "surname",
    "patientname",
    "maidenname",
    "familyname",
    "givenname",
    "guarantorname",
    "insuredname",
    "subscribername",
    "membername",
    "lastnm",
    "firstnm",
];
const DATE_ENDS: &[&str] =
    &["birthdate", "dob", "dateofbirth", "birthtime", "deceaseddatetime", "birthdt"];
const IDS: &[&str] = &[
    "identifier",
    "patid",
    "ptid",
    "personid",
    "memberid",
    "policynumber",
    "policyno",
    "visitnumber",
    "visitno",
    "visitid",
    "encounterid",
    "encounternumber",
    "chartnumber",
    "insuranceid",
    "subscriberid",
    "nationalid",
    "accessionnumber",
    "healthcardnumber",
    "medicarenumber",
    "csn",
    "empi",
    "eid",
];
const ID_ENDS: &[&str] =
    &["mrn", "patientid", "patientnumber", "medicalrecordnumber", "recordnumber", "patientno"];
const SSNS: &[&str] =
    &["ssn", "socialsecurity", "socialsecuritynumber", "patientssn", "sin", "ssnno"];
const PHONES: &[&str] = &["telecom", "mobile", "cell", "fax", "tel", "contactno"];
const PHONE_ENDS: &[&str] =
    &["phone", "phonenumber", "phoneno", "telephone", "mobilenumber", "faxnumber"];
const ADDRESSES: &[&str] = &[
    "address",
    "addr",
    "street",
    "streetaddress",
    "streetaddressline",
    "street1",
    "street2",
    "line",
    "addressline",
    "addressline1",
    "addressline2",
    "address1",
    "address2",
    "addr1",
    "addr2",
    "city",
    "zip",
    "zipcode",
    "postalcode",
    "postcode",
    "county",
    "homeaddress",
    "mailingaddress",
    "patientaddress",
];
const EMAILS: &[&str] = &["email", "emailaddress", "mail", "patientemail"];
const ACCOUNTS: &[&str] = &[
    "account",
    "accountnumber",
    "accountno",
    "acct",
    "acctno",
    "accountid",
    "patientaccount",
    "acctnum",
];

/// Kinds by the bit that marks them; the lowest one wins.
const KINDS: [Kind; 8] = [
    Kind::Name,
    Kind::Date,
    Kind::Id,
    Kind::Ssn,
    Kind::Phone,
    Kind::Address,
    Kind::Email,
    Kind::Account,
];

/// Whole names.
static WHOLE: LazyLock<Lexicon> = LazyLock::new(|| {
    listed(&[
        (Kind::Name, NAMES),
        (Kind::Id, IDS),
        (Kind::Ssn, SSNS),
        (Kind::Phone, PHONES),
        (Kind::Address, ADDRESSES),
        (Kind::Email, EMAILS),
        (Kind::Account, ACCOUNTS),
    ])
});

/// Ends of names.
static ENDS: LazyLock<Lexicon> = LazyLock::new(|| {
    listed(&[
        (Kind::Name, NAME_ENDS),
        (Kind::Date, DATE_ENDS),
        (Kind::Id, ID_ENDS),
        (Kind::Phone, PHONE_ENDS),
    ])
});

fn listed(lists: &[(Kind, &[&str])]) -> Lexicon {
    Lexicon::new(lists.iter().flat_map(|(kind, names)| {
        let bit = KINDS.iter().take_while(|known| *known != kind).fold(1, |bit, _| bit << 1);
        names.iter().map(move |name| (bit, *name))
    }))
}

/// The longest name that is looked at, in bytes.
const MAX_BYTES: usize = 40;

/// Returns what a field of this name holds, where that is patient data.
///
/// Case, `_`, `-`, `.` and spaces do not count, nor does a namespace before a colon.
pub(crate) fn kind_of(key: &str) -> Option<Kind> {
    if key.len() < 3 || key.len() > MAX_BYTES {
        return None;
    }
    let local = key.rsplit(':').next().unwrap_or(key);
    let mut plain = [0; MAX_BYTES];
    let mut len = 0;
    for byte in local.bytes().filter(u8::is_ascii_alphanumeric) {
        plain[len] = byte;
        len += 1;
    }
    let plain = &plain[..len];
    let marks = WHOLE.marks(plain) | ENDS.marks_of_ends(plain);
    KINDS.iter().zip(0..).find(|(_, bit)| marks >> bit & 1 == 1).map(|(kind, _)| *kind)
}

/// Returns true for names of fields that say what a value means, not who someone is.
pub(crate) fn is_technical(key: &str) -> bool {
    const KEYS: &[&str] = &[
        "code",
        "coding",
        "display",
        "error",
        "faultstring",
        "id",
        "message",
        "method",
        "mode",
        "period",
        "rank",
        "resourcetype",
        "status",
        "system",
        "type",
        "url",
        "use",
    ];
    KEYS.iter().any(|known| known.eq_ignore_ascii_case(key))
}

/// Returns true where a value under an address key is that of a machine: `10.0.0.7:5432`.
pub(crate) fn is_machine(value: &str) -> bool {
    let host = value.split(':').next().unwrap_or(value);
    let is_ip =
        host.split('.').count() == 4 && host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    is_ip || value.contains("://")
}
