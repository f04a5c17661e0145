//! What single words tell: units, months, hosts.

use memchr::memchr_iter;

pub(super) fn is_truth(word: &[u8]) -> bool {
    matches!(word, b"true" | b"false" | b"True" | b"False" | b"TRUE" | b"FALSE")
}

/// Returns true for a direction, such as `y+`.
pub(super) fn is_axis(word: &[u8]) -> bool {
    matches!(word, [letter, b'+' | b'-'] if letter.is_ascii_alphabetic())
}

pub(super) fn is_mail(word: &[u8]) -> bool {
    word.iter().position(|byte| *byte == b'@').is_some_and(|at| at > 0 && at + 1 < word.len())
}

/// Returns true for a name of a host with its domain, and false for names of classes and files.
pub(super) fn is_host(word: &[u8]) -> bool {
    const DOMAINS: [&[u8]; 11] = [
        b"com",
        b"net",
        b"org",
        b"edu",
        b"gov",
        b"info",
        b"biz",
        b"local",
        b"lan",
        b"internal",
        b"corp",
    ];
    let mut labels = word.rsplit(|byte| *byte == b'.');
    let last = labels.next().unwrap_or_default();
    let Some(first) = labels.next_back() else { return false };
    let n_dots = memchr_iter(b'.', word).count();
    let is_plain = |byte: &u8| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'-');
    // Packages are named the other way round, and a country alone may be the end of anything.
    let is_package = DOMAINS.contains(&first) || matches!(first, b"java" | b"javax" | b"sun");
    !first.is_empty()
        && !is_package
        && (DOMAINS.contains(&last) || last.len() == 2 && n_dots > 2)
        && word.iter().all(is_plain)
}

pub(super) fn is_month(word: &[u8]) -> bool {
    matches!(
        word,
        b"Jan"
            | b"Feb"
            | b"Mar"
            | b"Apr"
            | b"May"
            | b"Jun"
            | b"Jul"
            | b"Aug"
            | b"Sep"
            | b"Oct"
            | b"Nov"
            | b"Dec"
    )
}

pub(super) fn is_weekday(word: &[u8]) -> bool {
    matches!(word, b"Mon" | b"Tue" | b"Wed" | b"Thu" | b"Fri" | b"Sat" | b"Sun")
}

/// Returns true for what stands behind a number and belongs to it: a unit, a zone of time.
pub(super) fn is_unit(word: &[u8]) -> bool {
    match word.len() {
        1 => matches!(word, b"s" | b"h" | b"B"),
        2 => matches!(
            word,
            b"ns"
                | b"us"
                | b"ms"
                | b"hr"
                | b"KB"
                | b"MB"
                | b"GB"
                | b"TB"
                | b"kB"
                | b"Hz"
                | b"AM"
                | b"PM"
        ),
        3 => matches!(
            word,
            b"sec"
                | b"min"
                | b"hrs"
                | b"day"
                | b"KiB"
                | b"MiB"
                | b"GiB"
                | b"TiB"
                | b"kHz"
                | b"MHz"
                | b"GHz"
                | b"UTC"
                | b"GMT"
                | b"EST"
                | b"EDT"
                | b"CET"
                | b"PST"
                | b"PDT"
        ),
        4 => matches!(word, b"secs" | b"mins" | b"hour" | b"days" | b"msec" | b"byte" | b"CEST"),
        5..=12 => matches!(
            word,
            b"hours"
                | b"msecs"
                | b"bytes"
                | b"Bytes"
                | b"second"
                | b"minute"
                | b"millis"
                | b"seconds"
                | b"minutes"
                | b"millisecond"
                | b"milliseconds"
        ),
        _ => false,
    }
}

/// Returns true behind words that the name of a user follows.
pub(super) fn leads_to_name(before: &[u8], last: &[u8], word: &[u8]) -> bool {
    const LEADS: [&[u8]; 7] = [b"for", b"by", b"of", b"invalid", b"illegal", b"unknown", b"as"];
    const OTHERS: [&[u8]; 10] =
        [b"is", b"was", b"has", b"not", b"name", b"id", b"from", b"on", b"in", b"and"];
    let is_user = last.eq_ignore_ascii_case(b"user")
        && LEADS.iter().any(|lead| before.eq_ignore_ascii_case(lead));
    let is_login = last == b"for" && matches!(before, b"password" | b"publickey");
    (is_user || is_login) && !OTHERS.contains(&word)
}
