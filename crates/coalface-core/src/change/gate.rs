//! When nothing is said, whatever the votes.

use super::outputs::{Outputs, MAX_OUTPUTS};
use crate::forest::coinjoin::may_be_coinjoin;
use crate::ids::NONE_U32;
use crate::tx_view::TxView;

/// Why a transaction or its chosen output is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// A coinbase has no payer.
    Coinbase,
    /// The inputs may belong to several people, each with change of their own.
    MayBeCoinJoin,
    /// The address of an input is not known.
    UnknownPayer,
    /// Fewer than two outputs can be spent: nothing to tell apart.
    OneOutput,
    /// More outputs than [`MAX_OUTPUTS`].
    ManyOutputs,
    /// Not enough blocks came after it yet.
    TooRecent,
    /// The log-odds are below the threshold.
    BelowThreshold,
    /// The chosen output's address was used before, or that is not known: a wrong link would reach into somebody's past.
    UsedBefore,
    /// The chosen output's address is paid again below the bound.
    PaidAgain,
    /// The chosen output goes back to an address of the payer's strict cluster: nothing to tie.
    AlreadyTied,
}

impl Refusal {
    /// The word of answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Refusal::Coinbase => "coinbase",
            Refusal::MayBeCoinJoin => "may_be_coinjoin",
            Refusal::UnknownPayer => "unknown_payer",
            Refusal::OneOutput => "one_output",
            Refusal::ManyOutputs => "many_outputs",
            Refusal::TooRecent => "too_recent",
            Refusal::BelowThreshold => "below_threshold",
            Refusal::UsedBefore => "used_before",
            Refusal::PaidAgain => "paid_again",
            Refusal::AlreadyTied => "already_tied",
        }
    }
}

/// The outputs that can be spent, among which one may be change; or why the transaction is left alone.
///
/// # Errors
/// The reason.
pub fn gate(tx: &TxView<'_>) -> Result<Outputs, Refusal> {
    if tx.is_coinbase {
        return Err(Refusal::Coinbase);
    }
    if tx.inputs.is_empty() || tx.inputs.iter().any(|input| input.address == NONE_U32) {
        return Err(Refusal::UnknownPayer);
    }
    if tx.outputs.len() > MAX_OUTPUTS {
        return Err(Refusal::ManyOutputs);
    }
    let spendable: Outputs =
        (0u32..).zip(tx.outputs).filter(|(_, output)| output.address != NONE_U32).map(|(n, _)| n).collect();
    if spendable.len() < 2 {
        return Err(Refusal::OneOutput);
    }
    if is_excluded(tx) {
        return Err(Refusal::MayBeCoinJoin);
    }
    Ok(spendable)
}

/// Whether clustering leaves the transaction alone as a possible CoinJoin: the same rule as that of the multi-input rule,
/// so that what a wider rule set holds is never less than what `strict` holds.
fn is_excluded(tx: &TxView<'_>) -> bool {
    let mut payers: Vec<u32> = tx.inputs.iter().map(|input| input.address).collect();
    payers.sort_unstable();
    payers.dedup();
    let mut outputs: Vec<(i64, u32)> = tx.outputs.iter().map(|output| (output.value_sat, output.address)).collect();
    may_be_coinjoin(payers.len(), &mut outputs)
}
