//! Why two addresses are not in one cluster: what would have tied them and was left alone, who paid whom, and with whom
//! both dealt.
//!
//! Looks through the transactions of both clusters up to a limit, and says so where it ended there.

use std::collections::HashMap;

use super::clusters::ClustersAt;
use super::edge::Scratch;
use super::multi_input::is_left_alone;
use super::ties::txs_of;
use crate::ids::{AddressId, TxNum, NONE_U32};
use crate::lookup::place::{inputs_of, outputs_of};
use crate::store::StoreError;

/// Rows that each list has at the most.
const MAX_LISTED: usize = 20;

/// A transaction with both sides in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meeting {
    /// The transaction.
    pub tx: TxNum,
    /// An address of the first cluster in it.
    pub a: AddressId,
    /// An address of the second.
    pub b: AddressId,
}

/// Somebody with whom both dealt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Common {
    /// Root of the cluster.
    pub root: AddressId,
    /// Transactions of the first cluster with it.
    pub n_a: u32,
    /// Transactions of the second.
    pub n_b: u32,
}

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Apart {
    /// Transactions that spend from both and tie nobody, since they may be CoinJoins.
    pub left_alone: Vec<Meeting>,
    /// Payments from the first to the second.
    pub a_pays_b: Vec<Meeting>,
    /// Payments from the second to the first.
    pub b_pays_a: Vec<Meeting>,
    /// Nearest common counterparties, most transactions first.
    pub common: Vec<Common>,
    /// Transactions looked at.
    pub n_txs: usize,
    /// Whether there are more than the limit.
    pub gave_up: bool,
}

/// What lies between the clusters of `a` and `b`, which differ, by no more than `max_txs` transactions a side.
///
/// # Errors
/// If store or set contradict themselves.
pub fn apart(clusters: &ClustersAt<'_>, (a, b): (AddressId, AddressId), max_txs: usize) -> Result<Apart, StoreError> {
    let roots = [clusters.root_of(a)?, clusters.root_of(b)?];
    let mut found = Apart::default();
    let mut dealt: [HashMap<AddressId, u32>; 2] = Default::default();
    let mut scratch = Scratch::default();
    for side in 0..2 {
        let txs = txs_of_cluster(clusters, roots[side], max_txs, &mut found.gave_up)?;
        found.n_txs += txs.len();
        for tx in txs {
            look_at(clusters, roots, side, tx, &mut found, &mut dealt[side], &mut scratch)?;
        }
    }
    for list in [&mut found.left_alone, &mut found.a_pays_b, &mut found.b_pays_a] {
        list.sort_unstable_by_key(|meeting| (meeting.tx, meeting.a, meeting.b));
        list.dedup_by_key(|meeting| meeting.tx);
        list.truncate(MAX_LISTED);
    }
    let [of_a, of_b] = dealt;
    let both = of_a.into_iter().filter_map(|(root, n_a)| of_b.get(&root).map(|n_b| Common { root, n_a, n_b: *n_b }));
    found.common = both.filter(|common| !roots.contains(&common.root)).collect();
    found.common.sort_unstable_by_key(|common| (std::cmp::Reverse(common.n_a.min(common.n_b)), common.root));
    found.common.truncate(MAX_LISTED);
    Ok(found)
}

/// Transactions of the members, at most `max_txs`.
fn txs_of_cluster(
    clusters: &ClustersAt<'_>,
    root: AddressId,
    max_txs: usize,
    gave_up: &mut bool,
) -> Result<Vec<TxNum>, StoreError> {
    let mut members = Vec::new();
    *gave_up |= !clusters.members(root, &mut |id| {
        members.push(id);
        members.len() < max_txs
    })?;
    let mut txs = Vec::new();
    for id in members {
        let (some, is_all) =
            txs_of(clusters.snapshot(), id, clusters.bound(), true, max_txs.saturating_sub(txs.len()))?;
        txs.extend(some);
        *gave_up |= !is_all;
        if txs.len() >= max_txs {
            *gave_up = true;
            break;
        }
    }
    txs.sort_unstable();
    txs.dedup();
    Ok(txs)
}

fn look_at(
    clusters: &ClustersAt<'_>,
    roots: [AddressId; 2],
    side: usize,
    tx: TxNum,
    found: &mut Apart,
    dealt: &mut HashMap<AddressId, u32>,
    scratch: &mut Scratch,
) -> Result<(), StoreError> {
    let snapshot = clusters.snapshot();
    let columns = &*snapshot.columns;
    let side_of = |cells: &[u32]| -> Result<([Option<AddressId>; 2], Vec<AddressId>), StoreError> {
        let (mut ours, mut others) = ([None; 2], Vec::new());
        for id in cells.iter().copied().filter(|id| *id != NONE_U32) {
            let root = clusters.root_of(id)?;
            match roots.iter().position(|of| *of == root) {
                Some(n) => ours[n] = ours[n].or(Some(id)),
                None => others.push(root),
            }
        }
        others.sort_unstable();
        others.dedup();
        Ok((ours, others))
    };
    let (inputs, outputs) = (inputs_of(snapshot, tx), outputs_of(snapshot, tx));
    let cells = |column: &'_ [u32], rows: std::ops::Range<u64>| -> Vec<u32> {
        column.get(rows.start as usize..rows.end as usize).unwrap_or(&[]).to_vec()
    };
    let (spenders, other_spenders) = side_of(&cells(&columns.input_address, inputs))?;
    let (takers, other_takers) = side_of(&cells(&columns.output_address, outputs))?;
    if let [Some(a), Some(b)] = spenders {
        if is_left_alone(snapshot, tx, scratch)? {
            found.left_alone.push(Meeting { tx, a, b });
        }
        return Ok(());
    }
    if let (Some(a), Some(b)) = (spenders[0], takers[1]) {
        found.a_pays_b.push(Meeting { tx, a, b });
    }
    if let (Some(b), Some(a)) = (spenders[1], takers[0]) {
        found.b_pays_a.push(Meeting { tx, a, b });
    }
    // Those whom this side paid, and those who paid it.
    let others = if spenders[side].is_some() { other_takers } else { other_spenders };
    for root in others {
        *dealt.entry(root).or_default() += 1;
    }
    Ok(())
}
