//! At which height a component starts.

use std::collections::HashMap;

use super::scan::BlockRef;
use super::tree::Tree;
use crate::hash::Hash32;

/// First height that no block may have: heights are 31 bits wide.
const END_HEIGHT: i64 = 1 << 31;

/// First version whose coinbase has to start with the height (BIP-0034).
const HEIGHT_VERSION: i32 = 2;

/// Why a height given by the user had no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IgnoredHeight {
    /// The block is not here, or was refused.
    NoSuchBlock,
    /// Another given height of the same component, its coinbases, or its depth above the genesis block say otherwise.
    Contradicted,
    /// Some block of the component would get a height below 0 or above 2^31 - 1.
    OutOfRange,
}

impl std::fmt::Display for IgnoredHeight {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            IgnoredHeight::NoSuchBlock => "the block is not here, or was refused",
            IgnoredHeight::Contradicted => {
                "the blocks themselves, or another height of the same segment, say otherwise"
            }
            IgnoredHeight::OutOfRange => "a block of the segment would get an impossible height",
        })
    }
}

/// Heights of the first blocks of components.
pub(super) struct Bases {
    /// What the genesis block proves.
    proven: Vec<Option<u32>>,
    /// What the user says, and of which block.
    given: Vec<Option<(u32, Hash32)>>,
    ignored: Vec<(Hash32, IgnoredHeight)>,
}

impl Bases {
    /// What the genesis block and the user say. `n_levels[c]` is one more than the greatest depth in component `c`;
    /// `is_in` tells the nodes that were not refused.
    pub(super) fn given(
        tree: &Tree,
        heights: &HashMap<Hash32, u32>,
        n_levels: &[u32],
        is_in: impl Fn(u32) -> bool,
    ) -> Bases {
        let mut proven = vec![None; tree.n_components];
        if let Some(genesis) = tree.genesis {
            proven[genesis as usize] = Some(0);
        }
        if let Some(component) = tree.after_genesis {
            proven[component as usize] = Some(1); // the parent's hash says it all
        }
        let mut bases: Vec<Option<(u32, Hash32)>> = vec![None; tree.n_components];
        let mut ignored = Vec::new();
        let mut given: Vec<(u32, u32, Hash32, u32)> = Vec::new();
        for (hash, height) in heights {
            match tree.by_hash.get(hash).filter(|node| is_in(**node)) {
                Some(&node) => given.push((tree.nodes[node as usize].depth, node, *hash, *height)),
                None => ignored.push((*hash, IgnoredHeight::NoSuchBlock)),
            }
        }
        given.sort_unstable();
        for (depth, node, hash, height) in given {
            let component = tree.nodes[node as usize].component as usize;
            let known = proven[component].or(bases[component].map(|(base, _)| base));
            match (base(height, depth, n_levels[component]), known) {
                (None, _) => ignored.push((hash, IgnoredHeight::OutOfRange)),
                (Some(new), Some(old)) if new != old => ignored.push((hash, IgnoredHeight::Contradicted)),
                (Some(new), _) => bases[component] = Some((new, hash)),
            }
        }
        Bases { proven, given: bases, ignored }
    }

    /// Height of the first block of `component`, whose best chain is `chain`: as the genesis block proves, else what
    /// most of the coinbases of version 2 and later say, else as given by the user (what contradicts is ignored, and
    /// noted). `None` if nobody says, or two heights have equally many voices.
    pub(super) fn of<'b>(
        &mut self,
        component: usize,
        chain: impl ExactSizeIterator<Item = &'b BlockRef>,
    ) -> Option<u32> {
        let known = self.proven[component].or_else(|| voted(chain));
        match (known, self.given[component]) {
            (Some(known), Some((given, hash))) if known != given => {
                self.ignored.push((hash, IgnoredHeight::Contradicted));
                Some(known)
            }
            (known, given) => known.or(given.map(|(base, _)| base)),
        }
    }

    /// Heights that had no effect, by hash.
    pub(super) fn into_ignored(mut self) -> Vec<(Hash32, IgnoredHeight)> {
        self.ignored.sort_unstable_by_key(|(hash, _)| *hash);
        self.ignored
    }
}

/// What most of the coinbases of version 2 and later say of the height of the first block of `chain`.
fn voted<'b>(chain: impl ExactSizeIterator<Item = &'b BlockRef>) -> Option<u32> {
    let n_levels = u32::try_from(chain.len()).ok()?;
    let mut voices: HashMap<u32, u32> = HashMap::new();
    for (depth, block) in (0..n_levels).zip(chain) {
        if block.header.version >= HEIGHT_VERSION {
            if let Some(base) = block.coinbase_height.and_then(|height| base(height, depth, n_levels)) {
                *voices.entry(base).or_default() += 1;
            }
        }
    }
    let most = voices.values().copied().max()?;
    let mut winners = voices.iter().filter(|(_, n)| **n == most);
    match (winners.next(), winners.next()) {
        (Some((base, _)), None) => Some(*base),
        _ => None,
    }
}

/// Height of depth 0 if depth `depth` has `height`, provided that all `n_levels` depths then have one.
fn base(height: u32, depth: u32, n_levels: u32) -> Option<u32> {
    let base = height.checked_sub(depth)?;
    (i64::from(base) + i64::from(n_levels) <= END_HEIGHT).then_some(base)
}
