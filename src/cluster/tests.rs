use proptest::prelude::*;

use super::*;

/// Returns the templates of texts, most texts first, as `n template`.
fn templates<T: AsRef<[u8]>>(texts: &[T]) -> Vec<String> {
    let mut miner = Miner::new();
    for text in texts {
        miner.add(text.as_ref());
    }
    let clusters = miner.into_clusters();
    let shown = |at| format!("{} {}", clusters.n_texts(at), clusters.template(at));
    clusters.ranked().into_iter().map(shown).collect()
}

#[track_caller]
fn check(text: &str, want: &str) {
    assert_eq!(templates(&[text]), [format!("1 {want}")], "{text}");
}

#[test]
fn what_varies_by_its_form_is_a_value() {
    for (text, want) in [
        ("", ""),
        ("  started \t now\r", "started now"),
        ("pump 7 of 12 is at 31.5 %", "pump <*> of <*> is at <*>"),
        ("took 12 ms, read 5.2 KB", "took <*>, read <*>"),
        ("read 2033 bytes (1.98 KB) in <1 sec", "read <*> in <*>"),
        ("at Sat Mar  7 06:50:01 2026 from lab", "at <*> from lab"),
        ("peer 10.1.2.3:4040 [fe80::1:2] left", "peer <*> left"),
        ("card FE:0D:60:aa:bb:cc is down", "card <*> is down"),
        ("from mail.clinic.org to example.com", "from <*> to <*>"),
        ("loaded org.clinic.Feed at start", "loaded org.clinic.Feed at start"),
        ("fetched https://a.b/c?d=1 and ~/x/y.txt.", "fetched <*> and <*>."),
        ("wrote C:\\Data\\out.txt, /var/spool/in", "wrote <*>"),
        ("user=\"Front Desk\" role='clerk' at 'ward'", "user=<*> role=<*> at <*>"),
        ("it can't open 'a table'", "it can't open 'a table'"),
        ("state=Source{a=1, b={c}}, ready=true", "state=<*>, ready=<*>"),
        ("fans ( 3000 3100 **** 2900 )", "fans ( <*> )"),
        ("nodes n1 <ok> n2 <ok> n3 <ok> end", "nodes <*> <ok> end"),
        ("on node-[4-17] and disk_[3]", "on <*> and <*>"),
        ("cache enable.........0", "cache enable.<*>"),
        ("warning on y+ wire", "warning on <*> wire"),
        ("session for user ada by root", "session for user <*> by root"),
        ("login for invalid user from desk", "login for invalid user from desk"),
        ("mail to ada@clinic.example done", "mail to <*> done"),
        ("add: 5, bad: 6", "add: <*>, bad: <*>"),
        ("key 5: 7 at 12:30", "key <*>: <*> at <*>"),
        ("call of 5() by 10.1.2.3 () today", "call of <*>() by <*> today"),
    ] {
        check(text, want);
    }
}

#[test]
fn numbers_that_name_errors_stay() {
    for text in [
        "ORA-12541: no listener",
        "E4711: bed is taken",
        "connect failed with error 10060",
        "exit code 137",
        "errno=13 on write",
        "upstream answered: status code 502",
        "HTTP/1.1 404 Not Found",
        "peer said HTTP status 503 for the feed",
        "[42S02] no such table",
        "open failed: 0x80070005",
        "bind: AcceptSecurityContext error, data 52e",
    ] {
        check(text, text);
    }
    check("message code 7 of type 3", "message code <*> of type <*>");
    check("status: 404 len: 176", "status: <*> len: <*>");
}

#[test]
fn codes_keep_clusters_apart_however_many_there_are() {
    let names = ["ECONNREFUSED", "ETIMEDOUT", "EPIPE", "2"];
    let texts = names.map(|name| format!("the write to peer of lab failed with {name}"));
    assert_eq!(templates(&texts).len(), names.len());
    for lead in ["connect to the lab failed with error 10", "ORA-01", "error 0x80070"] {
        let texts: Vec<_> = (10..60).map(|n| format!("{lead}0{n}: no answer from it")).collect();
        assert_eq!(templates(&texts).len(), texts.len(), "{lead}");
    }
}

#[test]
fn three_digits_among_longer_numbers_are_no_status() {
    let texts = ["497", "1905", "872", "5919", "2674", "404"];
    let texts = texts.map(|number| format!("the reader of the queue met error {number}"));
    assert_eq!(templates(&texts), ["6 the reader of the queue met error <*>"]);
    assert_eq!(templates(&texts[..3]).len(), 3);
}

/// Words that are no numbers, as names of people are.
fn names(n: usize) -> impl Iterator<Item = String> {
    const SYLLABLES: [&str; 8] = ["ka", "lo", "mi", "ru", "te", "no", "sa", "vi"];
    (0..n).map(|at| {
        let syllable = |shift: u32| SYLLABLES[at / 8_usize.pow(shift) % 8];
        format!("{}{}{}", syllable(2), syllable(0), syllable(1))
    })
}

#[test]
fn a_word_is_a_value_where_many_stand_at_its_place() {
    let texts: Vec<_> =
        names(40).map(|name| format!("desk opened chart of {name} today")).collect();
    assert_eq!(templates(&texts), ["40 desk opened chart of <*> today"]);
}

#[test]
fn two_words_that_vary_alone_or_together_are_values() {
    let cross: Vec<_> = names(8)
        .flat_map(|a| names(8).map(move |b| format!("chart of {a} went over to {b} today")))
        .collect();
    assert_eq!(templates(&cross), ["64 chart of <*> went over to <*> today"]);
    let pairs: Vec<_> = names(8)
        .zip(names(9).skip(1))
        .map(|(a, b)| format!("chart moved from={a}, to={b}"))
        .collect();
    assert_eq!(templates(&pairs), ["8 chart moved from=<*>, to=<*>"]);
}

#[test]
fn a_few_words_at_one_place_keep_clusters_apart() {
    let texts = ["opened", "closed", "locked"].map(|state| format!("the door of ward is {state}"));
    assert_eq!(templates(&texts).len(), 3);
    let states = ["NEW", "READY", "RUNNING", "DONE", "FAILED", "LOST", "KILLED", "PAUSED"];
    let texts = states.map(|state| format!("the task of a queue is {state}"));
    assert_eq!(templates(&texts).len(), states.len());
}

#[test]
fn words_that_count_by_their_last_letter_are_values() {
    let texts = ["sda", "sdb", "sdc"].map(|disk| format!("no medium in drive {disk} found"));
    assert_eq!(templates(&texts), ["3 no medium in drive <*> found"]);
}

#[test]
fn a_word_where_others_have_a_value_is_one() {
    let texts = ["kalo7", "kalo", "MIRU"].map(|name| format!("refused the user {name} from desk"));
    assert_eq!(templates(&texts), ["3 refused the user <*> from desk"]);
}

#[test]
fn words_that_are_values_elsewhere_are_values_where_only_two_stand() {
    let mut texts: Vec<String> = Vec::new();
    for name in names(8) {
        texts.push(format!("chart of {name} was opened today"));
        texts.push(format!("nobody has seen {name} since noon"));
    }
    let known = texts.len();
    let [a, b, c] = [0, 1, 2].map(|at| names(8).nth(at).unwrap());
    texts.push(format!("no bed left for {a} here"));
    texts.push(format!("no bed left for {b} here"));
    texts.push(format!("lease of {a} went over to {b} today"));
    texts.push(format!("lease of {b} went over to {c} today"));
    let found = templates(&texts);
    for want in ["2 no bed left for <*> here", "2 lease of <*> went over to <*> today"] {
        assert!(found.iter().any(|template| template == want), "{want}: {found:?}");
    }
    assert_eq!(templates(&texts[known..]).len(), 4, "nothing tells that these are names");
}

#[test]
fn names_of_functions_keep_clusters_apart() {
    let texts = ["onData", "onClose", "onAccept"];
    let texts = texts.map(|name| format!("The 'feed.{name}' callback function is not set."));
    assert_eq!(templates(&texts).len(), 3);
    check("the 'ward' function was not run", "the 'ward' function was not run");
    check("the 'ward7' function was not run", "the <*> function was not run");
    check("the 'ward' functional test", "the <*> functional test");
}

#[test]
fn texts_of_one_word_are_never_one_cluster() {
    let texts: Vec<_> = names(200).collect();
    assert_eq!(templates(&texts).len(), 200);
}

#[test]
fn bytes_that_are_no_text_are_taken_too() {
    let template = templates(&[b"bad \xFF\xFE byte 7 \x00\x1B end".as_slice()]);
    assert_eq!(template, ["1 bad \u{fffd}\u{fffd} byte <*> end"]);
    let long = vec![b'('; 3 * MAX_TEXT_BYTES];
    assert_eq!(templates(&[long]).len(), 1);
}

#[test]
fn the_same_template_has_the_same_id_in_other_company() {
    let id = |others: &[&str]| {
        let mut miner = Miner::new();
        let shape = miner.add(b"queue 7 is stuck");
        for other in others {
            miner.add(other.as_bytes());
        }
        let clusters = miner.into_clusters();
        clusters.id(clusters.of(shape))
    };
    assert_eq!(id(&[]), id(&["disk full", "queue 8 is stuck"]));
    assert_eq!(id(&[]).len(), 18);
}

/// Texts of some templates, of which some are shaped by many words.
fn texts() -> impl Strategy<Value = Vec<String>> {
    let name = prop::sample::select(names(60).collect::<Vec<_>>());
    let text = (0..7_u8, 0..30_u32, name).prop_map(|(template, number, name)| match template {
        0 => format!("chart of {name} was opened by desk {number}"),
        1 => format!("worker {number} finished in {number} ms"),
        2 => format!("lease={name}, holder={name}, age={number}"),
        3 => format!("moved {name} over to {name} at once"),
        4 => format!("error {number} on the way"),
        5 => format!("{name} is away"),
        _ => name,
    });
    prop::collection::vec(text, 0..300)
}

/// Returns the id of each text's cluster, sorted by text.
fn assigned(texts: &[String]) -> Vec<(String, String)> {
    let mut miner = Miner::new();
    let shapes: Vec<_> = texts.iter().map(|text| miner.add(text.as_bytes())).collect();
    let clusters = miner.into_clusters();
    let id = |shape: &Shape| clusters.id(clusters.of(*shape));
    let mut found: Vec<_> = texts.iter().cloned().zip(shapes.iter().map(id)).collect();
    found.sort();
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_texts_makes_no_difference(
        (texts, shuffled) in texts().prop_flat_map(|texts| {
            (Just(texts.clone()), Just(texts).prop_shuffle())
        })
    ) {
        prop_assert_eq!(assigned(&texts), assigned(&shuffled));
    }

    #[test]
    fn whatever_bytes_come_each_text_is_in_one_cluster(
        texts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..40)
    ) {
        let mut miner = Miner::new();
        let shapes: Vec<_> = texts.iter().map(|text| miner.add(text)).collect();
        let clusters = miner.into_clusters();
        let sum: u64 = (0..clusters.len()).map(|at| clusters.n_texts(at)).sum();
        prop_assert_eq!(sum, texts.len() as u64);
        for shape in shapes {
            prop_assert!(clusters.n_texts(clusters.of(shape)) > 0);
        }
    }
}
