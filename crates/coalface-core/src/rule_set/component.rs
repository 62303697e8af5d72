//! The ties behind one cluster, in the order in which they were made: what an overlay of held and added unions replays.

use std::collections::BTreeSet;

use super::clusters::ClustersAt;
use super::edge::{Edge, Rule};
use crate::forest;
use crate::ids::{AddressId, NONE_U32};
use crate::lookup::place::inputs_of;
use crate::store::StoreError;

/// The ties that made the cluster under `root`, in chain order; `None` if it has more than `limit` addresses.
///
/// Of a named set, one tie a union. The store's own set keeps transactions only: each gives a tie of its first input with
/// every other, so that the ends are always what the transaction shows.
///
/// # Errors
/// If the set contradicts itself.
pub fn ties_of_cluster(
    clusters: &ClustersAt<'_>,
    root: AddressId,
    limit: usize,
) -> Result<Option<Vec<Edge>>, StoreError> {
    let (size, _) = clusters.size_and_anchor(root)?;
    if size as usize > limit {
        return Ok(None);
    }
    let Some(view) = clusters.view() else { return strict_ties(clusters, root, limit) };
    let mut numbered = Vec::new();
    let links = clusters.as_of().links;
    let all = view.members(root, links, &mut |id, link| {
        if let (Some(link), Some(number)) = (link, view.up(id, links)) {
            numbered.push((number, *link));
        }
        numbered.len() <= limit
    })?;
    if !all {
        return Ok(None);
    }
    numbered.sort_unstable_by_key(|(number, _)| *number);
    let edge = |(_, link): (u32, super::record::Link)| {
        let rule = Rule::from_u8(link.rule)?;
        Some(Edge { from: link.from, to: link.to, tx: link.tx, stamp: link.stamp, rule, score: link.score })
    };
    let n_links = numbered.len();
    let edges: Vec<Edge> = numbered.into_iter().filter_map(edge).collect();
    if edges.len() == n_links {
        return Ok(Some(edges));
    }
    Err(StoreError::Corrupt {
        file: "links".into(),
        offset: 0,
        what: format!("a link of the cluster of {root} has no rule"),
    })
}

fn strict_ties(clusters: &ClustersAt<'_>, root: AddressId, limit: usize) -> Result<Option<Vec<Edge>>, StoreError> {
    let (snapshot, bound) = (clusters.snapshot(), clusters.bound());
    let (mut txs, mut n_members) = (BTreeSet::new(), 0);
    let all = forest::members(snapshot, root, bound.txs, &mut |id| {
        txs.extend(snapshot.strict_parent(id, bound.txs).map(|(_, tx)| tx));
        n_members += 1;
        n_members <= limit
    });
    if !all {
        return Ok(None);
    }
    let mut edges = Vec::new();
    for tx in txs {
        let ids = inputs_of(snapshot, tx).map(|input| snapshot.columns.input_address.get(input as usize));
        let mut seen = BTreeSet::new();
        let mut first = None;
        for id in ids.flatten().copied().filter(|id| *id != NONE_U32) {
            let from = *first.get_or_insert(id);
            if seen.insert(id) && id != from {
                edges.push(Edge { from, to: id, tx, stamp: tx, rule: Rule::MultiInput, score: 0 });
            }
        }
        if edges.len() > limit.saturating_mul(4) {
            return Ok(None);
        }
    }
    Ok(Some(edges))
}

/// Roots of all clusters of at least `least` addresses. Reads a row of every address.
///
/// # Errors
/// If the set contradicts itself.
pub fn large_roots(clusters: &ClustersAt<'_>, least: u32) -> Result<Vec<AddressId>, StoreError> {
    let mut found = Vec::new();
    for id in 0..clusters.snapshot().counts().addresses as AddressId {
        let is_root = match clusters.view() {
            None => clusters.snapshot().strict_parent(id, clusters.bound().txs).is_none(),
            Some(view) => view.up(id, clusters.as_of().links).is_none(),
        };
        if is_root && clusters.size_and_anchor(id)?.0 >= least {
            found.push(id);
        }
    }
    Ok(found)
}
