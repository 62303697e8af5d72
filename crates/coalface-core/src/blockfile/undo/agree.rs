//! Whether a record can be that of a block: what needs no other block.

use super::error::UndoFault;
use super::record::Undo;
use crate::blockfile::parse::ParsedBlock;
use crate::network::Network;
use crate::script::{classify, spend_contradicts, Witness};
use crate::units::{is_money, subsidy_sat, MAX_MONEY_SAT};

/// The first thing in which `undo` contradicts `block`, which was parsed from `raw` and has no fault of its own.
///
/// The checksum in a record is no proof, since anybody can compute it. So nothing here may make a block refused: if the
/// record says that the block spends too much, the record is wrong.
pub(super) fn contradiction(
    block: &ParsedBlock,
    raw: &[u8],
    undo: &Undo,
    height: Option<u32>,
    network: Network,
) -> Option<UndoFault> {
    let first_input = block.first_input[1];
    let firsts = block.first_input[1..].iter().map(|first| first - first_input);
    if !firsts.eq(undo.first.iter().copied()) {
        let (found, expected) = (undo.n_txs(), block.txid.len() - 1);
        return Some(UndoFault::Counts { block: block.hash, found, expected });
    }
    let outputs_sat = |n: usize| -> i64 {
        block.value_sat[block.first_output[n] as usize..block.first_output[n + 1] as usize].iter().sum()
    };
    let mut fees_sat = 0i64;
    for n in 1..block.txid.len() {
        let txid = block.txid[n];
        let mut in_sat = 0i64;
        for value_sat in &undo.value_sat[undo.first[n - 1] as usize..undo.first[n] as usize] {
            in_sat += value_sat; // both at most 21e14
            if !is_money(in_sat) {
                return Some(UndoFault::Amount { txid, value_sat: in_sat, allowed_sat: MAX_MONEY_SAT });
            }
        }
        let out_sat = outputs_sat(n);
        if in_sat < out_sat {
            return Some(UndoFault::Overspent { txid, in_sat, out_sat });
        }
        fees_sat = fees_sat.saturating_add(in_sat - out_sat);
    }
    if let Some(height) = height {
        let allowed_sat = fees_sat.saturating_add(subsidy_sat(height, network.halving_interval()));
        let out_sat = outputs_sat(0);
        if out_sat > allowed_sat {
            return Some(UndoFault::CoinbaseTooLarge { block: block.hash, out_sat, allowed_sat });
        }
    }
    for n_coin in 0..undo.value_sat.len() {
        let n_input = first_input as usize + n_coin;
        let script = undo.script(n_coin);
        let (kind, payload) = classify(script);
        let witness = Witness::new(block.witness[n_input].of(raw));
        if spend_contradicts(kind, &script[payload], block.script_sig[n_input].of(raw), witness) {
            let n_tx = block.first_input.partition_point(|first| *first as usize <= n_input) - 1;
            return Some(UndoFault::Script { txid: block.txid[n_tx], n: n_input - block.first_input[n_tx] as usize });
        }
    }
    None
}
