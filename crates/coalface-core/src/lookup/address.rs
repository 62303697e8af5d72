//! Totals of one address.

use super::bound::Bound;
use super::history::{for_each_external, for_each_output};
use super::place::{tx_of_input, tx_of_output};
use crate::ids::{AddressId, TxNum};
use crate::store::{Snapshot, StoreError};

/// What happened to an address, as of a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Sum of its outputs in the store.
    pub received_sat: i64,
    /// Sum of those of its outputs that are spent, external ones of known value included.
    pub sent_sat: i64,
    /// Outputs.
    pub n_outputs: u64,
    /// Spends of outputs outside a partial chain.
    pub n_external: u64,
    /// Those of them whose value is unknown.
    pub n_unknown: u64,
    /// Transactions that pay it or spend from it.
    pub n_txs: u64,
    /// First of them.
    pub first_tx: Option<TxNum>,
    /// Last of them.
    pub last_tx: Option<TxNum>,
}

/// Totals of address `id`. O(outputs × log); memory 4 bytes an output and 4 a spend.
///
/// # Errors
/// If the store contradicts itself.
pub fn totals(snapshot: &Snapshot, id: AddressId, bound: &Bound) -> Result<Totals, StoreError> {
    let columns = &*snapshot.columns;
    let mut totals = Totals::default();
    let mut txs: Vec<TxNum> = Vec::new();
    for_each_output(snapshot, id, bound, |output| {
        let value = columns.output_value_sat[output as usize];
        totals.n_outputs += 1;
        totals.received_sat = totals.received_sat.saturating_add(value);
        txs.push(tx_of_output(snapshot, output)?);
        if let Some(input) = snapshot.spent_by(output, bound.inputs) {
            totals.sent_sat = totals.sent_sat.saturating_add(value);
            txs.push(tx_of_input(snapshot, input)?);
        }
        Ok(())
    })?;
    for_each_external(snapshot, id, bound, |input, value_sat| {
        totals.n_external += 1;
        totals.n_unknown += u64::from(value_sat.is_none());
        totals.sent_sat = totals.sent_sat.saturating_add(value_sat.unwrap_or(0));
        txs.push(tx_of_input(snapshot, input)?);
        Ok(())
    })?;
    txs.sort_unstable();
    txs.dedup();
    totals.n_txs = txs.len() as u64;
    (totals.first_tx, totals.last_tx) = (txs.first().copied(), txs.last().copied());
    Ok(totals)
}
