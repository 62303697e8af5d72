//! The least that any checking indexer has to do: hash every transaction and every merkle tree. A yardstick.
//!
//! Measured twice: one message after the other through the `sha2` crate, as any program would do it, and several at a time,
//! as this crate does.

use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::merkle::merkle_root;
use super::parse::ParsedBlock;
use super::{BlockFileError, Source};
use crate::hash::lanes::sha256d_each;
use crate::hash::{sha256d_parts, Hash32};

/// What hashing alone took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    /// Transactions hashed.
    pub txs: u64,
    /// Bytes of the blocks.
    pub bytes: u64,
    /// Blocks whose merkle root came out as their header says: all of a sound source.
    pub sound_blocks: u64,
    /// Time for double SHA-256 of all stripped transactions and for the merkle trees, one message after the other, on
    /// the threads of the pool. Reading and parsing are not in it.
    pub elapsed: Duration,
    /// Time for the same, several messages at a time.
    pub elapsed_two_lanes: Duration,
}

/// Hashes all blocks of `source`, some hundred megabytes at a time.
///
/// # Errors
/// If the source cannot be read; blocks that cannot be parsed are left out.
pub fn floor(source: &Source) -> Result<Floor, BlockFileError> {
    const AT_ONCE: usize = 256;
    let scan = source.scan(&|_| std::ops::ControlFlow::Continue(()))?;
    let mut floor =
        Floor { txs: 0, bytes: 0, sound_blocks: 0, elapsed: Duration::ZERO, elapsed_two_lanes: Duration::ZERO };
    for blocks in scan.blocks.chunks(AT_ONCE) {
        let loaded = blocks
            .par_iter()
            .map(|block| -> Result<Option<(Vec<u8>, ParsedBlock)>, BlockFileError> {
                let (mut raw, mut parsed) = (Vec::new(), ParsedBlock::default());
                source.read_block(block, &mut raw)?;
                Ok(parsed.parse(&raw).is_ok().then_some((raw, parsed)))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let loaded: Vec<_> = loaded.into_iter().flatten().collect();
        let start = Instant::now();
        floor.sound_blocks += loaded.par_iter().map(|(raw, parsed)| u64::from(is_sound(raw, parsed))).sum::<u64>();
        floor.elapsed += start.elapsed();
        let start = Instant::now();
        loaded.par_iter().for_each(|(raw, parsed)| _ = std::hint::black_box(is_sound_two_lanes(raw, parsed)));
        floor.elapsed_two_lanes += start.elapsed();
        floor.txs += loaded.iter().map(|(_, parsed)| parsed.txid.len() as u64).sum::<u64>();
        floor.bytes += loaded.iter().map(|(raw, _)| raw.len() as u64).sum::<u64>();
    }
    Ok(floor)
}

fn is_sound(raw: &[u8], parsed: &ParsedBlock) -> bool {
    let hash = |n: usize| Hash32(sha256d_parts(&parsed.stripped_tx(raw, n)));
    let mut level: Vec<Hash32> = (0..parsed.txid.len()).map(hash).collect();
    while level.len() > 1 {
        let pairs = level.chunks(2).map(|pair| Hash32(sha256d_parts(&[&pair[0].0, &pair[pair.len() - 1].0])));
        level = pairs.collect();
    }
    level[..] == [parsed.header.merkle_root]
}

fn is_sound_two_lanes(raw: &[u8], parsed: &ParsedBlock) -> bool {
    let mut txids = vec![Hash32::default(); parsed.txid.len()];
    sha256d_each((0..txids.len()).map(|n| parsed.stripped_tx(raw, n)), |n, txid| txids[n] = txid);
    merkle_root(&txids).0 == parsed.header.merkle_root
}
