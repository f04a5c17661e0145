//! Puts rows together to problems, symptoms under what explains them, and the costliest first.

use std::collections::BTreeMap;

use super::cost;
use super::measure;
use super::problem::Background;
use super::{Explained, ExplainedBy, Problem, ProblemInput, RuleCard, Subject};
use crate::model::RuleId;

/// So much of a problem's events must have a cause near them for it to be a symptom, in thousandths.
const SYMPTOM_PERMILLE: u32 = 800;

/// A problem with those of its rows that stopped a component.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) problem: Problem,
    stops: Vec<ProblemInput>,
}

/// Returns the problems of all rows, in the order of their ids and servers, without ranks.
pub(super) fn group(
    rows: Vec<ProblemInput>,
    rules: &[RuleCard],
    background: &Background,
) -> Vec<Group> {
    let cards: BTreeMap<&RuleId, &RuleCard> = rules.iter().map(|card| (&card.id, card)).collect();
    let mut groups: BTreeMap<(Subject, String), Vec<ProblemInput>> = BTreeMap::new();
    for row in rows {
        groups.entry((row.subject.clone(), row.server.clone())).or_default().push(row);
    }
    groups
        .into_iter()
        .map(|((subject, _), mut rows)| {
            let card = match &subject {
                Subject::Rule(id) => cards.get(id).map(|card| (*card).clone()),
                Subject::Cluster { .. } => None,
            };
            let problem = Problem::new(&subject, &rows, card, background);
            rows.retain(|row| row.outcomes.stopped > 0);
            Group { problem, stops: rows }
        })
        .collect()
}

/// Returns what problems of equal weight are ordered by.
pub(super) fn key(problem: &Problem) -> (&str, &str) {
    (problem.id(), &problem.server)
}

/// Ranks problems by cost, count and id, each followed by those that it explains, and sets ranks,
/// costs and shares. Returns them with the cost of all.
pub(super) fn rank(mut groups: Vec<Group>) -> (Vec<Problem>, u64) {
    let tree = Tree::new(&groups);
    tree.set_costs(&mut groups);
    let mut roots = tree.roots();
    roots.sort_by(|a, b| {
        let [a, b] = [*a, *b].map(|index| &groups[index].problem);
        (b.cost_minutes, b.count).cmp(&(a.cost_minutes, a.count)).then_with(|| key(a).cmp(&key(b)))
    });
    let order: Vec<(usize, Vec<Member>)> =
        roots.into_iter().map(|root| (root, tree.below(root, &groups))).collect();
    let mut problems: Vec<Option<Problem>> =
        groups.into_iter().map(|group| Some(group.problem)).collect();
    let mut ranked: Vec<Problem> = Vec::new();
    for (rank, (root, members)) in (1..).zip(order) {
        let Some(mut root) = problems[root].take() else { continue };
        root.rank = rank;
        let mut symptoms = Vec::new();
        for member in members {
            let Some(mut symptom) = problems[member.index].take() else { continue };
            symptom.level = member.level;
            symptom.explained_by = Some(ExplainedBy {
                rule: member.cause,
                events: member.events,
                root: root.id().to_owned(),
                root_title: root.title.clone(),
                root_rank: rank,
            });
            root.explains.push(Explained {
                id: symptom.id().to_owned(),
                title: symptom.title.clone(),
                count: symptom.count,
                level: member.level,
            });
            symptoms.push(symptom);
        }
        ranked.push(root);
        ranked.append(&mut symptoms);
    }
    let total = set_shares(&mut ranked);
    (ranked, total)
}

fn set_shares(problems: &mut [Problem]) -> u64 {
    let total = measure::total(problems.iter().map(|problem| problem.cost_minutes));
    let mut sum = 0_u64;
    for problem in problems {
        sum = sum.saturating_add(problem.cost_minutes);
        problem.share_permille = measure::permille(problem.cost_minutes, total);
        problem.cumulative_permille = measure::permille(sum, total);
    }
    total
}

/// Which problem explains which, by their indexes.
struct Tree {
    /// For each problem the one that explains it, and how many of its events.
    parents: Vec<Option<(usize, u64)>>,
    /// For each problem those that it explains, fewest events first.
    children: Vec<Vec<usize>>,
}

/// A problem below another one.
struct Member {
    index: usize,
    level: usize,
    cause: String,
    events: u64,
}

impl Tree {
    /// Hangs each symptom under the problem that explains most of its events. The strongest links
    /// are made first, and none that would close a circle, so that every chain ends.
    fn new(groups: &[Group]) -> Self {
        let mut links = Vec::new();
        for (child, group) in groups.iter().enumerate() {
            for (parent, events) in causes(group, groups) {
                let permille = measure::permille(events, group.problem.count);
                if parent != child && permille >= SYMPTOM_PERMILLE {
                    links.push((permille, child, parent, events));
                }
            }
        }
        links.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
        let n = groups.len();
        let mut tree = Self { parents: vec![None; n], children: vec![Vec::new(); n] };
        for (_, child, parent, events) in links {
            if tree.parents[child].is_none() && tree.root_of(parent) != child {
                tree.parents[child] = Some((parent, events));
                tree.children[parent].push(child);
            }
        }
        for children in &mut tree.children {
            children.sort_by(|a, b| {
                let [a, b] = [*a, *b].map(|index| &groups[index].problem);
                a.count.cmp(&b.count).then_with(|| key(b).cmp(&key(a)))
            });
        }
        tree
    }

    fn root_of(&self, index: usize) -> usize {
        let parent = |index: &usize| self.parents[*index].map(|(parent, _)| parent);
        std::iter::successors(Some(index), parent).last().unwrap_or(index)
    }

    fn roots(&self) -> Vec<usize> {
        (0..self.parents.len()).filter(|index| self.parents[*index].is_none()).collect()
    }

    /// Returns what hangs below a problem, each followed by what hangs below it; most events first.
    fn below(&self, root: usize, groups: &[Group]) -> Vec<Member> {
        let mut found = Vec::new();
        let mut open = self.right_below(root, 1, groups);
        while let Some(member) = open.pop() {
            open.extend(self.right_below(member.index, member.level + 1, groups));
            found.push(member);
        }
        found
    }

    fn right_below(&self, parent: usize, level: usize, groups: &[Group]) -> Vec<Member> {
        let cause = groups[parent].problem.id();
        let member = |index: &usize| {
            let events = self.parents[*index].map_or(0, |(_, events)| events);
            Member { index: *index, level, cause: cause.to_owned(), events }
        };
        self.children[parent].iter().map(member).collect()
    }

    /// Sets what each problem costs; what hangs below one counts for it.
    fn set_costs(&self, groups: &mut [Group]) {
        for root in self.roots() {
            let below = self.below(root, groups).into_iter().map(|member| member.index);
            let members: Vec<usize> = std::iter::once(root).chain(below).collect();
            let rows = members.iter().flat_map(|index| &groups[*index].stops);
            let stops = cost::stops(rows);
            let failures =
                measure::total(members.iter().map(|index| groups[*index].problem.failures));
            let problem = &mut groups[root].problem;
            problem.cost_minutes =
                cost::minutes(problem.toil_minutes(), problem.episodes, stops, failures);
        }
    }
}

/// Returns the problems that explain events of one, with how many.
fn causes<'g>(
    group: &'g Group,
    groups: &'g [Group],
) -> impl Iterator<Item = (usize, u64)> + use<'g> {
    group.problem.causes.iter().filter_map(|(rule, events)| {
        let is_it = |other: &Group| {
            other.problem.server == group.problem.server
                && other.problem.rule.as_ref().is_some_and(|id| id.as_str() == rule)
        };
        Some((groups.iter().position(is_it)?, *events))
    })
}
