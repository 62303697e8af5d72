//! All transactions that may be CoinJoins, that one owner made to prepare one, or that two owners may have made together.

use super::sweep::{sweep, Work};
use crate::coinjoin::{decide, outcome, Decisions, Eras, Exclusion, Facts, FactsBuffers, Outcome};
use crate::ids::{TxNum, NONE_U32};
use crate::lookup::place::{inputs_of, outputs_of};
use crate::lookup::Bound;
use crate::store::Snapshot;
use crate::tx_view::ViewBuffers;
use crate::Result;

/// One transaction of which a detector says more than no. Detectors that stand for ordinary payments too (a possible PayJoin)
/// bring none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Its row.
    pub tx: TxNum,
    /// What all detectors say.
    pub decisions: Decisions,
    /// What follows.
    pub outcome: Outcome,
}

/// What is found below `bound`, in chain order. One pass; transactions whose outputs rule it out cost no random read.
///
/// # Errors
/// See [`sweep`]; also if the store contradicts itself.
pub fn coinjoins(snapshot: &Snapshot, bound: &Bound, eras: Eras, work: Work<'_>) -> Result<Vec<Found>> {
    let task = |rows: std::ops::Range<usize>| {
        let (mut exclusion, mut view, mut facts) =
            (Exclusion::new(eras), ViewBuffers::default(), FactsBuffers::default());
        let mut found = Vec::new();
        for tx in rows {
            let tx = tx as TxNum;
            if !is_candidate(snapshot, tx, &mut exclusion) {
                continue;
            }
            let decisions = decide(&Facts::new(view.fill(snapshot, tx)?, eras, &mut facts));
            let outcome = outcome(&decisions);
            if outcome.is_excluded || outcome.protocol.is_some() {
                found.push(Found { tx, decisions, outcome });
            }
        }
        Ok(found)
    };
    sweep(snapshot, bound.txs, work, task, |mut before, behind| {
        before.extend(behind);
        Ok(before)
    })
}

/// Whether columns in chain order leave a doubt.
fn is_candidate(snapshot: &Snapshot, tx: TxNum, exclusion: &mut Exclusion) -> bool {
    let columns = &*snapshot.columns;
    let outputs = outputs_of(snapshot, tx);
    if outputs.end - outputs.start < 3 {
        return false;
    }
    let outputs = outputs.start as usize..outputs.end as usize;
    let (Some(addresses), Some(values)) =
        (columns.output_address.get(outputs.clone()), columns.output_value_sat.get(outputs))
    else {
        return false;
    };
    if addresses.iter().filter(|address| **address == NONE_U32).count() == 1 {
        return true;
    }
    let inputs = inputs_of(snapshot, tx);
    let inputs = columns.input_address.get(inputs.start as usize..inputs.end as usize).unwrap_or(&[]);
    let mut known = inputs.iter().filter(|address| **address != NONE_U32);
    let first = known.next();
    known.any(|address| Some(address) != first)
        && exclusion.may_be_excluded(values.iter().copied().zip(addresses.iter().copied()))
}
