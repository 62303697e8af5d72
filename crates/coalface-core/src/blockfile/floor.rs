//! The least that any checking indexer has to do: hash every transaction and every merkle tree. A yardstick.

use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::merkle::merkle_root;
use super::parse::ParsedBlock;
use super::{BlockFileError, Source};

/// What hashing alone took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    /// Transactions hashed.
    pub txs: u64,
    /// Bytes of the blocks.
    pub bytes: u64,
    /// Blocks whose merkle root came out as their header says: all of a sound source.
    pub sound_blocks: u64,
    /// Time for double SHA-256 of all stripped transactions and for the merkle trees, on the threads of the pool.
    /// Reading and parsing are not in it.
    pub elapsed: Duration,
}

/// Hashes all blocks of `source`, some hundred megabytes at a time.
///
/// # Errors
/// If the source cannot be read; blocks that cannot be parsed are left out.
pub fn floor(source: &Source) -> Result<Floor, BlockFileError> {
    const AT_ONCE: usize = 256;
    let scan = source.scan(&|_| std::ops::ControlFlow::Continue(()))?;
    let mut floor = Floor { txs: 0, bytes: 0, sound_blocks: 0, elapsed: Duration::ZERO };
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
        floor.sound_blocks += loaded
            .par_iter()
            .map(|(raw, parsed)| {
                let txids: Vec<_> = (0..parsed.txid.len()).map(|n| parsed.hash_of_tx(raw, n)).collect();
                u64::from(merkle_root(&txids).0 == parsed.header.merkle_root)
            })
            .sum::<u64>();
        floor.elapsed += start.elapsed();
        floor.txs += loaded.iter().map(|(_, parsed)| parsed.txid.len() as u64).sum::<u64>();
        floor.bytes += loaded.iter().map(|(raw, _)| raw.len() as u64).sum::<u64>();
    }
    Ok(floor)
}
