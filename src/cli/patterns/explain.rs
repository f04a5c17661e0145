//! `dewlap patterns explain`: which rule a text gets and why, or which rules nearly match it.

mod json;
mod text;

use std::io::Read;

use anyhow::Context as _;
use clap::Args;

use crate::classify::{Classifier, Explanation, NearMiss, NearMisses, unix_lines};
use crate::cli::context::Context;
use crate::cli::failure::{Done, Misuse};
use crate::cli::output::{TextOrJson, print};
use crate::model::Event;
use crate::parse::decode_text;
use crate::redact::{Masker, PseudonymKey};
use crate::store::{key_path, load_or_create_key};

/// So much of a text is looked at, as `ingest` does.
const MAX_TEXT_BYTES: u64 = 64 * 1024;
/// So many rules are shown that nearly match.
const MAX_NEAR: usize = 3;

/// Arguments of `patterns explain`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExplainArgs {
    /// The text of a log entry, the id of a stored event, or `-` for standard input
    #[arg(value_name = "TEXT|EVENT", allow_hyphen_values = true)]
    what: String,

    /// Output format; JSON is one object
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// A text, and all that is known of it.
struct Explained<'c> {
    /// The event that the text was stored for.
    event: Option<&'c Event>,
    text: &'c str,
    explanation: Explanation<'c>,
    /// The rules that nearly match, where none or only a fallback rule does.
    near: Vec<NearMiss<'c>>,
}

/// Runs `patterns explain`.
pub(super) fn run(context: &Context, args: &ExplainArgs) -> anyhow::Result<Done> {
    let event = if args.what == "-" { None } else { stored_event(context, &args.what)? };
    let text = match (&event, args.what.as_str()) {
        (Some(event), _) => event.text.clone(),
        (None, "-") => mask(context, &read_stdin()?)?,
        (None, what) => mask(context, what)?,
    };
    let catalogue = context.catalogue()?;
    let classifier = Classifier::new(&catalogue)?;
    let explanation = classifier.explain(&text);
    let is_known = explanation.winner.as_ref().is_some_and(|winner| !winner.rule.fallback);
    let near =
        if is_known { Vec::new() } else { NearMisses::new(&classifier).nearest(&text, MAX_NEAR) };
    let explained = Explained { event: event.as_ref(), text: &text, explanation, near };
    match args.format {
        TextOrJson::Text => print(&text::render(&explained)?)?,
        TextOrJson::Json => print(&format!("{}\n", json::render(&explained)))?,
    }
    Ok(Done::Fine)
}

/// Returns the event that an argument names; what looks like the id of an entry must name one.
fn stored_event(context: &Context, what: &str) -> anyhow::Result<Option<Event>> {
    let is_id = looks_like_id(what);
    let may_be_id = !what.is_empty() && !what.contains(char::is_whitespace);
    if !may_be_id || (!is_id && !context.db.is_file()) {
        return Ok(None);
    }
    match context.store()?.event(what)? {
        None if is_id => Err(Misuse::new(
            format!("there is no event `{what}` in the store"),
            "`dewlap events --format json` tells the ids; to explain a text that looks like an id, \
             give it on standard input: `dewlap patterns explain -`",
        )
        .into()),
        event => Ok(event),
    }
}

/// Returns true for what looks like the id of an entry: a component, a day or a file, a time or a
/// place, and perhaps an index, as in `Iguana-Service-1788854400000-1` and `20160527-1048576`.
fn looks_like_id(what: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let Some((rest, last)) = what.rsplit_once('-') else { return false };
    if what.contains(char::is_whitespace) || !is_number(last) {
        return false;
    }
    let is_day = is_number(rest) && rest.len() == 8;
    let label = rest.strip_prefix('f').unwrap_or_default();
    let is_file = label.len() == 12 && label.bytes().all(|byte| byte.is_ascii_hexdigit());
    let time = rest.rsplit_once('-').map(|(_, time)| time).unwrap_or_default();
    is_day || is_file || (is_number(time) && time.len() >= 12)
}

/// Reads as much of standard input as is looked at.
fn read_stdin() -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let stdin = std::io::stdin().lock();
    stdin.take(MAX_TEXT_BYTES).read_to_end(&mut bytes).context("failed to read standard input")?;
    Ok(decode_text(&bytes).into_owned())
}

/// Masks a text as `ingest` does before it is classified.
fn mask(context: &Context, text: &str) -> anyhow::Result<String> {
    let plain = anstream::adapter::strip_str(text).to_string();
    let plain = unix_lines(&plain);
    let plain = plain.trim_end_matches(['\n', '\r']);
    if plain.trim().is_empty() {
        return Err(Misuse::new(
            "there is no text to explain",
            "give the text of a log entry, the id of an event, or `-` and a text on standard input",
        )
        .into());
    }
    Ok(masker(context)?.mask(plain, None))
}

/// Returns the masker with the key of the store; with one that is forgotten where there is none.
fn masker(context: &Context) -> anyhow::Result<Masker> {
    if context.config.key_file.is_some() || key_path(&context.db).is_file() {
        return context.masker();
    }
    let directory = tempfile::tempdir().context("failed to make a directory for the key")?;
    let key = load_or_create_key(&directory.path().join("explain.db"))?;
    Ok(Masker::new(PseudonymKey::from_bytes(key), &context.config.masks)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_entries_are_told_from_texts() {
        for (what, want) in [
            ("Iguana-Service-1788854400000-1", true),
            ("1dFsG6jHk3LzX8cVbN2mQw-1788854559751-12", true),
            ("20160527-1048576", true),
            ("f0123456789ab-512", true),
            ("ORA-12541", false),
            ("Broken pipe", false),
            ("id 20160527-1048576 is gone", false),
            ("", false),
        ] {
            assert_eq!(looks_like_id(what), want, "{what:?}");
        }
    }
}
