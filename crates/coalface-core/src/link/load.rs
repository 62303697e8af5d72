//! Reading, parsing and checking a batch of blocks: everything about a block that needs no other block. Parallel.

use rayon::prelude::*;

use super::fault::Fault;
use crate::blockfile::merkle::merkle_root;
use crate::blockfile::parse::{ParsedBlock, Span};
use crate::blockfile::undo::{Found, Sought, Undo, UndoFiles};
use crate::blockfile::{BlockFileError, BlockRef, Source};
use crate::hash::Hash32;
use crate::script::{classify, AddressKey, Kind};
use crate::stages::{Stage, StageClock};
use crate::store::key::Salt;
use crate::units::{is_money, MAX_BLOCK_WEIGHT_WU, MAX_MONEY_SAT};

/// A block in memory with all that follows from its own bytes.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Its bytes.
    pub raw: Vec<u8>,
    /// Its parts.
    pub block: ParsedBlock,
    /// Height, where it is known.
    pub height: Option<u32>,
    /// Whether the chain is complete up to here, so that every spent output must be known.
    pub complete: bool,
    /// File of the source.
    pub file_no: u32,
    /// Where its header starts there.
    pub offset: u64,
    /// Per transaction: salted key of its id.
    pub tx_key: Vec<u64>,
    /// Per input: salted key of the spent transaction's id.
    pub prev_key: Vec<u64>,
    /// Per output.
    pub kind: Vec<Kind>,
    /// Per output: the part of its script that identifies it.
    pub payload: Vec<Span>,
    /// Per output: what identifies its address, where interning finds it without a look at the block again.
    pub identity: Vec<AddressKey>,
    /// Per output: salted key of its address (0 for OP_RETURN).
    pub address_key: Vec<u64>,
    /// A rule that it breaks by itself.
    pub fault: Option<Fault>,
    /// What the node's undo files say of the outputs that it spends, if anything.
    pub undo: Undo,
    /// Whether they do.
    pub undo_found: Found,
    /// Memory to read undo data into.
    undo_buf: Vec<u8>,
}

/// A block to load.
#[derive(Debug, Clone)]
pub struct ToLoad {
    /// Where it lies.
    pub block: BlockRef,
    /// Height, where it is known.
    pub height: Option<u32>,
    /// See [`Loaded::complete`].
    pub complete: bool,
    /// Whether another known block has the same parent.
    pub has_siblings: bool,
}

/// Loads the blocks in parallel, in their order, into `used`, an earlier batch whose memory is taken over. Those behind
/// the complete part of the chain bring what `undo_files` say of the outputs that they spend.
///
/// # Errors
/// If a file cannot be read; a block that breaks a rule is returned with its fault.
pub fn load(
    source: &Source,
    undo_files: Option<&UndoFiles>,
    salt: Salt,
    clock: &StageClock,
    blocks: &[ToLoad],
    mut used: Vec<Loaded>,
) -> Result<Vec<Loaded>, BlockFileError> {
    used.resize_with(blocks.len(), Loaded::default);
    used.par_iter_mut().zip(blocks).try_for_each(|(loaded, to_load)| {
        loaded.load(source, salt, clock, to_load)?;
        clock.time(Stage::Parse, || loaded.find_undo(undo_files, to_load));
        Ok::<(), BlockFileError>(())
    })?;
    Ok(used)
}

/// Parses `raw` into `block` and returns the first rule that it breaks by itself.
#[must_use]
pub fn fault_of_bytes(block: &mut ParsedBlock, raw: &[u8]) -> Option<Fault> {
    timed_fault_of_bytes(block, raw, &StageClock::default())
}

fn timed_fault_of_bytes(block: &mut ParsedBlock, raw: &[u8], clock: &StageClock) -> Option<Fault> {
    if let Err(error) = clock.time(Stage::Parse, || block.parse_unhashed(raw)) {
        return Some(Fault::Unreadable(error));
    }
    clock
        .time(Stage::Hash, || fault_of_hashes(block, raw))
        .or_else(|| clock.time(Stage::Parse, || fault_of_parts(block)))
}

fn fault_of_hashes(block: &mut ParsedBlock, raw: &[u8]) -> Option<Fault> {
    block.hash_txs(raw);
    let (found, mutated) = merkle_root(&block.txid);
    let expected = block.header.merkle_root;
    if found != expected {
        return Some(Fault::MerkleRoot { found, expected });
    }
    if mutated {
        return Some(Fault::MutatedMerkle);
    }
    (!block.witness_commitment_holds(raw)).then_some(Fault::WitnessCommitment)
}

fn fault_of_parts(block: &ParsedBlock) -> Option<Fault> {
    let (weight_wu, allowed_wu) = (u64::from(block.weight_wu), MAX_BLOCK_WEIGHT_WU);
    if weight_wu > allowed_wu {
        return Some(Fault::Weight { weight_wu, allowed_wu });
    }
    coinbase_fault(block).or_else(|| amount_fault(block))
}

fn coinbase_fault(block: &ParsedBlock) -> Option<Fault> {
    let is_null = |n: usize| block.prev_txid[n] == Hash32::default() && block.prev_vout[n] == u32::MAX;
    let fault = |n, what| Some(Fault::Coinbase { n, what });
    if block.first_input[1] != 1 || !is_null(0) {
        return fault(0, "is not a coinbase");
    }
    if !(2..=100).contains(&block.script_sig[0].len()) {
        return fault(0, "has a coinbase script that is not 2 to 100 bytes long");
    }
    let inputs = block.first_input[1] as usize..block.prev_vout.len();
    let stray = inputs.into_iter().find(|n| is_null(*n))?;
    fault(block.first_input.partition_point(|first| *first as usize <= stray) - 1, "is a second coinbase")
}

fn amount_fault(block: &ParsedBlock) -> Option<Fault> {
    for (n, txid) in block.txid.iter().enumerate() {
        let mut total = 0i64;
        for value_sat in &block.value_sat[block.first_output[n] as usize..block.first_output[n + 1] as usize] {
            // Each is at most 21e14, so the running total cannot overflow before it is refused.
            total = if is_money(*value_sat) { total + value_sat } else { -1 };
            if !is_money(total) {
                return Some(Fault::Amount { txid: *txid, value_sat: *value_sat, allowed_sat: MAX_MONEY_SAT });
            }
        }
    }
    None
}

impl Loaded {
    fn load(
        &mut self,
        source: &Source,
        salt: Salt,
        clock: &StageClock,
        to_load: &ToLoad,
    ) -> Result<(), BlockFileError> {
        self.height = to_load.height;
        self.complete = to_load.complete;
        self.file_no = to_load.block.file;
        self.offset = to_load.block.offset;
        clock.time(Stage::Read, || source.read_block(&to_load.block, &mut self.raw))?;
        self.fault = timed_fault_of_bytes(&mut self.block, &self.raw, clock);
        if self.fault.is_none() {
            clock.time(Stage::Parse, || self.derive(salt));
        }
        Ok(())
    }

    fn find_undo(&mut self, undo_files: Option<&UndoFiles>, to_load: &ToLoad) {
        self.undo_found = match undo_files.filter(|_| !self.complete && self.fault.is_none()) {
            None => Found::NotSought,
            Some(files) => {
                let has_siblings = to_load.has_siblings;
                let (block, raw) = (&self.block, &self.raw[..]);
                let sought = Sought { block, raw, file: self.file_no, height: self.height, has_siblings };
                files.find(sought, &mut self.undo, &mut self.undo_buf)
            }
        };
    }

    fn derive(&mut self, salt: Salt) {
        for keys in [&mut self.tx_key, &mut self.prev_key, &mut self.address_key] {
            keys.clear();
        }
        self.kind.clear();
        self.payload.clear();
        self.identity.clear();
        self.tx_key.extend(self.block.txid.iter().map(|txid| salt.txid(txid)));
        self.prev_key.extend(self.block.prev_txid.iter().map(|txid| salt.txid(txid)));
        for script in &self.block.script {
            let bytes = script.of(&self.raw);
            let (kind, range) = classify(bytes);
            self.kind.push(kind);
            self.payload.push(Span { start: script.start + range.start as u32, end: script.start + range.end as u32 });
            let identity = AddressKey::of(kind, &bytes[range]);
            self.address_key.push(if kind.has_address() { salt.address(&identity) } else { 0 });
            self.identity.push(identity);
        }
    }

    /// Inputs of transaction `n`.
    #[must_use]
    pub fn inputs(&self, n: usize) -> std::ops::Range<usize> {
        self.block.first_input[n] as usize..self.block.first_input[n + 1] as usize
    }

    /// Outputs of transaction `n`.
    #[must_use]
    pub fn outputs(&self, n: usize) -> std::ops::Range<usize> {
        self.block.first_output[n] as usize..self.block.first_output[n + 1] as usize
    }
}
