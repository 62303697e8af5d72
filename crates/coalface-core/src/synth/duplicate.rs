//! Coinbases whose txid comes twice, as before BIP-0034.
//!
//! A block of header version 1, whose coinbase has no height, is empty otherwise. A hundred blocks later its output is
//! spent, and the next block has the very same coinbase: BIP-0030 allows that, since nothing of the first one is unspent.
//! A node at regtest takes such blocks only if it is told that BIP-0034 begins later (`-testactivationheight=bip34@N`).

use crate::network::Network;
use crate::units::{subsidy_sat, COINBASE_MATURITY_BLOCKS};

use super::options::BulkOptions;
use super::payees::Payee;

/// What such a coinbase claims: little, so that the subsidy of the later block covers it too.
pub(super) const CLAIM_SAT: u64 = 1_000;

/// What the next block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// A block as any other.
    Usual,
    /// Begins with a spend of the output of a coinbase that is to come again.
    Spend,
    /// Has a coinbase that is to come again.
    First,
    /// Has that coinbase again.
    Repeat,
}

/// How far the present pair is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Idle,
    Maturing(u32),
    Spent,
}

/// Pairs that are still to come, and those that came.
#[derive(Debug)]
pub(super) struct Duplicates {
    n_asked: u64,
    n_started: u64,
    n_txs: u64,
    phase: Phase,
    pub(super) n_made: u64,
    pub(super) payee: Option<Payee>,
    pub(super) extra_nonce: [u8; 8],
}

impl Duplicates {
    pub(super) fn new(options: &BulkOptions) -> Duplicates {
        Duplicates {
            n_asked: options.n_duplicate_coinbases,
            n_started: 0,
            n_txs: options.n_txs,
            phase: Phase::Idle,
            n_made: 0,
            payee: None,
            extra_nonce: [0; 8],
        }
    }

    /// What the block at `height` is, after `n_txs` transactions and with `txs_left` besides its coinbase.
    pub(super) fn turn(&mut self, height: u32, n_txs: u64, txs_left: u64) -> Turn {
        match self.phase {
            Phase::Maturing(first) if height == first + COINBASE_MATURITY_BLOCKS => {
                self.phase = if txs_left > 1 { Phase::Spent } else { Phase::Idle };
                Turn::Spend
            }
            Phase::Maturing(_) => Turn::Usual,
            Phase::Spent => {
                self.phase = Phase::Idle;
                self.n_made += 1;
                Turn::Repeat
            }
            Phase::Idle => {
                let due = u128::from(n_txs) * (u128::from(self.n_asked) + 1)
                    > u128::from(self.n_txs) * u128::from(self.n_started);
                let later = height + COINBASE_MATURITY_BLOCKS + 1;
                let is_covered =
                    u64::try_from(subsidy_sat(later, Network::Regtest.halving_interval())).unwrap_or(0) >= CLAIM_SAT;
                if self.n_started >= self.n_asked || !due || !is_covered || height < 2 {
                    return Turn::Usual;
                }
                self.n_started += 1;
                self.phase = Phase::Maturing(height);
                Turn::First
            }
        }
    }

    /// Remembers a coinbase that is to come again.
    pub(super) fn note(&mut self, payee: Payee, extra_nonce: [u8; 8]) {
        self.payee = Some(payee);
        self.extra_nonce = extra_nonce;
    }
}
