//! Texts that nobody knows: no rule takes them, whatever stands around them, and each is grouped by
//! what it says.

use dewlap::catalogue::Catalogue;
use dewlap::classify::{Classifier, Fingerprinter, unix_lines};

/// What scripts of a site say in their own words, and lines of other software; near to words of
/// known errors where that is possible.
const TEXTS: [&str; 36] = [
    "ward code 7G not mapped",
    "No patient class for event A99",
    "Scheduler slot 20 fell behind by 2876 ms",
    "Lookup in table wards came back with 3 rows, expected one",
    "rule 12 of the site said stop",
    "Value set LAB-7 is not published yet",
    "assertion on the site map does not hold",
    "could not connect to the tube station, nobody answers",
    "connection refused by triage rule",
    "connection timed out while the clerk was away",
    "timeout while waiting for the clerk",
    "permission slip is missing",
    "cannot open the lookup table of wards",
    "unable to parse the ward list, keeping the old one",
    "file orders_0907.txt was done already",
    "disk of charges holds 81 % of its quota",
    "duplicate order 4711 was dropped",
    "the database of wards is stale",
    "SQL of the site: ward 7 is not there",
    "no such ward",
    "key of ward 7 is there twice",
    "attempt to reach the lab desk was not answered",
    "attempt to index the archive took too long",
    "bad argument of the triage desk: too long",
    "stack of open orders is full",
    "wrong number of arguments in the rule of the site",
    "invalid value (urgent) for a priority",
    "unfinished capture of the insurance card",
    "HTTP front of kiosk 3 is asleep",
    "service Lab has 500 open orders",
    "certificate of birth is not signed",
    "license plate of the ambulance is unknown",
    "Processing of batch 12 ended early; see the entry before",
    "httpd: worker 17 was found in slot 10",
    "kernel: hub 2 has seven ports",
    "block 7 was copied to node 12 in 30 ms",
];

/// Words around errors that tell no cause: what became of the work, and where it was.
const AROUND: [&str; 15] = [
    "",
    "main.lua:12: ",
    "adt/feed.lua:99: ",
    "C:\\Iguana X\\run\\lab.lua:7: ",
    "[string \"codes\"]:3: ",
    "main.lua:12: [string \"codes\"]:3: ",
    "Stopping component with runtime error:\nmain.lua:12: ",
    "Stopping component with compilation error:\n",
    "Stopping component with internal error:\n",
    "Continuing to run with error:\r\nfeed.lua:99: ",
    "retry.lua:96: Error executing operation. Retrying (3 of 100)...\nmain.lua:12: ",
    "Retries completed - was unable to recover from connection error. Function: f(). Stopping channel.\n",
    "Filter: ",
    "SQL error: ",
    "<<>><$#$$REQUIREPROBLEM&*^*&^[string \"codes\"]:3: ",
];

const BEHIND: [&str; 2] =
    ["", "\nstack traceback:\n\t[C]: in function 'error'\n\tmain.lua:12: in main chunk"];

#[test]
fn an_unknown_text_has_no_rule_and_its_own_group_whatever_stands_around_it() {
    let catalogue = Catalogue::builtin().unwrap();
    let classifier = Classifier::new(&catalogue).unwrap();
    let fingerprinter = Fingerprinter::new();
    let mut wrong = Vec::new();
    for text in TEXTS {
        let want = fingerprinter.fingerprint(text).template;
        for around in AROUND {
            for behind in BEHIND {
                let whole = format!("{around}{text}{behind}");
                let whole = unix_lines(&whole);
                let verdict = classifier.classify(&whole);
                let rule = verdict.rule.map(|rule| rule.id.as_str());
                let found = fingerprinter.fingerprint(whole.get(verdict.inner).unwrap()).template;
                if rule.is_some() || found != want {
                    wrong.push(format!("{whole:?}: rule {rule:?}, group `{found}`"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn words_around_an_unknown_text_give_the_outcome_alone() {
    let catalogue = Catalogue::builtin().unwrap();
    let classifier = Classifier::new(&catalogue).unwrap();
    let outcome = |around: &str| {
        let outcome = classifier.classify(&format!("{around}ward code 7G not mapped")).outcome;
        outcome.map(dewlap::model::Outcome::name)
    };
    assert_eq!(outcome("main.lua:12: "), None);
    assert_eq!(outcome("Stopping component with runtime error:\nmain.lua:12: "), Some("stopped"));
    assert_eq!(outcome("main.lua:3: Continuing to run with error:\n"), Some("continued"));
    assert_eq!(outcome("Error executing operation. Retrying (3 of 100)...\n"), Some("retrying"));
}

#[test]
fn a_fallback_rule_takes_what_the_product_says_in_its_own_words() {
    let catalogue = Catalogue::builtin().unwrap();
    let classifier = Classifier::new(&catalogue).unwrap();
    for (text, want) in [
        ("main.lua:12: attempt to perform 'n%%0'", "lua.other"),
        ("main.lua:12: bad argument #2 (table expected)", "lua.other"),
        ("lab.lua:7: invalid option '%y' to 'format'", "lua.other"),
        ("ORA-04031: unable to allocate 4096 bytes of shared memory", "db-oracle.other"),
        ("[unixODBC][Driver Manager]Invalid use of a statement", "db-odbc.other"),
        ("SQL error: datatype mismatch", "db-sqlite.other"),
    ] {
        let rule = classifier.classify(text).rule.unwrap();
        assert_eq!((rule.id.as_str(), rule.fallback), (want, true), "{text}");
    }
}
