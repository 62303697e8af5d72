//! Merkle root of a block.

use crate::hash::sha256d;

/// Root over `leaves`, in place: an odd last one is paired with itself. All zeros if there are none.
pub(super) fn root(mut leaves: Vec<[u8; 32]>) -> [u8; 32] {
    let mut n = leaves.len();
    if n == 0 {
        return [0; 32];
    }
    while n > 1 {
        let half = n.div_ceil(2);
        for i in 0..half {
            let mut pair = [0; 64];
            pair[..32].copy_from_slice(&leaves[2 * i]);
            pair[32..].copy_from_slice(&leaves[(2 * i + 1).min(n - 1)]);
            leaves[i] = sha256d(&pair);
        }
        n = half;
    }
    leaves[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Hash32;

    #[test]
    fn mainnet_block_170() {
        // Two transactions; the figures are those that every block explorer shows.
        let leaf = |text| Hash32::from_display(text).expect("a literal of 64 hex digits").0;
        let leaves = vec![
            leaf("b1fea52486ce0c62bb442b530a3f0132b826c74e473d1f2c220bfa78111c5082"),
            leaf("f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"),
        ];
        let expected = "7dac2c5666815c17a3b36427de37bb9d2e2c5ccec3f8633eb91a4205cb4c10ff";
        assert_eq!(Hash32(root(leaves)).to_display(), expected);
        assert_eq!(root(vec![[1; 32]]), [1; 32]);
        assert_eq!(root(vec![[1; 32], [2; 32], [3; 32]]), root(vec![[1; 32], [2; 32], [3; 32], [3; 32]]));
    }
}
