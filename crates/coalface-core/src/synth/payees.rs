//! Addresses that are paid: new ones, and known ones again; and for each new one the truth, whose it is.

use super::address::{Address, Form};
use super::economy::Economy;
use super::era::{choose, Era};
use super::kind::{Kind, KindCounts};
use super::owners::{OwnerClass, ShortScript, NOBODY};
use super::rng::Rng;

/// Addresses that came up first in a block, in order of their first output.
#[derive(Debug, Default)]
pub(super) struct NewAddresses {
    /// Number of the owner of each.
    pub(super) owners: Vec<u32>,
    /// Their scripts one after the other.
    pub(super) scripts: Vec<u8>,
    /// Where each ends.
    pub(super) ends: Vec<usize>,
}

impl NewAddresses {
    fn push(&mut self, owner: u32, script: &[u8]) {
        self.owners.push(owner);
        self.scripts.extend_from_slice(script);
        self.ends.push(self.scripts.len());
    }

    /// Every script with the number of its owner.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &[u8])> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        self.owners.iter().zip(starts.zip(&self.ends)).map(|(owner, (start, end))| (*owner, &self.scripts[start..*end]))
    }
}

/// The addresses of a chain; their number is all that is remembered.
#[derive(Debug)]
pub(super) struct Addresses {
    pub(super) seed: u64,
    next_number: u64,
    /// Distinct scripts so far.
    pub(super) n_addresses: u64,
    shared_seen: [bool; 3],
    /// New since they were last taken away.
    pub(super) new: NewAddresses,
    pub(super) kinds: KindCounts,
}

/// An output's address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Payee {
    /// Packed.
    pub(super) address: u64,
    /// Place of who may spend it.
    pub(super) owner: u32,
    pub(super) is_spendable: bool,
}

impl Addresses {
    pub(super) fn new(seed: u64) -> Addresses {
        Addresses {
            seed,
            next_number: 0,
            n_addresses: 0,
            shared_seen: [false; 3],
            new: NewAddresses::default(),
            kinds: KindCounts::default(),
        }
    }

    /// Whether it is the first time that this script, which is the same for all addresses of its kind, is seen.
    fn is_first_shared(&mut self, kind: Kind) -> bool {
        let seen = match kind {
            Kind::Anchor => &mut self.shared_seen[0],
            Kind::Empty => &mut self.shared_seen[1],
            _ => &mut self.shared_seen[2],
        };
        !std::mem::replace(seen, true)
    }
}

/// Kind of a new address: mostly the one that the owner's habit stands for, if a person; else as it falls.
fn draw_kind(class: OwnerClass, habit: u16, era: &Era, rng: &mut Rng) -> Kind {
    let is_habit = class == OwnerClass::Person && rng.chance(7_000);
    let pick = if is_habit { u64::from(habit) } else { rng.below(10_000) };
    choose(era.kinds, |(share, _)| *share, pick).map_or(Kind::P2pkh, |(_, kind)| *kind)
}

impl Economy {
    /// An address of the owner: one that was paid before, or a new one. Appends its script to `out`.
    pub(super) fn address_of(&mut self, place: u32, reuse: u64, out: &mut Vec<u8>) -> Payee {
        match self.owners.get(place).main {
            Some(address) if self.rng.chance(reuse) => self.known_address(place, address, out),
            _ => {
                let owner = *self.owners.get(place);
                let kind = draw_kind(owner.class, owner.habit, self.era, &mut self.rng);
                let address = Address::pack(self.addresses.next_number, kind, self.era, &mut self.rng);
                self.new_address(place, address, out)
            }
        }
    }

    /// A new address of the owner, of that kind and form.
    pub(super) fn new_address_as(&mut self, place: u32, kind: Kind, form: Form, out: &mut Vec<u8>) -> Payee {
        let address = Address::pack_as(self.addresses.next_number, kind, form);
        self.new_address(place, address, out)
    }

    fn new_address(&mut self, place: u32, packed: u64, out: &mut Vec<u8>) -> Payee {
        self.addresses.next_number += 1;
        let address = Address::derive(self.addresses.seed, packed);
        let start = out.len();
        address.script(out);
        self.addresses.kinds.add(address.kind);
        let is_shared = address.is_shared_script();
        let owner = if is_shared { NOBODY } else { place };
        if !is_shared || self.addresses.is_first_shared(address.kind) {
            self.addresses.n_addresses += 1;
            self.addresses.new.push(self.owners.get(owner).id, &out[start..]);
        }
        let usual =
            matches!(address.kind, Kind::P2pk | Kind::P2pkh | Kind::P2sh | Kind::P2wpkh | Kind::P2wsh | Kind::P2tr);
        if usual && (self.owners.get(place).main.is_none() || self.rng.chance(1_000)) {
            let owner = self.owners.get_mut(place);
            owner.main = Some(packed);
            owner.main_script = ShortScript::new(&out[start..]);
        }
        Payee { address: packed, owner, is_spendable: address.is_spendable() }
    }

    /// An address that was paid before.
    pub(super) fn known_address(&mut self, owner: u32, packed: u64, out: &mut Vec<u8>) -> Payee {
        let told = self.owners.get(owner);
        if let Some(script) = told.main_script.get().filter(|_| told.main == Some(packed)) {
            out.extend_from_slice(script);
            self.addresses.kinds.add(Address::kind_of(packed));
            return Payee { address: packed, owner, is_spendable: true };
        }
        let address = Address::derive(self.addresses.seed, packed);
        address.script(out);
        self.addresses.kinds.add(address.kind);
        Payee { address: packed, owner, is_spendable: address.is_spendable() }
    }
}
