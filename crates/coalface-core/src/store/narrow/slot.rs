//! The row of an address's payload, which no column holds: payload arrays are filled in the order of addresses, so it is
//! the number of earlier addresses with the same array.
//!
//! A directory has these numbers for every [`ADDRESS_RANK_ROWS`]th address; the rest is counted.

use crate::script::Kind;
use crate::store::layout::ADDRESS_RANK_ROWS;

/// Number of payload arrays: one for each of the kinds with a payload of fixed length, and one for all others.
pub const PAYLOAD_ARRAYS: usize = 6;

/// Addresses with a row in each payload array.
pub type PayloadRows = [u32; PAYLOAD_ARRAYS];

/// The payload array of a kind; `None` if it has no payload.
#[must_use]
pub fn array_of(kind: Kind) -> Option<usize> {
    match kind {
        Kind::P2pkh => Some(0),
        Kind::P2sh => Some(1),
        Kind::P2wpkh => Some(2),
        Kind::P2wsh => Some(3),
        Kind::P2tr => Some(4),
        Kind::P2pk | Kind::Multisig | Kind::WitnessUnknown | Kind::Nonstandard => Some(5),
        Kind::Anchor | Kind::OpReturn | Kind::Empty => None,
    }
}

/// How many of `kinds` use payload array `array`.
fn count(kinds: &[u8], array: usize) -> u32 {
    // Whole bytes in one pass: at most 255 kinds are counted, so that a byte holds the number.
    debug_assert!(kinds.len() < 256);
    let of_kind = |kind: Kind| kinds.iter().fold(0u8, |n, k| n.wrapping_add(u8::from(*k == kind as u8)));
    let of_kinds = |all: &[Kind]| all.iter().map(|kind| u32::from(of_kind(*kind))).sum();
    match array {
        0 => of_kinds(&[Kind::P2pkh]),
        1 => of_kinds(&[Kind::P2sh]),
        2 => of_kinds(&[Kind::P2wpkh]),
        3 => of_kinds(&[Kind::P2wsh]),
        4 => of_kinds(&[Kind::P2tr]),
        _ => of_kinds(&[Kind::P2pk, Kind::Multisig, Kind::WitnessUnknown, Kind::Nonstandard]),
    }
}

/// The stretch of the directory in which address `id` lies: what it says, and the kinds from there to `id`.
fn stretch<'a>(ranks: &[PayloadRows], kinds: &'a [u8], id: usize) -> Option<(PayloadRows, &'a [u8])> {
    let stretch = id / ADDRESS_RANK_ROWS as usize;
    Some((*ranks.get(stretch)?, kinds.get(stretch * ADDRESS_RANK_ROWS as usize..id)?))
}

/// Payload rows of the addresses before `id`; `None` past the end.
#[must_use]
pub fn rows_before(ranks: &[PayloadRows], kinds: &[u8], id: usize) -> Option<[u64; PAYLOAD_ARRAYS]> {
    let (before, kinds) = stretch(ranks, kinds, id)?;
    Some(std::array::from_fn(|array| u64::from(before[array]) + u64::from(count(kinds, array))))
}

/// Kind of address `id` and its row in the payload array, 0 where it has none. `None` past the end, or where the number of
/// its kind stands for none.
#[must_use]
pub fn slot_of(ranks: &[PayloadRows], kinds: &[u8], id: usize) -> Option<(Kind, u64)> {
    let kind = Kind::from_u8(*kinds.get(id)?)?;
    let Some(array) = array_of(kind) else { return Some((kind, 0)) };
    let (before, kinds) = stretch(ranks, kinds, id)?;
    Some((kind, u64::from(before[array]) + u64::from(count(kinds, array))))
}

/// The slots of all addresses in order; 0 for one without a payload.
pub fn slots(kinds: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let mut next = PayloadRows::default();
    kinds.iter().map(move |kind| match Kind::from_u8(*kind).and_then(array_of) {
        Some(array) => {
            next[array] = next[array].wrapping_add(1);
            next[array].wrapping_sub(1)
        }
        None => 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_that_were_handed_out() {
        let kinds: Vec<u8> = (0..1500u32).map(|n| (n.wrapping_mul(n + 7) / 5 % 13) as u8).collect();
        let mut ranks = Vec::new();
        let mut next = PayloadRows::default();
        let all: Vec<u32> = slots(&kinds).collect();
        for (id, kind) in kinds.iter().enumerate() {
            if id % ADDRESS_RANK_ROWS as usize == 0 {
                ranks.push(next);
            }
            let kind = Kind::from_u8(*kind);
            let array = kind.and_then(array_of);
            let slot = array.map_or(0, |array| next[array]);
            assert_eq!(slot_of(&ranks, &kinds, id), kind.map(|kind| (kind, u64::from(slot))));
            assert_eq!(rows_before(&ranks, &kinds, id), Some(next.map(u64::from)));
            assert_eq!(all[id], slot);
            if let Some(array) = array {
                next[array] += 1;
            }
        }
        assert_eq!(slot_of(&ranks, &kinds, kinds.len()), None);
        assert_eq!(slot_of(&ranks[..2], &kinds, 512), kinds[512].eq(&9).then_some((Kind::OpReturn, 0)));
    }
}
