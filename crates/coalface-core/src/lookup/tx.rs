//! One transaction with its inputs and outputs.

use super::bound::Bound;
use super::place::{inputs_of, outputs_of, place_of_tx, tx_of_input, tx_of_output, Place};
use crate::blockfile::parse::tx_flags;
use crate::hash::Hash32;
use crate::ids::{AddressId, TxNum, EXTERNAL_BIT, NONE_SAT, NONE_U32, NONE_U64};
use crate::script::{address, Kind};
use crate::store::{Snapshot, StoreError};

/// What an input spends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// Transaction of the spent output.
    pub txid: Hash32,
    /// Its number there.
    pub vout: u32,
    /// Whether it lies outside a partial chain.
    pub external: bool,
}

/// One input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxInput {
    /// What it spends; `None` for a coinbase.
    pub spent: Option<Spent>,
    /// Value of the spent output, where it is known.
    pub value_sat: Option<i64>,
    /// Its address, where it is known.
    pub address: Option<String>,
    /// Its script kind, where it is known.
    pub kind: Option<Kind>,
    /// Sequence.
    pub sequence: u32,
}

/// One output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxOutput {
    /// Value.
    pub value_sat: i64,
    /// Address; `None` for OP_RETURN.
    pub address: Option<String>,
    /// Script kind.
    pub kind: Kind,
    /// Spending transaction and its input number.
    pub spent_by: Option<(Hash32, u32)>,
}

/// One transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tx {
    /// Its id.
    pub txid: Hash32,
    /// Where it stands.
    pub place: Place,
    /// Hash of its block.
    pub block_hash: Hash32,
    /// Whether it is a coinbase.
    pub is_coinbase: bool,
    /// Version as stored (four bytes, unsigned).
    pub version: u32,
    /// Lock time.
    pub locktime: u32,
    /// Serialized size.
    pub size_bytes: u32,
    /// Weight.
    pub weight_wu: u32,
    /// Fee; `None` for a coinbase or where an input's value is unknown.
    pub fee_sat: Option<i64>,
    /// Inputs.
    pub inputs: Vec<TxInput>,
    /// Outputs.
    pub outputs: Vec<TxOutput>,
}

/// Text of an address, and its kind.
#[must_use]
pub fn address_text(snapshot: &Snapshot, id: AddressId) -> (Option<String>, Option<Kind>) {
    match snapshot.address_payload(id) {
        Some((kind, payload)) => (address::encode(snapshot.network(), kind, payload), Some(kind)),
        None => (None, None),
    }
}

/// Transaction id and number of an output.
///
/// # Errors
/// If the store contradicts itself.
pub fn outpoint(snapshot: &Snapshot, output: u64) -> Result<(Hash32, u32), StoreError> {
    let tx = tx_of_output(snapshot, output)?;
    Ok((snapshot.columns.tx_txid[tx as usize], (output - snapshot.columns.tx_first_output.at(tx as usize)) as u32))
}

/// The transaction in row `tx`, its outputs' spends as of `bound`.
///
/// # Errors
/// If the row is not in the store, or the store contradicts itself.
pub fn tx(snapshot: &Snapshot, tx: TxNum, bound: &Bound) -> Result<Tx, StoreError> {
    let columns = &*snapshot.columns;
    let row = tx as usize;
    let Some(txid) = columns.tx_txid.get(row).copied() else {
        let limit = snapshot.counts().txs;
        return Err(StoreError::OutOfRange { what: "transaction", id: u64::from(tx), limit });
    };
    let place = place_of_tx(snapshot, tx);
    let inputs = inputs_of(snapshot, tx).map(|input| tx_input(snapshot, input)).collect::<Result<_, _>>()?;
    let outputs =
        outputs_of(snapshot, tx).map(|output| tx_output(snapshot, output, bound)).collect::<Result<_, _>>()?;
    Ok(Tx {
        txid,
        place,
        block_hash: columns.block_hash[place.block],
        is_coinbase: columns.tx_flags[row] & tx_flags::COINBASE != 0,
        version: columns.tx_version[row],
        locktime: columns.tx_locktime[row],
        size_bytes: columns.tx_size[row],
        weight_wu: columns.tx_weight[row],
        fee_sat: Some(columns.tx_fee_sat[row]).filter(|fee| *fee != NONE_SAT),
        inputs,
        outputs,
    })
}

fn tx_input(snapshot: &Snapshot, input: u64) -> Result<TxInput, StoreError> {
    let columns = &*snapshot.columns;
    let n = input as usize;
    let spent = columns.input_spent_output.at(n);
    let (spent, value) = if spent == NONE_U64 {
        (None, NONE_SAT)
    } else if spent & EXTERNAL_BIT != 0 {
        let row = (spent & !EXTERNAL_BIT) as usize;
        let missing = || StoreError::corrupt("columns/input.spent_output_low", input * 4, "no such external row");
        let (txid, vout) = (*columns.external_txid.get(row).ok_or_else(missing)?, columns.external_vout[row]);
        (Some(Spent { txid, vout, external: true }), columns.external_value_sat[row])
    } else {
        let missing = || StoreError::corrupt("columns/input.spent_output_low", input * 4, "no such output");
        let value = *columns.output_value_sat.get(spent as usize).ok_or_else(missing)?;
        let (txid, vout) = outpoint(snapshot, spent)?;
        (Some(Spent { txid, vout, external: false }), value)
    };
    let (address, kind) = match columns.input_address[n] {
        NONE_U32 => (None, None),
        id => address_text(snapshot, id),
    };
    Ok(TxInput {
        spent,
        value_sat: Some(value).filter(|value| *value != NONE_SAT),
        address,
        kind,
        sequence: columns.input_sequence[n],
    })
}

fn tx_output(snapshot: &Snapshot, output: u64, bound: &Bound) -> Result<TxOutput, StoreError> {
    let columns = &*snapshot.columns;
    let (address, kind) = match columns.output_address[output as usize] {
        NONE_U32 => (None, Some(Kind::OpReturn)),
        id => address_text(snapshot, id),
    };
    let missing = || StoreError::corrupt("columns/output.address_id", output * 4, "no such address");
    let spent_by = match snapshot.spent_by(output, bound.inputs) {
        Some(input) => {
            let tx = tx_of_input(snapshot, input)?;
            let n = (input - columns.tx_first_input.at(tx as usize)) as u32;
            Some((columns.tx_txid[tx as usize], n))
        }
        None => None,
    };
    Ok(TxOutput {
        value_sat: columns.output_value_sat[output as usize],
        address,
        kind: kind.ok_or_else(missing)?,
        spent_by,
    })
}
