//! Committing what is linked: index runs over the new rows, then one atomic commit.

use rayon::prelude::*;

use super::batch::Linker;
use crate::forest::grow::Child;
use crate::ids::{EXTERNAL_BIT, NONE_U32, NONE_U64};
use crate::stages::Stage;
use crate::store::journal::Stamps;
use crate::store::narrow::SplitRows;
use crate::store::run::{Entry, RunKind};
use crate::store::writer::{Commit, NewRun, StoreWriter};
use crate::store::Counts;

impl Linker {
    /// Bytes of new rows that wait for a commit.
    #[must_use]
    pub fn waiting_bytes(&self) -> u64 {
        let mut bytes = 0;
        // Counting cannot fail.
        let _ = self.delta.for_each(|_, column| {
            bytes += column.len() as u64;
            Ok::<(), std::convert::Infallible>(())
        });
        bytes
    }

    /// Writes rows ahead of their commit once `ahead_bytes` bytes of them have come since the last time.
    ///
    /// # Errors
    /// If a file operation fails.
    pub fn write_ahead(&mut self, writer: &mut StoreWriter, ahead_bytes: u64) -> crate::Result<()> {
        let waiting = self.waiting_bytes();
        if waiting >= self.ahead_bytes.saturating_add(ahead_bytes) {
            writer.append_early(&self.delta, &self.counts)?;
            self.ahead_bytes = waiting;
        }
        Ok(())
    }

    /// Commits all new rows and goes on from there. Tables of more than `max_table_bytes` bytes are emptied.
    ///
    /// # Errors
    /// If a file operation fails; then the store is as it was.
    pub fn flush(&mut self, writer: &mut StoreWriter, max_table_bytes: usize) -> crate::Result<()> {
        if self.counts == *self.base.counts() {
            return Ok(());
        }
        let clock = self.clock.clone();
        clock.time(Stage::Sort, || self.flush_rows(writer, max_table_bytes))
    }

    fn flush_rows(&mut self, writer: &mut StoreWriter, max_table_bytes: usize) -> crate::Result<()> {
        let clock = &self.clock;
        let base = *self.base.counts();
        let delta = &self.delta;
        let salt = self.base.salt();
        let external_keys: Vec<u64> = delta.external_txid.iter().map(|txid| salt.txid(txid)).collect();
        let externals = hashed(&external_keys, base.externals as u32);
        let external_addresses = by_address(delta.external_address.iter().copied().enumerate(), base.externals as u32);
        // Side by side, so that what is serial in one is hidden behind the others.
        let ((txids, addresses), (outputs, children)) = rayon::join(
            || {
                rayon::join(
                    || clock.time(Stage::Sort, || hashed(&self.tx_keys, base.txs as u32)),
                    || clock.time(Stage::Sort, || hashed(&self.address_keys, base.addresses as u32)),
                )
            },
            || {
                let first_outputs = &delta.address_first_output;
                rayon::join(
                    || {
                        let rows = later_outputs(&delta.output_address, first_outputs, &base);
                        clock.time(Stage::Sort, || by_address(rows, 0))
                    },
                    || clock.time(Stage::Sort, || by_parent(&self.forest.children)),
                )
            },
        );
        let mut spends = std::mem::take(&mut self.spends);
        spends.par_sort_unstable();
        let stamps = Stamps { spends, links: self.forest.stamps() };
        let runs = vec![
            new_run(RunKind::Txid, &txids, 0),
            new_run(RunKind::Address, &addresses, 0),
            new_run(RunKind::External, &externals, 0),
            packed_run(RunKind::AddressOutput, &outputs, base.outputs),
            packed_run(RunKind::AddressExternal, &external_addresses, 0),
            NewRun {
                kind: RunKind::StrictChild,
                rows: children.len() as u64,
                first_value: 0,
                entries: Box::new(children.iter().map(|(parent, child, size)| Entry {
                    key: u64::from(*parent),
                    value: u64::from(*child),
                    extra: *size,
                })),
            },
        ];
        writer.commit(Commit { delta, counts: self.counts, stamps, runs })?;
        self.base = writer.snapshot().clone();
        self.delta.truncate(&base, &base);
        self.ahead_bytes = 0;
        self.tx_keys.clear();
        self.address_keys.clear();
        self.address_slots.clear();
        self.spent.clear();
        self.externals.clear();
        self.forest.committed(self.counts.addresses);
        if self.tx_table.bytes() + self.address_table.bytes() > max_table_bytes {
            self.tx_table = super::table::Table::default();
            self.address_table = super::table::Table::default();
            self.table_base = (self.counts.txs, self.counts.addresses);
        }
        Ok(())
    }
}

/// (parent, child, size) in order of parent, then of linking.
fn by_parent(children: &[Child]) -> Vec<(u32, u32, u32)> {
    let mut links: Vec<(u32, u32, u32)> = children.iter().map(|link| (link.parent, link.child, link.size)).collect();
    links.par_sort_by_key(|(parent, _, _)| *parent);
    links
}

/// (key, id) in order of key, then id.
fn hashed(keys: &[u64], first: u32) -> Vec<(u64, u32)> {
    let mut pairs: Vec<(u64, u32)> = keys.iter().zip(first..).map(|(key, id)| (*key, id)).collect();
    pairs.par_sort_unstable();
    pairs
}

/// Address and row of every new output but for the first of each new address, which the address's own row names.
fn later_outputs<'a>(
    addresses: &'a [u32],
    first_outputs: &'a SplitRows,
    base: &'a Counts,
) -> impl Iterator<Item = (usize, u32)> + 'a {
    let is_first = move |row: usize, id: u32| {
        let new = u64::from(id).checked_sub(base.addresses);
        new.and_then(|n| first_outputs.get(n as usize)).is_some_and(|first| first == base.outputs + row as u64)
    };
    addresses.iter().copied().enumerate().filter(move |(row, id)| !is_first(*row, *id))
}

/// `address << 32 | row` in order, without rows that have no address.
fn by_address(rows: impl Iterator<Item = (usize, u32)>, first_row: u32) -> Vec<u64> {
    let rows = rows.filter(|(_, id)| *id != NONE_U32);
    let mut packed: Vec<u64> =
        rows.map(|(row, id)| u64::from(id) << 32 | (u64::from(first_row) + row as u64)).collect();
    packed.par_sort_unstable();
    packed
}

fn new_run<'a>(kind: RunKind, pairs: &'a [(u64, u32)], extra: u32) -> NewRun<'a> {
    let entries = pairs.iter().map(move |(key, id)| Entry { key: *key, value: u64::from(*id), extra });
    NewRun { kind, rows: pairs.len() as u64, first_value: 0, entries: Box::new(entries) }
}

fn packed_run<'a>(kind: RunKind, packed: &'a [u64], base_row: u64) -> NewRun<'a> {
    debug_assert!(base_row < EXTERNAL_BIT && base_row != NONE_U64);
    let entries = packed.iter().map(move |p| Entry { key: p >> 32, value: base_row + (p & 0xffff_ffff), extra: 0 });
    NewRun { kind, rows: packed.len() as u64, first_value: base_row, entries: Box::new(entries) }
}
