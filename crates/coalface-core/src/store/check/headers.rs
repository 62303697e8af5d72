//! Step `headers`: hashes, work, merkle roots, and the order and heights of blocks.

use super::context::{at, table, Context};
use super::{Found, Log};
use crate::blockfile::merkle::merkle_root;
use crate::blockfile::{meets_target, Header};
use crate::hash::Hash32;
use crate::ids::NONE_U32;
use crate::Result;

pub(super) fn check(context: &Context<'_>) -> Result<Found> {
    let by_hash = by_hash(context)?;
    let blocks = context.counts.blocks;
    let mut log = duplicates(context, &by_hash);
    let found = context.scan(blocks, 16, |range, log| {
        for block in range {
            check_header(context, block, log);
            check_merkle(context, block, log);
            check_place(context, &by_hash, block, log);
        }
    })?;
    log = log.merge(found);
    Ok(Found::of(blocks, log))
}

fn header(context: &Context<'_>, block: u64) -> Option<(Hash32, Header)> {
    let columns = context.columns;
    let header = Header {
        version: at(&columns.block_version, block)? as i32,
        prev: at(&columns.block_prev_hash, block)?,
        merkle_root: at(&columns.block_merkle_root, block)?,
        time_unix: at(&columns.block_time, block)?,
        bits: at(&columns.block_bits, block)?,
        nonce: at(&columns.block_nonce, block)?,
    };
    Some((at(&columns.block_hash, block)?, header))
}

fn check_header(context: &Context<'_>, block: u64, log: &mut Log) {
    let Some((hash, header)) = header(context, block) else { return };
    let found = Header::hash(&header.serialize());
    if found != hash {
        log.cell("block_hash", "block.hash", block, || format!("is {hash}, the header hashes to {found}"));
    }
    if !meets_target(hash, header.bits, context.snapshot.network().pow_limit_bits()) {
        log.cell("work", "block.bits", block, || format!("{hash} does not meet the target {:08x}", header.bits));
    }
}

fn check_merkle(context: &Context<'_>, block: u64, log: &mut Log) {
    let txs = context.txs_of(block);
    let Some(txids) = context.columns.tx_txid.get(txs.start as usize..txs.end as usize) else { return };
    let Some(expected) = at(&context.columns.block_merkle_root, block) else { return };
    let (found, mutated) = merkle_root(txids);
    if found != expected || mutated {
        let what = || format!("is {expected}, the transaction ids from row {} on give {found}", txs.start);
        log.cell("merkle_root", "block.merkle_root", block, what);
    }
}

/// Where the block stands: right behind its parent, or at the start of a segment whose parent is not in the store.
fn check_place(context: &Context<'_>, by_hash: &[(u64, u32)], block: u64, log: &mut Log) {
    let columns = context.columns;
    let (Some(height), Some(prev)) = (at(&columns.block_height, block), at(&columns.block_prev_hash, block)) else {
        return;
    };
    let is_genesis = at(&columns.block_hash, block) == Some(context.snapshot.network().genesis_hash());
    if height != NONE_U32 && (height >= 1 << 31 || (height == 0) != is_genesis) || (is_genesis && height != 0) {
        log.cell("height", "block.height", block, || format!("{height} cannot be the height of this block"));
    }
    let parent = block.checked_sub(1).filter(|before| at(&columns.block_hash, *before) == Some(prev));
    if let Some(before) = parent.and_then(|parent| at(&columns.block_height, parent)) {
        let fits = if before == NONE_U32 { height == NONE_U32 } else { height == before.saturating_add(1) };
        if !fits {
            log.cell("height", "block.height", block, || format!("{height} does not follow {before}"));
        }
        return;
    }
    let start = by_hash.partition_point(|(prefix, _)| *prefix < prefix_of(&prev));
    let same = by_hash[start..].iter().take_while(|(prefix, _)| *prefix == prefix_of(&prev)).take(MAX_SAME);
    for (_, other) in same {
        if at(&columns.block_hash, u64::from(*other)) == Some(prev) {
            let what = || format!("the parent is block row {other}, not the row before");
            log.cell("parent", "block.prev_hash", block, what);
        }
    }
    if block > 0 && is_genesis {
        log.cell("parent", "block.hash", block, || "the first block of the network is not the first row".into());
    }
}

/// Blocks with one prefix that are compared; more do not occur unless somebody made them.
const MAX_SAME: usize = 16;

fn prefix_of(hash: &Hash32) -> u64 {
    u64::from_le_bytes(*hash.0.first_chunk().expect("a hash has 32 bytes"))
}

/// Blocks by the first eight bytes of their hash.
fn by_hash(context: &Context<'_>) -> Result<Vec<(u64, u32)>> {
    let mut n = 0u32..;
    let hashes = &context.columns.block_hash;
    let mut by_hash = table(hashes.len() as u64, || {
        let n = n.next().unwrap_or(NONE_U32);
        (at(hashes, u64::from(n)).map_or(0, |hash| prefix_of(&hash)), n)
    })?;
    by_hash.sort_unstable();
    Ok(by_hash)
}

fn duplicates(context: &Context<'_>, by_hash: &[(u64, u32)]) -> Log {
    let mut log = Log::default();
    for pair in by_hash.windows(2) {
        let [(first, a), (second, b)] = [pair[0], pair[1]];
        let hash = |block: u32| at(&context.columns.block_hash, u64::from(block));
        if first == second && hash(a) == hash(b) {
            log.cell("duplicate_block", "block.hash", u64::from(b), || format!("the same block as row {a}"));
        }
    }
    log
}
