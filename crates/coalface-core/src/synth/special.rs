//! Rare transactions that only come if asked for: very many outputs, one megabyte, one address paid millions of times.

use std::collections::VecDeque;

use super::address::Form;
use super::economy::Economy;
use super::kind::Kind;
use super::options::BulkOptions;
use super::owners::{OwnerClass, NOBODY};
use super::payees::Payee;
use super::transaction::{Builder, Built, Out};
use super::truth::Purpose;

/// Outputs of a wide transaction, its change included.
const WIDE_OUTPUTS: u64 = 20_000;
/// Inputs of a megabyte transaction: with 149 bytes at most each, it stays below 1,000,000 bytes.
const SWEEP_INPUTS: u64 = 6_700;
/// Outputs to the flooded address in one transaction.
const FLOOD_OUTPUTS: u64 = 1_000;
/// How many outputs are looked at for one that can pay.
const FUND_TRIES: usize = 512;
/// When there was none: so many transactions later it is tried again.
const RETRY_TXS: u64 = 500;
/// Left to the one who pays, at least: fee and change.
const SPARE_SAT: u64 = 20_000;

/// What is asked for, or a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Special {
    /// Very many outputs.
    Wide,
    /// So many outputs to one person that spending them fills a megabyte.
    Dust,
    /// That megabyte; the place of the person.
    Sweep(u32),
    /// So many outputs to the flooded address.
    Flood(u64),
}

impl Special {
    /// Weight that it may reach.
    fn weight_wu(self) -> u64 {
        match self {
            Special::Wide => 3_900_000,
            Special::Dust => 1_000_000,
            Special::Sweep(_) => 3_994_000,
            Special::Flood(n) => 4_000 + n * 136,
        }
    }
}

/// What is still to come, and what came.
#[derive(Debug)]
pub(super) struct Specials {
    /// At which number of transactions each is due, in order.
    due: VecDeque<(u64, Special)>,
    flooded: Option<Payee>,
    pub(super) n_wide: u64,
    pub(super) n_megabyte: u64,
    pub(super) n_flood_outputs: u64,
}

impl Specials {
    /// Spreads evenly over the chain what is asked for.
    pub(super) fn new(options: &BulkOptions) -> Specials {
        let mut due = Vec::new();
        let floods = options.n_flood_outputs.div_ceil(FLOOD_OUTPUTS);
        for (n, special) in
            [(options.n_wide_txs, Special::Wide), (options.n_megabyte_txs, Special::Dust), (floods, Special::Flood(0))]
        {
            for i in 0..n {
                let at = u128::from(options.n_txs) * u128::from(2 * i + 1) / u128::from(2 * n + 1);
                let special = match special {
                    Special::Flood(_) => {
                        Special::Flood((options.n_flood_outputs - i * FLOOD_OUTPUTS).min(FLOOD_OUTPUTS))
                    }
                    other => other,
                };
                due.push((at as u64, special));
            }
        }
        due.sort_by_key(|(at, _)| *at);
        Specials { due: due.into(), flooded: None, n_wide: 0, n_megabyte: 0, n_flood_outputs: 0 }
    }

    /// Weight that the next one may reach, if it is due after `n_txs` transactions.
    pub(super) fn due_wu(&self, n_txs: u64) -> Option<u64> {
        self.due.front().filter(|(at, _)| *at <= n_txs).map(|(_, special)| special.weight_wu())
    }

    /// Builds the next one, and says whether its block must end with it; `None` if nobody can pay for it now: it comes
    /// later.
    pub(super) fn build(
        &mut self,
        n_txs: u64,
        builder: &mut Builder,
        economy: &mut Economy,
        out: &mut Out<'_>,
    ) -> Option<(Built, bool)> {
        let (_, special) = self.due.pop_front()?;
        let built = match special {
            Special::Wide => self.wide(builder, economy, out),
            Special::Dust => self.dust(builder, economy, out),
            Special::Sweep(person) => self.sweep(person, builder, economy, out),
            Special::Flood(n) => self.flood(n, builder, economy, out),
        };
        if built.is_none() {
            let at = n_txs.saturating_add(RETRY_TXS);
            let place = self.due.partition_point(|(other, _)| *other <= at);
            self.due.insert(place, (at, special));
        }
        built.map(|built| (built, special == Special::Dust))
    }

    fn wide(&mut self, builder: &mut Builder, economy: &mut Economy, out: &mut Out<'_>) -> Option<Built> {
        let values = |economy: &mut Economy| 546 + economy.rng.below(1_500);
        let payer = fund(WIDE_OUTPUTS - 1, values, builder, economy)?;
        self.n_wide += 1;
        let reuse = economy.era.reuse;
        Some(builder.build_as(economy, out, |economy, vout, script| {
            if vout as u64 == WIDE_OUTPUTS - 1 {
                return (economy.address_of(payer, reuse, script), Purpose::Change);
            }
            let place = economy.recipient();
            (economy.address_of(place, reuse, script), Purpose::Payment)
        }))
    }

    fn dust(&mut self, builder: &mut Builder, economy: &mut Economy, out: &mut Out<'_>) -> Option<Built> {
        let values = |economy: &mut Economy| 1_000 + economy.rng.below(1_000);
        let payer = fund(SWEEP_INPUTS, values, builder, economy)?;
        let person = economy.owners.add(OwnerClass::Person, &mut economy.rng);
        self.due.push_front((0, Special::Sweep(person)));
        Some(builder.build_as(economy, out, |economy, vout, script| {
            if vout as u64 == SWEEP_INPUTS {
                return (economy.address_of(payer, 0, script), Purpose::Change);
            }
            (economy.new_address_as(person, Kind::P2pkh, Form::Plain, script), Purpose::Payment)
        }))
    }

    fn sweep(&mut self, person: u32, builder: &mut Builder, economy: &mut Economy, out: &mut Out<'_>) -> Option<Built> {
        builder.inputs.clear();
        economy.pool.take_newest(person, SWEEP_INPUTS as usize, &mut economy.owners, &mut builder.inputs);
        let input_sat: u64 = builder.inputs.iter().map(|coin| coin.value_sat).sum();
        builder.values_sat.clear();
        builder.values_sat.push(input_sat - input_sat / 10);
        self.n_megabyte += 1;
        Some(builder.build_as(economy, out, |economy, _, script| {
            (economy.address_of(person, 0, script), Purpose::Consolidation)
        }))
    }

    fn flood(&mut self, n: u64, builder: &mut Builder, economy: &mut Economy, out: &mut Out<'_>) -> Option<Built> {
        let values = |economy: &mut Economy| 546 + economy.rng.below(500);
        let payer = fund(n, values, builder, economy)?;
        self.n_flood_outputs += n;
        let flooded = &mut self.flooded;
        Some(builder.build_as(economy, out, |economy, vout, script| {
            if vout as u64 == n {
                return (economy.address_of(payer, 0, script), Purpose::Change);
            }
            let payee = match *flooded {
                Some(payee) => economy.known_address(payee.owner, payee.address, script),
                None => {
                    let owner = economy.owners.add(OwnerClass::Service, &mut economy.rng);
                    let payee = economy.new_address_as(owner, Kind::P2pkh, Form::Plain, script);
                    *flooded = Some(payee);
                    payee
                }
            };
            // All but the first are never spent: the writer need not remember millions of them.
            (Payee { is_spendable: vout == 0, ..payee }, Purpose::Payment)
        }))
    }
}

/// Takes one output that pays `n` values and leaves some change, as the builder's only input, and says whose it was;
/// the change's value is the last one.
fn fund(
    n: u64,
    mut value_sat: impl FnMut(&mut Economy) -> u64,
    builder: &mut Builder,
    economy: &mut Economy,
) -> Option<u32> {
    builder.values_sat.clear();
    builder.values_sat.extend((0..n).map(|_| value_sat(economy)));
    let enough_sat = builder.values_sat.iter().sum::<u64>() + SPARE_SAT;
    for _ in 0..FUND_TRIES {
        let at = economy.pool.pick(economy.height, &mut economy.rng)?;
        let coin = economy.pool.at(at);
        if coin.value_sat >= enough_sat && coin.owner != NOBODY {
            let coin = economy.pool.remove(at, &mut economy.owners);
            builder.values_sat.push(coin.value_sat - enough_sat + SPARE_SAT / 2);
            builder.inputs.clear();
            builder.inputs.push(coin);
            return Some(coin.owner);
        }
    }
    None
}
