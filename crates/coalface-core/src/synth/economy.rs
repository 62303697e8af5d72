//! Everything of a chain that its next transaction depends on, and who pays whom in it.

use super::era::Era;
use super::owners::{OwnerClass, Owners, NOBODY};
use super::payees::Addresses;
use super::pool::{Pool, Unspent};
use super::rng::Rng;
use super::shape::{Shape, ENOUGH_SAT};

/// Looks for an owner who fits before the best one is taken.
const TRIES: usize = 10;
/// Inputs from which on services are asked first.
const SWEEP: u64 = 5;
/// Of 10,000 payments, how many go to a service.
const TO_SERVICE: u64 = 5_500;

/// Unspent outputs, owners, addresses and the random numbers that choose among them.
#[derive(Debug)]
pub(super) struct Economy {
    pub(super) rng: Rng,
    pub(super) era: &'static Era,
    pub(super) pool: Pool,
    pub(super) owners: Owners,
    pub(super) addresses: Addresses,
    /// Height of the block that is being made.
    pub(super) height: u32,
}

impl Economy {
    pub(super) fn new(seed: u64, era: &'static Era) -> Economy {
        let mut rng = Rng::new(seed, 0);
        let owners = Owners::new(&mut rng);
        Economy { rng, era, pool: Pool::default(), owners, addresses: Addresses::new(seed), height: 0 }
    }

    /// Who gets a payment.
    pub(super) fn recipient(&mut self) -> u32 {
        // Services that hold little get more, so that there are sweeps to make.
        let n_coins = self.pool.n_settled() as u64;
        let share = if 4 * self.owners.n_service_coins < n_coins { TO_SERVICE + 2_500 } else { TO_SERVICE };
        if self.rng.chance(share) {
            Owners::service(&mut self.rng)
        } else {
            self.owners.person(&mut self.rng)
        }
    }

    /// Takes the inputs of a transaction out of the pool: all of one owner, as many as the shape wants if somebody has
    /// them, and up to `n_further` more if they are worth too little.
    pub(super) fn take_inputs(&mut self, shape: Shape, n_further: u64, inputs: &mut Vec<Unspent>) {
        inputs.clear();
        // A block does not live off itself. The share is one of inputs, and there are more of them than transactions.
        let is_chained =
            shape.n_inputs < SWEEP && self.pool.n_settled() > 0 && self.rng.chance(self.era.same_block * 23 / 10);
        let fresh = if is_chained { self.pool.take_fresh(&mut self.owners, &mut self.rng) } else { None };
        let n_wanted = usize::try_from(shape.n_inputs).unwrap_or(usize::MAX);
        let owner = match fresh {
            Some(coin) => {
                inputs.push(coin);
                coin.owner
            }
            None if shape.n_inputs >= SWEEP => {
                let Some(owner) = self.sweeper(shape.n_inputs) else { return };
                owner
            }
            None => {
                let Some(at) = self.spender(shape) else { return };
                let coin = self.pool.remove(at, &mut self.owners);
                inputs.push(coin);
                if coin.owner != NOBODY {
                    self.pool.take_older(at, n_wanted - 1, &mut self.owners, inputs);
                }
                coin.owner
            }
        };
        if owner == NOBODY && !inputs.is_empty() {
            return; // what anybody may spend is nobody's to join with
        }
        let n_left = n_wanted.saturating_sub(inputs.len());
        self.pool.take_newest(owner, n_left, &mut self.owners, inputs);
        let enough_sat = ENOUGH_SAT * shape.n_outputs;
        for _ in 0..n_further {
            if inputs.iter().map(|coin| coin.value_sat).sum::<u64>() >= enough_sat {
                break;
            }
            self.pool.take_newest(owner, 1, &mut self.owners, inputs);
        }
    }

    /// An output, chosen by age, of somebody who has as many as the shape wants.
    fn spender(&mut self, shape: Shape) -> Option<usize> {
        let mut best: Option<(u64, usize)> = None;
        // Services mostly sweep; what they hold beyond that is spent as any other output.
        let spare_services = 4 * self.owners.n_service_coins < self.pool.n_settled() as u64;
        for _ in 0..TRIES {
            let at = self.pool.pick(self.height, &mut self.rng)?;
            let coin = self.pool.at(at);
            let owner = self.owners.get(coin.owner);
            let is_alone = coin.owner == NOBODY && shape.n_inputs > 1;
            let n = if is_alone { 1 } else { u64::from(owner.n_coins).min(shape.n_inputs) };
            let is_enough = coin.value_sat * n >= ENOUGH_SAT * shape.n_outputs;
            let is_spared = spare_services && owner.class == OwnerClass::Service;
            let fit = 4 * n + 2 * u64::from(is_enough) + u64::from(!is_spared);
            if best.is_none_or(|(best_fit, _)| fit > best_fit) {
                best = Some((fit, at));
            }
            if n >= shape.n_inputs && is_enough && !is_spared {
                break;
            }
        }
        best.map(|(_, at)| at)
    }

    /// Somebody who has that many outputs: a service, or else whoever of some has most.
    fn sweeper(&mut self, n_inputs: u64) -> Option<u32> {
        let mut best = (0, None);
        for n in 0..2 * TRIES {
            let place = if n < TRIES {
                Owners::service(&mut self.rng)
            } else {
                let at = self.pool.pick(self.height, &mut self.rng)?;
                self.pool.at(at).owner
            };
            let n_coins = u64::from(self.owners.get(place).n_coins);
            if place == NOBODY {
                continue;
            }
            if n_coins >= n_inputs {
                return Some(place);
            }
            if n_coins > best.0 {
                best = (n_coins, Some(place));
            }
        }
        best.1
    }
}
