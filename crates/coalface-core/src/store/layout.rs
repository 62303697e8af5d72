//! Every column of a store: its file, the type of its rows, and what it counts. This is the frozen part.

use serde::{Deserialize, Serialize};

use super::column::{Column, Stamped};
use super::error::StoreError;
use super::narrow::slot::PayloadRows;
use super::narrow::{Rising, RisingRows, Split, SplitRows, StampedSplit};
use crate::hash::Hash32;
use crate::io::Storage;

/// Rows that belong to a store (or to a bound inside it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Blocks.
    pub blocks: u64,
    /// Transactions.
    pub txs: u64,
    /// Inputs, coinbase inputs included.
    pub inputs: u64,
    /// Outputs.
    pub outputs: u64,
    /// Spent outputs outside a partial chain.
    pub externals: u64,
    /// Addresses.
    pub addresses: u64,
    /// Ties between an address and a key hash.
    pub key_links: u64,
    /// OP_RETURN outputs.
    pub op_returns: u64,
    /// Rows of the P2PKH payload array.
    pub p2pkh: u64,
    /// Rows of the P2SH payload array.
    pub p2sh: u64,
    /// Rows of the P2WPKH payload array.
    pub p2wpkh: u64,
    /// Rows of the P2WSH payload array.
    pub p2wsh: u64,
    /// Rows of the P2TR payload array.
    pub p2tr: u64,
    /// Rows of the array of payloads of varying length.
    pub scripts: u64,
    /// Bytes of the heap of payloads of varying length.
    pub script_bytes: u64,
    /// Bytes of the heap of OP_RETURN payloads.
    pub op_return_bytes: u64,
    /// Bytes of the heap of coinbase scripts.
    pub coinbase_bytes: u64,
}

impl Counts {
    /// One rank entry for every 64 outputs begun.
    #[must_use]
    pub fn output_ranks(&self) -> u64 {
        self.outputs.div_ceil(RANK_ROWS)
    }

    /// One rank entry for every 256 addresses begun.
    #[must_use]
    pub fn address_ranks(&self) -> u64 {
        self.addresses.div_ceil(ADDRESS_RANK_ROWS)
    }

    /// One rank entry for every 64 inputs begun.
    #[must_use]
    pub fn input_ranks(&self) -> u64 {
        self.inputs.div_ceil(RANK_ROWS)
    }
}

/// Rows that one entry of a rank directory stands for.
pub const RANK_ROWS: u64 = 64;

/// Addresses that one entry of the rank directory of payload rows stands for.
pub const ADDRESS_RANK_ROWS: u64 = 256;

/// Format number of the manifest; column groups have versions of their own beside it.
pub const FORMAT: u64 = 2;

/// Column groups and the version of each that this release writes.
pub const GROUPS: [(&str, u64); 10] = [
    ("address", 1),
    ("block", 1),
    ("cluster_strict", 2),
    ("external", 1),
    ("heap", 1),
    ("input", 1),
    ("key_link", 1),
    ("output", 1),
    ("rank", 1),
    ("tx", 1),
];

/// Names of the two files that one column of ids is kept in.
macro_rules! parts {
    ($name:literal) => {
        [concat!($name, "_low"), concat!($name, "_high")]
    };
    ($folder:literal, $group:literal, $name:literal) => {
        [concat!($folder, $group, ".", $name, "_low"), concat!($folder, $group, ".", $name, "_high")]
    };
}

macro_rules! columns {
    (
        plain { $( $(#[doc = $doc:expr])* $field:ident : $type:ty, $group:literal / $name:literal, |$c:ident| $rows:expr; )* }
        rising { $( $(#[doc = $rdoc:expr])* $rfield:ident, $rgroup:literal / $rname:literal by $ranks:ident, |$rc:ident| $rrows:expr, $rend:expr; )* }
        split { $( $(#[doc = $pdoc:expr])* $pfield:ident, $pgroup:literal / $pname:literal, |$pc:ident| $prows:expr; )* }
        stamped { $( $(#[doc = $sdoc:expr])* $sfield:ident : $stype:ty, $sgroup:literal / $sname:literal, |$sc:ident| $srows:expr; )* }
        stamped_split { $( $(#[doc = $tdoc:expr])* $tfield:ident, $tgroup:literal / $tname:literal, |$tc:ident| $trows:expr; )* }
    ) => {
        /// Read-only views of all columns up to some counts.
        #[derive(Debug, Clone)]
        pub struct Columns {
            $( $(#[doc = $doc])* pub $field: Column<$type>, )*
            $( $(#[doc = $rdoc])* pub $rfield: Rising, )*
            $( $(#[doc = $pdoc])* pub $pfield: Split, )*
            $( $(#[doc = $sdoc])* pub $sfield: Stamped<$stype>, )*
            $( $(#[doc = $tdoc])* pub $tfield: StampedSplit, )*
        }

        impl Columns {
            /// Views of the columns in `storage`, as far as `counts` says.
            ///
            /// # Errors
            /// If a file is missing or shorter than `counts` says.
            pub fn open(storage: &dyn Storage, counts: &Counts) -> Result<Columns, StoreError> {
                $( let $field = { let $c = counts; Column::open(storage, concat!("columns/", $group, ".", $name), $rows)? }; )*
                Ok(Columns {
                    $( $rfield: {
                        let $rc = counts;
                        Rising::open(storage, concat!("columns/", $rgroup, ".", $rname), $rrows, $rend, &$ranks)?
                    }, )*
                    $( $pfield: { let $pc = counts; Split::open(storage, parts!("columns/", $pgroup, $pname), $prows)? }, )*
                    $( $sfield: { let $sc = counts; Stamped::open(storage, concat!("columns/", $sgroup, ".", $sname), $srows)? }, )*
                    $( $tfield: { let $tc = counts; StampedSplit::open(storage, parts!("columns/", $tgroup, $tname), $trows)? }, )*
                    $( $field, )*
                })
            }
        }

        /// New rows of all columns, not yet in a store.
        #[derive(Debug, Default)]
        pub struct Delta {
            $( $(#[doc = $doc])* pub $field: Vec<$type>, )*
            $( $(#[doc = $rdoc])* pub $rfield: RisingRows, )*
            $( $(#[doc = $pdoc])* pub $pfield: SplitRows, )*
            $( $(#[doc = $sdoc])* pub $sfield: Vec<$stype>, )*
            $( $(#[doc = $tdoc])* pub $tfield: SplitRows, )*
        }

        impl Delta {
            /// Calls `each` with every column as bytes.
            ///
            /// # Errors
            /// Whatever `each` returns.
            pub fn for_each<'a, E>(
                &'a self,
                mut each: impl FnMut(ColumnInfo, &'a [u8]) -> Result<(), E>,
            ) -> Result<(), E> {
                $( each(ColumnInfo::of::<$type>($group, $name, false), bytemuck::cast_slice(&self.$field))?; )*
                $( each(ColumnInfo::of::<u32>($rgroup, $rname, false), self.$rfield.as_bytes())?; )*
                $( for (info, bytes) in ColumnInfo::parts($pgroup, parts!($pname), false).into_iter().zip(self.$pfield.bytes()) {
                    each(info, bytes)?;
                } )*
                $( each(ColumnInfo::of::<$stype>($sgroup, $sname, true), bytemuck::cast_slice(&self.$sfield))?; )*
                $( for (info, bytes) in ColumnInfo::parts($tgroup, parts!($tname), true).into_iter().zip(self.$tfield.bytes()) {
                    each(info, bytes)?;
                } )*
                Ok(())
            }

            /// Drops all rows past `counts`, where the first row of each column is number `base`.
            pub fn truncate(&mut self, base: &Counts, counts: &Counts) {
                $( { let rows = |$c: &Counts| $rows; self.$field.truncate((rows(counts) - rows(base)) as usize); } )*
                $( { let rows = |$rc: &Counts| $rrows; self.$rfield.truncate((rows(counts) - rows(base)) as usize); } )*
                $( { let rows = |$pc: &Counts| $prows; self.$pfield.truncate((rows(counts) - rows(base)) as usize); } )*
                $( { let rows = |$sc: &Counts| $srows; self.$sfield.truncate((rows(counts) - rows(base)) as usize); } )*
                $( { let rows = |$tc: &Counts| $trows; self.$tfield.truncate((rows(counts) - rows(base)) as usize); } )*
            }
        }

        /// All columns with their number of rows under `counts`.
        #[must_use]
        pub fn all_columns(counts: &Counts) -> Vec<(ColumnInfo, u64)> {
            let mut all = Vec::new();
            $( all.push((ColumnInfo::of::<$type>($group, $name, false), { let $c = counts; $rows })); )*
            $( all.push((ColumnInfo::of::<u32>($rgroup, $rname, false), { let $rc = counts; $rrows })); )*
            $( all.extend(ColumnInfo::parts($pgroup, parts!($pname), false).map(|info| (info, { let $pc = counts; $prows }))); )*
            $( all.push((ColumnInfo::of::<$stype>($sgroup, $sname, true), { let $sc = counts; $srows })); )*
            $( all.extend(ColumnInfo::parts($tgroup, parts!($tname), true).map(|info| (info, { let $tc = counts; $trows }))); )*
            all
        }
    };
}

/// What a column is, without its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnInfo {
    /// Group it belongs to.
    pub group: &'static str,
    /// Name inside the group.
    pub name: &'static str,
    /// Bytes of one row.
    pub width: usize,
    /// Whether cells are stamped once, after they were appended.
    pub stamped: bool,
}

impl ColumnInfo {
    fn of<T>(group: &'static str, name: &'static str, stamped: bool) -> ColumnInfo {
        ColumnInfo { group, name, width: size_of::<T>(), stamped }
    }

    /// Of a column that is kept in two: low four bytes and high byte.
    fn parts(group: &'static str, [low, high]: [&'static str; 2], stamped: bool) -> [ColumnInfo; 2] {
        [ColumnInfo::of::<u32>(group, low, stamped), ColumnInfo::of::<u8>(group, high, stamped)]
    }

    /// File below the store.
    #[must_use]
    pub fn file(&self) -> String {
        format!("columns/{}.{}", self.group, self.name)
    }

    /// `group.name`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}.{}", self.group, self.name)
    }
}

columns! {
    plain {
        /// Block hash.
        block_hash: Hash32, "block" / "hash", |c| c.blocks;
        /// Hash of the block before.
        block_prev_hash: Hash32, "block" / "prev_hash", |c| c.blocks;
        /// Merkle root.
        block_merkle_root: Hash32, "block" / "merkle_root", |c| c.blocks;
        /// Header version.
        block_version: u32, "block" / "version", |c| c.blocks;
        /// Header time.
        block_time: u32, "block" / "time", |c| c.blocks;
        /// Header target.
        block_bits: u32, "block" / "bits", |c| c.blocks;
        /// Header nonce.
        block_nonce: u32, "block" / "nonce", |c| c.blocks;
        /// Height or NONE.
        block_height: u32, "block" / "height", |c| c.blocks;
        /// First transaction.
        block_first_tx: u32, "block" / "first_tx", |c| c.blocks;
        /// Number of addresses before this block.
        block_first_address: u32, "block" / "first_address", |c| c.blocks;
        /// Serialized size in bytes.
        block_size: u32, "block" / "size", |c| c.blocks;
        /// Weight.
        block_weight: u32, "block" / "weight", |c| c.blocks;
        /// File of the source it was read from.
        block_file_no: u32, "block" / "file_no", |c| c.blocks;
        /// Byte of that file at which the header starts.
        block_offset: u64, "block" / "offset", |c| c.blocks;
        /// End of its coinbase script in the heap.
        block_coinbase_end: u64, "block" / "coinbase_end", |c| c.blocks;
        /// Transaction id.
        tx_txid: Hash32, "tx" / "txid", |c| c.txs;
        /// Version.
        tx_version: u32, "tx" / "version", |c| c.txs;
        /// Lock time.
        tx_locktime: u32, "tx" / "locktime", |c| c.txs;
        /// Serialized size in bytes.
        tx_size: u32, "tx" / "size", |c| c.txs;
        /// Weight.
        tx_weight: u32, "tx" / "weight", |c| c.txs;
        /// Fee, or NONE for a coinbase and where an input's value is unknown.
        tx_fee_sat: i64, "tx" / "fee_sat", |c| c.txs;
        /// See `tx_flags`.
        tx_flags: u16, "tx" / "flags", |c| c.txs;
        /// Address of the spent output, or NONE.
        input_address: u32, "input" / "address_id", |c| c.inputs;
        /// Sequence.
        input_sequence: u32, "input" / "sequence", |c| c.inputs;
        /// See `SpendFlags`.
        input_spend_flags: u32, "input" / "spend_flags", |c| c.inputs;
        /// Value.
        output_value_sat: i64, "output" / "value_sat", |c| c.outputs;
        /// Address; NONE for OP_RETURN.
        output_address: u32, "output" / "address_id", |c| c.outputs;
        /// Transaction of the spent output.
        external_txid: Hash32, "external" / "txid", |c| c.externals;
        /// Its number there.
        external_vout: u32, "external" / "vout", |c| c.externals;
        /// Value or NONE.
        external_value_sat: i64, "external" / "value_sat", |c| c.externals;
        /// Address that the spend proves, or NONE.
        external_address: u32, "external" / "address_id", |c| c.externals;
        /// The input that spends it.
        external_spent_by: u64, "external" / "spent_by", |c| c.externals;
        /// Script kind.
        address_kind: u8, "address" / "kind", |c| c.addresses;
        /// Key hashes.
        payload_p2pkh: [u8; 20], "address" / "p2pkh", |c| c.p2pkh;
        /// Script hashes.
        payload_p2sh: [u8; 20], "address" / "p2sh", |c| c.p2sh;
        /// Key hashes.
        payload_p2wpkh: [u8; 20], "address" / "p2wpkh", |c| c.p2wpkh;
        /// Script hashes.
        payload_p2wsh: Hash32, "address" / "p2wsh", |c| c.p2wsh;
        /// Output keys.
        payload_p2tr: Hash32, "address" / "p2tr", |c| c.p2tr;
        /// End in the script heap of payloads of the other kinds.
        payload_script_end: u64, "address" / "script_end", |c| c.scripts;
        /// Address of a key link.
        key_link_address: u32, "key_link" / "address_id", |c| c.key_links;
        /// Hash160 of the public key.
        key_link_hash: [u8; 20], "key_link" / "key_hash", |c| c.key_links;
        /// Transaction that shows it.
        key_link_tx: u32, "key_link" / "tx_num", |c| c.key_links;
        /// Whether the key alone or with others controls the address.
        key_link_role: u8, "key_link" / "role", |c| c.key_links;
        /// Transaction of every 64th output.
        rank_output: u32, "rank" / "output", |c| c.output_ranks();
        /// Transaction of every 64th input.
        rank_input: u32, "rank" / "input", |c| c.input_ranks();
        /// Output of an OP_RETURN payload.
        op_return_output: u64, "heap" / "op_return_output", |c| c.op_returns;
        /// End of that payload in the heap.
        op_return_end: u64, "heap" / "op_return_end", |c| c.op_returns;
        /// OP_RETURN payloads, end to end.
        heap_op_return: u8, "heap" / "op_return", |c| c.op_return_bytes;
        /// Address payloads of varying length, end to end.
        heap_script: u8, "heap" / "script", |c| c.script_bytes;
        /// Coinbase scripts, end to end.
        heap_coinbase: u8, "heap" / "coinbase", |c| c.coinbase_bytes;
        /// Payload rows of the addresses before every 256th one, array by array.
        rank_address: PayloadRows, "rank" / "address", |c| c.address_ranks();
    }
    rising {
        /// First input.
        tx_first_input, "tx" / "first_input" by rank_input, |c| c.txs, c.inputs;
        /// First output.
        tx_first_output, "tx" / "first_output" by rank_output, |c| c.txs, c.outputs;
    }
    split {
        /// Output number; NONE for a coinbase; with the high bit set a row of `external`.
        input_spent_output, "input" / "spent_output", |c| c.inputs;
        /// Output with which it first appeared, or NONE if that was the spend of an external one.
        address_first_output, "address" / "first_output", |c| c.addresses;
    }
    stamped {
        /// Parent in the forest of rule set `strict`, or NONE.
        strict_parent: u32, "cluster_strict" / "parent", |c| c.addresses;
        /// Transaction that made that link, or NONE.
        strict_link_tx: u32, "cluster_strict" / "link_tx", |c| c.addresses;
    }
    stamped_split {
        /// Input that spends the output, or NONE.
        output_spent_by, "output" / "spent_by", |c| c.outputs;
    }
}
