//! What an output carries along: tainted value, as an amount or as the places of the coins themselves.

/// A stretch of an output's value that is coin of the origins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// Satoshi of the output before it.
    pub start_sat: i64,
    /// Satoshi in it.
    pub len_sat: i64,
    /// Where it stands in the line of all origin parts, each laid one satoshi behind the end of the one before.
    pub origin_sat: i64,
}

/// Tainted value of one output, in the form that a method follows.
pub trait Coin: Clone + Default {
    /// The coin of an origin part of an output of `value_sat`.
    fn of_part(value_sat: i64, part: Run) -> Self;

    /// Tainted satoshi.
    fn sat(&self) -> i64;

    /// Both, in one output of `value_sat`, and the satoshi that both have: value that arrives where it is counted already.
    fn merge(self, other: Self, value_sat: i64) -> (Self, i64);

    /// Bytes of the heap that all coins of this kind take in this thread; 0 if they lie where they are kept.
    fn heap_bytes() -> u64;

    /// Appends what `decode` reads.
    fn encode(&self, bytes: &mut Vec<u8>);

    /// What `encode` wrote, taken off the front; `None` if it is damaged.
    fn decode(bytes: &mut &[u8]) -> Option<Self>;

    /// Appends the stretches, in order; nothing for amounts, which have no place.
    fn runs(&self, runs: &mut Vec<Run>);
}

/// Takes a little-endian number off the front.
pub(super) fn take_i64(bytes: &mut &[u8]) -> Option<i64> {
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    *bytes = rest;
    Some(i64::from_le_bytes(*number))
}

/// An amount: how much, not which coins.
impl Coin for i64 {
    fn of_part(_value_sat: i64, part: Run) -> i64 {
        part.len_sat
    }

    fn sat(&self) -> i64 {
        *self
    }

    fn merge(self, other: i64, value_sat: i64) -> (i64, i64) {
        let both = self.saturating_add(other);
        let kept = both.min(value_sat);
        (kept, both - kept)
    }

    fn heap_bytes() -> u64 {
        0
    }

    fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_le_bytes());
    }

    fn decode(bytes: &mut &[u8]) -> Option<i64> {
        take_i64(bytes).filter(|sat| *sat > 0)
    }

    fn runs(&self, _runs: &mut Vec<Run>) {}
}
