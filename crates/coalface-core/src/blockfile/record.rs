//! The head of a record: magic, length, and the start of a block.

use super::header::Header;
use super::work::meets_target;
use crate::network::Network;

/// Shortest block in bytes: a header and a tx count. (Bitcoin Core's own reader of block files allows 80.)
pub const MIN_BLOCK_BYTES: u32 = 81;

/// Longest block in bytes: Bitcoin Core's `MAX_BLOCK_SERIALIZED_SIZE`. Nothing longer was ever written by a node,
/// since blocks are checked against it before they are stored; so there is no slack.
pub const MAX_BLOCK_BYTES: u32 = 4_000_000;

/// Bytes before a block: magic and length.
pub(super) const FRAME_BYTES: usize = 8;

/// Bytes of a block that hold its header and reach past the height in its coinbase, however its counts are encoded.
pub(super) const BLOCK_START_BYTES: usize = Header::LEN + 80;

/// Bytes read of every record.
pub(super) const HEAD_BYTES: usize = FRAME_BYTES + BLOCK_START_BYTES;

/// Whether a block may have `len` bytes.
pub(super) fn is_block_len(len: u64) -> bool {
    (u64::from(MIN_BLOCK_BYTES)..=u64::from(MAX_BLOCK_BYTES)).contains(&len)
}

/// The frame at the start of `head`, if there are eight bytes.
pub(super) fn frame(head: &[u8]) -> Option<([u8; 4], u32)> {
    let (magic, rest) = head.split_first_chunk::<4>()?;
    let (len, _) = rest.split_first_chunk::<4>()?;
    Some((*magic, u32::from_le_bytes(*len)))
}

/// The header bytes at the start of `block`, if there are eighty.
pub(super) fn header_bytes(block: &[u8]) -> Option<&[u8; 80]> {
    block.first_chunk::<80>()
}

/// Whether decoded `head` reads as a record: this network's magic, a possible length, a header with its proof of work.
/// In damaged stretches this tells a record from four bytes that happen to read as the magic.
pub(super) fn is_record(head: &[u8], network: Network) -> bool {
    let Some((magic, len)) = frame(head) else { return false };
    let Some(bytes) = header_bytes(&head[FRAME_BYTES..]) else { return false };
    magic == network.magic()
        && is_block_len(u64::from(len))
        && meets_target(Header::hash(bytes), Header::parse(bytes).bits, network.pow_limit_bits())
}
