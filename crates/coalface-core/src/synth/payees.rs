//! Who gets paid: new addresses, and known ones again.

use super::address::{Address, Form};
use super::kind::Kind;
use super::rng::Rng;

/// Addresses remembered as recently paid.
const RECENT: usize = 8_192;
/// Heavy ones: services that are paid over and over.
const HUBS: usize = 128;
/// One hub is replaced after so many new addresses.
const HUB_LIFE: u64 = 20_000;
/// Of 10,000 outputs, how many go to an address that was paid before.
const REUSE: u64 = 3_500;
/// Of 10,000 such, how many go back to an input's address, and how many to a hub; the others to a recent address.
const REUSE_OWN: u64 = 2_000;
const REUSE_HUB: u64 = 3_000;

/// An address with its script, ready to be written.
#[derive(Clone, Debug)]
pub(super) struct Payee {
    pub(super) number: u64,
    pub(super) kind: Kind,
    pub(super) spendable: bool,
    pub(super) script: Vec<u8>,
}

/// Chooses payees; its memory is bounded.
#[derive(Debug)]
pub(super) struct Payees {
    seed: u64,
    next_number: u64,
    n_addresses: u64,
    shared_seen: [bool; 3],
    recent: Vec<Payee>,
    next_recent: usize,
    hubs: Vec<Payee>,
    own: Payee,
}

impl Payees {
    pub(super) fn new(seed: u64) -> Payees {
        Payees {
            seed,
            next_number: 0,
            n_addresses: 0,
            shared_seen: [false; 3],
            recent: Vec::with_capacity(RECENT),
            next_recent: 0,
            hubs: Vec::with_capacity(HUBS),
            own: Payee { number: 0, kind: Kind::Empty, spendable: true, script: Vec::new() },
        }
    }

    /// Number of distinct scripts given out.
    pub(super) fn n_addresses(&self) -> u64 {
        self.n_addresses
    }

    /// Chooses who gets the next output of a transaction that spends from the address number `own`, if from any.
    pub(super) fn choose(&mut self, own: Option<u64>, rng: &mut Rng) -> &Payee {
        if self.recent.is_empty() || !rng.chance(REUSE) {
            return self.fresh(rng);
        }
        let pick = rng.below(10_000);
        match own {
            Some(number) if pick < REUSE_OWN => {
                let address = Address::derive(self.seed, number);
                self.own.number = number;
                self.own.kind = address.kind;
                self.own.spendable = address.is_spendable();
                self.own.script.clear();
                address.script(&mut self.own.script);
                &self.own
            }
            _ if pick < REUSE_OWN + REUSE_HUB && !self.hubs.is_empty() => {
                // Spans of 1, 2, 4 … hubs are equally likely: the first ones are much heavier than the last.
                let span = (1 << rng.below(8)).min(self.hubs.len());
                let at = rng.index(span);
                &self.hubs[at]
            }
            _ => {
                let at = rng.index(self.recent.len());
                &self.recent[at]
            }
        }
    }

    /// A new address.
    fn fresh(&mut self, rng: &mut Rng) -> &Payee {
        let number = self.next_number;
        self.next_number += 1;
        let address = Address::derive(self.seed, number);
        if address.is_shared_script() {
            let seen = match address.kind {
                Kind::Anchor => &mut self.shared_seen[0],
                Kind::Empty => &mut self.shared_seen[1],
                _ => &mut self.shared_seen[2],
            };
            self.n_addresses += u64::from(!*seen);
            *seen = true;
        } else {
            self.n_addresses += 1;
        }
        // The oldest recent one makes room; its script's memory is used again.
        let at = self.next_recent;
        self.next_recent = (self.next_recent + 1) % RECENT;
        if at == self.recent.len() {
            self.recent.push(Payee { number, kind: address.kind, spendable: true, script: Vec::with_capacity(40) });
        }
        let payee = &mut self.recent[at];
        payee.number = number;
        payee.kind = address.kind;
        payee.spendable = address.is_spendable();
        payee.script.clear();
        address.script(&mut payee.script);

        let usual = matches!(payee.kind, Kind::P2pkh | Kind::P2sh | Kind::P2wpkh | Kind::P2wsh | Kind::P2tr);
        if usual && address.form != Form::Uncompressed {
            if self.hubs.len() < HUBS && number.is_multiple_of(7) {
                self.hubs.push(payee.clone());
            } else if number.is_multiple_of(HUB_LIFE) && !self.hubs.is_empty() {
                let hub = rng.index(self.hubs.len());
                self.hubs[hub] = payee.clone();
            }
        }
        &self.recent[at]
    }
}
