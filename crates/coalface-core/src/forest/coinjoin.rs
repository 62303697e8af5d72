//! `equal_outputs`, version 1: which transactions the multi-input rule leaves alone because they may be CoinJoins.
//!
//! *What it claims.* Nothing about a transaction's purpose: only that its inputs may belong to different people, so that
//! no link follows from it.
//!
//! *Why.* Every CoinJoin protocol in use gives its participants outputs of equal value (Maxwell 2013; Wasabi,
//! Whirlpool and JoinMarket alike). So a transaction with two or more input addresses is left alone when
//!
//! * some value occurs at least three times among its outputs with an address, to different addresses, and at least
//!   as many input addresses take part as there are such outputs; or
//! * it has the shape that a two-party JoinMarket and a Samourai Stonewall share: three or four outputs with an
//!   address, exactly one value exactly twice. The shape decides nothing, so it makes no link either.
//!
//! *When it is wrong.* A batch payment of equal amounts from many addresses of one wallet is left alone although it
//! is no CoinJoin (a missed link); a PayJoin, or a mix without equal outputs, is taken for one owner (a wrong link).
//! Its error rate on real chains is unknown.

use crate::ids::NONE_U32;

/// Name and version, as answers give it.
pub const RULE: &str = "equal_outputs/1";
/// Equal outputs from which on a transaction is left alone: two equal payments are common, three are not.
const MIN_EQUAL_OUTPUTS: usize = 3;

/// Whether a transaction with `n_input_addresses` different input addresses and these outputs may be a CoinJoin.
///
/// `outputs` are (value, address or NONE) and are sorted by the call. O(n log n).
#[must_use]
pub fn may_be_coinjoin(n_input_addresses: usize, outputs: &mut Vec<(i64, u32)>) -> bool {
    outputs.retain(|(_, address)| *address != NONE_U32);
    if n_input_addresses < 2 || outputs.len() < 3 {
        return false;
    }
    outputs.sort_unstable();
    let mut pairs = 0;
    for group in outputs.chunk_by(|a, b| a.0 == b.0) {
        let distinct = 1 + group.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
        if distinct >= MIN_EQUAL_OUTPUTS && distinct <= n_input_addresses {
            return true;
        }
        pairs += match group.len() {
            1 => 0,
            2 if distinct == 2 => 1,
            _ => 2,
        };
    }
    outputs.len() <= 4 && pairs == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(n: usize, outputs: &[(i64, u32)]) -> bool {
        may_be_coinjoin(n, &mut outputs.to_vec())
    }

    #[test]
    fn shapes() {
        let five: Vec<(i64, u32)> = (0..5).map(|n| (100_000, n)).collect();
        assert!(check(5, &five));
        assert!(!check(4, &five), "fewer input addresses than equal outputs");
        assert!(!check(1, &five), "one payer");
        assert!(check(2, &[(5, 1), (5, 2), (3, 3)]), "Stonewall shape");
        assert!(check(2, &[(5, 1), (5, 2), (3, 3), (2, 4)]));
        assert!(!check(2, &[(5, 1), (5, 2), (3, 3), (3, 4)]), "two pairs: not that shape");
        assert!(!check(3, &[(5, 1), (3, 2)]), "payment and change");
        assert!(!check(3, &[(5, 1), (5, 1), (5, 1)]), "one address three times");
        assert!(!check(9, &[(0, NONE_U32), (0, NONE_U32), (0, NONE_U32), (7, 1)]), "outputs without address");
    }
}
