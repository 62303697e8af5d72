//! [`History`] from a store.

use super::history::{AddressUse, History, Shape, Spend};
use crate::forest::root_of;
use crate::ids::{TxNum, EXTERNAL_BIT, NONE_SAT, NONE_U32, NONE_U64};
use crate::lookup::place::{inputs_of, outputs_of, tx_of_input, tx_of_output};
use crate::lookup::Bound;
use crate::script::SpendFlags;
use crate::store::run::RunKind;
use crate::store::{Snapshot, StoreError};

/// What the store says about the outputs of one transaction, read at once; memory is kept from one to the next.
#[derive(Debug, Default)]
pub struct StoreHistory {
    uses: Vec<AddressUse>,
    spends: Vec<Option<Spend>>,
    are_of_payer: Vec<bool>,
    funding: Option<Shape>,
}

impl StoreHistory {
    /// Reads what happened around transaction `tx` below `bound`. `knows_past` says whether all blocks before it are there.
    /// O(outputs × log).
    ///
    /// # Errors
    /// If the store contradicts itself.
    pub fn read(&mut self, snapshot: &Snapshot, tx: TxNum, bound: &Bound, knows_past: bool) -> Result<(), StoreError> {
        let columns = &*snapshot.columns;
        self.uses.clear();
        self.spends.clear();
        self.are_of_payer.clear();
        let (inputs, outputs) = (inputs_of(snapshot, tx), outputs_of(snapshot, tx));
        self.funding = match inputs.clone().next() {
            Some(input) => funding(snapshot, input)?,
            None => None,
        };
        let payer = inputs.clone().next().map_or(NONE_U32, |input| columns.input_address[input as usize]);
        let root = match payer {
            NONE_U32 => NONE_U32,
            payer => root_of(snapshot, payer, bound.txs)?,
        };
        for output in outputs.clone() {
            let address = columns.output_address[output as usize];
            if address == NONE_U32 {
                self.uses.push(AddressUse { is_first_use: None, is_paid_again: false });
                self.spends.push(None);
                self.are_of_payer.push(false);
                continue;
            }
            let first = columns.address_first_output.get(address as usize);
            // NONE, past every row: first seen where it spends what an earlier, missing block paid it.
            let is_known =
                first.is_some_and(|first| first < outputs.start) || first.is_none_or(|first| first == NONE_U64);
            self.uses.push(AddressUse {
                is_first_use: if is_known { Some(false) } else { knows_past.then_some(true) },
                is_paid_again: is_paid_between(snapshot, address, outputs.end, bound.outputs),
            });
            self.spends.push(spend(snapshot, output, bound)?);
            self.are_of_payer.push(root != NONE_U32 && root_of(snapshot, address, bound.txs)? == root);
        }
        Ok(())
    }
}

impl History for StoreHistory {
    fn address(&self, n: u32) -> AddressUse {
        self.uses.get(n as usize).copied().unwrap_or(AddressUse { is_first_use: None, is_paid_again: false })
    }

    fn spend(&self, n: u32) -> Option<Spend> {
        self.spends.get(n as usize).copied().flatten()
    }

    fn funding(&self, n: u32) -> Option<Shape> {
        if n == 0 {
            self.funding
        } else {
            None
        }
    }

    fn is_of_payer(&self, n: u32) -> bool {
        self.are_of_payer.get(n as usize).copied().unwrap_or(false)
    }
}

/// Whether an output in `from..end` pays the address. O(runs × log outputs), however many there are.
fn is_paid_between(snapshot: &Snapshot, address: u32, from: u64, end: u64) -> bool {
    let implied = snapshot.implied_entry(u64::from(address)).map(|entry| entry.value);
    if implied.is_some_and(|output| (from..end).contains(&output)) {
        return true;
    }
    snapshot.runs(RunKind::AddressOutput).any(|run| {
        // Outputs of one address stand in ascending order.
        let range = run.find(u64::from(address));
        let (mut low, mut high) = (range.start, range.end);
        while low < high {
            let middle = low + (high - low) / 2;
            if run.value(middle) < from {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        (low..range.end)
            .map(|at| run.get(at))
            .take_while(|entry| entry.value < end)
            .any(|entry| snapshot.is_live(run, entry))
    })
}

fn shape(snapshot: &Snapshot, tx: TxNum) -> Shape {
    let (inputs, outputs) = (inputs_of(snapshot, tx), outputs_of(snapshot, tx));
    Shape { n_inputs: inputs.end - inputs.start, n_outputs: outputs.end - outputs.start }
}

fn funding(snapshot: &Snapshot, input: u64) -> Result<Option<Shape>, StoreError> {
    let spent = snapshot.columns.input_spent_output.at(input as usize);
    if spent & EXTERNAL_BIT != 0 {
        return Ok(None);
    }
    Ok(Some(shape(snapshot, tx_of_output(snapshot, spent)?)))
}

fn spend(snapshot: &Snapshot, output: u64, bound: &Bound) -> Result<Option<Spend>, StoreError> {
    let columns = &*snapshot.columns;
    let Some(input) = snapshot.spent_by(output, bound.inputs) else { return Ok(None) };
    let tx = tx_of_input(snapshot, input)?;
    let (row, n) = (tx as usize, input as usize);
    let missing = || StoreError::corrupt("columns/rank.input", 0, format!("no transaction row {tx}"));
    Ok(Some(Spend {
        tx,
        version: *columns.tx_version.get(row).ok_or_else(missing)?,
        locktime: columns.tx_locktime[row],
        flags: columns.tx_flags[row],
        vsize_bytes: columns.tx_weight[row].div_ceil(4),
        fee_sat: Some(columns.tx_fee_sat[row]).filter(|fee| *fee != NONE_SAT),
        shape: shape(snapshot, tx),
        sequence: columns.input_sequence[n],
        spend_flags: SpendFlags(columns.input_spend_flags[n]),
    }))
}
