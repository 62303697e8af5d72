//! Merkle roots, and the trick that gives two different blocks one root.

use crate::hash::lanes::hash_pairs;
use crate::hash::{sha256d_parts, Hash32};

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
        let pairs = level.len() / 2;
        mutated |= level.chunks_exact(2).any(|pair| pair[0] == pair[1]);
        let odd = level.last().copied().filter(|_| level.len() > 2 * pairs);
        hash_pairs(&mut level);
        level.truncate(pairs);
        level.extend(odd.map(|last| Hash32(sha256d_parts(&[&last.0, &last.0]))));
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
