use proptest::prelude::*;

use super::*;

/// Checks the template of each text.
#[track_caller]
fn check(cases: &[(&str, &str)]) {
    let fingerprinter = Fingerprinter::new();
    for (text, want) in cases {
        assert_eq!(fingerprinter.fingerprint(text).template, *want, "{text:?}");
    }
}

#[test]
fn ids_and_addresses_vary() {
    check(&[
        ("see 432CuFc1nTKSbrCXEeIV0g-1788739200137-12 now", "see <entry> now"),
        ("see Iguana-Service-1788739200137-1 now", "see <entry> now"),
        ("see 20160527-1048576", "see <entry>"),
        ("component 432CuFc1nTKSbrCXEeIV0g", "component <guid>"),
        ("component kvvxQrpSvKkvFgIVeJgCTJ", "component <guid>"),
        ("in parseXMLMessageOfWards", "in parseXMLMessageOfWards"),
        ("key 0123456789abcdef0123456789ABCDEF", "key <guid>"),
        ("key {01234567-89ab-cdef-0123-456789ABCDEF}", "key <guid>"),
        ("from 10.0.0.7:6661, and 10.0.0.8", "from <host>, and <host>"),
        ("from [fe80::1%eth0]:6661 or ::1", "from <host> or <host>"),
        ("at 0x7f3a and deadbeef12 but defaced", "at <hex> and <hex> but defaced"),
        ("table: 0x7f3a00129c", "<address>"),
        ("see https://a.b/c?d=1, then", "see <url>, then"),
        ("[name:k3f9a0c2], [name:aaaaaaaa] is 5", "<masked> is <num>"),
        (r"near \\[account:k3f9a0c2] of \\db1\in", r"near \\<masked> of <path>"),
        ("at 10.0.0.7 (db1.lan), db1.lab.local:5432", "at <host>"),
        ("java.net.ConnectException", "java.net.ConnectException"),
        ("ask a.b@c.org", "ask <email>"),
    ]);
}

#[test]
fn numbers_times_sizes_and_paths_vary() {
    check(&[
        ("Retrying (3 of 100)...", "Retrying (<num> of <num>)..."),
        ("used 81.5% of 7", "used <num> of <num>"),
        ("after 30 s, 1.5ms, 2 minutes", "after <duration>"),
        ("got 12 bytes of 3 MB", "got <size> of <size>"),
        ("on 2026-09-07 12:00:01.5", "on <time>"),
        ("on 2026-09-07T12:00:01Z or 12:00:01", "on <time> or <time>"),
        ("on Mon Sep  7 12:00:00 2026", "on <time>"),
        ("open /var/log/a b", "open <path> b"),
        (r"open C:\a\b.txt and \\host\share\x", "open <path> and <path>"),
        ("and/or application/json", "and/or application/json"),
        ("rows 1, 2, 3; 4", "rows <num>"),
        ("blk_-16089 step1234x PV1", "<id> step<num>x PV1"),
        ("a \n\t b ", "a b"),
    ]);
}

#[test]
fn names_of_users_vary() {
    check(&[
        ("stopped by user bob.", "stopped by user <name>"),
        ("User a-b has logged in", "User <name> has logged in"),
        ("user=x", "user=<name>"),
        ("the user is unknown", "the user is unknown"),
        ("Failed password for invalid user x from", "Failed password for invalid user <name> from"),
        ("login for invalid user [name:k3f9a0c2] from", "login for invalid user <masked> from"),
    ]);
}

#[test]
fn codes_are_kept() {
    for text in [
        "ORA-00001: unique",
        "TNS-12541",
        "WinSock 10061",
        "failed: 10054",
        "HTTP/1.1 503",
        "SQLSTATE 42000",
        "SQLSTATE[HY000]",
        "[08S01]",
        "Error 1045",
        "error code: 28",
        "errno=104",
        "SQLCODE: -911",
        "SQLite return code: 5",
        "curl (28)",
        "0x80004005",
        "PID-3.1 of PV1",
        "SQL30081N",
    ] {
        check(&[(text, text)]);
    }
}

#[test]
fn quoted_values_vary_but_names_of_lua_are_kept() {
    check(&[
        ("file 'a b' or \"c\" is gone", "file <str> or <str> is gone"),
        ("can't open Foo's file, don't", "can't open Foo's file, don't"),
        ("attempt to index field 'PID'", "attempt to index field 'PID'"),
        (
            "attempt to index global 'x1' (a nil value)",
            "attempt to index global 'x1' (a nil value)",
        ),
        ("attempt to call 'X' (a nil value)", "attempt to call 'X' (a nil value)"),
        ("bad argument #2 to 'format' (got nil)", "bad argument #2 to 'format' (got nil)"),
        ("module 'hl7.map' not found", "module 'hl7.map' not found"),
        ("the 'a.onData' callback is not set", "the 'a.onData' callback is not set"),
        ("the 'a.onData' callbacks, 'f7' function", "the <str> callbacks, <str> function"),
        ("index field '[name:k3f9a0c2]'", "index field <str>"),
    ]);
}

#[test]
fn lua_files_keep_their_name_only() {
    let want = "main.lua:<num>: attempt";
    for text in [
        "main.lua:12: attempt",
        "/opt/iguana/run/main.lua:7: attempt",
        "...tail of it/main.lua:7: attempt",
        r"C:\Program Files\Iguana\main.lua:1234: attempt",
    ] {
        check(&[(text, want)]);
    }
    check(&[("[string \"main\"]:7: attempt", "[string \"main\"]:<num>: attempt")]);
}

#[test]
fn the_cluster_id_stands_for_the_template() {
    let fingerprinter = Fingerprinter::new();
    let id = |text| fingerprinter.fingerprint(text).cluster_id();
    assert_eq!(id("port 1"), id("port 2"));
    assert_ne!(id("port 1"), id("part 1"));
    // Changes only together with `Fingerprint::VERSION`.
    assert_eq!(id("port 1"), "u-a49c6f78a6");
}

#[test]
fn only_the_beginning_of_a_long_text_counts() {
    let fingerprinter = Fingerprinter::new();
    let long = "µ ".repeat(8_000);
    let longer = long.clone() + "x";
    assert_eq!(fingerprinter.fingerprint(&long), fingerprinter.fingerprint(&longer));
}

proptest! {
    #[test]
    fn any_text_has_a_template_on_one_line(
        text in r#"(?s)([0-9A-Fa-f]{1,9}|[.:/\\'"\[\]() -]|main\.lua|error|ORA|.){0,30}"#,
    ) {
        let template = Fingerprinter::new().fingerprint(&text).template;
        prop_assert!(!template.contains('\n'));
        prop_assert_eq!(template.trim_end(), &template);
    }
}
