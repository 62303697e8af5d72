//! The fewest steps between two addresses of one cluster: a search through all ties, not only those of the forest.
//!
//! Breadth first from both ends, through the transactions of each address. Only addresses of the cluster are entered.
//! The search gives up after a number of transactions and says so: clusters of services have millions.

use std::collections::{HashMap, HashSet};

use super::clusters::ClustersAt;
use super::definition::RuleSet;
use super::edge::{Edge, Rule, Scratch};
use super::record::Link;
use super::ties::{ties_of_tx, txs_of};
use crate::ids::{AddressId, TxNum};
use crate::store::StoreError;

/// What the search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortest {
    /// From `a` to `b`; `None` if none was found.
    pub steps: Option<Vec<Edge>>,
    /// Whether the search ended because of its limit: then there may be a shorter or another way.
    pub gave_up: bool,
    /// Transactions looked at.
    pub n_txs: usize,
}

/// One end of the search.
struct Side {
    /// How each address was reached: from which, by which tie.
    reached: HashMap<AddressId, Option<(AddressId, Edge)>>,
    frontier: Vec<AddressId>,
    seen: HashSet<TxNum>,
}

impl Side {
    fn new(id: AddressId) -> Side {
        Side { reached: HashMap::from([(id, None)]), frontier: vec![id], seen: HashSet::new() }
    }
}

/// The fewest steps from `a` to `b`, looking at no more than `max_txs` transactions.
///
/// # Errors
/// If store or set contradict themselves.
pub fn shortest(
    clusters: &ClustersAt<'_>,
    rules: &RuleSet,
    (a, b): (AddressId, AddressId),
    max_txs: usize,
) -> Result<Shortest, StoreError> {
    let root = clusters.root_of(a)?;
    let mut found = Shortest { steps: None, gave_up: false, n_txs: 0 };
    if root != clusters.root_of(b)? {
        return Ok(found);
    }
    if a == b {
        found.steps = Some(Vec::new());
        return Ok(found);
    }
    let mut sides = [Side::new(a), Side::new(b)];
    // The transaction of a key tie is one of the later address alone: the earlier one does not lead to it.
    let mut keys: HashMap<AddressId, Vec<(AddressId, Edge)>> = HashMap::new();
    for Link { from, to, tx, stamp, .. } in clusters.links_by(Rule::Key, root, max_txs)? {
        let edge = Edge { from, to, tx, stamp, rule: Rule::Key, score: 0 };
        keys.entry(from).or_default().push((to, edge));
        keys.entry(to).or_default().push((from, edge));
    }
    let mut search = Search { clusters, rules, root, keys, scratch: Scratch::default(), max_txs };
    while found.steps.is_none() && sides.iter().all(|side| !side.frontier.is_empty()) {
        // The side with less to look at goes on.
        let n = usize::from(sides[1].frontier.len() < sides[0].frontier.len());
        let (first, second) = sides.split_at_mut(1);
        let (side, other) = if n == 0 { (&mut first[0], &second[0]) } else { (&mut second[0], &first[0]) };
        let meeting = search.widen(side, other, &mut found)?;
        if let Some(at) = meeting {
            let mut steps = way(&sides[0], at);
            steps.reverse();
            // Behind the meeting point the ties are walked the other way round.
            steps.extend(way(&sides[1], at).into_iter().map(|edge| Edge { from: edge.to, to: edge.from, ..edge }));
            found.steps = Some(steps);
        }
        if found.gave_up {
            break;
        }
    }
    // Whatever is one cluster is tied somehow: what was not found lies past a limit.
    found.gave_up |= found.steps.is_none();
    Ok(found)
}

/// Ties from where the side began to `at`, the last first, each pointing away from the beginning.
fn way(side: &Side, at: AddressId) -> Vec<Edge> {
    let mut steps = Vec::new();
    let mut node = at;
    while let Some(Some((from, edge))) = side.reached.get(&node) {
        steps.push(Edge { from: *from, to: node, ..*edge });
        node = *from;
    }
    steps
}

struct Search<'a> {
    clusters: &'a ClustersAt<'a>,
    rules: &'a RuleSet,
    root: AddressId,
    keys: HashMap<AddressId, Vec<(AddressId, Edge)>>,
    scratch: Scratch,
    max_txs: usize,
}

impl Search<'_> {
    /// Enters everything one step further; the address where both sides meet, if they do.
    fn widen(&mut self, side: &mut Side, other: &Side, found: &mut Shortest) -> Result<Option<AddressId>, StoreError> {
        let (snapshot, bound, as_of) = (self.clusters.snapshot(), self.clusters.bound(), self.clusters.as_of());
        for node in std::mem::take(&mut side.frontier) {
            let by_key = self.keys.get(&node).cloned().unwrap_or_default();
            if let Some(meeting) = self.enter(side, other, node, by_key)? {
                return Ok(Some(meeting));
            }
            // Receipts matter to rules that tie what is paid.
            let room = self.max_txs.saturating_sub(found.n_txs);
            let (txs, is_all) = txs_of(snapshot, node, bound, true, room)?;
            for tx in txs {
                // A transaction that was walked through ties nothing new.
                if side.seen.contains(&tx) {
                    continue;
                }
                found.n_txs += 1;
                let edges = ties_of_tx(snapshot, self.rules, as_of, tx, &mut self.scratch)?;
                let near = tied_with(&edges, node);
                // Another tie of it may begin elsewhere, where all of its ties are of its inputs it cannot.
                if edges.iter().all(|edge| edge.rule == Rule::MultiInput) && !near.is_empty() {
                    side.seen.insert(tx);
                }
                if let Some(meeting) = self.enter(side, other, node, near)? {
                    return Ok(Some(meeting));
                }
            }
            if !is_all || found.n_txs >= self.max_txs {
                found.gave_up = true;
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// Enters what ties to `node` and was not reached yet; the address where both sides meet, if they do.
    fn enter(
        &self,
        side: &mut Side,
        other: &Side,
        node: AddressId,
        near: Vec<(AddressId, Edge)>,
    ) -> Result<Option<AddressId>, StoreError> {
        for (id, edge) in near {
            if side.reached.contains_key(&id) || self.clusters.root_of(id)? != self.root {
                continue;
            }
            side.reached.insert(id, Some((node, edge)));
            if other.reached.contains_key(&id) {
                return Ok(Some(id));
            }
            side.frontier.push(id);
        }
        Ok(None)
    }
}

/// Addresses that one transaction ties to `node` in a single step. Inputs are tied to each other, whichever of them the
/// edges begin with.
fn tied_with(edges: &[Edge], node: AddressId) -> Vec<(AddressId, Edge)> {
    let is_input = |edge: &Edge| edge.rule == Rule::MultiInput && (edge.from == node || edge.to == node);
    let inputs = edges.iter().any(is_input);
    let mut near = Vec::new();
    for edge in edges {
        match edge.rule {
            Rule::MultiInput if inputs => near.extend([edge.from, edge.to].map(|id| (id, *edge))),
            Rule::MultiInput => {}
            Rule::Key | Rule::Change if edge.from == node => near.push((edge.to, *edge)),
            Rule::Key | Rule::Change if edge.to == node => near.push((edge.from, *edge)),
            // The payer is all inputs together.
            Rule::Change if inputs => near.push((edge.to, *edge)),
            Rule::Key | Rule::Change => {}
        }
    }
    near.retain(|(id, _)| *id != node);
    near
}
