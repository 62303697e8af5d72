//! What is spilled: records of fixed width.

use bytemuck::{Pod, Zeroable};

use crate::hash::Hash32;

/// A transaction, by the key of its id.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Def {
    pub txid: Hash32,
    pub first_output: u64,
    pub first_input: u64,
    pub tx: u32,
    /// Number of outputs; the high bit says that it is a coinbase.
    pub n_outputs: u32,
}

/// High bit of [`Def::n_outputs`] and of [`Pair::input`]: a coinbase.
pub(super) const COINBASE_32: u32 = 1 << 31;
/// The same of 64-bit numbers.
pub(super) const COINBASE_64: u64 = 1 << 63;

/// An input, by the key of the transaction id that it spends.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Spend {
    pub txid: Hash32,
    pub input: [u32; 2],
    pub vout: u32,
}

/// An occurrence of an address, by its key; its key bytes follow.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Occurrence {
    pub key: [u32; 2],
    pub output: [u32; 2],
    /// Script kind.
    pub kind: u8,
    /// Length of the key bytes.
    pub len: u8,
    pub zero: [u8; 2],
}

/// A transaction by its key, or an address by its key and first output.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Keyed {
    pub key: [u32; 2],
    pub row: [u32; 2],
}

/// An output and the input that spends it, by window of outputs.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Pair {
    /// Output, counted from the start of its window.
    pub output: u32,
    /// Input; the high bit says that the output is of a coinbase.
    pub input: [u32; 2],
}

/// An output with an address that an earlier one has too, by window of outputs.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Known {
    /// Output, counted from the start of its window.
    pub output: u32,
    /// First output with that address.
    pub first: [u32; 2],
}

/// What an input spends, by window of inputs.
#[derive(Debug, Clone, Copy, Default, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Spent {
    /// See [`pack_value`].
    pub value: u64,
    /// Output; the high bit says that it is of a coinbase.
    pub output: u64,
    /// Input, counted from the start of its window.
    pub input: u32,
    /// Address of the output, or NONE.
    pub address: u32,
}

/// Rows before a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Pod, Zeroable)]
#[repr(C)]
pub(super) struct BlockRow {
    pub tx: u64,
    pub input: u64,
    pub output: u64,
}

/// A 64-bit number as two words, so that records need no padding.
pub(super) fn split(number: u64) -> [u32; 2] {
    [number as u32, (number >> 32) as u32]
}

/// The number of [`split`].
pub(super) fn whole(words: [u32; 2]) -> u64 {
    u64::from(words[0]) | u64::from(words[1]) << 32
}

const KIND_SHIFT: u32 = 52;
const UNSPENDABLE: u64 = 1 << 60;

/// Value (below 2^51), script kind and whether the output never becomes spendable, in one number.
pub(super) fn pack_value(value_sat: i64, kind: u8, is_unspendable: bool) -> u64 {
    value_sat as u64 | u64::from(kind & 0xf) << KIND_SHIFT | if is_unspendable { UNSPENDABLE } else { 0 }
}

/// Value, kind and whether it never becomes spendable, of [`pack_value`].
pub(super) fn unpack_value(packed: u64) -> (i64, u8, bool) {
    let value_sat = (packed & ((1 << KIND_SHIFT) - 1)) as i64;
    (value_sat, (packed >> KIND_SHIFT) as u8 & 0xf, packed & UNSPENDABLE != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for number in [0, 1, u64::from(u32::MAX), 1 << 32, u64::MAX] {
            assert_eq!(whole(split(number)), number);
        }
        for value_sat in [0, 1, crate::units::MAX_MONEY_SAT] {
            for (kind, dead) in [(0, false), (11, true), (9, true)] {
                assert_eq!(unpack_value(pack_value(value_sat, kind, dead)), (value_sat, kind, dead));
            }
        }
    }
}
