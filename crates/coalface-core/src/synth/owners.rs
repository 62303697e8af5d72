//! Who owns what: owners with their coins, a few of them services, most of them persons who come and go.
//!
//! Only owners who hold coins or were paid of late are remembered, so memory does not grow with the chain. Payments go
//! to services by rank, to persons paid of late, or to new ones: those who were paid often are paid again, which gives
//! owners of very different size.

use super::rng::Rng;

/// No coin, no owner.
pub(super) const NONE: u32 = u32::MAX;
/// Where those who own nothing in common stand: whoever may spend a script that needs no key.
pub(super) const NOBODY: u32 = 0;

/// Exchanges, merchants and the like.
const SERVICES: u32 = 256;
/// Mining pools.
const POOLS: u32 = 12;
/// Persons remembered as paid of late.
const RECENT: usize = 16_384;
/// Of 10,000 payments to persons, how many go to a new one.
const NEW_PERSON: u64 = 4_500;

/// What an owner does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum OwnerClass {
    /// Nobody in particular.
    Nobody = 0,
    /// Somebody with a wallet.
    Person = 1,
    /// Paid over and over, sweeps many outputs at once.
    Service = 2,
    /// Paid by coinbases.
    Pool = 3,
}

/// One owner.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner {
    /// Number in the truth.
    pub(super) id: u32,
    pub(super) class: OwnerClass,
    /// Where the owner stands among wallets: new addresses of a person mostly have the kind at that place.
    pub(super) habit: u16,
    /// Newest coin of the owner in the pool, the start of a list of them; some may be spent.
    pub(super) newest: u32,
    /// Coins in the pool.
    pub(super) n_coins: u32,
    /// Coins that are not in the pool yet.
    pub(super) n_waiting: u32,
    /// Times among those paid of late.
    n_recent: u32,
    /// The address that others are told, packed; `None` before the first one.
    pub(super) main: Option<u64>,
    /// Its script, so that it need not be derived again and again; empty if it is longer.
    pub(super) main_script: ShortScript,
}

/// A script of up to 35 bytes, as most are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ShortScript {
    n_bytes: u8,
    bytes: [[u8; 7]; 5],
}

impl ShortScript {
    pub(super) fn new(script: &[u8]) -> ShortScript {
        let mut short = ShortScript::default();
        if let Some(bytes) = short.bytes.as_flattened_mut().get_mut(..script.len()) {
            bytes.copy_from_slice(script);
            short.n_bytes = script.len() as u8;
        }
        short
    }

    pub(super) fn get(&self) -> Option<&[u8]> {
        (self.n_bytes > 0).then(|| &self.bytes.as_flattened()[..usize::from(self.n_bytes)])
    }
}

/// All owners that are remembered, by place.
#[derive(Debug)]
pub(super) struct Owners {
    all: Vec<Owner>,
    free: Vec<u32>,
    recent: Vec<u32>,
    next_recent: usize,
    /// Places of those who may have nothing left.
    idle: Vec<u32>,
    /// Coins of services in the pool.
    pub(super) n_service_coins: u64,
    next_id: u32,
    /// Classes of the owners that are new since they were last taken away.
    new_classes: Vec<u8>,
}

impl Owners {
    pub(super) fn new(rng: &mut Rng) -> Owners {
        let mut owners = Owners {
            all: Vec::new(),
            free: Vec::new(),
            recent: Vec::with_capacity(RECENT),
            next_recent: 0,
            idle: Vec::new(),
            n_service_coins: 0,
            next_id: 0,
            new_classes: Vec::new(),
        };
        owners.add(OwnerClass::Nobody, rng);
        (0..POOLS).for_each(|_| _ = owners.add(OwnerClass::Pool, rng));
        (0..SERVICES).for_each(|_| _ = owners.add(OwnerClass::Service, rng));
        owners
    }

    /// Number of owners so far, nobody included.
    pub(super) fn n_owners(&self) -> u32 {
        self.next_id
    }

    /// Takes away the classes of new owners, in order of their numbers.
    pub(super) fn take_new_classes(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.new_classes)
    }

    pub(super) fn get(&self, place: u32) -> &Owner {
        &self.all[place as usize]
    }

    pub(super) fn get_mut(&mut self, place: u32) -> &mut Owner {
        &mut self.all[place as usize]
    }

    /// Adds an owner; its place.
    pub(super) fn add(&mut self, class: OwnerClass, rng: &mut Rng) -> u32 {
        let owner = Owner {
            id: self.next_id,
            class,
            habit: rng.below(10_000) as u16,
            newest: NONE,
            n_coins: 0,
            n_waiting: 0,
            n_recent: 0,
            main: None,
            main_script: ShortScript::default(),
        };
        self.next_id = self.next_id.saturating_add(1);
        self.new_classes.push(class as u8);
        if let Some(place) = self.free.pop() {
            self.all[place as usize] = owner;
            return place;
        }
        self.all.push(owner);
        self.all.len() as u32 - 1
    }

    /// A service by rank: spans of 1, 2, 4 … services are equally likely, so the first ones are much larger.
    pub(super) fn service(rng: &mut Rng) -> u32 {
        let span = 1 << rng.below(9);
        1 + POOLS + rng.below(span).min(u64::from(SERVICES) - 1) as u32
    }

    /// A mining pool, the first ones likelier.
    pub(super) fn pool(rng: &mut Rng) -> u32 {
        let span = 1 + rng.below(u64::from(POOLS));
        1 + rng.below(span) as u32
    }

    /// A person to be paid: a new one, or one paid of late.
    pub(super) fn person(&mut self, rng: &mut Rng) -> u32 {
        let is_new = self.recent.is_empty() || rng.chance(NEW_PERSON);
        let place = if is_new { self.add(OwnerClass::Person, rng) } else { self.recent[rng.index(self.recent.len())] };
        if is_new || rng.chance(6_000) {
            self.remember(place);
        }
        place
    }

    fn remember(&mut self, place: u32) {
        self.get_mut(place).n_recent += 1;
        if self.recent.len() < RECENT {
            self.recent.push(place);
            return;
        }
        let old = std::mem::replace(&mut self.recent[self.next_recent], place);
        self.next_recent = (self.next_recent + 1) % RECENT;
        self.get_mut(old).n_recent -= 1;
        self.note_idle(old);
    }

    /// Remembers to look whether the owner has anything left.
    pub(super) fn note_idle(&mut self, place: u32) {
        self.idle.push(place);
    }

    /// Forgets persons who hold nothing and were not paid of late.
    pub(super) fn forget_idle(&mut self) {
        for place in std::mem::take(&mut self.idle) {
            let owner = &mut self.all[place as usize];
            if owner.class == OwnerClass::Person && owner.n_coins + owner.n_waiting + owner.n_recent == 0 {
                owner.class = OwnerClass::Nobody; // so that it is not freed twice
                self.free.push(place);
            }
        }
    }

    /// Counts a coin that entered the pool.
    pub(super) fn count_in(&mut self, place: u32) {
        let owner = &mut self.all[place as usize];
        owner.n_coins += 1;
        self.n_service_coins += u64::from(owner.class == OwnerClass::Service);
    }

    /// Counts a coin that left the pool.
    pub(super) fn count_out(&mut self, place: u32) {
        let owner = &mut self.all[place as usize];
        owner.n_coins -= 1;
        let is_last = owner.n_coins == 0;
        self.n_service_coins -= u64::from(owner.class == OwnerClass::Service);
        if is_last {
            self.note_idle(place);
        }
    }

    /// Forgets all lists of coins.
    pub(super) fn clear_lists(&mut self) {
        self.all.iter_mut().for_each(|owner| owner.newest = NONE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_sizes_differ() {
        let mut rng = Rng::new(1, 1);
        let mut owners = Owners::new(&mut rng);
        let mut n_paid = std::collections::HashMap::new();
        for _ in 0..300_000 {
            let place = owners.person(&mut rng);
            *n_paid.entry(owners.get(place).id).or_insert(0u32) += 1;
            owners.forget_idle();
        }
        assert!(owners.all.len() < 2 * RECENT, "{}", owners.all.len());
        assert_eq!(owners.take_new_classes().len(), owners.n_owners() as usize);
        let once = n_paid.values().filter(|n| **n == 1).count();
        assert!(3 * once > n_paid.len(), "{once} of {}", n_paid.len());
        assert!(n_paid.values().max() > Some(&20), "{:?}", n_paid.values().max());
    }
}
