//! The elimination ledger: what people decided about problems.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Row, TransactionBehavior, params};

use super::{Store, StoreError};
use crate::life::{Action, Decision};
use crate::model::Millis;

const COLUMNS: &str = "time, recorded, action, person, why, ticket, documentation, problem";

impl Store {
    /// Returns all decisions by problem, each list in the order in which they hold.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn decisions(&self) -> Result<BTreeMap<String, Vec<Decision>>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM decision");
        let mut found: BTreeMap<String, Vec<Decision>> = BTreeMap::new();
        self.query(&sql, &[], |row| {
            found.entry(row.get(7)?).or_default().push(read(row)?);
            Ok(true)
        })?;
        for decisions in found.values_mut() {
            decisions.sort();
        }
        Ok(found)
    }

    /// Returns the decisions about one problem, in the order in which they hold.
    ///
    /// # Errors
    ///
    /// As [`Store::decisions`].
    pub fn decisions_about(&self, problem: &str) -> Result<Vec<Decision>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM decision WHERE problem = ?");
        let mut found = self.collect(&sql, &[Value::Text(problem.into())], read)?;
        found.sort();
        Ok(found)
    }

    /// Returns the decision about a problem that held just before a moment; notes are none.
    ///
    /// # Errors
    ///
    /// As [`Store::decisions`].
    pub fn decision_before(
        &self,
        problem: &str,
        at: Millis,
    ) -> Result<Option<Decision>, StoreError> {
        let mut found = self.decisions_about(problem)?;
        found.retain(|decision| decision.at < at && decision.action != Action::Note);
        Ok(found.pop())
    }

    /// Adds a decision about a problem to the store at a path, while another process may be
    /// writing to it.
    ///
    /// It is a transaction of its own that waits for those of others. Nothing that the writer keeps
    /// in memory is changed by it.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::NoProblem`] where the store has no such problem, and otherwise as
    /// [`Store::open`].
    pub fn decide(path: &Path, problem: &str, decision: &Decision) -> Result<(), StoreError> {
        let mut store = Self::open(path)?;
        let is_known = store.try_to("write to", |db| {
            db.pragma_update(None, "query_only", "off")?;
            let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let sql = format!(
                "INSERT INTO decision ({COLUMNS}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, key \
                 FROM problem WHERE key = ?8"
            );
            let added = transaction.execute(
                &sql,
                params![
                    decision.at.get(),
                    decision.recorded.get(),
                    decision.action as u8,
                    decision.by,
                    decision.why,
                    decision.ticket,
                    decision.documentation,
                    problem,
                ],
            )?;
            transaction.commit()?;
            Ok(added > 0)
        })?;
        if is_known { Ok(()) } else { Err(StoreError::NoProblem { problem: problem.into() }) }
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Decision> {
    let action: usize = row.get(2)?;
    Ok(Decision {
        at: Millis::new(row.get(0)?),
        recorded: Millis::new(row.get(1)?),
        action: Action::ALL.get(action).copied().unwrap_or(Action::Note),
        by: row.get(3)?,
        why: row.get(4)?,
        ticket: row.get(5)?,
        documentation: row.get(6)?,
    })
}
