//! The configurations of other pipelines.

use super::conditions::Translated;
use super::limits::Limit;

/// What is said before the list of limits.
const WHAT: &str = "The errors of Iguana that Dewlap knows. The first rule that matches wins; the most specific come first.";
const PARTS: &str = "Rules look at the whole text. Dewlap tries the innermost error first, and sees \
    texts with patient data masked; here the words around an error are only passed over.";

/// Renders filters of Fluent Bit.
pub(super) fn fluent_bit(rules: &[Translated<'_>], limits: &[Limit], hash: &str) -> String {
    let mut out = vec![head(
        limits,
        hash,
        &[
            "Name this file under `includes:` of a YAML configuration, behind the inputs and parsers.",
            "The text is looked for in the key `log`; change it where a parser puts it elsewhere.",
        ],
    )];
    out.push("pipeline:\n  filters:\n".into());
    for rule in rules {
        let (id, severity, owner) = names(rule);
        let conditions = rule.must.iter().map(|regex| format!("Key_value_matches log {regex}"));
        let refusals =
            rule.must_not.iter().map(|regex| format!("Key_value_does_not_match log {regex}"));
        out.push("    - name: modify\n      match: '*'\n      condition:\n".into());
        out.push("        - 'Key_does_not_exist dewlap_rule'\n".into());
        for condition in conditions.chain(refusals) {
            out.push(format!("        - '{condition}'\n"));
        }
        out.push("      add:\n".into());
        for (key, value) in
            [("dewlap_rule", id), ("dewlap_severity", severity), ("dewlap_owner", owner)]
        {
            out.push(format!("        - '{key} {value}'\n"));
        }
    }
    out.concat()
}

/// Renders a transform of Vector.
pub(super) fn vector(rules: &[Translated<'_>], limits: &[Limit], hash: &str) -> String {
    let mut out = vec![head(
        limits,
        hash,
        &[
            "Start Vector with `--config dewlap.toml` beside your own, and set `inputs` to the source of the logs.",
            "The text is looked for in `.message`.",
        ],
    )];
    out.push("[transforms.dewlap]\ntype = \"remap\"\ninputs = [\"iguana\"]\nsource = '''\n".into());
    out.push("text = string(.message) ?? \"\"\nrule = \"\"\n".into());
    for rule in rules {
        let (id, severity, owner) = names(rule);
        let conditions = rule.must.iter().map(|regex| format!("match(text, r'{regex}')"));
        let refusals = rule.must_not.iter().map(|regex| format!("!match(text, r'{regex}')"));
        let all: Vec<String> = conditions.chain(refusals).collect();
        out.push(format!("if rule == \"\" && {} {{\n", all.join(" && ")));
        out.push(format!("  rule = \"{id}\"\n  .dewlap_severity = \"{severity}\"\n"));
        out.push(format!("  .dewlap_owner = \"{owner}\"\n}}\n"));
    }
    out.push("if rule != \"\" {\n  .dewlap_rule = rule\n}\n'''\n".into());
    out.concat()
}

/// Renders a processor of the OpenTelemetry Collector.
pub(super) fn otel(rules: &[Translated<'_>], limits: &[Limit], hash: &str) -> String {
    let mut out = vec![head(
        limits,
        hash,
        &[
            "Start the collector with `--config dewlap.yaml` beside your own, and name `transform/dewlap` in the processors of the logs pipeline.",
            "The text is looked for in the body.",
        ],
    )];
    out.push("processors:\n  transform/dewlap:\n    error_mode: ignore\n".into());
    out.push("    log_statements:\n      - context: log\n        statements:\n".into());
    for rule in rules {
        let (id, severity, owner) = names(rule);
        // A string of this language reads backslashes, and so does the expression in it.
        let is_match =
            |regex: &String| format!("IsMatch(body, \"{}\")", regex.replace('\\', "\\\\"));
        let conditions = rule.must.iter().map(is_match);
        let refusals = rule.must_not.iter().map(|regex| format!("not {}", is_match(regex)));
        let all: Vec<String> = conditions.chain(refusals).collect();
        let set = |key: &str, value: &str, when: &str| {
            format!("          - 'set(attributes[\"{key}\"], \"{value}\") where {when}'\n")
        };
        let is_free = format!("attributes[\"dewlap_rule\"] == nil and {}", all.join(" and "));
        let is_this = format!("attributes[\"dewlap_rule\"] == \"{id}\"");
        out.push(set("dewlap_rule", id, &is_free));
        out.push(set("dewlap_severity", severity, &is_this));
        out.push(set("dewlap_owner", owner, &is_this));
    }
    out.concat()
}

/// Renders a rewrite rule of syslog-ng.
pub(super) fn syslog_ng(rules: &[Translated<'_>], limits: &[Limit], hash: &str) -> String {
    let mut out = vec![head(
        limits,
        hash,
        &[
            "Put `@include \"dewlap.conf\"` into syslog-ng.conf, and `rewrite(r_dewlap);` into the log path behind the source.",
            "Log it with $dewlap_rule, $dewlap_severity and $dewlap_owner. The text is looked for in $MESSAGE.",
        ],
    )];
    out.push("rewrite r_dewlap {\n".into());
    for rule in rules {
        let (id, severity, owner) = names(rule);
        let is_match =
            |regex: &String| format!("match('{regex}' value(\"MESSAGE\") type(\"pcre\"))");
        let conditions = rule.must.iter().map(is_match);
        let refusals = rule.must_not.iter().map(|regex| format!("not {}", is_match(regex)));
        let all: Vec<String> = conditions.chain(refusals).collect();
        let set = |key: &str, value: &str, when: &str| {
            format!("  set(\"{value}\" value(\"{key}\") condition({when}));\n")
        };
        let is_free = format!("\"${{dewlap_rule}}\" eq \"\" and {}", all.join(" and "));
        let is_this = format!("\"${{dewlap_rule}}\" eq \"{id}\"");
        out.push(set("dewlap_rule", id, &is_free));
        out.push(set("dewlap_severity", severity, &is_this));
        out.push(set("dewlap_owner", owner, &is_this));
    }
    out.push("};\n".into());
    out.concat()
}

/// Returns the comment that each text begins with.
fn head(limits: &[Limit], hash: &str, usage: &[&str]) -> String {
    let mut lines =
        vec![WHAT.to_owned(), format!("Catalogue {hash}, by `dewlap patterns export`.")];
    lines.push(String::new());
    lines.extend(usage.iter().map(ToString::to_string));
    lines.push(String::new());
    lines.push(format!("What cannot be said here: {PARTS}"));
    for limit in limits {
        lines.push(format!("{} ({}):", limit.what, limit.ids.len()));
        lines.extend(limit.ids.iter().map(|id| format!("  {id}")));
    }
    let commented = lines.iter().map(|line| match line.as_str() {
        "" => "#\n".to_owned(),
        line => format!("# {line}\n"),
    });
    commented.collect::<Vec<_>>().concat()
}

fn names<'t>(rule: &Translated<'t>) -> (&'t str, &'static str, &'static str) {
    (rule.rule.id.as_str(), rule.rule.severity.name(), rule.rule.owner.name())
}
