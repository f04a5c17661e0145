use super::*;
use crate::model::{EntryKind, Millis};
use crate::sample::{Related, SampleEntry};

fn entry(kind: EntryKind, text: &str) -> SampleEntry {
    SampleEntry {
        component: "4bXq".into(),
        component_name: "ADT Inbound".into(),
        kind,
        time: Millis::new(1_788_739_200_007),
        index: 2,
        related: None,
        sequence: 5,
        queue: 0,
        tags: "".into(),
        text: text.into(),
    }
}

fn utf8(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_text_line_has_time_component_type_and_id() {
    let bytes = text::file(&[entry(EntryKind::Error, "no\nway")]);
    let want = "[2026-09-07 00:00:00.007] [ADT Inbound] [Error] [4bXq-1788739200007-2] no\nway\n";
    assert_eq!(utf8(&bytes), want);
}

#[test]
fn a_service_log_line_has_time_and_tab() {
    let bytes = service_log::file(&[entry(EntryKind::Trace, "Shutdown complete.")]);
    assert_eq!(utf8(&bytes), "[2026-09-07 00:00:00]\tShutdown complete.\n");
}

#[test]
fn csv_quotes_what_would_break_a_record() {
    let bytes =
        csv::file(&[entry(EntryKind::Info, "a"), entry(EntryKind::Warning, "say \"b\",\r")]);
    let want = "Message Id,Time,Channel,Type,Text\r\n\
        20260907-1048576,2026-09-07 00:00:00.007,ADT Inbound,Info,a\r\n\
        20260907-1048673,2026-09-07 00:00:00.007,ADT Inbound,Warning,\"say \"\"b\"\",\r\"\r\n";
    assert_eq!(utf8(&bytes), want);
}

#[test]
fn xml_escapes_markup_and_line_ends() {
    let bytes = api_xml::file(&[entry(EntryKind::Message, "MSH|^~\\&|\rMSA|AA|1 <\"\r")]);
    let want = "<export success=\"true\">\n  <message message_id=\"20260907-1048576\" type=\"Ack Msg\" time_stamp=\"2026-09-07 00:00:00.007\" source_name=\"ADT Inbound\" reference_id=\"0-0\" data=\"MSH|^~\\&amp;|&#13;MSA|AA|1 &lt;&quot;&#13;\"/>\n</export>\n";
    assert_eq!(utf8(&bytes), want);
}

#[test]
fn xml_refers_to_the_related_entry() {
    let message = entry(EntryKind::Message, "MSH|");
    let related =
        Some(Related { component: "4bXq".into(), time: message.time, index: message.index });
    let error = SampleEntry { related, index: 3, ..entry(EntryKind::Error, "no") };
    let bytes = api_xml::file(&[message, error]);
    assert!(utf8(&bytes).contains("reference_id=\"20260907-1048576\" data=\"no\""));
}

#[test]
fn a_retrieved_item_has_its_numbers_as_strings() {
    let tagged = SampleEntry { tags: "#error #web".into(), ..entry(EntryKind::Trace, "no\r") };
    let bytes = ndjson::file(&[tagged]);
    let want = r##"{"type":"5","time":"1788739200007","id":"2","size":"3","comp":"4bXq","rel_comp":"","rel_time":"0","rel_id":"0","sid":"5","qid":"0","tags":["#error","#web"],"match":false,"content":"no\r"}"##;
    assert_eq!(utf8(&bytes), format!("{want}\n"));
}
