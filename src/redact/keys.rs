//! Names of fields that hold patient data, in JSON, XML, tables and texts.

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

/// Returns what a field of this name holds, where that is patient data.
///
/// Case, `_`, `-`, `.` and spaces do not count, nor does a namespace before a colon.
pub(crate) fn kind_of(key: &str) -> Option<Kind> {
    if key.len() < 3 || key.len() > 40 {
        return None;
    }
    let local = key.rsplit(':').next().unwrap_or(key);
    let plain: String =
        local.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let is = |list: &[&str]| list.contains(&plain.as_str());
    let ends = |list: &[&str]| list.iter().any(|end| plain.ends_with(end));
    let kind = if is(NAMES) || ends(NAME_ENDS) {
        Kind::Name
    } else if ends(DATE_ENDS) {
        Kind::Date
    } else if is(IDS) || ends(ID_ENDS) {
        Kind::Id
    } else if is(SSNS) {
        Kind::Ssn
    } else if is(PHONES) || ends(PHONE_ENDS) {
        Kind::Phone
    } else if is(ADDRESSES) {
        Kind::Address
    } else if is(EMAILS) {
        Kind::Email
    } else if is(ACCOUNTS) {
        Kind::Account
    } else {
        return None;
    };
    Some(kind)
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
