//! What a store holds of its chain, so that every answer can say what it cannot know.

use super::bound::Bound;
use crate::hash::Hash32;
use crate::ids::NONE_U32;
use crate::store::Snapshot;

/// A run of blocks each of which is the child of the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Blocks.
    pub n_blocks: u64,
    /// Height of the first, where it is known.
    pub first_height: Option<u32>,
    /// Height of the last, where it is known.
    pub last_height: Option<u32>,
    /// Hash of the last.
    pub last_hash: Hash32,
}

/// Segments below `bound`, in the order of the store.
#[must_use]
pub fn segments(snapshot: &Snapshot, bound: &Bound) -> Vec<Segment> {
    let columns = &*snapshot.columns;
    let height = |n: usize| Some(columns.block_height[n]).filter(|height| *height != NONE_U32);
    let mut segments: Vec<Segment> = Vec::new();
    for n in 0..bound.blocks as usize {
        let last_hash = columns.block_hash[n];
        match segments.last_mut().filter(|segment| segment.last_hash == columns.block_prev_hash[n]) {
            Some(segment) => {
                segment.n_blocks += 1;
                segment.last_height = height(n);
                segment.last_hash = last_hash;
            }
            None => {
                segments.push(Segment { n_blocks: 1, first_height: height(n), last_height: height(n), last_hash });
            }
        }
    }
    segments
}

/// Whether the blocks below `bound` are one chain from the network's genesis block on. No blocks of a store that starts
/// there are such a chain too: then nothing has happened yet, which is known.
#[must_use]
pub fn complete_from_genesis(snapshot: &Snapshot, bound: &Bound) -> bool {
    let columns = &*snapshot.columns;
    let (hashes, parents) = (&columns.block_hash[..], &columns.block_prev_hash[..]);
    let n = bound.blocks as usize;
    hashes.first() == Some(&snapshot.network().genesis_hash())
        && (1..n).all(|block| parents[block] == hashes[block - 1])
}
