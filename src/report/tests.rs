use std::collections::BTreeMap;

use super::fixture::*;
use super::*;
use crate::model::{Outcome, Period, ProblemState, RuleId};

/// Returns the report as text without color.
fn text(input: ReportInput, width: usize) -> String {
    render_text(&Report::new(input), TextStyle { width, color: Color::Never })
}

/// Returns the JSON with an object or a list to a line.
fn json_lines(input: ReportInput) -> String {
    render_json(&Report::new(input)).replace("},", "},\n").replace("],", "],\n")
}

/// Returns each problem of the ranking as id, cost, stops and episodes.
#[track_caller]
fn check_costs(input: ReportInput, want: &[(&str, u64, u64, u64)]) {
    let report = Report::new(input);
    let have: Vec<_> = report
        .problems
        .iter()
        .map(|problem| (problem.id(), problem.cost_minutes, problem.stops, problem.episodes))
        .collect();
    assert_eq!(have, want);
}

#[test]
fn the_text_is_read_from_the_worst_to_the_least() {
    insta::assert_snapshot!(text(small(), 100), @r"
    Recurring problems of 2026-W37 on iguana-a

    Fix 1 of 2 problems and 82 % of the cost of 2026-W37 is gone; 1 is new, 1 has gone quiet.
    Costliest: Oracle refuses a duplicate key on iguana-a, 82 %, owner integration-engineer.

    read        52,400 entries (+4 %): 52,000 messages (+4 %), 400 traces (-20 %)
    kept        123 events (+137 %): 98 % known, 2 % unknown
                changes are against 2026-W36

    ── Problems, costliest first ───────────────────────────────────────────────────────────────────────
    #  problem                                 count  episodes  trend  cost    sum  owner
    1  Oracle refuses a duplicate key            120         2  up 3x  82 %   82 %  integration-engineer
         ADT In
    2  unknown: Field <*> of segment <*> is        3         1  new    19 %  100 %  -
       odd
         Lab In

    The whole cost is 1 h 32 min.
    Cost: (handling minutes of the rule + 2 each time the failures of an episode double) x episodes,
    plus 15 for each stop (at most one per component and episode); an unknown counts 15 an episode. What
    another problem explains counts there. An episode is a run of hours with events; two empty hours end
    it.

    ── New this week ───────────────────────────────────────────────────────────────────────────────────
    problem                                   count  first seen (UTC)
    unknown: Field <*> of segment <*> is odd      3  2026-09-08 06:10
      Lab In

    ── Gone quiet ──────────────────────────────────────────────────────────────────────────────────────
    problem      before  last seen (UTC)
    net.refused      12  2026-09-05 11:00
      Lab In

    ── In detail ───────────────────────────────────────────────────────────────────────────────────────

    1. Oracle refuses a duplicate key
       db-oracle.unique-constraint on iguana-a; error, content, cost 1 h 15 min (82 % of all)
       where       ADT In
       how often   120 events in 2 episodes, 3 days apart on average
       trend       up 3x from 40 in 2026-W36  ·▁▃█  4 weeks
       when        always 06:00-07:00 UTC, 67 % on Thu 10 Sep
       days        Mon ▄··█··· Sun
       seen        first 2026-03-01 04:12, last 2026-09-10 06:40 UTC
       outcome     component stopped: 1; went on: 119
       values      constraint: HL7.PK_VISIT (120)
       cause       The row is there already, as a rule because a message was sent twice.
       fix         Look the key up in the table; where the row is right, skip the message.
       owner       integration-engineer; about 20 min each time
       example     ORA-00001: unique constraint (HL7.PK_VISIT) violated
                     for [name:k3f9a0c2]
                   guid-ADT In-1788761234567-1 in /var/iguana/logs/2026_09_07.log

    ── Unknowns worth a rule ───────────────────────────────────────────────────────────────────────────
    count  cluster   what
        3  c-7f3a91  Field <*> of segment <*> is odd
                       Lab In
    A rule for one, written and tried: dewlap unknown ID draft

    ── Errors per 1,000 messages ───────────────────────────────────────────────────────────────────────
    per 1,000  component  errors  warnings  messages
          2.4  ADT In        120         0    50,000
    1 other component wrote no error.

    ── What was lost ───────────────────────────────────────────────────────────────────────────────────
    120,000 bytes in 1 gap could not be read.
      bytes  file                             reason
    120,000  /var/iguana/logs/2026_09_08.log  damaged envelope

    store 4f2a · catalogue 9c01 · window 2026-09-07 00:00 to 2026-09-14 00:00 UTC
    ");
}

#[test]
fn markdown_says_the_same_as_text() {
    insta::assert_snapshot!(render_markdown(&Report::new(small())), @r"
    # Recurring problems of 2026-W37

    Servers: iguana-a

    **Fix 1 of 2 problems and 82 % of the cost of 2026-W37 is gone; 1 is new, 1 has gone quiet.**

    Costliest: Oracle refuses a duplicate key on iguana-a, 82 %, owner integration-engineer.

    - read: 52,400 entries (+4 %): 52,000 messages (+4 %), 400 traces (-20 %)
    - kept: 123 events (+137 %): 98 % known, 2 % unknown
    - changes are against 2026-W36

    ## Problems, costliest first

    | # | problem | components | count | episodes | trend | cost | sum | owner |
    | ---: | --- | --- | ---: | ---: | --- | ---: | ---: | --- |
    | 1 | Oracle refuses a duplicate key | ADT In | 120 | 2 | up 3x | 82 % | 82 % | integration-engineer |
    | 2 | unknown: Field \<\*\> of segment \<\*\> is odd | Lab In | 3 | 1 | new | 19 % | 100 % | - |

    **The whole cost is 1 h 32 min.**

    Cost: (handling minutes of the rule + 2 each time the failures of an episode double) x episodes, plus 15 for each stop (at most one per component and episode); an unknown counts 15 an episode. What another problem explains counts there. An episode is a run of hours with events; two empty hours end it.

    ## New this week

    | problem | count | first seen (UTC) |
    | --- | ---: | --- |
    | **unknown: Field \<\*\> of segment \<\*\> is odd**: Lab In | 3 | 2026-09-08 06:10 |

    ## Gone quiet

    | problem | before | last seen (UTC) |
    | --- | ---: | --- |
    | **net.refused**: Lab In | 12 | 2026-09-05 11:00 |

    ## In detail

    ### 1. Oracle refuses a duplicate key

    `db-oracle.unique-constraint` on iguana-a; error, content, cost 1 h 15 min (82 % of all)

    - **where:** ADT In
    - **how often:** 120 events in 2 episodes, 3 days apart on average
    - **trend:** up 3x from 40 in 2026-W36  ·▁▃█  4 weeks
    - **when:** always 06:00-07:00 UTC, 67 % on Thu 10 Sep
    - **days:** Mon ▄··█··· Sun
    - **seen:** first 2026-03-01 04:12, last 2026-09-10 06:40 UTC
    - **outcome:** component stopped: 1; went on: 119
    - **values:** constraint: HL7.PK\_VISIT (120)
    - **cause:** The row is there already, as a rule because a message was sent twice.
    - **fix:** Look the key up in the table; where the row is right, skip the message.
    - **owner:** integration-engineer; about 20 min each time

    ```text
    ORA-00001: unique constraint (HL7.PK_VISIT) violated
      for [name:k3f9a0c2]
    ```

    `guid-ADT In-1788761234567-1` in `/var/iguana/logs/2026_09_07.log`

    ## Unknowns worth a rule

    | count | cluster | what |
    | ---: | --- | --- |
    | 3 | `c-7f3a91` | **Field \<\*\> of segment \<\*\> is odd**: Lab In |

    A rule for one, written and tried: dewlap unknown ID draft

    ## Errors per 1,000 messages

    | per 1,000 | component | errors | warnings | messages |
    | ---: | --- | ---: | ---: | ---: |
    | 2.4 | ADT In | 120 | 0 | 50,000 |

    1 other component wrote no error.

    ## What was lost

    120,000 bytes in 1 gap could not be read.

    | bytes | file | reason |
    | ---: | --- | --- |
    | 120,000 | `/var/iguana/logs/2026_09_08.log` | damaged envelope |

    ---

    store 4f2a · catalogue 9c01 · window 2026-09-07 00:00 to 2026-09-14 00:00 UTC
    ");
}

#[test]
fn a_card_names_its_place_in_the_runbook() {
    const PLACE: &str = "https://wiki.example.org/runbook.html#db-oracle.down";
    let report = Report::new(rich());
    assert!(render_text(&report, TextStyle::default()).contains(&format!("runbook     {PLACE}\n")));
    assert!(render_markdown(&report).contains(&format!("**runbook:** <{PLACE}>")));
    assert!(render_json(&report).contains(&format!("\"runbook\":\"{PLACE}\"")));
}

#[test]
#[expect(clippy::too_many_lines, reason = "the snapshot is long")]
fn json_holds_every_derived_value() {
    insta::assert_snapshot!(json_lines(small()), @r#"
    {"window":{"name":"2026-W37","from":"2026-09-07T00:00:00.000Z","to":"2026-09-14T00:00:00.000Z","before":"2026-W36","unit":"week"},
    "headline":"Fix 1 of 2 problems and 82 % of the cost of 2026-W37 is gone; 1 is new, 1 has gone quiet.","servers":["iguana-a"],
    "silent_servers":[],
    "stored":{"from":"2026-03-01T00:00:00.000Z","to":"2026-09-14T00:00:00.000Z"},
    "has_history":true,"totals":{"entries":52400,"by_type":{"message":52000,"trace":400,"info":0,"debug":0,"warning":0,"error":0,"success":0},
    "events":123,"known":120,"fallback":0,"unknown":3},
    "totals_before":{"entries":50500,"by_type":{"message":50000,"trace":500,"info":0,"debug":0,"warning":0,"error":0,"success":0},
    "events":52,"known":52,"fallback":0,"unknown":0},
    "cost":{"total_minutes":92,"stop_minutes":15,"unknown_minutes":15,"doubling_minutes":2},
    "problems":[{"rank":1,"level":0,"kind":"known","rule":"db-oracle.unique-constraint","cluster":null,"title":"Oracle refuses a duplicate key","server":"iguana-a","count":120,"failures":120,"before":40,"trend":"up","episodes":2,"hours_between":72,"stops":1,"cost_minutes":75,"share_percent":81.5,"cumulative_percent":81.5,"weeks":[0,10,40,120],
    "days":[{"day":"2026-09-07","count":40},
    {"day":"2026-09-10","count":80}],
    "hours_of_day":[0,0,0,0,0,0,120,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    "hours_of_week":[[0,0,0,0,0,0,40,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    [0,0,0,0,0,0,80,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]],
    "first_seen":"2026-03-01T04:12:00.000Z","last_seen":"2026-09-10T06:40:00.000Z","outcomes":{"stopped":1,"continued":119,"retrying":0,"recovered":0},
    "values":{"constraint":[{"value":"HL7.PK_VISIT","count":120}]},
    "causes":{},
    "explained_by":null,"explains":[],
    "standing":null,"example":{"text":"ORA-00001: unique constraint (HL7.PK_VISIT) violated\n  for [name:k3f9a0c2]","entry":"guid-ADT In-1788761234567-1","path":"/var/iguana/logs/2026_09_07.log"},
    "places":[{"problem":"db-oracle.unique-constraint@ADT In","component":"guid-ADT In","component_name":"ADT In","split_by":{},
    "count":120,"failures":120,"before":40,"trend":"up","episodes":2,"stops":1,"weeks":[0,10,40,120],
    "first_seen":"2026-03-01T04:12:00.000Z","last_seen":"2026-09-10T06:40:00.000Z","entries":50120,"standing":null}],
    "card":{"id":"db-oracle.unique-constraint","title":"Oracle refuses a duplicate key","severity":"error","nature":"content","stops":false,"cause":"The row is there already, as a rule because a message was sent twice.","fix":"Look the key up in the table; where the row is right, skip the message.","owner":"integration-engineer","escalation":[],
    "toil_minutes":20,"fallback":false,"references":[],
    "runbook":null}},
    {"rank":2,"level":0,"kind":"unknown","rule":null,"cluster":"c-7f3a91","title":"Field <*> of segment <*> is odd","server":"iguana-a","count":3,"failures":3,"before":0,"trend":"new","episodes":1,"hours_between":null,"stops":0,"cost_minutes":17,"share_percent":18.5,"cumulative_percent":100.0,"weeks":[3],
    "days":[{"day":"2026-09-08","count":3}],
    "hours_of_day":[0,0,0,0,0,0,3,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    "hours_of_week":[[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    [0,0,0,0,0,0,3,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]],
    "first_seen":"2026-09-08T06:10:00.000Z","last_seen":"2026-09-10T06:40:00.000Z","outcomes":{"stopped":0,"continued":0,"retrying":0,"recovered":0},
    "values":{},
    "causes":{},
    "explained_by":null,"explains":[],
    "standing":null,"example":null,"places":[{"problem":"c-7f3a91@Lab In","component":"guid-Lab In","component_name":"Lab In","split_by":{},
    "count":3,"failures":3,"before":0,"trend":"new","episodes":1,"stops":0,"weeks":[3],
    "first_seen":"2026-09-08T06:10:00.000Z","last_seen":"2026-09-10T06:40:00.000Z","entries":2000,"standing":null}],
    "card":null}],
    "quiet":[{"rank":0,"level":0,"kind":"known","rule":"net.refused","cluster":null,"title":"net.refused","server":"iguana-a","count":0,"failures":0,"before":12,"trend":"quiet","episodes":0,"hours_between":null,"stops":0,"cost_minutes":0,"share_percent":0.0,"cumulative_percent":0.0,"weeks":[12,0],
    "days":[],
    "hours_of_day":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    "hours_of_week":[[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
    [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]],
    "first_seen":"2026-03-01T04:12:00.000Z","last_seen":"2026-09-05T11:00:00.000Z","outcomes":{"stopped":0,"continued":0,"retrying":0,"recovered":0},
    "values":{},
    "causes":{},
    "explained_by":null,"explains":[],
    "standing":null,"example":null,"places":[{"problem":"net.refused@Lab In","component":"guid-Lab In","component_name":"Lab In","split_by":{},
    "count":0,"failures":0,"before":12,"trend":"quiet","episodes":0,"stops":0,"weeks":[12,0],
    "first_seen":"2026-03-01T04:12:00.000Z","last_seen":"2026-09-05T11:00:00.000Z","entries":2000,"standing":null}],
    "card":null}],
    "progress":[],
    "actions":[],
    "courses":[],
    "unknowns":[{"cluster":"c-7f3a91","template":"Field <*> of segment <*> is odd","count":3,"servers":["iguana-a"],
    "components":["Lab In"],
    "example":null}],
    "fallbacks":[],
    "components":[{"server":"iguana-a","component":"guid-ADT In","name":"ADT In","entries":50120,"messages":50000,"errors":120,"warnings":0,"errors_per_1000_messages":2.4},
    {"server":"iguana-a","component":"guid-Lab In","name":"Lab In","entries":2000,"messages":2000,"errors":0,"warnings":0,"errors_per_1000_messages":0.0}],
    "silences":[],
    "gaps":[{"path":"/var/iguana/logs/2026_09_08.log","bytes":120000,"reason":"damaged envelope"}],
    "skipped":null,"destroyed":[],
    "overwritten":[],
    "health":null,"store":"4f2a","catalogue":"9c01"}
    "#);
}

#[test]
fn equal_inputs_in_another_order_give_the_same_bytes() {
    let mut turned = whole();
    turned.servers.reverse();
    turned.problems.reverse();
    turned.problems.rotate_left(5);
    turned.rules.reverse();
    turned.components.rotate_left(1);
    turned.gaps.reverse();
    for problem in &mut turned.problems {
        problem.values.values_mut().for_each(|values| values.reverse());
    }
    let (report, turned) = (Report::new(whole()), Report::new(turned));
    let style = TextStyle::default();
    assert_eq!(render_text(&report, style), render_text(&turned, style));
    for render in [render_markdown, render_html, render_json, render_csv] {
        assert_eq!(render(&report), render(&turned));
    }
}

#[test]
fn no_line_is_wider_than_the_page() {
    for width in [80, 95, 96, 100, 140] {
        for line in text(whole(), width).lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
            assert_eq!(line, line.trim_end(), "{width}");
        }
    }
}

#[test]
fn a_table_is_not_broken_on_a_narrow_page() {
    let table = |width| {
        let text = text(rich(), width);
        let lines = text.lines().skip_while(|line| !line.contains("episodes"));
        lines.take_while(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(table(40), table(80));
    let wide = text(rich(), 0);
    assert!(wide.lines().any(|line| line.starts_with("Fix 3 of 18 problems and ")), "{wide}");
}

#[test]
fn color_adds_nothing_but_color() {
    let report = Report::new(small());
    let style = |color| TextStyle { width: 100, color };
    let colored = render_text(&report, style(Color::Always));
    let stripped = anstream::adapter::strip_str(&colored).to_string();
    assert_ne!(colored, stripped);
    assert_eq!(stripped, render_text(&report, style(Color::Never)));
}

#[test]
fn nothing_from_a_log_reaches_the_terminal_as_a_command() {
    let report = Report::new(rich());
    for text in [render_text(&report, TextStyle::default()), render_markdown(&report)] {
        assert!(text.contains("[2Jin the"), "{text}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text}");
    }
}

#[test]
fn every_row_of_a_markdown_table_has_as_many_cells_as_its_header() {
    let mut input = whole();
    input.problems[0].component_name = "a|b\nc".into();
    let markdown = render_markdown(&Report::new(input));
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    for block in markdown.split("\n\n").filter(|block| block.starts_with('|')) {
        let counts: Vec<_> = block.lines().map(cells).collect();
        assert!(counts.iter().all(|count| *count == counts[0]), "{block}");
    }
}

#[test]
fn a_period_without_data_says_where_the_data_is() {
    let mut input = ReportInput::empty(week());
    input.stored =
        Some(Period { from: at("2026-03-01T10:00:00Z"), to: at("2026-08-30T22:15:00Z") });
    insta::assert_snapshot!(text(input, 100), @r"
    Recurring problems of 2026-W37

    No data for 2026-W37. Events exist from 2026-03-01 10:00 to 2026-08-30 22:15 UTC.

    store - · catalogue - · window 2026-09-07 00:00 to 2026-09-14 00:00 UTC
    ");
}

#[test]
fn a_period_without_data_calls_nothing_quiet() {
    let mut input = small();
    input.totals = Totals::default();
    input.problems.iter_mut().for_each(|problem| problem.hours = BTreeMap::new());
    let report = Report::new(input);
    assert!(report.is_empty());
    assert!(report.quiet.is_empty());
}

#[test]
fn a_week_without_events_is_good_news() {
    let mut input = small();
    input.totals.events = 0;
    input.problems.iter_mut().for_each(|problem| problem.hours = BTreeMap::new());
    let report = Report::new(input);
    assert_eq!(
        report.headline,
        "No problems in 2026-W37: 52,400 entries read, none of them an event; 2 have gone quiet."
    );
}

#[test]
fn a_server_that_wrote_nothing_has_no_problem_that_went_quiet() {
    let mut input = small();
    input.servers.push("iguana-b".into());
    input.problems[2].server = "iguana-b".into();
    let report = Report::new(input);
    assert_eq!(report.silent_servers, ["iguana-b"]);
    assert!(report.quiet.is_empty());
}

#[test]
fn a_problem_is_not_called_cured_where_its_component_is_silent() {
    let mut input = small();
    input.components.truncate(1);
    let report = Report::new(input);
    assert!(report.quiet[0].is_unheard());
    let text = render_text(&report, TextStyle::default());
    assert!(text.contains("its component wrote nothing at all"), "{text}");
}

#[test]
fn a_store_without_earlier_data_calls_nothing_new() {
    let mut input = small();
    input.stored = Some(week());
    input.totals_before = Totals::default();
    let report = Report::new(input);
    assert!(report.problems.iter().all(|problem| problem.trend == Trend::NoHistory));
    let text = render_text(&report, TextStyle::default());
    assert!(text.contains("nothing is stored from before 2026-W37"), "{text}");
    assert!(!text.contains("New this week"), "{text}");
}

#[test]
fn an_outage_of_many_components_is_one_episode() {
    let subject = || known("db-oracle.unique-constraint");
    let mut input = ReportInput::empty(week());
    input.rules = vec![rule("db-oracle.unique-constraint")];
    input.problems = vec![
        problem(subject(), "A", &[(1, 5), (2, 5)]),
        problem(subject(), "B", &[(3, 5)]),
        problem(subject(), "C", &[(9, 1)]),
    ];
    // 16 events in two episodes: eight failures each, three doublings.
    check_costs(input, &[("db-oracle.unique-constraint", 2 * (20 + 3 * 2), 0, 2)]);
}

#[test]
fn a_stop_counts_once_for_each_component_and_episode() {
    let mut input = ReportInput::empty(week());
    let mut stopping = problem(cluster("c-1", "x"), "A", &[(1, 500), (9, 500)]);
    stopping.outcomes = outcomes(&[(Outcome::Stopped, 1_000)]);
    let mut once = problem(cluster("c-1", "x"), "B", &[(1, 2)]);
    once.outcomes = outcomes(&[(Outcome::Stopped, 1)]);
    input.problems = vec![stopping, once];
    // 501 failures an episode: eight doublings.
    check_costs(input, &[("c-1", 2 * (15 + 8 * 2) + 3 * 15, 3, 2)]);
}

#[test]
fn problems_rank_by_cost_then_count_then_id() {
    let mut input = ReportInput::empty(week());
    input.problems = vec![
        problem(cluster("c-b", "x"), "A", &[(1, 5)]),
        problem(cluster("c-a", "x"), "A", &[(1, 5)]),
        problem(cluster("c-c", "x"), "A", &[(1, 6)]),
        problem(cluster("c-d", "x"), "A", &[(1, 1), (9, 1)]),
    ];
    check_costs(
        input,
        &[("c-d", 30, 0, 2), ("c-c", 19, 0, 1), ("c-a", 19, 0, 1), ("c-b", 19, 0, 1)],
    );
}

#[test]
fn shares_add_up_to_the_whole() {
    let report = Report::new(rich());
    let last = report.problems.last().unwrap();
    assert_eq!(last.cumulative_permille, 1_000);
    let sum: u64 = report.problems.iter().map(|problem| problem.cost_minutes).sum();
    assert_eq!(report.cost.total_minutes, sum);
}

#[test]
fn a_known_problem_in_a_new_place_is_told_as_new() {
    let text = text(rich(), 100);
    assert!(text.contains("known before, now also in Lab In on iguana-b"), "{text}");
}

#[test]
fn limits_shorten_text_and_not_json() {
    let mut input = rich();
    input.limits = Limits { rows: 2, cards: 1, others: 1 };
    let report = Report::new(input);
    let text = render_text(&report, TextStyle::default());
    assert!(text.contains("and 16 more"), "{text}");
    assert!(text.contains("\n1. Oracle") && !text.contains("\n2. Oracle"), "{text}");
    let whole = Report::new(rich());
    assert_eq!(render_json(&report), render_json(&whole));
    assert_eq!(render_csv(&report), render_csv(&whole));
    assert!(render_html(&report).len() < render_html(&whole).len());
}

#[test]
fn a_table_for_spreadsheets_has_every_problem_once() {
    let report = Report::new(whole());
    let csv = render_csv(&report);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    let mut rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let header = rows.remove(0);
    let column = |name: &str| {
        let index = header.iter().position(|header| header == name).unwrap();
        rows.iter().map(|row| row[index].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(column("rank").len(), report.problems.len() + report.quiet.len());
    let minutes: u64 = column("cost_minutes").iter().map(|cell| cell.parse::<u64>().unwrap()).sum();
    assert_eq!(report.cost.total_minutes, minutes);
    assert!(column("explained_by").contains(&"db-oracle.down".to_owned()));
}

#[test]
fn a_rule_that_the_catalogue_lost_is_still_reported() {
    let mut input = small();
    input.rules.clear();
    let report = Report::new(input);
    let rule = report.problems[0].rule.as_ref().map(RuleId::as_str);
    assert_eq!(rule, Some("db-oracle.unique-constraint"));
    let text = render_text(&report, TextStyle::default());
    assert!(text.contains("the catalogue no longer has this rule"), "{text}");
}

#[test]
fn what_was_lost_is_said_in_every_case() {
    let lost = |gaps: bool, skipped: bool| {
        let mut input = rich();
        if !gaps {
            input.gaps.clear();
        }
        input.skipped = input.skipped.filter(|_| skipped);
        words::lost(&Report::new(input))
    };
    assert_eq!(lost(false, false), "Nothing was lost: the files that were read have no gaps.");
    assert_eq!(lost(false, true), "The files that were read have no gaps.");
    assert_eq!(lost(true, false), "120,007 bytes in 2 gaps could not be read.");
}

#[test]
fn a_period_that_is_no_week_is_named_by_its_ends() {
    let period = Period { from: at("2026-09-07T06:00:00Z"), to: at("2026-09-08T06:00:00Z") };
    let report = Report::new(ReportInput { period, ..small() });
    assert_eq!(report.window.name, "2026-09-07 06:00 to 2026-09-08 06:00");
    assert_eq!(
        (report.window.before.as_str(), report.window.unit),
        ("the period before", "period")
    );
}

#[test]
fn a_fence_is_longer_than_any_in_the_example() {
    let mut input = small();
    input.problems[0].example.as_mut().unwrap().text = "a\n````\nb".into();
    let markdown = render_markdown(&Report::new(input));
    assert!(markdown.contains("`````text\na\n````\nb\n`````\n"), "{markdown}");
}

#[test]
fn absurd_counts_do_not_panic() {
    let mut input = small();
    for problem in &mut input.problems {
        problem.hours = hours(&[(0, u64::MAX), (1, u64::MAX), (i64::MAX / 2, u64::MAX)]);
        problem.weeks_before = vec![u64::MAX; 9];
        problem.outcomes = outcomes(&[(Outcome::Stopped, u64::MAX)]);
        problem.first_seen = crate::model::Millis::new(i64::MIN);
        problem.last_seen = crate::model::Millis::new(i64::MAX);
    }
    input.rules[0].toil_minutes = u64::MAX;
    input.components[0].errors = u64::MAX;
    input.components.push(component("x", u64::MAX / 2, 1));
    input.gaps.push(LostBytes { bytes: u64::MAX, ..input.gaps[0].clone() });
    input.totals.entries.values_mut().for_each(|count| *count = u64::MAX);
    let report = Report::new(input);
    for width in [0, 100] {
        assert!(!render_text(&report, TextStyle { width, color: Color::Always }).is_empty());
    }
    assert!(!render_markdown(&report).is_empty());
    for render in [render_html, render_json, render_csv] {
        assert!(!render(&report).is_empty());
    }
}

#[test]
fn what_is_fixed_already_is_not_said_to_be_left_to_fix() {
    let headline = |state| {
        let mut input = small();
        for row in &mut input.problems {
            row.standing = Some(standing(state, "2026-09-08T00:00:00Z"));
        }
        Report::new(input).headline.split(';').next().unwrap_or_default().to_owned()
    };
    let left = "Fix 1 of 2 problems and 82 % of the cost of 2026-W37 is gone";
    assert_eq!(headline(ProblemState::Open), left);
    assert_eq!(headline(ProblemState::Accepted), left);
    let fixed = "1 of 2 problems makes 82 % of the cost of 2026-W37, and is fixed by now";
    assert_eq!(headline(ProblemState::Fixed), fixed);
}
