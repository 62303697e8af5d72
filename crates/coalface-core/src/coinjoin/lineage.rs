//! `lineage`: where the coins of a Whirlpool or Ashigaru mix come from.
//!
//! *What it claims.* Every coin that goes into such a mix comes out of a Tx0 (if it brings a surplus) or out of an earlier mix
//! of the same pool (if it does not). One that does not speaks against the mix.
//!
//! *When it is wrong.* Followed back for a stated number of mixes only. In a partial chain coins may come from outside: undecided.
//!
//! *Sources.* The lineage test of crocs-muni/blocksci and nopara73/Dumplings.

use std::collections::HashSet;

use super::detector::Decision;
use super::era::Eras;
use super::facts::{Facts, FactsBuffers};
use super::{ASHIGARU, TX0, WHIRLPOOL};
use crate::blockfile::parse::tx_flags;
use crate::ids::{TxNum, EXTERNAL_BIT, NONE_U64};
use crate::lookup::place::{inputs_of, tx_of_output};
use crate::store::{Snapshot, StoreError};
use crate::tx_view::ViewBuffers;

/// Name and version.
pub const RULE: &str = "whirlpool_lineage/1";
/// Mixes that are looked at, at the most.
pub const MAX_MIXES: usize = 1_000;

/// What following a mix back found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lineage {
    /// Yes: every coin that was looked at came from a Tx0 or a mix. No: one did not. Undecided: some come from outside the chain.
    pub decision: Decision,
    /// Whether the search ended at its limit, with earlier mixes left.
    pub is_cut: bool,
    /// Mixes looked at, the first included.
    pub n_mixes: usize,
    /// Tx0s met.
    pub n_tx0s: usize,
    /// Coins from outside the indexed blocks.
    pub n_external: usize,
    /// The transaction that is neither, and the mix that spends it.
    pub broken: Option<(TxNum, TxNum)>,
}

/// Follows the coins of mix `tx` back through at most `max_mixes` mixes; `None` if it has not the shape of one.
///
/// # Errors
/// If the store contradicts itself.
pub fn lineage(snapshot: &Snapshot, tx: TxNum, eras: Eras, max_mixes: usize) -> Result<Option<Lineage>, StoreError> {
    let mut look = Look { snapshot, eras, view: ViewBuffers::default(), facts: FactsBuffers::default() };
    let Some(pool_sat) = look.pool_of(tx)? else { return Ok(None) };
    let mut found =
        Lineage { decision: Decision::Yes, is_cut: false, n_mixes: 0, n_tx0s: 0, n_external: 0, broken: None };
    let (mut open, mut seen, mut tx0s) = (vec![tx], HashSet::from([tx]), HashSet::new());
    let limit = max_mixes.min(MAX_MIXES);
    // Breadth first: the nearest mixes say most.
    while !open.is_empty() && found.broken.is_none() {
        for mix in std::mem::take(&mut open) {
            if found.n_mixes == limit {
                found.is_cut = true;
                break;
            }
            found.n_mixes += 1;
            for input in inputs_of(snapshot, mix) {
                let spent = snapshot.columns.input_spent_output.at(input as usize);
                if spent == NONE_U64 || spent & EXTERNAL_BIT != 0 {
                    found.n_external += 1;
                    continue;
                }
                let source = tx_of_output(snapshot, spent)?;
                let value = snapshot.columns.output_value_sat.get(spent as usize).copied().unwrap_or(0);
                if value == pool_sat && look.pool_of(source)? == Some(pool_sat) {
                    if seen.insert(source) {
                        open.push(source);
                    }
                } else if value > pool_sat && look.is_tx0(source)? {
                    tx0s.insert(source);
                } else {
                    found.broken.get_or_insert((source, mix));
                }
            }
        }
    }
    found.n_tx0s = tx0s.len();
    if found.broken.is_some() {
        found.decision = Decision::No;
    } else if found.n_external > 0 {
        found.decision = Decision::Undecided;
    }
    Ok(Some(found))
}

struct Look<'a> {
    snapshot: &'a Snapshot,
    eras: Eras,
    view: ViewBuffers,
    facts: FactsBuffers,
}

impl Look<'_> {
    /// Size of the pool if `tx` has the shape of a mix.
    fn pool_of(&mut self, tx: TxNum) -> Result<Option<i64>, StoreError> {
        if self.snapshot.columns.tx_flags.get(tx as usize).is_none_or(|flags| flags & tx_flags::COINBASE != 0) {
            return Ok(None);
        }
        let facts = Facts::new(self.view.fill(self.snapshot, tx)?, self.eras, &mut self.facts);
        let is_mix = [&WHIRLPOOL, &ASHIGARU].iter().any(|detector| detector.is_possible(&facts));
        Ok(is_mix.then_some(facts.modal.value_sat))
    }

    fn is_tx0(&mut self, tx: TxNum) -> Result<bool, StoreError> {
        let facts = Facts::new(self.view.fill(self.snapshot, tx)?, self.eras, &mut self.facts);
        Ok(TX0.decide(&facts) == Decision::Yes)
    }
}
