//! Turns a draft into a block: commitment, coinbase, merkle root, work; and hands it to the file.

use std::sync::mpsc::Sender;

use crate::blockfile::merkle::merkle_root;
use crate::hash::{sha256d, sha256d_parts, Hash32};
use crate::network::Network;
use crate::units::subsidy_sat;

use super::encode;
use super::error::BulkError;
use super::frame::{BlockFiles, Written};
use super::generator::{coinbase_script_sig, Draft};
use super::genesis;
use super::truth::Truth;

const BLOCK_VERSION: u32 = 0x2000_0000;
/// Version of a block whose coinbase has no height (BIP-0034).
const OLD_BLOCK_VERSION: u32 = 1;
/// Seconds between blocks.
const SPACING_SECONDS: u32 = 600;
/// Magic of a witness commitment (BIP-0141).
const COMMITMENT_PREFIX: [u8; 6] = [0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed];

/// Seals blocks in order of height.
#[derive(Debug)]
pub(super) struct Sealer {
    files: BlockFiles,
    truth: Option<Truth>,
    coinbase_txids: Sender<[u8; 32]>,
    block: Vec<u8>,
    tip: Tip,
}

/// The last sealed block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tip {
    pub(super) hash: [u8; 32],
    pub(super) height: u32,
    pub(super) time_unix: u32,
}

impl Sealer {
    /// Starts with genesis, which is written. The txid of every later coinbase goes to `coinbase_txids`.
    ///
    /// # Errors
    /// The first file cannot be written.
    pub(super) fn new(
        mut files: BlockFiles,
        truth: Option<Truth>,
        coinbase_txids: Sender<[u8; 32]>,
    ) -> Result<Sealer, BulkError> {
        let block = genesis::block();
        let hash = sha256d(&block[..80]);
        files.append(&block)?;
        let tip = Tip { hash, height: 0, time_unix: genesis::TIME_UNIX };
        Ok(Sealer { files, truth, coinbase_txids, block, tip })
    }

    /// Seals and writes the block on top of the last one, with the stale branch that forks off there. Every other
    /// branch comes first on disk.
    ///
    /// # Errors
    /// The file cannot be written, or the block's time does not fit its header.
    pub(super) fn seal(&mut self, draft: &Draft) -> Result<(), BulkError> {
        let parent = self.tip;
        let is_stale_first = draft.height.is_multiple_of(2);
        if draft.n_stale > 0 && is_stale_first {
            self.branch(draft, parent)?;
        }
        let commitment = draft.has_witness().then(|| witness_commitment(draft));
        let coinbase = Coinbase::new(draft, commitment);
        // A generator that has stopped does not need it any more.
        let _ = self.coinbase_txids.send(coinbase.txid);
        self.tip = self.append(draft, &coinbase, parent)?;
        if draft.n_stale > 0 && !is_stale_first {
            self.branch(draft, parent)?;
        }
        if let Some(truth) = &mut self.truth {
            truth.append(draft)?;
        }
        Ok(())
    }

    /// Writes a stale branch on top of `parent`: the draft's transactions below another coinbase, then blocks of a lone
    /// coinbase.
    fn branch(&mut self, draft: &Draft, parent: Tip) -> Result<(), BulkError> {
        let mut extra_nonce = draft.extra_nonce;
        extra_nonce.iter_mut().for_each(|byte| *byte = !*byte);
        let commitment = draft.has_witness().then(|| witness_commitment(draft));
        let coinbase = Coinbase::with_nonce(draft, extra_nonce, commitment);
        let mut tip = self.append(draft, &coinbase, parent)?;
        for _ in 1..draft.n_stale {
            let height = tip.height + 1;
            let subsidy = u64::try_from(subsidy_sat(height, Network::Regtest.halving_interval())).unwrap_or(0);
            let lone = Draft {
                height,
                coinbase_scripts: draft.coinbase_scripts.iter().take(1).cloned().collect(),
                coinbase_values_sat: vec![subsidy],
                extra_nonce,
                ..Draft::default()
            };
            tip = self.append(&lone, &Coinbase::new(&lone, None), tip)?;
        }
        Ok(())
    }

    /// Writes the block on top of `parent`; the tip that it makes.
    fn append(&mut self, draft: &Draft, coinbase: &Coinbase, parent: Tip) -> Result<Tip, BulkError> {
        let height = draft.height;
        let time_unix = parent.time_unix.checked_add(SPACING_SECONDS).ok_or(BulkError::ChainTooLong { height })?;
        let txids = std::iter::once(coinbase.txid).chain(draft.txs.iter().map(|tx| tx.txid));
        let leaves: Vec<Hash32> = txids.map(Hash32).collect();
        let version = if draft.without_height { OLD_BLOCK_VERSION } else { BLOCK_VERSION };
        let mut header = [0; 80];
        header[..4].copy_from_slice(&version.to_le_bytes());
        header[4..36].copy_from_slice(&parent.hash);
        header[36..68].copy_from_slice(&merkle_root(&leaves).0 .0);
        header[68..72].copy_from_slice(&time_unix.to_le_bytes());
        header[72..76].copy_from_slice(&genesis::BITS.to_le_bytes());
        let hash = work(&mut header);

        self.block.clear();
        self.block.extend_from_slice(&header);
        encode::compact_size(draft.txs.len() as u64 + 1, &mut self.block);
        self.block.extend_from_slice(&coinbase.bytes);
        self.block.extend_from_slice(&draft.body);
        self.files.append(&self.block)?;
        Ok(Tip { hash, height, time_unix })
    }

    /// Ends the last file and the truth.
    ///
    /// # Errors
    /// A file cannot be extended or written.
    pub(super) fn finish(self, preallocate_tail: bool) -> Result<(Tip, Written), BulkError> {
        if let Some(truth) = self.truth {
            truth.finish()?;
        }
        Ok((self.tip, self.files.finish(preallocate_tail)?))
    }
}

/// Searches the nonce, two tries on average; returns the hash.
fn work(header: &mut [u8; 80]) -> [u8; 32] {
    for nonce in 0..=u32::MAX {
        header[76..].copy_from_slice(&nonce.to_le_bytes());
        let hash = sha256d(header);
        if meets_target(&hash) {
            return hash;
        }
    }
    unreachable!("half of all hashes meet regtest's target, and 2^32 were tried")
}

/// Whether the hash, read as a little-endian number, is at most `0x7fffff << 232`.
fn meets_target(hash: &[u8; 32]) -> bool {
    let top = u32::from_le_bytes([hash[29], hash[30], hash[31], 0]);
    top < 0x7f_ffff || (top == 0x7f_ffff && hash[..29].iter().all(|byte| *byte == 0))
}

/// The hash that the coinbase commits to, with a reserved value of zeros (BIP-0141).
fn witness_commitment(draft: &Draft) -> [u8; 32] {
    let mut start = 0;
    let wtxids = draft.txs.iter().map(|tx| {
        let bytes = &draft.body[start..tx.end];
        start = tx.end;
        if tx.has_witness {
            sha256d(bytes)
        } else {
            tx.txid
        }
    });
    let leaves: Vec<Hash32> = std::iter::once([0; 32]).chain(wtxids).map(Hash32).collect();
    sha256d_parts(&[&merkle_root(&leaves).0 .0, &[0; 32]])
}

struct Coinbase {
    txid: [u8; 32],
    bytes: Vec<u8>,
}

impl Coinbase {
    fn new(draft: &Draft, commitment: Option<[u8; 32]>) -> Coinbase {
        Coinbase::with_nonce(draft, draft.extra_nonce, commitment)
    }

    fn with_nonce(draft: &Draft, extra_nonce: [u8; 8], commitment: Option<[u8; 32]>) -> Coinbase {
        let height = (!draft.without_height).then_some(draft.height);
        let mut inputs_outputs = vec![1];
        inputs_outputs.extend_from_slice(&[0; 32]);
        inputs_outputs.extend_from_slice(&[0xff; 4]);
        encode::sized(&coinbase_script_sig(height, extra_nonce), &mut inputs_outputs);
        inputs_outputs.extend_from_slice(&[0xff; 4]);
        let n_outputs = draft.coinbase_scripts.len() as u64 + u64::from(commitment.is_some());
        encode::compact_size(n_outputs, &mut inputs_outputs);
        for (value_sat, script) in draft.coinbase_values_sat.iter().zip(&draft.coinbase_scripts) {
            inputs_outputs.extend_from_slice(&value_sat.to_le_bytes());
            encode::sized(script, &mut inputs_outputs);
        }
        if let Some(commitment) = commitment {
            inputs_outputs.extend_from_slice(&[0; 8]);
            inputs_outputs.push(38);
            inputs_outputs.extend_from_slice(&COMMITMENT_PREFIX);
            inputs_outputs.extend_from_slice(&commitment);
        }
        let (version, locktime) = (2u32.to_le_bytes(), [0; 4]);
        let mut bytes = version.to_vec();
        if commitment.is_some() {
            bytes.extend_from_slice(&[0, 1]);
        }
        bytes.extend_from_slice(&inputs_outputs);
        if commitment.is_some() {
            bytes.extend_from_slice(&[1, 32]);
            bytes.extend_from_slice(&[0; 32]);
        }
        bytes.extend_from_slice(&locktime);
        Coinbase { txid: sha256d_parts(&[&version, &inputs_outputs, &locktime]), bytes }
    }
}

impl Tip {
    /// The hash as the rest of the engine holds it.
    pub(super) fn hash32(&self) -> Hash32 {
        Hash32(self.hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn target_is_regtests() {
        let mut hash = [0xff; 32];
        assert!(!meets_target(&hash));
        hash[31] = 0x7f;
        assert!(!meets_target(&hash)); // 7fffff with a rest
        hash[..29].fill(0);
        assert!(meets_target(&hash));
        hash[30] = 0xfe;
        hash[0] = 1;
        assert!(meets_target(&hash));
    }
}
