//! The transactions of an address, and all addresses that one transaction ties: what searches through a set walk along.

use super::definition::RuleSet;
use super::edge::{Edge, Scratch};
use super::view::AsOf;
use crate::ids::{AddressId, TxNum};
use crate::lookup::history::{for_each_external, for_each_output};
use crate::lookup::place::{place_of_tx, tx_of_input, tx_of_output};
use crate::lookup::Bound;
use crate::store::{Snapshot, StoreError};

/// Transactions that spend from an address, and those that pay it, as of a bound, ascending; at most `limit` outputs and
/// spends are looked at. The second value says whether these are all.
///
/// # Errors
/// If the store contradicts itself.
pub fn txs_of(
    snapshot: &Snapshot,
    id: AddressId,
    bound: &Bound,
    with_receipts: bool,
    limit: usize,
) -> Result<(Vec<TxNum>, bool), StoreError> {
    let mut rows = Vec::new();
    let mut is_all = true;
    // `for_each_output` has no way to stop but an error; the rows past the limit are passed over.
    for_each_output(snapshot, id, bound, |output| {
        if rows.len() >= limit {
            is_all = false;
            return Ok(());
        }
        if with_receipts {
            rows.push(tx_of_output(snapshot, output)?);
        }
        if let Some(input) = snapshot.spent_by(output, bound.inputs) {
            rows.push(tx_of_input(snapshot, input)?);
        }
        Ok(())
    })?;
    for_each_external(snapshot, id, bound, |input, _| {
        if rows.len() >= limit {
            is_all = false;
            return Ok(());
        }
        rows.push(tx_of_input(snapshot, input)?);
        Ok(())
    })?;
    rows.sort_unstable();
    rows.dedup();
    Ok((rows, is_all))
}

/// All ties that a transaction makes in a set, as far as they exist as of `as_of`: those of rules that wait too, if the
/// wait is over.
///
/// # Errors
/// If the store contradicts itself.
pub fn ties_of_tx(
    snapshot: &Snapshot,
    rules: &RuleSet,
    as_of: &AsOf,
    tx: TxNum,
    scratch: &mut Scratch,
) -> Result<Vec<Edge>, StoreError> {
    let mut edges = Vec::new();
    let block = place_of_tx(snapshot, tx).block as u64;
    if block >= as_of.blocks {
        return Ok(edges);
    }
    let bound = Bound::blocks(snapshot, block + 1);
    for source in &rules.at_once {
        source.edges(snapshot, &bound, tx, scratch, &mut edges)?;
    }
    let asked = block + rules.lag_blocks;
    if asked < as_of.blocks && !rules.later.is_empty() {
        let bound = Bound::blocks(snapshot, asked + 1);
        let at_once = edges.len();
        for source in &rules.later {
            source.edges(snapshot, &bound, tx, scratch, &mut edges)?;
        }
        edges[at_once..].iter_mut().for_each(|edge| edge.stamp = bound.txs.saturating_sub(1) as u32);
    }
    Ok(edges)
}
