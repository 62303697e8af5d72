//! Dense ids, in chain order. They are positions in columns, never shown to a user.

/// Position of a transaction in chain order. `u32`: 1.4e9 transactions after 17 years, checked at [`MAX_TX`].
pub type TxNum = u32;
/// Position of an input in chain order.
pub type InputNum = u64;
/// Position of an output in chain order.
pub type OutputNum = u64;
/// Position of an address in order of first appearance, checked at [`MAX_ADDRESS`].
pub type AddressId = u32;

/// The 32-bit "no value".
pub const NONE_U32: u32 = u32::MAX;
/// The 64-bit "no value".
pub const NONE_U64: u64 = u64::MAX;
/// "No value" of a money column: unknown is never 0.
pub const NONE_SAT: i64 = i64::MIN;
/// High bit of an input's `spent_output`: the rest is a row of the `external` group.
pub const EXTERNAL_BIT: u64 = 1 << 63;
/// Largest number of transactions in a store (ids stay below `2^32 - 2`).
pub const MAX_TX: u64 = (1 << 32) - 2;
/// Largest number of addresses in a store (ids stay below `2^32 - 2`).
pub const MAX_ADDRESS: u64 = (1 << 32) - 2;
/// Largest number of inputs and of outputs in a store: their ids are kept in 39 bits.
pub const MAX_ROW: u64 = 1 << 39;
