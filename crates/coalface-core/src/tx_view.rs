//! One view of a transaction for all rules that judge transactions: CoinJoin detectors, change rules, cluster rule sets.
//!
//! A view borrows its inputs and outputs from [`ViewBuffers`], which are filled again and again: no allocation a
//! transaction once they have grown. Filling costs a random read for each input (value, kind) and one for each output
//! (kind), so that whoever passes over a whole chain looks at the columns first and fills a view for the few
//! transactions that need one.
//!
//! `address` is an identity inside of one source of views: a store's address id, or a number given to each distinct
//! script of a transaction that was read from elsewhere. [`NONE_U32`] stands for "no address" (OP_RETURN, coinbase) and
//! for "unknown"; two NONEs are never the same address.

use crate::blockfile::parse::tx_flags;
use crate::ids::{TxNum, EXTERNAL_BIT, NONE_SAT, NONE_U32, NONE_U64};
use crate::lookup::place::{inputs_of, outputs_of, place_of_tx};
use crate::script::{Kind, SpendFlags};
use crate::store::{Snapshot, StoreError};

/// One input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputView {
    /// Value of the spent output, where it is known.
    pub value_sat: Option<i64>,
    /// Address of the spent output, or NONE.
    pub address: u32,
    /// Kind of that address, where it is known.
    pub kind: Option<Kind>,
    /// Sequence.
    pub sequence: u32,
    /// What the spend reveals; nothing if the source of the view does not tell.
    pub spend_flags: SpendFlags,
}

/// One output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputView {
    /// Value.
    pub value_sat: i64,
    /// Address, or NONE.
    pub address: u32,
    /// Kind.
    pub kind: Kind,
    /// Its number in the transaction.
    pub n: u32,
}

/// One transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TxView<'a> {
    /// Height of its block; `None` if that is unknown or the transaction is not in a block.
    pub height: Option<u32>,
    /// Time in the header of its block, 0 if unknown.
    pub time_unix: u32,
    /// Version, as the unsigned reading of its four bytes.
    pub version: u32,
    /// Lock time.
    pub locktime: u32,
    /// Serialized size.
    pub size_bytes: u32,
    /// Weight.
    pub weight_wu: u32,
    /// Fee; `None` for a coinbase and where an input's value is unknown.
    pub fee_sat: Option<i64>,
    /// See [`tx_flags`].
    pub flags: u16,
    /// Whether it is a coinbase.
    pub is_coinbase: bool,
    /// Inputs in order.
    pub inputs: &'a [InputView],
    /// Outputs in order.
    pub outputs: &'a [OutputView],
}

impl TxView<'_> {
    /// Virtual size (BIP-0141), rounded up.
    #[must_use]
    pub fn vsize_bytes(&self) -> u32 {
        self.weight_wu.div_ceil(4)
    }

    /// Whether all of `flags` are set.
    #[must_use]
    pub fn has(&self, flags: u16) -> bool {
        self.flags & flags == flags
    }

    /// Outputs that have an address: all but OP_RETURN.
    pub fn spendable(&self) -> impl Iterator<Item = &OutputView> + Clone {
        self.outputs.iter().filter(|output| output.address != NONE_U32)
    }
}

/// What a transaction is beside its inputs and outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TxHead {
    /// As in [`TxView`].
    pub height: Option<u32>,
    /// As in [`TxView`].
    pub time_unix: u32,
    /// As in [`TxView`].
    pub version: u32,
    /// As in [`TxView`].
    pub locktime: u32,
    /// As in [`TxView`].
    pub size_bytes: u32,
    /// As in [`TxView`].
    pub weight_wu: u32,
    /// As in [`TxView`].
    pub fee_sat: Option<i64>,
    /// As in [`TxView`].
    pub flags: u16,
}

/// Memory of one view at a time.
#[derive(Debug, Clone, Default)]
pub struct ViewBuffers {
    /// Inputs of the transaction at hand.
    pub inputs: Vec<InputView>,
    /// Outputs of the transaction at hand.
    pub outputs: Vec<OutputView>,
}

impl ViewBuffers {
    /// Takes inputs and outputs out; memory is kept.
    pub fn clear(&mut self) {
        self.inputs.clear();
        self.outputs.clear();
    }

    /// The view of what the buffers hold.
    #[must_use]
    pub fn view(&self, head: TxHead) -> TxView<'_> {
        TxView {
            height: head.height,
            time_unix: head.time_unix,
            version: head.version,
            locktime: head.locktime,
            size_bytes: head.size_bytes,
            weight_wu: head.weight_wu,
            fee_sat: head.fee_sat,
            flags: head.flags,
            is_coinbase: head.flags & tx_flags::COINBASE != 0,
            inputs: &self.inputs,
            outputs: &self.outputs,
        }
    }

    /// The transaction in row `tx` of a store. O(inputs + outputs), and a binary search for its block.
    ///
    /// # Errors
    /// If the row is not in the store, or the store contradicts itself.
    pub fn fill(&mut self, snapshot: &Snapshot, tx: TxNum) -> Result<TxView<'_>, StoreError> {
        let place = place_of_tx(snapshot, tx);
        self.fill_at(snapshot, tx, place.height, place.time_unix)
    }

    /// As [`ViewBuffers::fill`], for who knows height and time of the block already.
    ///
    /// # Errors
    /// If the row is not in the store, or the store contradicts itself.
    pub fn fill_at(
        &mut self,
        snapshot: &Snapshot,
        tx: TxNum,
        height: Option<u32>,
        time_unix: u32,
    ) -> Result<TxView<'_>, StoreError> {
        let columns = &*snapshot.columns;
        let row = tx as usize;
        let Some(flags) = columns.tx_flags.get(row).copied() else {
            let limit = snapshot.counts().txs;
            return Err(StoreError::OutOfRange { what: "transaction", id: u64::from(tx), limit });
        };
        self.clear();
        for input in inputs_of(snapshot, tx) {
            self.inputs.push(input_view(snapshot, input)?);
        }
        for (n, output) in outputs_of(snapshot, tx).enumerate() {
            let address = columns.output_address[output as usize];
            let kind = match address {
                NONE_U32 => Kind::OpReturn,
                id => address_kind(snapshot, id).ok_or_else(|| {
                    StoreError::corrupt("columns/output.address_id", output * 4, format!("no address row {id}"))
                })?,
            };
            let value_sat = columns.output_value_sat[output as usize];
            self.outputs.push(OutputView { value_sat, address, kind, n: n as u32 });
        }
        Ok(self.view(TxHead {
            height,
            time_unix,
            version: columns.tx_version[row],
            locktime: columns.tx_locktime[row],
            size_bytes: columns.tx_size[row],
            weight_wu: columns.tx_weight[row],
            fee_sat: Some(columns.tx_fee_sat[row]).filter(|fee| *fee != NONE_SAT),
            flags,
        }))
    }
}

/// Kind of an address; `None` if there is no such row.
#[must_use]
pub fn address_kind(snapshot: &Snapshot, address: u32) -> Option<Kind> {
    snapshot.columns.address_kind.get(address as usize).copied().and_then(Kind::from_u8)
}

/// Value of what an input spends, by its cell of `input.spent_output`; `None` if it is unknown or a coinbase's.
///
/// # Errors
/// If the store contradicts itself.
pub fn spent_value_sat(snapshot: &Snapshot, input: u64) -> Result<Option<i64>, StoreError> {
    let columns = &*snapshot.columns;
    let spent = columns.input_spent_output.at(input as usize);
    let value = if spent == NONE_U64 {
        Some(&NONE_SAT)
    } else if spent & EXTERNAL_BIT != 0 {
        columns.external_value_sat.get((spent & !EXTERNAL_BIT) as usize)
    } else {
        columns.output_value_sat.get(spent as usize)
    };
    let missing = || StoreError::corrupt("columns/input.spent_output_low", input * 4, "no such output");
    Ok(Some(*value.ok_or_else(missing)?).filter(|value| *value != NONE_SAT))
}

fn input_view(snapshot: &Snapshot, input: u64) -> Result<InputView, StoreError> {
    let columns = &*snapshot.columns;
    let n = input as usize;
    let address = columns.input_address[n];
    Ok(InputView {
        value_sat: spent_value_sat(snapshot, input)?,
        address,
        kind: address_kind(snapshot, address),
        sequence: columns.input_sequence[n],
        spend_flags: SpendFlags(columns.input_spend_flags[n]),
    })
}
