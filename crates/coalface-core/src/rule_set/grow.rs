//! Growing a set: the ties of new blocks, found by many threads and united by one, in chain order.
//!
//! Block by block: first what the transactions of the block tie by rules that need only the past, then, for the
//! transactions of the block [`lag_blocks`](super::RuleSet::lag_blocks) before it, what the other rules say as of the end
//! of this block, stamped with its last transaction. So the links are a function of the chain: neither batches nor
//! threads nor the number of runs show in them, a bound never sees evidence from above it, and taking back blocks takes
//! back exactly the last links.

use std::ops::ControlFlow;

use rayon::prelude::*;

use super::definition::RuleSet;
use super::edge::{Edge, Scratch};
use super::record::{BlockRow, Link};
use super::sparse::Sparse;
use super::union::Dense;
use crate::lookup::Bound;
use crate::store::{Snapshot, StoreError};
use crate::{Error, Result};

/// Transactions whose ties are found before they are united: some megabytes of edges.
const BATCH_TXS: u64 = 200_000;

/// How far growing has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrowProgress {
    /// Transactions taken in by this run.
    pub txs: u64,
    /// Transactions to take in.
    pub n_txs: u64,
}

/// The forest that grows.
pub enum Forest {
    /// Many addresses.
    Dense(Dense),
    /// Few.
    Sparse(Sparse),
}

/// Takes in the blocks from number `first` on. `link` is called with every new link, `block` with every block after it.
///
/// # Errors
/// If the store contradicts itself, was reorganised meanwhile, a file operation fails, or `progress` says stop.
pub fn grow(
    snapshot: &Snapshot,
    rules: &RuleSet,
    first: u64,
    forest: &mut Forest,
    mut links: u32,
    sink: &mut (dyn FnMut(Grown) -> Result<(), StoreError> + Send),
    progress: &dyn Fn(GrowProgress) -> ControlFlow<()>,
) -> Result<()> {
    let end = snapshot.counts().blocks;
    let start = Bound::blocks(snapshot, first).txs;
    let n_txs = snapshot.counts().txs.saturating_sub(start);
    let mut batches = batches(snapshot, first, end).into_iter();
    let mut found = batches.next().map(|(from, to)| edges_of(snapshot, rules, from, to)).transpose()?;
    while let Some(blocks) = found.take() {
        let next = batches.next();
        // The next batch is looked through while this one is united.
        let (united, looked) = rayon::join(
            || unite(snapshot, forest, &blocks, &mut links, sink),
            || next.map(|(from, to)| edges_of(snapshot, rules, from, to)).transpose(),
        );
        united?;
        snapshot.check_fresh()?;
        let txs = blocks.last().map_or(0, |block| block.bound.txs.saturating_sub(start));
        if progress(GrowProgress { txs, n_txs }).is_break() {
            return Err(Error::Cancelled);
        }
        found = looked?;
    }
    Ok(())
}

/// What growing makes, in order.
#[derive(Debug, Clone, Copy)]
pub enum Grown {
    /// A link.
    Link(Link),
    /// The block that the links since the last one are of.
    Block(BlockRow),
}

struct BlockEdges {
    row: u64,
    bound: Bound,
    edges: Vec<Edge>,
}

/// Blocks in portions of about [`BATCH_TXS`] transactions.
fn batches(snapshot: &Snapshot, first: u64, end: u64) -> Vec<(u64, u64)> {
    let firsts = &snapshot.columns.block_first_tx;
    let mut all = Vec::new();
    let mut from = first;
    for block in first..end {
        let txs = u64::from(firsts[block as usize]).saturating_sub(u64::from(firsts[from as usize]));
        if txs >= BATCH_TXS {
            all.push((from, block));
            from = block;
        }
    }
    if from < end {
        all.push((from, end));
    }
    all
}

fn edges_of(snapshot: &Snapshot, rules: &RuleSet, from: u64, to: u64) -> Result<Vec<BlockEdges>, StoreError> {
    let blocks: Vec<u64> = (from..to).collect();
    blocks
        .into_par_iter()
        .map_init(Scratch::default, |scratch, row| edges_of_block(snapshot, rules, row, scratch))
        .collect()
}

fn edges_of_block(
    snapshot: &Snapshot,
    rules: &RuleSet,
    row: u64,
    scratch: &mut Scratch,
) -> Result<BlockEdges, StoreError> {
    let (before, bound) = (Bound::blocks(snapshot, row), Bound::blocks(snapshot, row + 1));
    let addresses = snapshot.counts().addresses;
    let mut edges = Vec::new();
    for tx in before.txs..bound.txs {
        for source in &rules.at_once {
            source.edges(snapshot, &bound, tx as u32, scratch, &mut edges)?;
        }
    }
    if let Some(past) = row.checked_sub(rules.lag_blocks).filter(|_| !rules.later.is_empty() && bound.txs > 0) {
        let at_once = edges.len();
        for tx in Bound::blocks(snapshot, past).txs..Bound::blocks(snapshot, past + 1).txs {
            for source in &rules.later {
                source.edges(snapshot, &bound, tx as u32, scratch, &mut edges)?;
            }
        }
        edges[at_once..].iter_mut().for_each(|edge| edge.stamp = (bound.txs - 1) as u32);
    }
    if let Some(edge) = edges.iter().find(|edge| u64::from(edge.from.max(edge.to)) >= addresses) {
        let what = format!("transaction row {} names address rows {} and {}", edge.tx, edge.from, edge.to);
        return Err(StoreError::corrupt("columns/input.address_id", 0, what));
    }
    Ok(BlockEdges { row, bound, edges })
}

fn unite(
    snapshot: &Snapshot,
    forest: &mut Forest,
    blocks: &[BlockEdges],
    links: &mut u32,
    sink: &mut (dyn FnMut(Grown) -> Result<(), StoreError> + Send),
) -> Result<(), StoreError> {
    for block in blocks {
        let made = |link: Link| {
            *links += 1;
            sink(Grown::Link(link))
        };
        match forest {
            Forest::Dense(dense) => dense.unite(&block.edges, made)?,
            Forest::Sparse(sparse) => sparse.unite(&block.edges, made)?,
        }
        let hash = snapshot.columns.block_hash[block.row as usize];
        sink(Grown::Block(BlockRow { hash, links: *links }))?;
    }
    Ok(())
}
