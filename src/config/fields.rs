//! Reads the fields of the configuration, and reports what is wrong with each.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::health::read_health;
use super::source::read_sources;
use super::{Config, alerts, report, retention};
use crate::document::{Document, Fields};
use crate::parse::{FieldMap, TextFormat, TextSpec};
use crate::redact::{Kind, MaskRule, Masker, PseudonymKey};

/// Reads everything; what is wrong is reported to the document.
pub(super) fn read_fields(document: &Document<'_>, directory: &Path) -> Config {
    let mut fields = document.fields();
    let path = |text: Option<String>| text.map(|text| directory.join(text));
    let mut config = Config {
        server: fields.optional("server").text(),
        zone: read_zone(&mut fields, "timezone"),
        db: path(fields.optional("db").text()),
        patterns: path(fields.optional("patterns").text()),
        local_patterns: path(fields.optional("local_patterns").text()),
        runbook: read_runbook(&mut fields),
        health: read_health(&mut fields),
        ..Config::default()
    };
    if let Some(redact) = fields.optional("redact").table() {
        (config.key_file, config.masks) = read_redact(redact, directory);
    }
    for table in fields.optional("text_format").tables() {
        config.texts.extend(read_text_format(table));
    }
    let sources = fields.optional("source").tables();
    config.sources = read_sources(document, sources, directory, &config.texts);
    config.csv = fields.optional("csv").table().map(|table| read_map(table, FieldMap::csv()));
    config.ndjson =
        fields.optional("ndjson").table().map(|table| read_map(table, FieldMap::ndjson()));
    let zone = config.zone.clone().unwrap_or(TimeZone::UTC);
    if let Some(table) = fields.optional("retention").table() {
        config.retention = retention::read(table);
    }
    if let Some(alerts) = fields.optional("alerts").table() {
        config.alerts = alerts::read(alerts, directory, &zone);
    }
    if let Some(report) = fields.optional("report").table() {
        config.report = report::read(report, directory, &zone);
    }
    fields.finish();
    config
}

/// Reads the name of a time zone.
pub(super) fn read_zone<'d>(fields: &mut Fields<'d>, key: &'d str) -> Option<TimeZone> {
    let name = fields.optional(key).text()?;
    let zone = TimeZone::get(&name).ok();
    if zone.is_none() {
        fields.report_at(
            key,
            format!(
                "`{name}` is not a time zone, expected a name such as `Europe/Berlin` or `UTC`"
            ),
            Some("names are those of the IANA time zone database".into()),
        );
    }
    zone
}

fn read_runbook(fields: &mut Fields<'_>) -> Option<String> {
    let address = fields.optional("runbook").text()?;
    if is_page(&address) {
        return Some(address);
    }
    let message = format!(
        "`{address}` is not the address of a page, \
         expected one such as `https://wiki.example.org/runbook.html`"
    );
    let hint = "it begins with `https://`, `http://` or `file://`, and has neither a space nor `#`";
    fields.report_at("runbook", message, Some(hint.into()));
    None
}

/// Returns true for an address behind which `#` and an id may be put.
fn is_page(address: &str) -> bool {
    let rest = ["https://", "http://", "file:///"].iter().find_map(|scheme| {
        let rest = address.strip_prefix(scheme)?;
        rest.starts_with(|c: char| c.is_alphanumeric() || "[~_.%".contains(c)).then_some(rest)
    });
    let is_bad = |c: char| c.is_whitespace() || c.is_control() || "#<>\"`\\".contains(c);
    rest.is_some_and(|rest| !rest.contains(is_bad))
}

fn read_redact(mut fields: Fields<'_>, directory: &Path) -> (Option<PathBuf>, Vec<MaskRule>) {
    let key_file = fields.optional("key_file").text().map(|path| directory.join(path));
    let masks = fields.optional("mask").tables().into_iter().filter_map(read_mask).collect();
    fields.finish();
    (key_file, masks)
}

fn read_mask(mut fields: Fields<'_>) -> Option<MaskRule> {
    let kind = fields.required("kind").word(&Kind::ALL, Kind::name);
    let regex = fields.required("regex").text();
    // An expression is checked even where its kind is wrong, so that both are said at once.
    let is_known = kind.is_some();
    let mask = regex.map(|regex| MaskRule { kind: kind.unwrap_or(Kind::Value), regex });
    let compile = |mask: &MaskRule| {
        Masker::new(PseudonymKey::from_bytes([0; 32]), std::slice::from_ref(mask))
    };
    if let Some(Err(error)) = mask.as_ref().map(compile) {
        fields.report_at("regex", error.to_string(), None);
    }
    fields.finish();
    mask.filter(|_| is_known)
}

fn read_text_format(mut fields: Fields<'_>) -> Option<TextFormat> {
    let name = fields.required("name").text();
    let begin = fields.required("begin").text();
    let time_format = fields.optional("time_format").text();
    let zone = fields.optional("timezone").text();
    let format = name.zip(begin).and_then(|(name, begin)| {
        match TextFormat::new(TextSpec { name, begin, time_format, zone }) {
            Ok(format) => Some(format),
            Err(error) => {
                let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
                fields.report(format!("{error}{}", cause.unwrap_or_default()), None);
                None
            }
        }
    });
    fields.finish();
    format
}

/// Reads a mapping of names; one name may be written without a list.
fn read_map(mut fields: Fields<'_>, mut map: FieldMap) -> FieldMap {
    for (key, names) in [
        ("time", &mut map.time),
        ("component", &mut map.component),
        ("type", &mut map.kind),
        ("id", &mut map.id),
        ("text", &mut map.text),
        ("tags", &mut map.tags),
    ] {
        if let Some(found) = fields.optional(key).one_or_many() {
            *names = found;
        }
    }
    map.time_format = fields.optional("time_format").text();
    fields.finish();
    map
}
