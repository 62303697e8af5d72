//! Which blocks, in which order, make the chain.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::context::{Context, Refusal};
use super::heights::{Bases, IgnoredHeight};
use super::scan::BlockRef;
use super::tree::{Tree, NONE};
use super::work::{work, Work};
use crate::hash::Hash32;
use crate::network::Network;

/// What the order depends on besides the blocks.
#[derive(Clone, Copy, Debug)]
pub struct OrderRules<'a> {
    /// The network: its genesis block, its limit, its difficulty rule.
    pub network: Network,
    /// Blocks known to be invalid: they and all that descends from them are out, whether they are here or not.
    pub refused: &'a HashSet<Hash32>,
    /// Heights that the user gives (`--height HASH=N`).
    pub heights: &'a HashMap<Hash32, u32>,
    /// Indices of copies whose content is not that of their header (its merkle root fails). Another copy takes the
    /// place; without one the block counts as not here.
    pub bad_copies: &'a HashSet<usize>,
}

/// One block of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Index into the blocks given to [`plan`].
    pub block: usize,
    /// Its height, if anything says.
    pub height: Option<u32>,
}

/// The chain: one segment from genesis, or one or more that hang on nothing here, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The blocks in chain order.
    pub order: Vec<Planned>,
    /// Segments as ranges of `order`; within each, every block is the child of the one before.
    pub segments: Vec<Range<usize>>,
    /// Whether the first segment starts with the genesis block.
    pub from_genesis: bool,
    /// Distinct valid blocks that lost against another chain of their component.
    pub stale: u64,
    /// Further good copies of blocks.
    pub duplicates: u64,
    /// Distinct blocks that descend from a refused one.
    pub refused_descendants: u64,
    /// Headers refused here, and why.
    pub contextual_refusals: Vec<(Hash32, Refusal)>,
    /// Heights given by the user that had no effect, by hash.
    pub ignored_heights: Vec<(Hash32, IgnoredHeight)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    In,
    Refused,
    Descendant,
}

/// One component that has blocks left.
struct Segment {
    is_genesis: bool,
    base: Option<u32>,
    chain: Vec<usize>,
}

/// Chooses the best chain of every component of `blocks`, which lie in (file, offset) order.
///
/// Components are trees of blocks that share an ancestor, be it only a missing parent that two of them name. In each,
/// the chain with most work wins; of equals, that whose tip lies first on disk, since files show the order of arrival
/// best. The genesis component comes first; then those with known height, by it; then the others; equals by time and
/// hash of their first block. Two segments may claim the same heights: both stay.
///
/// Equal input gives equal output. O(n) in blocks but for sorting components; no recursion.
#[must_use]
pub fn plan(blocks: &[BlockRef], rules: &OrderRules<'_>) -> Plan {
    let tree = Tree::build(blocks, rules.bad_copies, rules.network.genesis_hash());
    let mut plan = Plan { duplicates: tree.n_duplicates, ..Plan::default() };
    let mut context = Context::new(blocks, &tree, rules.network);
    let mut states = vec![State::Refused; tree.nodes.len()];
    let mut works = vec![Work::ZERO; tree.nodes.len()];
    let mut best: Vec<Option<u32>> = vec![None; tree.n_components];
    let mut n_levels = vec![0; tree.n_components];
    for &number in &tree.walk {
        let index = number as usize;
        let node = tree.nodes[index];
        let block = &blocks[node.block];
        let parent = (node.parent != NONE).then_some(node.parent as usize);
        states[index] = if rules.refused.contains(&block.hash) {
            State::Refused
        } else if rules.refused.contains(&block.header.prev) || parent.is_some_and(|at| states[at] != State::In) {
            plan.refused_descendants += 1;
            State::Descendant
        } else {
            State::In
        };
        if states[index] != State::In {
            continue;
        }
        let own_work = work(block.header.bits);
        let refusal = if own_work.is_none() { Some(Refusal::NoTarget) } else { context.check(number) };
        if let Some(refusal) = refusal {
            plan.contextual_refusals.push((block.hash, refusal));
            states[index] = State::Refused;
            continue;
        }
        let below = parent.map_or(Work::ZERO, |at| works[at]);
        works[index] = below.plus(own_work.unwrap_or_default());
        plan.stale += 1; // taken back for those on a best chain
        let component = node.component as usize;
        n_levels[component] = n_levels[component].max(node.depth + 1);
        let is_better = best[component].is_none_or(|tip| {
            let tip = tip as usize;
            (works[index], tree.nodes[tip].block) > (works[tip], node.block)
        });
        if is_better {
            best[component] = Some(number);
        }
    }
    plan.contextual_refusals
        .extend(tree.rootless.iter().map(|node| (blocks[tree.nodes[*node as usize].block].hash, Refusal::Rootless)));

    let mut bases = Bases::given(&tree, rules.heights, &n_levels, |node| states[node as usize] == State::In);
    let mut segments: Vec<Segment> = Vec::new();
    for (component, tip) in best.iter().enumerate() {
        let Some(tip) = *tip else { continue };
        let chain = chain_to(&tree, tip);
        let base = bases.of(component, chain.iter().map(|block| &blocks[*block]));
        let is_genesis = tree.genesis.is_some_and(|genesis| genesis as usize == component);
        segments.push(Segment { is_genesis, base, chain });
    }
    segments.sort_by_key(|segment| {
        let first = &blocks[segment.chain[0]];
        (!segment.is_genesis, segment.base.is_none(), segment.base, first.header.time_unix, first.hash)
    });
    plan.from_genesis = segments.first().is_some_and(|segment| segment.is_genesis);
    plan.ignored_heights = bases.into_ignored();
    for segment in segments {
        let start = plan.order.len();
        plan.stale -= segment.chain.len() as u64;
        plan.order.extend((0..).zip(segment.chain).map(|(depth, block)| Planned {
            block,
            height: segment.base.and_then(|base: u32| base.checked_add(depth)),
        }));
        plan.segments.push(start..plan.order.len());
    }
    plan
}

/// Blocks from the root to `tip`. Terminates: the walk reached `tip` from a root.
fn chain_to(tree: &Tree, tip: u32) -> Vec<usize> {
    let mut chain = Vec::with_capacity(tree.nodes[tip as usize].depth as usize + 1);
    let mut number = tip;
    while number != NONE {
        chain.push(tree.nodes[number as usize].block);
        number = tree.nodes[number as usize].parent;
    }
    chain.reverse();
    chain
}
