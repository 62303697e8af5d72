//! Which transactions clustering leaves alone: the same gates as in [`judge`](mod@super::judge), as few of them as needed.

use super::detector::{Decision, Detector, Role};
use super::era::Eras;
use super::facts::{Facts, FactsBuffers};
use super::judge::DETECTORS;
use super::{DUAL_FUNDING, TX0};
use crate::ids::NONE_U32;
use crate::tx_view::TxView;

/// Name and version of what is left alone, as answers give it. Grows with the version of any detector.
pub const RULE: &str = "coinjoin/1";

/// Outputs with an address that a transaction needs to be left alone.
const LEAST_OUTPUTS: usize = 3;

/// Finds the transactions that clustering leaves alone; keeps memory from one to the next.
#[derive(Debug, Clone, Default)]
pub struct Exclusion {
    values: Vec<i64>,
    facts: FactsBuffers,
    eras: Eras,
}

impl Exclusion {
    /// For a chain on which eras are judged so.
    #[must_use]
    pub fn new(eras: Eras) -> Exclusion {
        Exclusion { eras, ..Exclusion::default() }
    }

    /// Whether a transaction with two or more input addresses needs a closer look, by its outputs alone: (value, address or NONE). All
    /// but one in a hundred are done with here.
    pub fn may_be_excluded(&mut self, outputs: impl Iterator<Item = (i64, u32)>) -> bool {
        self.values.clear();
        self.values.extend(outputs.filter(|(_, address)| *address != NONE_U32).map(|(value_sat, _)| value_sat));
        match self.values.len() {
            0..LEAST_OUTPUTS => false,
            // Also the shape of a channel with two funders.
            LEAST_OUTPUTS => true,
            _ => {
                self.values.sort_unstable();
                self.values.windows(2).any(|pair| pair[0] == pair[1])
            }
        }
    }

    /// Whether no link follows from a transaction.
    pub fn is_excluded(&mut self, view: TxView<'_>) -> bool {
        if view.is_coinbase {
            return false;
        }
        let facts = Facts::new(view, self.eras, &mut self.facts);
        let possible =
            |detector: &&Detector| matches!(detector.role, Role::Coinjoin | Role::Veto) && detector.is_possible(&facts);
        let is_excluded = DETECTORS.into_iter().any(|detector| possible(&detector)) || DUAL_FUNDING.is_possible(&facts);
        is_excluded && TX0.decide(&facts) != Decision::Yes
    }

    /// Whether a transaction may be a CoinJoin: what ends a trace.
    pub fn may_be_coinjoin(&mut self, view: TxView<'_>) -> bool {
        let facts = Facts::new(view, self.eras, &mut self.facts);
        super::judge::quick(&facts).decision != Decision::No
    }
}
