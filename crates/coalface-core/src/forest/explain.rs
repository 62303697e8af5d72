//! Which transactions tie two addresses together: the forest's path, as steps that can be checked by hand.
//!
//! The path whose latest transaction is as early as possible. It is not the shortest one: fewer steps may exist
//! through later transactions.

use super::walk::root_of;
use crate::ids::{AddressId, TxNum, NONE_U32};
use crate::store::error::StoreError;
use crate::store::Snapshot;

/// One step: the transaction spends from both addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tie {
    /// One address.
    pub from: AddressId,
    /// The other.
    pub to: AddressId,
    /// A transaction with an input of each.
    pub tx: TxNum,
}

/// Steps from `a` to `b` as of transaction `bound`; `None` if they are not in one cluster.
///
/// Each step is a transaction that spends from both of its addresses. At most `limit` steps are given; the second
/// value says whether there are more.
///
/// # Errors
/// If the store contradicts itself.
pub fn explain(
    snapshot: &Snapshot,
    a: AddressId,
    b: AddressId,
    bound: u64,
    limit: usize,
) -> Result<Option<(Vec<Tie>, bool)>, StoreError> {
    if root_of(snapshot, a, bound)? != root_of(snapshot, b, bound)? {
        return Ok(None);
    }
    let mut ties = Vec::new();
    // Pairs still to be tied, in order. The transaction that ties a pair is earlier than the one that led to it, so
    // the work ends; each found transaction is a step of the answer.
    let mut open = vec![(a, b, bound)];
    while let Some((from, to, bound)) = open.pop() {
        if from == to {
            continue;
        }
        if ties.len() == limit {
            return Ok(Some((ties, true)));
        }
        let tx = joining_tx(snapshot, from, to, bound)?;
        let before = u64::from(tx);
        let (from_root, to_root) = (root_of(snapshot, from, before)?, root_of(snapshot, to, before)?);
        let input_in = |root: AddressId| -> Result<AddressId, StoreError> {
            for address in inputs_of(snapshot, tx)? {
                if *address != NONE_U32 && root_of(snapshot, *address, before)? == root {
                    return Ok(*address);
                }
            }
            let what = format!("the link of address row {root} is not among the inputs of its transaction");
            Err(StoreError::corrupt("columns/cluster_strict.link_tx", u64::from(root) * 4, what))
        };
        let (left, right) = (input_in(from_root)?, input_in(to_root)?);
        // Taken from the end: first what leads to `left`, then the step, then what leads on from `right`.
        if left == from {
            ties.push(Tie { from: left, to: right, tx });
            open.push((right, to, before));
        } else {
            open.push((right, to, before));
            open.push((left, right, bound));
            open.push((from, left, before));
        }
    }
    Ok(Some((ties, false)))
}

/// The transaction by which two addresses of one cluster came together: the latest link on the path between them.
fn joining_tx(snapshot: &Snapshot, a: AddressId, b: AddressId, bound: u64) -> Result<TxNum, StoreError> {
    let path = |mut node: AddressId| -> Result<Vec<(AddressId, TxNum)>, StoreError> {
        let mut links = Vec::new();
        while let Some((parent, tx)) = snapshot.strict_parent(node, bound) {
            if links.len() > super::walk::MAX_DEPTH {
                return Err(super::walk::too_deep(node));
            }
            links.push((node, tx));
            node = parent;
        }
        Ok(links)
    };
    let (mut up_a, mut up_b) = (path(a)?, path(b)?);
    while let (Some(x), Some(y)) = (up_a.last(), up_b.last()) {
        if x != y {
            break;
        }
        up_a.pop();
        up_b.pop();
    }
    let latest = up_a.iter().chain(&up_b).map(|(_, tx)| *tx).max();
    latest
        .ok_or_else(|| StoreError::corrupt("columns/cluster_strict.parent", u64::from(a) * 4, "two roots in one tree"))
}

fn inputs_of(snapshot: &Snapshot, tx: TxNum) -> Result<&[u32], StoreError> {
    let firsts = &snapshot.columns.tx_first_input;
    let start = firsts.get(tx as usize).unwrap_or(u64::MAX) as usize;
    let end = firsts.get(tx as usize + 1).unwrap_or(snapshot.counts().inputs) as usize;
    let what = || StoreError::corrupt("columns/tx.first_input", u64::from(tx) * 4, "inputs are out of range");
    snapshot.columns.input_address.get(start..end).ok_or_else(what)
}
