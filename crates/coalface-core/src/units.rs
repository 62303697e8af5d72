//! Money rules that decide validity.

/// Satoshi in one bitcoin.
pub const COIN_SAT: i64 = 100_000_000;
/// Largest amount that any value or sum may reach (Bitcoin Core `consensus/amount.h`, `MAX_MONEY`).
pub const MAX_MONEY_SAT: i64 = 21_000_000 * COIN_SAT;
/// Largest block weight (BIP-0141).
pub const MAX_BLOCK_WEIGHT_WU: u64 = 4_000_000;
/// Blocks before a coinbase output may be spent (Bitcoin Core `consensus/consensus.h`, `COINBASE_MATURITY`).
pub const COINBASE_MATURITY_BLOCKS: u32 = 100;

/// Newly created satoshi that the block at `height` may claim.
///
/// Halves every `halving_interval` blocks, starting at 50 BTC; 0 after 64 halvings (Bitcoin Core `GetBlockSubsidy`).
#[must_use]
pub fn subsidy_sat(height: u32, halving_interval: u32) -> i64 {
    let halvings = height / halving_interval;
    if halvings >= 64 {
        0
    } else {
        (50 * COIN_SAT) >> halvings
    }
}

/// Whether `value` is a possible amount of money.
#[must_use]
pub fn is_money(value: i64) -> bool {
    (0..=MAX_MONEY_SAT).contains(&value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subsidy_halves() {
        assert_eq!(subsidy_sat(0, 210_000), 5_000_000_000);
        assert_eq!(subsidy_sat(209_999, 210_000), 5_000_000_000);
        assert_eq!(subsidy_sat(210_000, 210_000), 2_500_000_000);
        assert_eq!(subsidy_sat(150, 150), 2_500_000_000);
        assert_eq!(subsidy_sat(64 * 150, 150), 0);
    }
}
