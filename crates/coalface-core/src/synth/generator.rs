//! Makes the transactions of one block after the other.

use std::collections::VecDeque;
use std::sync::mpsc::Receiver;

use crate::network::Network;
use crate::units::{subsidy_sat, COINBASE_MATURITY_BLOCKS};

use super::duplicate::{Duplicates, Turn};
use super::economy::Economy;
use super::encode;
use super::era::Era;
use super::kind::Kind;
use super::options::BulkOptions;
use super::owners::Owners;
use super::payees::NewAddresses;
use super::pool::Unspent;
use super::shape::{draw_count, split, Shape};
use super::special::Specials;
use super::summary::BulkSummary;
use super::transaction::{limits, Builder, Built, Out};

/// Weight kept free for header, counts and coinbase.
const RESERVED_WU: u64 = 4_000;
/// Weight of an average transaction with some margin, and of a small one: for guesses only.
const TYPICAL_TX_WU: u64 = 1_600;
const SMALL_TX_WU: u64 = 400;

/// A block but for its coinbase's input, its commitment and its header.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) height: u32,
    /// Transactions after the coinbase, one after the other.
    pub(super) body: Vec<u8>,
    /// Of each of them.
    pub(super) txs: Vec<DraftTx>,
    /// What their outputs are for.
    pub(super) purposes: Vec<u8>,
    /// The coinbase's outputs.
    pub(super) coinbase_scripts: Vec<Vec<u8>>,
    pub(super) coinbase_values_sat: Vec<u64>,
    pub(super) extra_nonce: [u8; 8],
    /// Whether the coinbase does not begin with the height, as before BIP-0034.
    pub(super) without_height: bool,
    /// Blocks of a stale branch that forks off before this one.
    pub(super) n_stale: u32,
    pub(super) new_addresses: NewAddresses,
    pub(super) new_owner_classes: Vec<u8>,
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
    era: Option<&'static Era>,
    block_weight_wu: u64,
    max_unspent: usize,
    economy: Economy,
    builder: Builder,
    specials: Specials,
    duplicates: Duplicates,
    n_stale_branches: u64,
    n_branches_made: u64,
    /// A transaction that did not fit into the block before.
    waiting: Option<Shape>,
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
        let mut economy = Economy::new(options.seed, options.era.unwrap_or(Era::at(0, 1)));
        economy.addresses.kinds.add(Kind::P2pk);
        Generator {
            n_txs: options.n_txs,
            era: options.era,
            block_weight_wu: options.block_weight_wu,
            max_unspent: usize::try_from(options.max_unspent).unwrap_or(usize::MAX),
            economy,
            builder: Builder::default(),
            specials: Specials::new(options),
            duplicates: Duplicates::new(options),
            n_stale_branches: options.n_stale_branches,
            n_branches_made: 0,
            waiting: None,
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
            n_addresses: self.summary.n_addresses + self.economy.addresses.n_addresses,
            n_owners: u64::from(self.economy.owners.n_owners()),
            kinds: self.economy.addresses.kinds,
            n_unspent: (self.economy.pool.len() + immature) as u64,
            n_wide_txs: self.specials.n_wide,
            n_megabyte_txs: self.specials.n_megabyte,
            n_flood_outputs: self.specials.n_flood_outputs,
            n_duplicate_coinbases: self.duplicates.n_made,
            n_stale_branches: self.n_branches_made,
            ..self.summary.clone()
        }
    }

    /// The next block, or `None` once all transactions are made.
    ///
    /// # Errors
    /// The sealer, which says the coinbases' txids, has stopped.
    pub(super) fn next_block(&mut self) -> Result<Option<Draft>, SealerGone> {
        let Some(txs_left) = (self.n_txs - self.summary.n_txs).checked_sub(1) else {
            return Ok(None);
        };
        let height = self.next_height;
        self.next_height += 1;
        self.economy.height = height;
        self.economy.era = self.era.unwrap_or(Era::at(self.summary.n_txs, self.n_txs));
        let turn = self.duplicates.turn(height, self.summary.n_txs, txs_left);
        let to_spend = self.release_mature(turn == Turn::Spend)?;

        let mut draft = Draft { height, extra_nonce: self.economy.rng.bytes(), ..Draft::default() };
        if matches!(turn, Turn::First | Turn::Repeat) {
            self.bare_block(turn == Turn::Repeat, &mut draft);
        } else {
            self.usual_block(txs_left, to_spend, &mut draft);
        }
        self.economy.pool.settle(height, self.max_unspent, &mut self.economy.owners);
        self.economy.owners.forget_idle();
        draft.new_addresses = std::mem::take(&mut self.economy.addresses.new);
        draft.new_owner_classes = self.economy.owners.take_new_classes();
        self.summary.n_blocks += 1;
        self.summary.n_txs += draft.txs.len() as u64 + 1;
        self.summary.n_inputs += 1;
        self.summary.n_outputs += (draft.purposes.len() + draft.coinbase_values_sat.len()) as u64;
        if draft.has_witness() {
            // The sealer adds the commitment.
            self.economy.addresses.kinds.add(Kind::OpReturn);
            self.summary.n_outputs += 1;
        }
        Ok(Some(draft))
    }

    /// A block as most are.
    fn usual_block(&mut self, mut txs_left: u64, to_spend: Option<Unspent>, draft: &mut Draft) {
        let weight_wu = self.draw_weight();
        draft.body = Vec::with_capacity(usize::try_from(weight_wu / 2).unwrap_or(0));
        let mut immature = self.choose_miners(draft);
        draft.n_stale = self.stale_branch(txs_left);
        let (mut room_wu, mut fees_sat) = (weight_wu - RESERVED_WU, 0);
        if let (Some(coin), 1..) = (to_spend, txs_left) {
            let built = self.spend_alone(coin, draft);
            self.take_in(built, draft, &mut room_wu, &mut fees_sat);
            txs_left -= 1;
        }
        while let (Some((max_inputs, max_outputs)), 1..) =
            (limits(room_wu, self.economy.era.has_tapscripts()), txs_left)
        {
            let n_txs = self.summary.n_txs + draft.txs.len() as u64;
            let due_wu = self.specials.due_wu(n_txs).filter(|_| draft.height > COINBASE_MATURITY_BLOCKS);
            let mut is_last = false;
            let mut out = Out { body: &mut draft.body, purposes: &mut draft.purposes };
            let built = match due_wu {
                Some(due_wu) if due_wu > room_wu => break,
                Some(_) => match self.specials.build(n_txs, &mut self.builder, &mut self.economy, &mut out) {
                    Some((built, ends_block)) => {
                        is_last = ends_block;
                        built
                    }
                    None => continue,
                },
                None => {
                    let mut shape = match self.waiting.take() {
                        Some(shape) => shape,
                        None => Shape::draw(self.economy.era, self.has_too_little(), &mut self.economy.rng),
                    };
                    if !draft.txs.is_empty() && (shape.n_inputs > max_inputs || shape.n_outputs > max_outputs) {
                        self.waiting = Some(shape);
                        break;
                    }
                    shape.n_inputs = shape.n_inputs.min(max_inputs);
                    shape.n_outputs = shape.n_outputs.min(max_outputs);
                    match self.builder.build(shape, &mut self.economy, &mut out) {
                        Some(built) => built,
                        None => break,
                    }
                }
            };
            self.take_in(built, draft, &mut room_wu, &mut fees_sat);
            txs_left -= 1;
            if is_last {
                break;
            }
        }
        self.reward(fees_sat, draft, &mut immature);
    }

    /// Counts a transaction that was appended to the draft.
    fn take_in(&mut self, built: Built, draft: &mut Draft, room_wu: &mut u64, fees_sat: &mut u64) {
        let (txid, has_witness, end) = (built.txid, built.has_witness, draft.body.len());
        draft.txs.push(DraftTx { txid, has_witness, end });
        self.summary.n_inputs += built.n_inputs;
        *fees_sat += built.fee_sat;
        *room_wu = room_wu.saturating_sub(built.weight_wu);
    }

    /// Spends one output on one other.
    fn spend_alone(&mut self, coin: Unspent, draft: &mut Draft) -> Built {
        self.builder.inputs.clear();
        self.builder.inputs.push(coin);
        self.builder.values_sat.clear();
        self.builder.values_sat.push(coin.value_sat);
        let mut out = Out { body: &mut draft.body, purposes: &mut draft.purposes };
        self.builder.build_as(&mut self.economy, &mut out, |economy, _, script| {
            let place = economy.recipient();
            (economy.address_of(place, 0, script), super::truth::Purpose::Payment)
        })
    }

    /// A block of its coinbase alone, which has no height: with a new coinbase, or with one that was there before.
    fn bare_block(&mut self, is_repeat: bool, draft: &mut Draft) {
        let mut script = Vec::new();
        let payee = match self.duplicates.payee.filter(|_| is_repeat) {
            Some(payee) => {
                draft.extra_nonce = self.duplicates.extra_nonce;
                self.economy.known_address(payee.owner, payee.address, &mut script)
            }
            None => {
                let pool = Owners::pool(&mut self.economy.rng);
                let (kind, form) = (Kind::P2pkh, super::address::Form::Plain);
                self.economy.new_address_as(pool, kind, form, &mut script)
            }
        };
        self.duplicates.note(payee, draft.extra_nonce);
        draft.without_height = true;
        draft.coinbase_scripts.push(script);
        draft.coinbase_values_sat.push(super::duplicate::CLAIM_SAT);
        let coin = Unspent::new(0, super::duplicate::CLAIM_SAT, payee.address, payee.owner);
        self.economy.owners.get_mut(coin.owner).n_waiting += 1;
        self.immature.push_back(vec![coin]);
    }

    /// Adds the coinbase outputs that the next block may spend; with `keep_one` the first of them is given instead.
    fn release_mature(&mut self, keep_one: bool) -> Result<Option<Unspent>, SealerGone> {
        if self.immature.len() < COINBASE_MATURITY_BLOCKS as usize {
            return Ok(None);
        }
        let outputs = self.immature.pop_front().unwrap_or_default();
        let txid = self.coinbase_txids.recv().map_err(|_| SealerGone)?;
        let mut kept = None;
        for mut output in outputs {
            output.txid = txid;
            self.economy.owners.get_mut(output.owner).n_waiting -= 1;
            if keep_one && kept.is_none() {
                kept = Some(output);
            } else {
                self.economy.pool.add(output, &mut self.economy.owners);
            }
        }
        let before = self.economy.height - 1;
        self.economy.pool.settle(before, usize::MAX, &mut self.economy.owners);
        Ok(kept)
    }

    /// Largest weight of the next block, as the era has it.
    fn draw_weight(&mut self) -> u64 {
        let usual = 1_000 * draw_count(self.economy.era.block_kwu, &mut self.economy.rng);
        let is_special = self.specials.due_wu(self.summary.n_txs).is_some();
        if is_special {
            self.block_weight_wu
        } else {
            usual.min(self.block_weight_wu)
        }
    }

    /// Whether so little can be spent that transactions should make more of it.
    fn has_too_little(&self) -> bool {
        let enough = (4 * self.block_weight_wu / TYPICAL_TX_WU).min(self.max_unspent as u64 / 4).min(self.n_txs / 4);
        (self.economy.pool.len() as u64) < enough
    }

    /// Blocks of a stale branch that forks off before the next block, if one is due: one, or two of every fourth. There
    /// must be enough chain left to outdo it.
    fn stale_branch(&mut self, txs_left: u64) -> u32 {
        let due = u128::from(self.summary.n_txs) * (u128::from(self.n_stale_branches) + 1) / u128::from(self.n_txs);
        let is_safe = txs_left > 4 * self.block_weight_wu / SMALL_TX_WU && self.immature.len() > 1;
        if due <= u128::from(self.n_branches_made) || self.n_branches_made >= self.n_stale_branches || !is_safe {
            return 0;
        }
        self.n_branches_made += 1;
        let n = if self.n_branches_made.is_multiple_of(4) { 2 } else { 1 };
        self.summary.n_stale_blocks += u64::from(n);
        n
    }

    /// Who gets subsidy and fees: a pool, and sometimes others beside it.
    fn choose_miners(&mut self, draft: &mut Draft) -> Vec<(usize, Unspent)> {
        let n = [1, 1, 1, 1, 1, 1, 2, 2, 3, 4][self.economy.rng.index(10)];
        let mut immature = Vec::new();
        for vout in 0..n {
            let place = if vout == 0 {
                Owners::pool(&mut self.economy.rng)
            } else {
                self.economy.owners.person(&mut self.economy.rng)
            };
            let mut script = Vec::new();
            let payee = self.economy.address_of(place, 9_000, &mut script);
            draft.coinbase_scripts.push(script);
            if payee.is_spendable {
                immature.push((vout, Unspent::new(vout as u32, 0, payee.address, payee.owner)));
            }
        }
        immature
    }

    /// Pays out subsidy and fees; one block in twenty-five forgets some satoshi, as happened.
    fn reward(&mut self, fees_sat: u64, draft: &mut Draft, immature: &mut Vec<(usize, Unspent)>) {
        let subsidy = u64::try_from(subsidy_sat(draft.height, Network::Regtest.halving_interval())).unwrap_or(0);
        let mut claim_sat = subsidy + fees_sat;
        if self.economy.rng.chance(400) {
            claim_sat -= self.economy.rng.below(claim_sat.min(1_000) + 1);
        }
        let n = draft.coinbase_scripts.len();
        let values_sat = &mut draft.coinbase_values_sat;
        if claim_sat > 0 {
            split(claim_sat, n as u64, 0, &mut self.economy.rng, values_sat);
            values_sat.sort_unstable_by(|a, b| b.cmp(a));
        }
        values_sat.resize(n, 0);
        let mut coins = Vec::with_capacity(n);
        for (vout, mut coin) in immature.drain(..) {
            coin.value_sat = values_sat[vout];
            if coin.value_sat > 0 {
                self.economy.owners.get_mut(coin.owner).n_waiting += 1;
                coins.push(coin);
            }
        }
        self.immature.push_back(coins);
    }
}

/// The coinbase's scriptSig: height (BIP-0034), unless it is an old one, extra nonce and a name. Always 2 to 100 bytes.
pub(super) fn coinbase_script_sig(height: Option<u32>, extra_nonce: [u8; 8]) -> Vec<u8> {
    let mut script_sig = Vec::with_capacity(24);
    if let Some(height) = height {
        encode::push_height(height, &mut script_sig);
    }
    encode::push(&extra_nonce, &mut script_sig);
    encode::push(b"/bulk/", &mut script_sig);
    script_sig
}
