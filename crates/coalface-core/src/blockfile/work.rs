//! Targets and work: how hard a block was to find, and how much work a chain holds.

use ethnum::U256;

use crate::hash::Hash32;

/// The 256-bit number that a block's hash may not exceed. Never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target(pub(crate) U256);

/// Expected number of hashes behind a block or a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Work(U256);

impl Work {
    /// No work.
    pub const ZERO: Work = Work(U256::ZERO);

    /// The sum. Holds at 2^256 - 1, which no chain can reach: the hash would have to be below a target of one.
    #[must_use]
    pub fn plus(self, other: Work) -> Work {
        Work(self.0.saturating_add(other.0))
    }
}

/// The target that `bits` stands for; `None` where Bitcoin Core (`arith_uint256::SetCompact`) finds it negative,
/// above 2^256 - 1, or zero.
#[must_use]
pub fn target_from_bits(bits: u32) -> Option<Target> {
    let size = bits >> 24;
    let word = bits & 0x007f_ffff;
    if word == 0 || bits & 0x0080_0000 != 0 {
        return None;
    }
    if size > 34 || (word > 0xff && size > 33) || (word > 0xffff && size > 32) {
        return None;
    }
    let target = if size <= 3 { U256::from(word >> (8 * (3 - size))) } else { U256::from(word) << (8 * (size - 3)) };
    (target != U256::ZERO).then_some(Target(target))
}

/// The compact form of `target`, rounded down to three bytes (`arith_uint256::GetCompact`).
#[must_use]
pub fn bits_from_target(target: Target) -> u32 {
    let mut size = (256 - target.0.leading_zeros()).div_ceil(8);
    let mut word =
        if size <= 3 { target.0.as_u32() << (8 * (3 - size)) } else { (target.0 >> (8 * (size - 3))).as_u32() };
    if word & 0x0080_0000 != 0 {
        word >>= 8; // the top bit of the word is a sign
        size += 1;
    }
    size << 24 | word
}

/// Whether `hash` meets the target in `bits` and that target is no easier than the one in `pow_limit_bits`.
#[must_use]
pub fn meets_target(hash: Hash32, bits: u32, pow_limit_bits: u32) -> bool {
    match (target_from_bits(bits), target_from_bits(pow_limit_bits)) {
        (Some(target), Some(limit)) => target <= limit && U256::from_le_bytes(hash.0) <= target.0,
        _ => false,
    }
}

/// Work of one block, floor(2^256 / (target + 1)); `None` if `bits` is no target.
#[must_use]
pub fn work(bits: u32) -> Option<Work> {
    let target = target_from_bits(bits)?.0;
    // 2^256 does not fit: floor(2^256 / (t + 1)) = floor((2^256 - t - 1) / (t + 1)) + 1. No target has all bits
    // set (the word has 23), so t + 1 fits.
    Some(Work(!target / (target + U256::ONE) + U256::ONE))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may panic
mod tests {
    use super::*;

    fn low(bits: u32) -> Option<u128> {
        target_from_bits(bits).map(|target| target.0.as_u128())
    }

    /// The table of Bitcoin Core's `arith_uint256_tests.cpp`, `bignum_SetCompact`.
    #[test]
    fn compact_form() {
        for bits in [0, 0x0012_3456, 0x0100_3456, 0x0200_0056, 0x0300_0000, 0x0400_0000, 0x0092_3456, 0x0180_3456] {
            assert_eq!(low(bits), None, "{bits:08x}");
        }
        for negative in [0x01fe_dcba, 0x0492_3456, 0xff12_3456, 0x2212_3456, 0x2101_0000] {
            assert_eq!(low(negative), None, "{negative:08x}");
        }
        assert_eq!(low(0x0112_3456), Some(0x12));
        assert_eq!(low(0x0212_3456), Some(0x1234));
        assert_eq!(low(0x0312_3456), Some(0x12_3456));
        assert_eq!(low(0x0412_3456), Some(0x1234_5600));
        assert_eq!(low(0x0500_9234), Some(0x9234_0000));
        for bits in [0x0112_0000, 0x0212_3400, 0x0412_3456, 0x0500_9234, 0x1d00_ffff, 0x207f_ffff, 0x1e03_77ae] {
            assert_eq!(bits_from_target(target_from_bits(bits).unwrap()), bits, "{bits:08x}");
        }
        assert_eq!(target_from_bits(0x2200_0001).map(|target| target.0.leading_zeros()), Some(7));
    }

    #[test]
    fn work_of_known_targets() {
        assert_eq!(work(0x1d00_ffff), Some(Work(U256::from(0x1_0001_0001u64)))); // mainnet's chainwork at genesis
        assert_eq!(work(0x207f_ffff), Some(Work(U256::from(2u32))));
        assert_eq!(work(0x0100_ff00), None);
        assert_eq!(work(0x0101_0000), Some(Work(U256::ONE << 255)));
        assert!(work(0x1b04_04cb) > work(0x1d00_ffff));
        assert_eq!(Work(U256::MAX).plus(Work(U256::ONE)), Work(U256::MAX));
    }

    #[test]
    fn limits() {
        let genesis = crate::network::Network::Mainnet.genesis_hash();
        assert!(meets_target(genesis, 0x1d00_ffff, 0x1d00_ffff));
        assert!(!meets_target(genesis, 0x1d01_0000, 0x1d00_ffff));
        assert!(!meets_target(genesis, 0x1b04_04cb, 0x1d00_ffff));
        assert!(!meets_target(Hash32([0xff; 32]), 0x207f_ffff, 0x207f_ffff));
        assert!(!meets_target(genesis, 0, 0x1d00_ffff));
    }
}
