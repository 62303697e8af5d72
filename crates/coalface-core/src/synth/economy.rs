//! Everything of a chain that its next transaction depends on.

use super::encode;
use super::kind::KindCounts;
use super::payees::Payees;
use super::pool::{Pool, Unspent};
use super::rng::Rng;

/// Unspent outputs, addresses and the random numbers that choose among them.
#[derive(Debug)]
pub(super) struct Economy {
    pub(super) rng: Rng,
    pub(super) pool: Pool,
    pub(super) payees: Payees,
    /// Outputs made so far.
    pub(super) kinds: KindCounts,
}

impl Economy {
    pub(super) fn new(seed: u64) -> Economy {
        Economy {
            rng: Rng::new(seed, 0),
            pool: Pool::default(),
            payees: Payees::new(seed),
            kinds: KindCounts::default(),
        }
    }

    /// Appends one output for each value to `out` and, without its txid, to `created` if it can be spent. The payees
    /// are chosen; `own` is the number of an address that the transaction spends from.
    pub(super) fn pay(&mut self, values_sat: &[u64], own: Option<u64>, out: &mut Vec<u8>, created: &mut Vec<Unspent>) {
        for (vout, &value_sat) in (0..).zip(values_sat) {
            let payee = self.payees.choose(own, &mut self.rng);
            self.kinds.add(payee.kind);
            out.extend_from_slice(&value_sat.to_le_bytes());
            encode::sized(&payee.script, out);
            if payee.spendable && value_sat > 0 {
                created.push(Unspent { txid: [0; 32], vout, value_sat, address_no: payee.number });
            }
        }
    }
}
