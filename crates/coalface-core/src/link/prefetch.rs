//! Asking the processor for rows that are needed soon: each lies anywhere in memory, and waiting for one after the other
//! is what linking would mostly do.

use super::batch::Linker;
use crate::prefetch::prefetch;

impl Linker {
    /// Asks for the rows of the first transaction that may have this key.
    #[inline]
    pub(super) fn prefetch_tx(&self, key: u64) {
        let Some(tx) = self.tx_table.shard(key).candidates(key).next() else { return };
        let base = self.base.counts().txs as usize;
        if let Some(row) = (tx as usize).checked_sub(base) {
            prefetch(&self.delta.tx_txid, row);
            self.delta.tx_first_output.prefetch(row);
            prefetch(&self.delta.tx_flags, row);
        } else {
            prefetch(&self.base.columns.tx_txid, tx as usize);
            self.base.columns.tx_first_output.prefetch(tx as usize);
            prefetch(&self.base.columns.tx_flags, tx as usize);
        }
    }

    /// Asks for value and address of an output; of none that is NONE or external.
    #[inline]
    pub(super) fn prefetch_output(&self, output: u64) {
        if let Some(row) = output.checked_sub(self.base.counts().outputs) {
            prefetch(&self.delta.output_value_sat, row as usize);
            prefetch(&self.delta.output_address, row as usize);
        } else {
            prefetch(&self.base.columns.output_value_sat, output as usize);
            prefetch(&self.base.columns.output_address, output as usize);
        }
    }

    /// Asks for the kind of the address of an output whose address is here already.
    #[inline]
    pub(super) fn prefetch_kind(&self, output: u64) {
        let base = *self.base.counts();
        let address = match output.checked_sub(base.outputs) {
            Some(row) => self.delta.output_address.get(row as usize),
            None => self.base.columns.output_address.get(output as usize),
        };
        let Some(address) = address.map(|address| *address as usize) else { return };
        match address.checked_sub(base.addresses as usize) {
            Some(row) => prefetch(&self.delta.address_kind, row),
            None => prefetch(&self.base.columns.address_kind, address),
        }
    }
}
