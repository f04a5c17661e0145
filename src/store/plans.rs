//! How SQLite carries out what the writer asks for with every batch.

use regex::RegexBuilder;
use rusqlite::{Connection, params_from_iter};

use super::schema;

/// What writes a batch, and what it looks up for that; but for `series`, whose lists of what has to
/// be settled are read whole.
const SOURCES: [&str; 11] = [
    include_str!("cadence.rs"),
    include_str!("event_rows.rs"),
    include_str!("files.rs"),
    include_str!("firsts.rs"),
    include_str!("hourly.rs"),
    include_str!("last_entry.rs"),
    include_str!("ledger.rs"),
    include_str!("names.rs"),
    include_str!("rollup.rs"),
    include_str!("seen.rs"),
    include_str!("transaction.rs"),
];

/// Returns the statements that are cached, in which values are bound.
fn statements() -> Vec<String> {
    let pattern = |text| RegexBuilder::new(text).build().unwrap();
    let literal = pattern(r#"prepare_cached\(\s*"((?:[^"\\]|\\.|\\\n)*)""#);
    let fold = pattern(r"\\\n\s*");
    let found = |source| literal.captures_iter(source).map(|found| found[1].to_owned());
    SOURCES.into_iter().flat_map(found).map(|sql| fold.replace_all(&sql, "").into_owned()).collect()
}

#[test]
fn nothing_that_writes_a_batch_reads_a_whole_table() {
    let mut connection = Connection::open_in_memory().unwrap();
    schema::migrate(&mut connection).unwrap();
    let statements = statements();
    assert!(statements.len() > 30, "{} were found", statements.len());
    for sql in statements {
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let nulls = std::iter::repeat_n(None::<i64>, plan.parameter_count());
        let steps = plan.query_map(params_from_iter(nulls), |row| row.get::<_, String>(3)).unwrap();
        for step in steps {
            let step = step.unwrap();
            let is_bounded = !step.starts_with("SCAN") || step.contains("VIRTUAL TABLE");
            assert!(is_bounded || step.contains("CONSTANT ROW"), "{sql}\n{step}");
        }
    }
}
