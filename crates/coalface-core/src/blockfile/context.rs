//! Rules for a header that need the headers before it.

use super::scan::BlockRef;
use super::tree::{Node, Tree, NONE};
use super::work::{bits_from_target, target_from_bits, Target};
use crate::network::Network;

/// Blocks between two changes of the difficulty (Bitcoin Core `DifficultyAdjustmentInterval`).
const PERIOD_BLOCKS: u32 = 2016;

/// Seconds that a period should take (`nPowTargetTimespan`).
const PERIOD_SECONDS: i64 = 14 * 24 * 60 * 60;

/// Blocks whose median time a later block must exceed (`CBlockIndex::nMedianTimeSpan`).
const MEDIAN_BLOCKS: usize = 11;

/// Why a header was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Its time is not later than the median of the eleven blocks before.
    TimeTooOld,
    /// Its target is not the one that mainnet's difficulty rule gives.
    WrongBits,
    /// Its `bits` are no target at all.
    NoTarget,
    /// Its ancestors form a ring.
    Rootless,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Refusal::TimeTooOld => "its time is not later than the median of the eleven blocks before",
            Refusal::WrongBits => "its target is not what the difficulty rule gives",
            Refusal::NoTarget => "its bits are no target",
            Refusal::Rootless => "its ancestors form a ring",
        })
    }
}

/// Checks headers in an order in which parents come first.
pub(super) struct Context<'a> {
    blocks: &'a [BlockRef],
    tree: &'a Tree,
    network: Network,
    /// Of each node, the first node of its difficulty period; so a retarget looks at two headers, not at 2,016.
    period_starts: Vec<u32>,
}

impl<'a> Context<'a> {
    pub(super) fn new(blocks: &'a [BlockRef], tree: &'a Tree, network: Network) -> Self {
        Context { blocks, tree, network, period_starts: vec![NONE; tree.nodes.len()] }
    }

    /// Why the header of `number` is refused, if it is.
    pub(super) fn check(&mut self, number: u32) -> Option<Refusal> {
        let node = self.tree.nodes[number as usize];
        let starts_period = node.depth.is_multiple_of(PERIOD_BLOCKS);
        self.period_starts[number as usize] =
            if starts_period || node.parent == NONE { number } else { self.period_starts[node.parent as usize] };
        if node.parent == NONE {
            return None;
        }
        let in_genesis = Some(node.component) == self.tree.genesis;
        let header = &self.block(number).header;
        if self.median_time(&node, in_genesis).is_some_and(|median| header.time_unix <= median) {
            return Some(Refusal::TimeTooOld);
        }
        if in_genesis && self.network == Network::Mainnet {
            let last = &self.block(node.parent).header;
            let expected = if starts_period {
                let first = &self.block(self.period_starts[node.parent as usize]).header;
                retarget(last.bits, first.time_unix, last.time_unix, self.network.pow_limit_bits())
            } else {
                Some(last.bits)
            };
            if expected != Some(header.bits) {
                return Some(Refusal::WrongBits);
            }
        }
        None
    }

    fn block(&self, node: u32) -> &'a BlockRef {
        &self.blocks[self.tree.nodes[node as usize].block]
    }

    /// Median time of the eleven blocks before `node`; of fewer only where the chain has no more.
    fn median_time(&self, node: &Node, in_genesis: bool) -> Option<u32> {
        let mut times = [0; MEDIAN_BLOCKS];
        let mut n = 0;
        let mut ancestor = node.parent;
        while ancestor != NONE && n < MEDIAN_BLOCKS {
            times[n] = self.block(ancestor).header.time_unix;
            n += 1;
            ancestor = self.tree.nodes[ancestor as usize].parent;
        }
        let times = &mut times[..n];
        times.sort_unstable();
        (n == MEDIAN_BLOCKS || in_genesis).then(|| times.get(n / 2).copied()).flatten()
    }
}

/// The target after a period that began with a block of `first_time` and ended with one of `last_time` and
/// `last_bits`, in compact form (Bitcoin Core `CalculateNextWorkRequired`). The time is that of 2,015 blocks, not
/// 2,016: an old slip that is consensus now.
fn retarget(last_bits: u32, first_time: u32, last_time: u32, pow_limit_bits: u32) -> Option<u32> {
    let seconds = (i64::from(last_time) - i64::from(first_time)).clamp(PERIOD_SECONDS / 4, PERIOD_SECONDS * 4);
    let limit = target_from_bits(pow_limit_bits)?;
    let old = target_from_bits(last_bits)?.min(limit);
    // Mainnet's limit is below 2^224 and the seconds are below 2^23, so the product fits.
    let new = old.0.checked_mul(ethnum::U256::from(seconds.unsigned_abs()))?
        / ethnum::U256::from(PERIOD_SECONDS.unsigned_abs());
    Some(bits_from_target(Target(new).min(limit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Real periods of mainnet, as in Bitcoin Core's `pow_tests.cpp`.
    #[test]
    fn retargets_of_mainnet() {
        let cases = [
            (0x1d00_ffff, 1_261_130_161, 1_262_152_739, 0x1d00_d86a), // 32256, the first change
            (0x1d00_ffff, 1_231_006_505, 1_233_061_996, 0x1d00_ffff), // 2016, held by the limit
            (0x1c05_a3f4, 1_279_008_237, 1_279_297_671, 0x1c01_68fd), // 68544, at most four times harder
            (0x1c38_7f6f, 1_263_163_443, 1_269_211_443, 0x1d00_e1fd), // at most four times easier (made up there)
        ];
        for (bits, first, last, expected) in cases {
            assert_eq!(retarget(bits, first, last, 0x1d00_ffff), Some(expected), "{expected:08x}");
        }
        assert_eq!(retarget(0x1c38_7f6f, u32::MAX, 0, 0x1d00_ffff), retarget(0x1c38_7f6f, 7, 7, 0x1d00_ffff));
    }
}
