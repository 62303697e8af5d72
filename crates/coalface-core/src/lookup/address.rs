//! Totals of one address.

use super::bound::Bound;
use super::history::{for_each_external, for_each_output};
use super::place::{outputs_of, tx_of_input, tx_of_output};
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

/// Totals of address `id`. O(outputs + spends × log); memory 4 bytes a transaction that pays it, and 4 a spend.
///
/// # Errors
/// If the store contradicts itself.
pub fn totals(snapshot: &Snapshot, id: AddressId, bound: &Bound) -> Result<Totals, StoreError> {
    let columns = &*snapshot.columns;
    let mut totals = Totals::default();
    let mut paying: Vec<TxNum> = Vec::new();
    let mut spending: Vec<TxNum> = Vec::new();
    let mut outputs_of_tx = 0..0;
    for_each_output(snapshot, id, bound, |output| {
        let value = columns.output_value_sat[output as usize];
        totals.n_outputs += 1;
        totals.received_sat = totals.received_sat.saturating_add(value);
        if !outputs_of_tx.contains(&output) {
            // Many outputs of one transaction follow each other.
            let tx = tx_of_output(snapshot, output)?;
            outputs_of_tx = outputs_of(snapshot, tx);
            paying.push(tx);
        }
        if let Some(input) = snapshot.spent_by(output, bound.inputs) {
            totals.sent_sat = totals.sent_sat.saturating_add(value);
            spending.push(tx_of_input(snapshot, input)?);
        }
        Ok(())
    })?;
    for_each_external(snapshot, id, bound, |input, value_sat| {
        totals.n_external += 1;
        totals.n_unknown += u64::from(value_sat.is_none());
        totals.sent_sat = totals.sent_sat.saturating_add(value_sat.unwrap_or(0));
        spending.push(tx_of_input(snapshot, input)?);
        Ok(())
    })?;
    spending.sort_unstable();
    spending.dedup();
    // Ascending but in a damaged store, since the outputs are: then this is a pass.
    paying.sort_unstable();
    paying.dedup();
    let n_both = spending.iter().filter(|tx| paying.binary_search(tx).is_ok()).count();
    totals.n_txs = (paying.len() + spending.len() - n_both) as u64;
    totals.first_tx = paying.first().into_iter().chain(spending.first()).min().copied();
    totals.last_tx = paying.last().into_iter().chain(spending.last()).max().copied();
    Ok(totals)
}
