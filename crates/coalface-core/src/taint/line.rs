//! Laying coins end to end and cutting the line again: what first-in and last-in methods share.

use super::coin::Coin;
use super::rope::Rope;
use super::rule::Side;

/// The line of all sides, in the order given. A side without coin is clean value.
pub fn lay<'a>(sides: impl Iterator<Item = &'a Side<Rope>>) -> Rope {
    sides.fold(Rope::default(), |line, side| {
        let part = if side.coin.sat() == 0 { Rope::clean(side.value_sat) } else { side.coin.clone() };
        line.then(part)
    })
}

/// Cuts the line into the sides, in the order given; a side that gets no taint keeps no line.
pub fn cut<'a>(mut line: Rope, sides: impl Iterator<Item = &'a mut Side<Rope>>) {
    for side in sides {
        let (part, rest) = line.split(side.value_sat);
        side.coin = if part.sat() == 0 { Rope::default() } else { part };
        line = rest;
    }
}
