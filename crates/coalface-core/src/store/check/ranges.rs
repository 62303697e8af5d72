//! Step `ranges`: every id is one, every amount is money, and sizes and flags agree with each other.

use super::context::{at, Context};
use super::log::shown;
use super::{Found, Log};
use crate::blockfile::parse::tx_flags;
use crate::ids::{EXTERNAL_BIT, NONE_SAT, NONE_U32, NONE_U64};
use crate::units::{is_money, MAX_BLOCK_WEIGHT_WU};
use crate::Result;

const KNOWN_TX_FLAGS: u16 =
    tx_flags::COINBASE | tx_flags::SEGWIT | tx_flags::RBF | tx_flags::BIP69_INPUTS | tx_flags::BIP69_OUTPUTS;
/// Bits of `SpendFlags` that have a meaning.
const KNOWN_SPEND_FLAGS: u32 = (1 << 26) - 1;
/// Sequence from which on an input does not signal replaceability (BIP-0125).
const FIRST_FINAL_SEQUENCE: u32 = 0xffff_fffe;

pub(super) fn check(context: &Context<'_>) -> Result<Found> {
    let counts = &context.counts;
    let log = context
        .scan(counts.blocks, 16, |range, log| range.for_each(|row| block(context, row, log)))?
        .merge(context.scan(counts.outputs, 1 << 14, |range, log| range.for_each(|row| output(context, row, log)))?)
        .merge(context.scan(counts.op_returns, 1 << 14, |range, log| range.for_each(|n| op_return(context, n, log)))?)
        .merge(context.scan(counts.externals, 1 << 14, |range, log| range.for_each(|n| external(context, n, log)))?);
    Ok(Found::of(counts.blocks + counts.txs + counts.inputs + counts.outputs + counts.externals, log))
}

fn compact_size_bytes(n: u64) -> u64 {
    match n {
        0..=0xfc => 1,
        0xfd..=0xffff => 3,
        _ => 5,
    }
}

fn block(context: &Context<'_>, block: u64, log: &mut Log) {
    let columns = context.columns;
    let txs = context.txs_of(block);
    let head = 80 + compact_size_bytes(txs.end - txs.start);
    let (mut size, mut weight) = (head, 4 * head);
    for tx in txs.clone() {
        let (tx_size, tx_weight) = check_tx(context, tx, tx == txs.start, log);
        size += tx_size;
        weight += tx_weight;
    }
    let found = at(&columns.block_size, block).map(u64::from);
    if found != Some(size) {
        log.cell("size", "block.size", block, || format!("is {}, its transactions make it {size}", shown(found)));
    }
    let found = at(&columns.block_weight, block).map(u64::from);
    if found != Some(weight) || weight > MAX_BLOCK_WEIGHT_WU {
        log.cell("size", "block.weight", block, || format!("is {}, its transactions make it {weight}", shown(found)));
    }
    let start = block.checked_sub(1).map_or(Some(0), |before| at(&columns.block_coinbase_end, before)).unwrap_or(0);
    let len = at(&columns.block_coinbase_end, block).unwrap_or(0).saturating_sub(start);
    if !(2..=100).contains(&len) {
        log.cell("range", "block.coinbase_end", block, || {
            format!("a coinbase script of {len} bytes, 2 to 100 allowed")
        });
    }
}

/// Size and weight of a transaction.
fn check_tx(context: &Context<'_>, tx: u64, is_coinbase: bool, log: &mut Log) -> (u64, u64) {
    let columns = context.columns;
    let size = at(&columns.tx_size, tx).map_or(0, u64::from);
    let weight = at(&columns.tx_weight, tx).map_or(0, u64::from);
    let flags = at(&columns.tx_flags, tx).unwrap_or(0);
    let is_segwit = weight < 4 * size;
    if weight > 4 * size || weight < size {
        log.cell("size", "tx.weight", tx, || format!("{weight} does not fit the size {size}"));
    }
    let mut expected = flags & (tx_flags::BIP69_INPUTS | tx_flags::BIP69_OUTPUTS);
    let mut set = |bit: u16, is_set: bool| expected |= if is_set { bit } else { 0 };
    set(tx_flags::COINBASE, is_coinbase);
    set(tx_flags::SEGWIT, is_segwit);
    let inputs = context.inputs_of(tx);
    let signals = |input: u64| at(&columns.input_sequence, input).is_some_and(|s| s < FIRST_FINAL_SEQUENCE);
    set(tx_flags::RBF, inputs.clone().any(signals));
    set(tx_flags::BIP69_INPUTS, inputs.end - inputs.start == 1);
    let outputs = context.outputs_of(tx);
    set(tx_flags::BIP69_OUTPUTS, outputs.end - outputs.start == 1);
    if flags != expected || flags & !KNOWN_TX_FLAGS != 0 {
        log.cell("flags", "tx.flags", tx, || format!("are {flags:#x}, the other columns make it {expected:#x}"));
    }
    let fee = at(&columns.tx_fee_sat, tx).unwrap_or(NONE_SAT);
    if fee != NONE_SAT && !is_money(fee) {
        log.cell("amount", "tx.fee_sat", tx, || format!("{fee} is no amount"));
    }
    if is_coinbase && inputs.end - inputs.start != 1 {
        log.cell("coinbase", "tx.first_input", tx, || "a coinbase that has not one input".into());
    }
    for input in inputs {
        check_input(context, input, is_coinbase, log);
    }
    (size, weight)
}

fn check_input(context: &Context<'_>, input: u64, is_coinbase: bool, log: &mut Log) {
    let (columns, counts) = (context.columns, &context.counts);
    let spent = at(&columns.input_spent_output, input).unwrap_or(NONE_U64);
    let fits = match spent {
        NONE_U64 => is_coinbase,
        _ if is_coinbase => false,
        external if external & EXTERNAL_BIT != 0 => external & !EXTERNAL_BIT < counts.externals,
        output => output < counts.outputs,
    };
    if !fits {
        log.cell("range", "input.spent_output_low", input, || {
            format!("{spent:#x} is nothing that this input can spend")
        });
    }
    if !columns.input_spent_output.is_exact(input as usize) {
        log.cell("range", "input.spent_output_low", input, || "is set, but its high part is NONE".into());
    }
    address(context, "input.address_id", input, at(&columns.input_address, input), log);
    let flags = at(&columns.input_spend_flags, input).unwrap_or(0);
    if flags & !KNOWN_SPEND_FLAGS != 0 || (is_coinbase && flags != 0) {
        log.cell("flags", "input.spend_flags", input, || format!("{flags:#x} has bits without meaning"));
    }
}

fn address(context: &Context<'_>, column: &'static str, row: u64, id: Option<u32>, log: &mut Log) {
    let limit = context.counts.addresses;
    if let Some(id) = id.filter(|id| *id != NONE_U32 && u64::from(*id) >= limit) {
        log.cell("range", column, row, || format!("address {id}, there are {limit}"));
    }
}

fn output(context: &Context<'_>, output: u64, log: &mut Log) {
    let columns = context.columns;
    let value = at(&columns.output_value_sat, output).unwrap_or(0);
    if !is_money(value) {
        log.cell("amount", "output.value_sat", output, || format!("{value} is no amount"));
    }
    let id = at(&columns.output_address, output);
    address(context, "output.address_id", output, id, log);
    let has_payload = columns.op_return_output.binary_search(&output).is_ok();
    if has_payload != (id == Some(NONE_U32)) {
        let what = || format!("address {}, and it is {has_payload} that there is an OP_RETURN payload", shown(id));
        log.cell("op_return", "output.address_id", output, what);
    }
}

fn op_return(context: &Context<'_>, row: u64, log: &mut Log) {
    let outputs = &context.columns.op_return_output;
    let output = at(outputs, row).unwrap_or(0);
    let rises = row.checked_sub(1).and_then(|before| at(outputs, before)).is_none_or(|before| before < output);
    if !rises || output >= context.counts.outputs {
        log.cell("range", "heap.op_return_output", row, || format!("output {output} is out of order or past the end"));
    }
}

fn external(context: &Context<'_>, row: u64, log: &mut Log) {
    let columns = context.columns;
    let value = at(&columns.external_value_sat, row).unwrap_or(NONE_SAT);
    if value != NONE_SAT && !is_money(value) {
        log.cell("amount", "external.value_sat", row, || format!("{value} is no amount"));
    }
    address(context, "external.address_id", row, at(&columns.external_address, row), log);
    let cell = |row: u64| at(&columns.external_spent_by, row);
    let input = cell(row).unwrap_or(0);
    let rises = row.checked_sub(1).and_then(cell).is_none_or(|before| before < input);
    if !rises || input >= context.counts.inputs {
        log.cell("range", "external.spent_by", row, || format!("input {input} is out of order or past the end"));
    }
}
