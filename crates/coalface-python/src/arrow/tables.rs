//! Which tables there are, and how each logical column comes out of the store: the one table of that.
//!
//! Columns have the names and units of docs/format.md. Where the store writes NONE, Arrow has a null, so that nobody adds
//! up a NONE. Ids that the store leaves to positions (`tx_num` of an output) are made batch by batch, as are stamped cells
//! (masked by the bound) and the two meanings of an input's `spent_output`.

use std::ops::Range;

use coalface_core::io::View;
use coalface_core::lookup::Bound;
use coalface_core::store::layout::{Columns, Counts};
use coalface_core::store::{Snapshot, StoreError};
use coalface_core::Result;

use super::batch::{Cells, Validity};
use super::made;

/// Cells made for a batch.
pub type MadeCells = Result<(Vec<u64>, Validity)>;

/// Where the cells of a column come from.
#[derive(Clone, Copy)]
pub enum Source {
    /// They lie in a file; a cell of that value, as an unsigned number, is null.
    Mapped(fn(&Columns) -> &View, Option<u64>),
    /// They are made, and are never null.
    Made(fn(&Snapshot, &Bound, Range<usize>) -> MadeCells),
    /// They are made, and may be null.
    MadeOrNull(fn(&Snapshot, &Bound, Range<usize>) -> MadeCells),
}

/// A column of a table.
#[derive(Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its type, as a format text of the Arrow C data interface.
    pub format: &'static str,
    /// Bytes of a cell.
    pub width: usize,
    /// Where its cells come from.
    pub source: Source,
}

impl Field {
    /// Whether a cell may be null.
    pub fn is_nullable(&self) -> bool {
        !matches!(self.source, Source::Mapped(_, None) | Source::Made(_))
    }

    /// Cells of some rows.
    ///
    /// # Errors
    /// If the store contradicts itself.
    pub fn cells(&self, snapshot: &Snapshot, bound: &Bound, rows: Range<usize>) -> Result<(Cells, Validity)> {
        match self.source {
            Source::Mapped(view, none) => {
                let view = view(&snapshot.columns);
                let (start, end) = (rows.start.checked_mul(self.width), rows.end.checked_mul(self.width));
                let bytes = start.zip(end).and_then(|(start, end)| view.get(start..end));
                let Some(bytes) = bytes else {
                    return Err(StoreError::OutOfRange { what: "row", id: rows.end as u64, limit: 0 }.into());
                };
                let validity = match (none, self.width) {
                    (Some(none), 8) => valid(bytemuck::cast_slice::<u8, u64>(bytes), none),
                    (Some(none), 4) => valid(bytemuck::cast_slice::<u8, u32>(bytes), none as u32),
                    _ => Validity::default(),
                };
                Ok((Cells::Mapped(view.clone(), rows.start * self.width), validity))
            }
            Source::Made(make) | Source::MadeOrNull(make) => {
                let (words, validity) = make(snapshot, bound, rows)?;
                Ok((Cells::Made(words), validity))
            }
        }
    }
}

fn valid<T: Copy + PartialEq>(cells: &[T], none: T) -> Validity {
    Validity::of(cells.len(), |n| cells[n] != none)
}

/// A table: its name, how many rows it has, its columns.
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its rows among the counts as of a bound.
    pub rows: fn(&Counts) -> u64,
    /// Its columns.
    pub fields: &'static [Field],
}

const NONE32: Option<u64> = Some(u32::MAX as u64);
const NONE_SAT: Option<u64> = Some(1 << 63);

macro_rules! tables {
    ($( $table:literal, |$c:ident| $rows:expr, { $( $name:literal: $kind:ident $source:tt; )* } )*) => {
        /// All tables.
        pub const TABLES: &[Table] = &[ $( Table {
            name: $table,
            rows: |$c| $rows,
            fields: &[ $( Field {
                name: $name,
                format: tables!(@format $kind),
                width: tables!(@width $kind),
                source: tables!(@source $source),
            } ),* ],
        } ),* ];
    };
    (@format u8) => { "C" };
    (@format u16) => { "S" };
    (@format u32) => { "I" };
    (@format u64) => { "L" };
    (@format i64) => { "l" };
    (@format hash) => { "w:32" };
    (@format key_hash) => { "w:20" };
    (@width u8) => { 1 };
    (@width u16) => { 2 };
    (@width u32) => { 4 };
    (@width u64) => { 8 };
    (@width i64) => { 8 };
    (@width hash) => { 32 };
    (@width key_hash) => { 20 };
    (@source [$field:ident]) => { Source::Mapped(|columns| columns.$field.view(), None) };
    (@source [$field:ident, $none:ident]) => { Source::Mapped(|columns| columns.$field.view(), $none) };
    (@source (made::$make:ident)) => { Source::Made(made::$make) };
    (@source (made::$make:ident or null)) => { Source::MadeOrNull(made::$make) };
}

tables! {
    "block", |c| c.blocks, {
        "block_num": u32 (made::row_number);
        "hash": hash [block_hash];
        "prev_hash": hash [block_prev_hash];
        "merkle_root": hash [block_merkle_root];
        "version": u32 [block_version];
        "time": u32 [block_time];
        "bits": u32 [block_bits];
        "nonce": u32 [block_nonce];
        "height": u32 [block_height, NONE32];
        "first_tx": u32 [block_first_tx];
        "first_address": u32 [block_first_address];
        "size": u32 [block_size];
        "weight": u32 [block_weight];
    }
    "tx", |c| c.txs, {
        "tx_num": u32 (made::row_number);
        "block_num": u32 (made::block_of_tx);
        "txid": hash [tx_txid];
        "first_input": u64 (made::first_input);
        "first_output": u64 (made::first_output);
        "version": u32 [tx_version];
        "locktime": u32 [tx_locktime];
        "size": u32 [tx_size];
        "weight": u32 [tx_weight];
        "fee_sat": i64 [tx_fee_sat, NONE_SAT];
        "flags": u16 [tx_flags];
    }
    "input", |c| c.inputs, {
        "input_num": u64 (made::long_row_number);
        "tx_num": u32 (made::tx_of_input);
        "spent_output": u64 (made::spent_output or null);
        "spent_external": u64 (made::spent_external or null);
        "address_id": u32 [input_address, NONE32];
        "sequence": u32 [input_sequence];
        "spend_flags": u32 [input_spend_flags];
    }
    "output", |c| c.outputs, {
        "output_num": u64 (made::long_row_number);
        "tx_num": u32 (made::tx_of_output);
        "value_sat": i64 [output_value_sat];
        "address_id": u32 [output_address, NONE32];
        "spent_by": u64 (made::spent_by or null);
    }
    "external", |c| c.externals, {
        "external_num": u64 (made::long_row_number);
        "txid": hash [external_txid];
        "vout": u32 [external_vout];
        "value_sat": i64 [external_value_sat, NONE_SAT];
        "address_id": u32 [external_address, NONE32];
        "spent_by": u64 [external_spent_by];
    }
    "address", |c| c.addresses, {
        "address_id": u32 (made::row_number);
        "kind": u8 [address_kind];
        "first_output": u64 (made::address_first_output or null);
    }
    "key_link", |c| c.key_links, {
        "address_id": u32 [key_link_address];
        "key_hash": key_hash [key_link_hash];
        "tx_num": u32 [key_link_tx];
        "role": u8 [key_link_role];
    }
    "cluster_strict", |c| c.addresses, {
        "address_id": u32 (made::row_number);
        "parent": u32 (made::strict_parent or null);
        "link_tx": u32 (made::strict_link_tx or null);
    }
}
