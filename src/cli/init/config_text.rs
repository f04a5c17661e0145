//! A configuration with comments, from what was found.

use std::collections::BTreeSet;
use std::path::Path;

use crate::locate::{Found, Instance, Kind, host_name, zone_name};

/// What the configuration is made from.
#[derive(Debug)]
pub(super) struct Plan<'p> {
    pub(super) found: &'p Found,
    pub(super) root: &'p Path,
    pub(super) db: Option<&'p Path>,
}

const HEAD: &str = "\
# Configuration of Dewlap. Paths count from the directory of this file; all keys are in README.
# `dewlap config check` shows every fault of it, `dewlap doctor` what would stop it from working.

";

const EXAMPLE: &str = r#"
# No Iguana was found. Name its logs, then take the `#` away:
#
# [[source]]
# name = "iguana-x"
# iguana = "/home/iguana/.IguanaX"      # its working directory
#
# [[source]]
# name = "engine"
# files = ["/var/log/iguana/*.log"]     # text logs
"#;

/// Renders a configuration that `config check` accepts.
pub(super) fn render_config(plan: &Plan<'_>) -> String {
    let server = host_name(plan.root).unwrap_or_else(|| "iguana".into());
    let zone = match zone_name(plan.root) {
        Some(zone) => format!("timezone = {}   # of times without a zone", quoted(&zone)),
        None => "# timezone = \"America/Toronto\"   # of times without a zone; else UTC".into(),
    };
    let db = plan.db.map_or_else(|| "dewlap.db".into(), |db| db.to_string_lossy().into_owned());
    let settings = [
        format!("server = {}   # the name of the Iguana server in reports", quoted(&server)),
        zone,
        format!("db = {}   # the store; keep it where only this account can read", quoted(&db)),
        "health = \"127.0.0.1:9464\"   # `follow` tells here how it is; `off`: nowhere\n".into(),
    ];
    let mut text = HEAD.to_owned() + &settings.join("\n");
    let mut names = BTreeSet::new();
    for instance in &plan.found.instances {
        text.push_str(&source(instance, &mut names));
    }
    if names.is_empty() {
        text.push_str(EXAMPLE);
    }
    text
}

/// Renders a source, with a name of its own; one that cannot be read becomes a comment.
fn source(instance: &Instance, names: &mut BTreeSet<String>) -> String {
    let path = instance.path.to_string_lossy();
    if instance.is_closed() {
        return format!(
            "\n# {path}: only Iguana can open its logs.\n# Save what its HTTP interface answers, \
             or have it write plain logs (`logt`).\n"
        );
    }
    let (stem, setting) = match &instance.kind {
        Kind::TextLogs => {
            let glob = instance.path.join("*.log");
            ("text-logs", format!("files = [{}]", quoted(&glob.to_string_lossy())))
        }
        Kind::WorkingDir { .. } | Kind::Classic => {
            ("iguana-x", format!("iguana = {}", quoted(&path)))
        }
    };
    let number = names.iter().filter(|name| name.starts_with(stem)).count() + 1;
    let name = if number == 1 { stem.to_owned() } else { format!("{stem}-{number}") };
    let text = format!("\n[[source]]\nname = {}\n{setting}\n", quoted(&name));
    let remark = "# server = \"another\"   # where it is not the server above\n";
    names.insert(name);
    if number == 1 { text } else { text + remark }
}

/// Quotes a text for TOML, whose strings know every escape of JSON's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
