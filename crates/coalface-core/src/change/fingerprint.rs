//! `fingerprint_*`, version 1: software has habits, and change is spent by the same software.
//!
//! *What they claim.* An output whose spending transaction has the habit that this transaction has may be change; one whose
//! spending transaction has another is not. Each habit is a rule of its own:
//!
//! | rule | habit |
//! |---|---|
//! | `fingerprint_version` | version |
//! | `fingerprint_locktime` | lock time zero or not |
//! | `fingerprint_sequence` | class of the sequence: final, one less, 0xfffffffd, other value that signals replacement (BIP-0125), relative lock (BIP-0068) |
//! | `fingerprint_segwit` | serialized with witnesses or not (BIP-0144) |
//! | `fingerprint_order` | inputs and outputs in the order of BIP-0069 or not |
//! | `fingerprint_script` | redeem or witness script template, m of n, wrapped or not, key form, of outputs of the inputs' kind |
//! | `fingerprint_low_r` | R below 2^255 in every ECDSA signature |
//!
//! They abstain about unspent outputs, where the inputs of this transaction differ in the habit, and where the spend shows
//! nothing (a transaction with one input and one output has no order).
//!
//! *When they are wrong.* A payee with the same software has the same habits, so that to keep means little; a user who
//! moves to other software, imports a seed or changes a setting between the two transactions breaks them, and so does an
//! order or a short R that came about by chance.
//!
//! *Sources.* Möser and Narayanan (2022), "Resurrecting Address Clustering in Bitcoin", for the set; BlockSci's `locktime`; BIP-0069.

use super::address_type::kind_of_inputs;
use super::fact::{FactValue, Notes};
use super::history::{History, Spend};
use super::rule::Rule;
use super::vote::{Stance, Vote};
use crate::blockfile::parse::tx_flags;
use crate::script::SpendFlags;
use crate::tx_view::TxView;

/// What a spend shows of the script that locked the coin and of the keys in it.
const TEMPLATE: u32 = SpendFlags::INNER_MASK
    | SpendFlags::WRAPPED
    | SpendFlags::TAPROOT_KEY_PATH
    | SpendFlags::TAPROOT_SCRIPT_PATH
    | (0x1f << SpendFlags::M_SHIFT)
    | (0x1f << SpendFlags::N_SHIFT)
    | SpendFlags::COMPRESSED_KEY
    | SpendFlags::UNCOMPRESSED_KEY;
const BIP69: u16 = tx_flags::BIP69_INPUTS | tx_flags::BIP69_OUTPUTS;

/// Class of a sequence: what wallets differ in, not what lock it asks for.
fn sequence_class(sequence: u32) -> i64 {
    match sequence {
        0xffff_ffff => 0,
        0xffff_fffe => 1,
        0xffff_fffd => 2,
        0x8000_0000.. => 3,
        _ => 4,
    }
}

/// The value that all have; `None` if they differ or there is none.
fn common<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// Whether R is short; `None` where no ECDSA signature is seen.
fn low_r(flags: SpendFlags) -> Option<bool> {
    let ecdsa = SpendFlags::SIGHASH_ALL
        | SpendFlags::SIGHASH_NONE
        | SpendFlags::SIGHASH_SINGLE
        | SpendFlags::SIGHASH_ANYONECANPAY;
    let is_taproot = flags.0 & (SpendFlags::TAPROOT_KEY_PATH | SpendFlags::TAPROOT_SCRIPT_PATH) != 0;
    (flags.has(SpendFlags::SIGNATURE) && flags.0 & ecdsa != 0 && !is_taproot).then(|| flags.has(SpendFlags::ALL_LOW_R))
}

/// The habit of a transaction, as a number; `None` if it shows none.
pub(super) fn ours(rule: Rule, tx: &TxView<'_>) -> Option<i64> {
    match rule {
        Rule::FingerprintVersion => Some(i64::from(tx.version)),
        Rule::FingerprintLocktime => Some(i64::from(tx.locktime > 0)),
        Rule::FingerprintSequence => common(tx.inputs.iter().map(|input| sequence_class(input.sequence))),
        Rule::FingerprintSegwit => Some(i64::from(tx.has(tx_flags::SEGWIT))),
        Rule::FingerprintOrder => Some(i64::from(tx.has(BIP69))),
        Rule::FingerprintScript => {
            kind_of_inputs(tx)?;
            common(tx.inputs.iter().map(|input| i64::from(input.spend_flags.0 & TEMPLATE)))
        }
        Rule::FingerprintLowR => {
            // One long R shows that the software does not look for short ones.
            let mut found = None;
            for is_low in tx.inputs.iter().map(|input| low_r(input.spend_flags)) {
                found = Some(i64::from(is_low?) & found.unwrap_or(1));
            }
            found
        }
        _ => None,
    }
}

/// The habit of the transaction that spends output `n`; `None` if it shows none that compares.
pub(super) fn theirs(rule: Rule, tx: &TxView<'_>, n: usize, spend: &Spend) -> Option<i64> {
    match rule {
        Rule::FingerprintVersion => Some(i64::from(spend.version)),
        Rule::FingerprintLocktime => Some(i64::from(spend.locktime > 0)),
        Rule::FingerprintSequence => Some(sequence_class(spend.sequence)),
        Rule::FingerprintSegwit => Some(i64::from(spend.flags & tx_flags::SEGWIT != 0)),
        Rule::FingerprintOrder => {
            let shape = spend.shape;
            (shape.n_inputs > 1 || shape.n_outputs > 1).then_some(i64::from(spend.flags & BIP69 == BIP69))
        }
        Rule::FingerprintScript => {
            let is_comparable = kind_of_inputs(tx) == Some(tx.outputs[n].kind);
            is_comparable.then_some(i64::from(spend.spend_flags.0 & TEMPLATE))
        }
        Rule::FingerprintLowR => low_r(spend.spend_flags).map(i64::from),
        _ => None,
    }
}

/// Whether a template tells more than the kind of address does: keys alone of the compressed form do not.
fn is_telling(template: i64) -> bool {
    template & !i64::from(SpendFlags::COMPRESSED_KEY | SpendFlags::TAPROOT_KEY_PATH) != 0
}

pub(super) fn vote(rule: Rule, tx: &TxView<'_>, history: &dyn History, notes: &mut Notes) -> Vote {
    let Some(ours) = ours(rule, tx) else { return Vote::abstains(rule) };
    notes.tx("habit", FactValue::Number(ours));
    Vote::of_each(rule, tx, |n| {
        let Some(spend) = history.spend(n as u32) else { return Stance::Abstains };
        notes.output(n as u32, "spent_in", FactValue::Tx(spend.tx));
        let Some(theirs) = theirs(rule, tx, n, &spend) else { return Stance::Abstains };
        notes.output(n as u32, "habit", FactValue::Number(theirs));
        if rule == Rule::FingerprintScript && !is_telling(ours) && !is_telling(theirs) {
            return Stance::Abstains;
        }
        if ours == theirs {
            Stance::Keeps
        } else {
            Stance::RulesOut
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_sequences() {
        let found = [u32::MAX, u32::MAX - 1, u32::MAX - 2, 0x8000_0000, 0, 1, 0x40_0000].map(sequence_class);
        assert_eq!(found, [0, 1, 2, 3, 4, 4, 4]);
    }

    #[test]
    fn short_r_is_known_of_ecdsa_only() {
        let ecdsa = SpendFlags::SIGNATURE | SpendFlags::SIGHASH_ALL;
        assert_eq!(low_r(SpendFlags(ecdsa)), Some(false));
        assert_eq!(low_r(SpendFlags(ecdsa | SpendFlags::ALL_LOW_R)), Some(true));
        assert_eq!(low_r(SpendFlags(ecdsa | SpendFlags::TAPROOT_KEY_PATH)), None);
        assert_eq!(low_r(SpendFlags::NONE), None);
    }
}
