//! Both formats, over a small catalogue with one rule of each kind and over the whole.

use std::path::Path;

use jiff::civil::Date;

use super::*;
use crate::catalogue::{Catalogue, PatternFile};
use crate::markup::policy_hash;

const HEAD: &str = r#"status = "stable"
severity = "error"
nature = "temporary"
stops = true
toil_minutes = 20
cause = "The <b>host</b> is down & out; see also net.b, net.none and `ping`."
fix = "Start it."
owner = "infrastructure"
escalation = [{ after = "90m", to = "vendor", how = "Open a case, as for net.b." }]
references = ["https://example.org/?a=1&b=2", "Book <2>"]
applies_to = ["iguana-x", "iguana-6"]
review_by = "2026-06-01"
"#;

const ENTRY: &str = r#"
[rule.match]
any = ["no <listener>"]
not = ["`tick`"]
regex = 'no <listener> on (?<host>\S+)'

[[rule.examples]]
line = "no <listener> on \"a&b\""

[[rule.examples]]
line = "```\nno <listener> on c"

[[rule.counter_examples]]
line = "some listener </pre><script>"
because = "it is net.b"
"#;

const COURSE: &str = r#"
[rule.when]
rules = ["net.a", "net.b"]
count = 3
within = "10m"
apart = "2s"
scope = "server"
group_by = ["host"]
until = ["net.b"]

[[rule.examples]]
entries = ["0s no <listener> on a", "90s no <listener> on a"]

[[rule.examples]]
entries = ["0s no <listener> on b"]

[[rule.counter_examples]]
entries = ["0s no <listener> on c"]
because = "once is net.a"
"#;

fn catalogue() -> Catalogue {
    let rule = |id: &str, more: &str, tail: &str| {
        format!("[[rule]]\nid = \"{id}\"\ntitle = \"Title of {id} <i>\"\n{HEAD}{more}{tail}\n")
    };
    let text = [
        rule(
            "net.a",
            "group_by = [\"host\"]\nsymptom_of = [\"net.b\"]\noutcome = \"stopped\"\n",
            ENTRY,
        ),
        rule("net.b", "fallback = true\n", ENTRY),
        rule("net.c", "routine = true\n", ENTRY),
        rule("net.often", "", COURSE),
    ];
    let file = PatternFile { path: Path::new("net.toml").into(), text: text.concat() };
    Catalogue::parse(vec![file], Vec::new())
        .unwrap_or_else(|error| panic!("{:?}", error.findings()))
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Returns the article of a rule.
#[track_caller]
fn article(page: &str, id: &str) -> String {
    let start = page.find(&format!("<article id=\"{id}\"")).unwrap();
    let rest = page.get(start..).unwrap();
    rest.split_inclusive("</article>").next().unwrap().into()
}

#[test]
fn a_rule_is_told_in_full_and_escaped() {
    let page = render_html(&catalogue(), day("2026-06-02"));
    insta::assert_snapshot!(article(&page, "net.a"), @r##"
    <article id="net.a" class="error">
    <h3><a href="#net.a">Title of net.a &lt;i&gt;</a></h3>
    <p class="tags"><span class="severity"><span aria-hidden="true">▲</span> error</span> <code>net.a</code></p>
    <dl>
    <dt>Cause</dt><dd>The &lt;b&gt;host&lt;/b&gt; is down &amp; out; see also <a href="#net.b">net.b</a>, net.none and <code>ping</code>.</dd>
    <dt>Fix</dt><dd>Start it.</dd>
    <dt>Owner</dt><dd>infrastructure; about 20 minutes each time</dd>
    <dt>Escalation</dt><dd><strong>after 90 minutes to vendor: </strong>Open a case, as for <a href="#net.b">net.b</a>.</dd>
    <dt>Effect</dt><dd>usually stops the component; temporary, passes by itself</dd>
    <dt>Outcome</dt><dd>the component stopped</dd>
    <dt>Recognized by</dt><dd>one of: <code>no &lt;listener&gt;</code></dd><dd>none of: <code>`tick`</code></dd>
    <dt>Captures</dt><dd><code>host</code></dd>
    <dt>Split by</dt><dd>one problem for each <code>host</code></dd>
    <dt>Related</dt><dd>a symptom, where met at about the same time, of <a href="#net.b">net.b</a></dd>
    <dt>References</dt><dd><a href="https://example.org/?a=1&amp;b=2" rel="noreferrer">https://example.org/?a=1&amp;b=2</a></dd><dd>Book &lt;2&gt;</dd>
    <dt>Written by</dt><dd>Iguana X, Iguana 6</dd>
    <dt>Status</dt><dd>stable; <strong>review is overdue since 2026-06-01</strong></dd>
    </dl>
    <h4>How it looks in the log</h4>
    <pre class="example">
    no &lt;listener&gt; on &quot;a&amp;b&quot;</pre>
    <pre class="example">
    ```
    no &lt;listener&gt; on c</pre>
    <h4>Not this</h4>
    <p>it is <a href="#net.b">net.b</a>:</p><pre>
    some listener &lt;/pre&gt;&lt;script&gt;</pre>
    </article>
    "##);
}

#[test]
fn a_course_is_told_in_words() {
    let page = render_html(&catalogue(), day("2026-06-01"));
    insta::assert_snapshot!(article(&page, "net.often"), @r##"
    <article id="net.often" class="error">
    <h3><a href="#net.often">Title of net.often &lt;i&gt;</a></h3>
    <p class="tags"><span class="severity"><span aria-hidden="true">▲</span> error</span> <code>net.often</code></p>
    <p class="note">Several entries: no entry tells it alone, only what comes in which time.</p>
    <dl>
    <dt>Cause</dt><dd>The &lt;b&gt;host&lt;/b&gt; is down &amp; out; see also <a href="#net.b">net.b</a>, net.none and <code>ping</code>.</dd>
    <dt>Fix</dt><dd>Start it.</dd>
    <dt>Owner</dt><dd>infrastructure; about 20 minutes each time</dd>
    <dt>Escalation</dt><dd><strong>after 90 minutes to vendor: </strong>Open a case, as for <a href="#net.b">net.b</a>.</dd>
    <dt>Effect</dt><dd>usually stops the component; temporary, passes by itself</dd>
    <dt>Recognized by</dt><dd>what counts: events of <a href="#net.a">net.a</a>, <a href="#net.b">net.b</a></dd><dd>how often: 3 events or more within 10 minutes on one server, whatever the component, each <code>host</code> counted apart</dd><dd>one that comes less than 2 seconds after another is the same one</dd><dd>it ends with an event of <a href="#net.b">net.b</a>, or when none comes for 10 minutes</dd>
    <dt>References</dt><dd><a href="https://example.org/?a=1&amp;b=2" rel="noreferrer">https://example.org/?a=1&amp;b=2</a></dd><dd>Book &lt;2&gt;</dd>
    <dt>Written by</dt><dd>Iguana X, Iguana 6</dd>
    <dt>Status</dt><dd>stable; review by 2026-06-01</dd>
    </dl>
    <h4>How it looks in the log</h4>
    <pre class="example">
    +0s    no &lt;listener&gt; on a
    +90s   no &lt;listener&gt; on a</pre>
    <pre class="example">
    +0s    no &lt;listener&gt; on b</pre>
    <h4>Not this</h4>
    <p>once is <a href="#net.a">net.a</a>:</p><pre>
    +0s    no &lt;listener&gt; on c</pre>
    </article>
    "##);
}

#[test]
fn markdown_says_the_same() {
    let page = render_markdown(&catalogue(), day("2026-06-02"));
    let rules = page.split("\n## net\n").nth(1).unwrap();
    let first = rules.split("<a id=\"net.b\">").next().unwrap();
    insta::assert_snapshot!(first, @r##"
    <a id="net.a"></a>

    ### Title of net.a \<i\>

    **error** `net.a`

    - **Cause**: The \<b\>host\</b\> is down &amp; out; see also [`net.b`](#net.b), net.none and `ping`.
    - **Fix**: Start it.
    - **Owner**: infrastructure; about 20 minutes each time
    - **Escalation**: **after 90 minutes to vendor:** Open a case, as for [`net.b`](#net.b).
    - **Effect**: usually stops the component; temporary, passes by itself
    - **Outcome**: the component stopped
    - **Recognized by**:
      - one of: `no <listener>`
      - none of: \`tick\`
    - **Captures**: `host`
    - **Split by**: one problem for each `host`
    - **Related**: a symptom, where met at about the same time, of [`net.b`](#net.b)
    - **References**:
      - <https://example.org/?a=1&b=2>
      - Book \<2\>
    - **Written by**: Iguana X, Iguana 6
    - **Status**: stable; **review is overdue since 2026-06-01**

    #### How it looks in the log

    ```text
    no <listener> on "a&b"
    ```

    ````text
    ```
    no <listener> on c
    ````

    #### Not this

    it is [`net.b`](#net.b):

    ```text
    some listener </pre><script>
    ```
    "##);
    for part in [
        "<a id=\"net.often\"></a>",
        "3 events or more within 10 minutes on one server",
        "> Fallback",
        "# Iguana runbook\n\n4 known problems, each with cause, fix and owner. ",
        "## By owner\n\n**infrastructure**\n\n- [Title of net.a \\<i\\>](#net.a)\n",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn rules_of_other_kinds_are_marked() {
    let page = render_html(&catalogue(), day("2026-06-02"));
    assert!(article(&page, "net.b").contains("class=\"note\">Fallback: "));
    assert!(article(&page, "net.c").contains("class=\"note\">Normal work: "));
    assert!(article(&page, "net.often").contains("class=\"note\">Several entries: "));
    assert!(!article(&page, "net.a").contains("class=\"note\""));
}

#[test]
fn the_whole_catalogue_is_one_page_without_network() {
    let catalogue = Catalogue::builtin().unwrap();
    let page = render_html(&catalogue, day("2026-12-01"));
    assert_eq!(page, render_html(&catalogue, day("2026-12-01")));
    for rule in catalogue.rules() {
        assert_eq!(page.matches(&format!("<article id=\"{}\"", rule.id)).count(), 1);
    }
    // 400 rules of this size stay around 1 MB.
    let per_rule = page.len() / catalogue.rules().len();
    assert!(per_rule < 3_000, "{per_rule} bytes a rule");
    for loaded in [" src=", "url(", "<link", "@import", "<iframe", " style=", " onclick="] {
        assert!(!page.contains(loaded), "{loaded}");
    }
}

#[test]
fn the_policy_names_the_style_and_the_script_of_the_page() {
    let page = render_html(&catalogue(), day("2026-06-02"));
    for tag in ["style", "script"] {
        let (open, close) = (format!("\n<{tag}>"), format!("</{tag}>"));
        let inside = page.split(&open).nth(1).and_then(|rest| rest.split(&close).next());
        let hash = policy_hash(inside.unwrap());
        assert!(page.contains(&format!("{tag}-src {hash};")), "{tag}");
    }
}
