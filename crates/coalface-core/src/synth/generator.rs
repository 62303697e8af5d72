//! Makes the transactions of one block after the other.

use std::collections::VecDeque;
use std::sync::mpsc::Receiver;

use crate::network::Network;
use crate::units::{subsidy_sat, COINBASE_MATURITY_BLOCKS};

use super::economy::Economy;
use super::encode;
use super::kind::Kind;
use super::options::BulkOptions;
use super::pool::Unspent;
use super::shape::{split, Pressure, Shape};
use super::summary::BulkSummary;
use super::transaction::{limits, Builder};

/// Weight kept free for header, counts and coinbase.
const RESERVED_WU: u64 = 4_000;
/// Weight of an average transaction with some margin: for guesses only.
const TYPICAL_TX_WU: u64 = 1_600;

/// A block but for its coinbase's input, its commitment and its header.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) height: u32,
    /// Transactions after the coinbase, one after the other.
    pub(super) body: Vec<u8>,
    /// Of each of them.
    pub(super) txs: Vec<DraftTx>,
    /// The coinbase's outputs, serialised without their count.
    pub(super) coinbase_outputs: Vec<u8>,
    pub(super) n_coinbase_outputs: u64,
    pub(super) extra_nonce: [u8; 8],
}

impl Draft {
    /// Whether the coinbase must commit to witnesses.
    pub(super) fn has_witness(&self) -> bool {
        self.txs.iter().any(|tx| tx.has_witness)
    }
}

/// What the block's trees need of a transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct DraftTx {
    pub(super) txid: [u8; 32],
    pub(super) has_witness: bool,
    /// Where it ends in the body.
    pub(super) end: usize,
}

/// Why no block came.
#[derive(Debug)]
pub(super) struct SealerGone;

/// The chain's state, so far as later transactions depend on it.
#[derive(Debug)]
pub(super) struct Generator {
    n_txs: u64,
    block_weight_wu: u64,
    max_unspent: usize,
    economy: Economy,
    builder: Builder,
    /// Coinbase outputs that are not mature, by block, oldest first; their txids come over `coinbase_txids`.
    immature: VecDeque<Vec<Unspent>>,
    coinbase_txids: Receiver<[u8; 32]>,
    next_height: u32,
    summary: BulkSummary,
}

impl Generator {
    /// Starts after genesis, which is counted.
    pub(super) fn new(options: &BulkOptions, coinbase_txids: Receiver<[u8; 32]>) -> Generator {
        let summary =
            BulkSummary { n_blocks: 1, n_txs: 1, n_inputs: 1, n_outputs: 1, n_addresses: 1, ..BulkSummary::default() };
        let mut economy = Economy::new(options.seed);
        economy.kinds.add(Kind::P2pk);
        Generator {
            n_txs: options.n_txs,
            block_weight_wu: options.block_weight_wu,
            max_unspent: usize::try_from(options.max_unspent).unwrap_or(usize::MAX),
            economy,
            builder: Builder::new(options.seed),
            immature: VecDeque::new(),
            coinbase_txids,
            next_height: 1,
            summary,
        }
    }

    /// Transactions so far.
    pub(super) fn n_txs(&self) -> u64 {
        self.summary.n_txs
    }

    /// The counts; bytes, files and tip are the sealer's to fill in.
    pub(super) fn summary(&self) -> BulkSummary {
        let immature: usize = self.immature.iter().map(Vec::len).sum();
        BulkSummary {
            n_addresses: self.summary.n_addresses + self.economy.payees.n_addresses(),
            kinds: self.economy.kinds,
            n_unspent: (self.economy.pool.len() + immature) as u64,
            ..self.summary.clone()
        }
    }

    /// The next block, or `None` once all transactions are made.
    ///
    /// # Errors
    /// The sealer, which says the coinbases' txids, has stopped.
    pub(super) fn next_block(&mut self) -> Result<Option<Draft>, SealerGone> {
        let Some(mut txs_left) = (self.n_txs - self.summary.n_txs).checked_sub(1) else {
            return Ok(None);
        };
        let height = self.next_height;
        self.next_height += 1;
        self.release_mature()?;

        let weight_wu = self.draw_weight();
        let mut draft = Draft {
            height,
            body: Vec::with_capacity(usize::try_from(weight_wu / 2).unwrap_or(0)),
            txs: Vec::new(),
            coinbase_outputs: Vec::new(),
            n_coinbase_outputs: 0,
            extra_nonce: self.economy.rng.bytes(),
        };
        let (mut room_wu, mut fees_sat) = (weight_wu - RESERVED_WU, 0);
        while let (Some((max_inputs, max_outputs)), 1..) = (limits(room_wu), txs_left) {
            let mut shape = Shape::draw(self.pressure(), &mut self.economy.rng);
            shape.n_inputs = shape.n_inputs.min(max_inputs);
            shape.n_outputs = shape.n_outputs.min(max_outputs);
            let Some(built) = self.builder.build(shape, height, &mut self.economy, &mut draft.body) else {
                break;
            };
            let (txid, has_witness, end) = (built.txid, built.has_witness, draft.body.len());
            draft.txs.push(DraftTx { txid, has_witness, end });
            self.summary.n_inputs += built.n_inputs;
            self.summary.n_outputs += built.n_outputs;
            fees_sat += built.fee_sat;
            room_wu -= built.weight_wu;
            txs_left -= 1;
        }
        self.economy.pool.settle();
        self.write_coinbase_outputs(fees_sat, &mut draft);
        self.summary.n_blocks += 1;
        self.summary.n_txs += draft.txs.len() as u64 + 1;
        self.summary.n_inputs += 1;
        Ok(Some(draft))
    }

    /// Adds the coinbase outputs that the next block may spend.
    fn release_mature(&mut self) -> Result<(), SealerGone> {
        if self.immature.len() < COINBASE_MATURITY_BLOCKS as usize {
            return Ok(());
        }
        let outputs = self.immature.pop_front().unwrap_or_default();
        let txid = self.coinbase_txids.recv().map_err(|_| SealerGone)?;
        for output in outputs {
            self.economy.pool.add(Unspent { txid, ..output });
        }
        self.economy.pool.settle();
        Ok(())
    }

    /// Largest weight of the next block: full for seven of ten.
    fn draw_weight(&mut self) -> u64 {
        let full = self.block_weight_wu;
        let least = match self.economy.rng.below(10) {
            0 => full / 20,
            1..3 => full / 2,
            _ => return full,
        };
        (least + self.economy.rng.below(full - least)).max(RESERVED_WU)
    }

    fn pressure(&self) -> Pressure {
        let enough = (4 * self.block_weight_wu / TYPICAL_TX_WU).min(self.max_unspent as u64 / 4).min(self.n_txs / 4);
        if (self.economy.pool.len() as u64) < enough {
            Pressure::Low
        } else if self.economy.pool.len() > self.max_unspent / 8 * 7 {
            Pressure::High
        } else {
            Pressure::Normal
        }
    }

    /// Pays out subsidy and fees; one block in twenty-five forgets some satoshi, as happened.
    fn write_coinbase_outputs(&mut self, fees_sat: u64, draft: &mut Draft) {
        let subsidy = u64::try_from(subsidy_sat(draft.height, Network::Regtest.halving_interval())).unwrap_or(0);
        let mut claim_sat = subsidy + fees_sat;
        if self.economy.rng.chance(400) {
            claim_sat -= self.economy.rng.below(claim_sat.min(1_000) + 1);
        }
        let n = [1, 1, 1, 1, 1, 1, 2, 2, 3, 4][self.economy.rng.index(10)];
        let mut values_sat = vec![0];
        if claim_sat > 0 {
            split(claim_sat, n, &mut self.economy.rng, &mut values_sat);
        }
        let mut created = Vec::with_capacity(values_sat.len());
        self.economy.pay(&values_sat, None, &mut draft.coinbase_outputs, &mut created);
        self.immature.push_back(created);
        draft.n_coinbase_outputs = values_sat.len() as u64;
        if draft.has_witness() {
            // The sealer adds the commitment.
            self.economy.kinds.add(Kind::OpReturn);
            self.summary.n_outputs += 1;
        }
        self.summary.n_outputs += values_sat.len() as u64;
    }
}

/// The coinbase's scriptSig: height (BIP-0034), extra nonce and a name. Always 2 to 100 bytes.
pub(super) fn coinbase_script_sig(height: u32, extra_nonce: [u8; 8]) -> Vec<u8> {
    let mut script_sig = Vec::with_capacity(24);
    encode::push_height(height, &mut script_sig);
    encode::push(&extra_nonce, &mut script_sig);
    encode::push(b"/bulk/", &mut script_sig);
    script_sig
}
