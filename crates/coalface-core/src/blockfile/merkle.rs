//! Merkle roots, and the trick that gives two different blocks one root.

use sha2::{Digest, Sha256};

use crate::hash::{sha256, Hash32};

/// Root of the merkle tree over `leaves`, and whether a level holds two equal neighbours at an even position.
///
/// The second value is CVE-2012-2459: such a list has the root of a shorter one, so a block that shows it must be
/// refused. Zero leaves give the zero hash.
#[must_use]
pub fn merkle_root(leaves: &[Hash32]) -> (Hash32, bool) {
    let mut level: Vec<Hash32> = leaves.to_vec();
    let mut mutated = false;
    if level.is_empty() {
        return (Hash32::default(), false);
    }
    while level.len() > 1 {
        let pairs = level.len().div_ceil(2);
        for pair in 0..pairs {
            let left = level[2 * pair];
            let right = match level.get(2 * pair + 1) {
                Some(right) => {
                    mutated |= left == *right;
                    *right
                }
                None => left,
            };
            let mut hasher = Sha256::new();
            hasher.update(left.0);
            hasher.update(right.0);
            level[pair] = Hash32(sha256(&<[u8; 32]>::from(hasher.finalize())));
        }
        level.truncate(pairs);
    }
    (level[0], mutated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_tail_is_seen() {
        let [a, b, c] = [1, 2, 3].map(|n| Hash32([n; 32]));
        let (honest, mutated) = merkle_root(&[a, b, c]);
        assert!(!mutated);
        let (forged, mutated) = merkle_root(&[a, b, c, c]);
        assert_eq!(honest, forged);
        assert!(mutated);
        assert_eq!(merkle_root(&[a]), (a, false));
    }
}
