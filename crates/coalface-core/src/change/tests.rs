//! Every rule on small cases whose answer follows from the rule's source.

use super::memory::Case;
use super::{gate, vote, votes, Fact, FactValue, Notes, Outputs, Refusal, Rule, Stance, Vote};
use crate::ids::NONE_U32;
use crate::script::{Kind, SpendFlags};
use crate::tx_view::TxHead;

use Kind::{P2pkh, P2sh, P2tr, P2wpkh};

fn said(rule: Rule, case: &Case) -> (Vec<u32>, Vec<u32>) {
    let vote = vote(rule, &case.buffers.view(case.head), case, &mut Notes::off());
    assert_eq!(vote.rule, rule);
    assert_eq!(vote.keeps.without(vote.rules_out), vote.keeps, "never both");
    (vote.keeps.iter().collect(), vote.rules_out.iter().collect())
}

/// One input, two outputs of the input's kind.
fn plain() -> Case {
    Case::new().input(1_000_003, 1, P2wpkh).output(300_000, 2, P2wpkh).output(699_003, 3, P2wpkh)
}

const SILENCE: (Vec<u32>, Vec<u32>) = (vec![], vec![]);

#[test]
fn one_time_change_needs_the_only_new_address() {
    assert_eq!(said(Rule::OneTimeChange, &plain()), SILENCE, "two new addresses");
    let one = Case::new().input(10, 1, P2pkh).output(4, 2, P2pkh).used_before().output(5, 3, P2pkh);
    assert_eq!(said(Rule::OneTimeChange, &one), (vec![1], vec![0]));
    assert_eq!(said(Rule::OneTimeChange, &one.clone().paid_again()), SILENCE, "paid again");
    assert_eq!(said(Rule::OneTimeChange, &one.clone().unknown_past()), SILENCE, "partial chain");
    assert_eq!(said(Rule::OneTimeChange, &one.clone().output(1, 1, P2pkh).used_before()), SILENCE, "self-change");
    assert_eq!(said(Rule::OneTimeChange, &one.output(0, NONE_U32, Kind::OpReturn)), (vec![1], vec![0]), "OP_RETURN");
}

#[test]
fn address_type_wants_one_kind_of_inputs() {
    let case = Case::new().input(10, 1, P2wpkh).output(4, 2, P2pkh).output(5, 3, P2wpkh).output(1, 4, P2tr);
    assert_eq!(said(Rule::AddressType, &case), (vec![1], vec![0, 2]));
    assert_eq!(said(Rule::AddressType, &plain()), (vec![0, 1], vec![]));
    assert_eq!(said(Rule::AddressType, &case.clone().input(5, 5, P2sh)), SILENCE, "mixed inputs");
    let mut unknown = case;
    unknown.buffers.inputs[0].kind = None;
    assert_eq!(said(Rule::AddressType, &unknown), SILENCE);
}

#[test]
fn round_value_compares_zeros() {
    let of = |a: i64, b: i64| {
        said(Rule::RoundValue, &Case::new().input(9, 1, P2pkh).output(a, 2, P2pkh).output(b, 3, P2pkh))
    };
    assert_eq!(of(300_000, 699_003), (vec![1], vec![0]));
    assert_eq!(of(699_003, 10_000_000), (vec![0], vec![1]));
    assert_eq!(of(300_000, 400_000), SILENCE, "both round");
    assert_eq!(of(300_001, 400_003), SILENCE, "none round");
    assert_eq!(of(300_000, 5_000), SILENCE, "three zeros are neither round nor odd");
    assert_eq!(of(1_230, 10_000), (vec![0], vec![1]));
}

#[test]
fn optimal_change_is_below_every_input() {
    let case = Case::new().input(50, 1, P2pkh).input(40, 2, P2pkh).output(60, 3, P2pkh).output(29, 4, P2pkh);
    assert_eq!(said(Rule::OptimalChange, &case), (vec![1], vec![0]));
    let equal = Case::new().input(50, 1, P2pkh).input(40, 2, P2pkh).output(40, 3, P2pkh).output(49, 4, P2pkh);
    assert_eq!(said(Rule::OptimalChange, &equal), (vec![], vec![0, 1]), "equal is not below");
    assert_eq!(said(Rule::OptimalChange, &plain()), SILENCE, "one input");
    let mut unknown = case;
    unknown.buffers.inputs[1].value_sat = None;
    assert_eq!(said(Rule::OptimalChange, &unknown), SILENCE);
}

#[test]
fn rules_about_addresses() {
    let case = Case::new().input(9, 1, P2pkh).output(1, 2, P2pkh).used_before().output(2, 3, P2pkh).paid_again();
    let case = case.output(3, 4, P2pkh).unknown_past();
    assert_eq!(said(Rule::ClientBehaviour, &case), (vec![1], vec![0]));
    assert_eq!(said(Rule::ReceivedAgain, &case), (vec![], vec![1]));
    assert_eq!(said(Rule::Reuse, &case), SILENCE);
    assert_eq!(said(Rule::Reuse, &case.clone().output(4, 1, P2pkh)), (vec![3], vec![0, 1, 2]));
    assert_eq!(said(Rule::CoSpent, &case), SILENCE);
    let mut tied = case;
    tied.of_payer[2] = true;
    assert_eq!(said(Rule::CoSpent, &tied), (vec![2], vec![0, 1]));
}

#[test]
fn two_unknown_addresses_are_not_one() {
    let mut case = Case::new().input(9, NONE_U32, P2pkh).output(1, NONE_U32, Kind::OpReturn).output(2, 3, P2pkh);
    case.buffers.inputs[0].kind = None;
    for rule in Rule::ALL {
        assert!(!said(rule, &case).0.contains(&0), "{}", rule.name());
    }
}

#[test]
fn fixed_fee_compares_whole_rates() {
    let case = Case::new().input(9, 1, P2pkh).output(1, 2, P2pkh).spent(|_| ()).output(2, 3, P2pkh);
    assert_eq!(said(Rule::FixedFee, &case), (vec![0], vec![]), "unspent: silence");
    let near = case.clone().spent(|spend| (spend.fee_sat, spend.vsize_bytes) = (Some(1500), 300));
    assert_eq!(said(Rule::FixedFee, &near), (vec![0, 1], vec![]), "5000 each");
    let off = case.clone().spent(|spend| spend.fee_sat = Some(1001));
    assert_eq!(said(Rule::FixedFee, &off), (vec![0], vec![1]));
    assert_eq!(said(Rule::FixedFee, &case.clone().spent(|spend| spend.fee_sat = None)), (vec![0], vec![]));
    let hostile = case.spent(|spend| (spend.fee_sat, spend.vsize_bytes) = (Some(i64::MAX), 0));
    assert_eq!(said(Rule::FixedFee, &hostile), (vec![0], vec![]));
}

#[test]
fn peel_wants_a_chain() {
    use super::Shape;
    let sweep = Shape { n_inputs: 3, n_outputs: 1 };
    let case =
        Case::new().input(9, 1, P2pkh).output(1, 2, P2pkh).spent(|spend| spend.shape = sweep).output(2, 3, P2pkh);
    assert_eq!(said(Rule::Peel, &case), SILENCE, "no hop before or behind");
    let follows = Case { funding: Some(Shape { n_inputs: 1, n_outputs: 2 }), ..case.clone() };
    assert_eq!(said(Rule::Peel, &follows), (vec![], vec![0]));
    assert_eq!(said(Rule::Peel, &case.clone().spent(|_| ())), (vec![1], vec![0]));
    assert_eq!(said(Rule::Peel, &case.spent(|_| ()).output(5, 6, P2pkh)), SILENCE, "three outputs");
}

#[test]
fn fingerprints_compare_habits() {
    use crate::blockfile::parse::tx_flags;
    let mut base = Case::new().input(9, 1, P2wpkh);
    base.head = TxHead { locktime: 800_000, flags: tx_flags::SEGWIT | tx_flags::BIP69_INPUTS, ..base.head };
    let of = |rule: Rule, change: fn(&mut super::Spend)| {
        said(rule, &base.clone().output(1, 2, P2wpkh).spent(|_| ()).output(2, 3, P2wpkh).spent(change))
    };
    let differ = (vec![0], vec![1]);
    assert_eq!(of(Rule::FingerprintVersion, |spend| spend.version = 1), differ);
    assert_eq!(of(Rule::FingerprintLocktime, |spend| spend.locktime = 0), differ);
    assert_eq!(of(Rule::FingerprintLocktime, |spend| spend.locktime = 5), (vec![0, 1], vec![]), "zero or not");
    assert_eq!(of(Rule::FingerprintSequence, |spend| spend.sequence = 0xffff_ffff), differ);
    assert_eq!(of(Rule::FingerprintSegwit, |spend| spend.flags = 0), differ);
    assert_eq!(of(Rule::FingerprintOrder, |spend| spend.flags |= tx_flags::BIP69_OUTPUTS), differ);
    let one_to_one = |spend: &mut super::Spend| spend.shape = super::Shape { n_inputs: 1, n_outputs: 1 };
    assert_eq!(of(Rule::FingerprintOrder, one_to_one), (vec![0], vec![]), "nothing to order");
    assert_eq!(said(Rule::FingerprintVersion, &plain()), SILENCE, "unspent");
}

#[test]
fn a_template_is_compared_among_outputs_of_the_inputs_kind() {
    let two_of_three = SpendFlags((2 << SpendFlags::M_SHIFT) | (3 << SpendFlags::N_SHIFT) | 4);
    let wrapped = SpendFlags(SpendFlags::WRAPPED | 5);
    let mut case = Case::new().input(9, 1, P2sh);
    case.buffers.inputs[0].spend_flags = two_of_three;
    let case = case.output(1, 2, P2sh).spent(|spend| spend.spend_flags = two_of_three);
    let case = case.output(2, 3, P2sh).spent(|spend| spend.spend_flags = wrapped);
    let case = case.output(3, 4, P2wpkh).spent(|spend| spend.spend_flags = wrapped);
    assert_eq!(said(Rule::FingerprintScript, &case), (vec![0], vec![1]));
    let keys = SpendFlags(SpendFlags::COMPRESSED_KEY);
    let mut single = Case::new().input(9, 1, P2wpkh);
    single.buffers.inputs[0].spend_flags = keys;
    let single = single.output(1, 2, P2wpkh).spent(|spend| spend.spend_flags = keys);
    assert_eq!(said(Rule::FingerprintScript, &single), SILENCE, "a single key tells nothing");
}

#[test]
fn same_features_follows_only_one_way() {
    let case = Case::new().input(9, 1, P2pkh).output(1, 2, P2pkh).spent(|spend| spend.version = 1);
    let one = case.clone().output(2, 3, P2pkh).spent(|_| ());
    assert_eq!(said(Rule::SameFeatures, &one), (vec![1], vec![0]));
    assert_eq!(said(Rule::SameFeatures, &one.clone().output(3, 4, P2pkh).spent(|_| ())), SILENCE, "two ways");
    assert_eq!(said(Rule::SameFeatures, &one.output(3, 4, P2pkh)), SILENCE, "an unspent output");
    assert_eq!(said(Rule::SameFeatures, &case.clone().output(2, 3, P2pkh).spent(|spend| spend.locktime = 9)), SILENCE);
}

#[test]
fn evidence_says_what_was_looked_at_and_changes_no_vote() {
    let case = plain().spent(|_| ());
    let view = case.buffers.view(case.head);
    for (rule, silent) in Rule::ALL.into_iter().zip(votes(&view, &case)) {
        let mut notes = Notes::on();
        assert_eq!(vote(rule, &view, &case, &mut notes), silent);
        let spoke = !(silent.keeps.is_empty() && silent.rules_out.is_empty());
        assert!(!spoke || !notes.take().is_empty(), "{} speaks without evidence", rule.name());
    }
    let mut notes = Notes::on();
    vote(Rule::RoundValue, &view, &case, &mut notes);
    let zeros = |n, zeros| Fact { output: Some(n), name: "trailing_zeros", value: FactValue::Number(zeros) };
    assert_eq!(notes.take(), [zeros(0, 5), zeros(1, 0)]);
}

#[test]
fn gates() {
    let refusal = |case: &Case| gate(&case.buffers.view(case.head)).err();
    assert_eq!(gate(&plain().buffers.view(plain().head)), Ok(Outputs(0b11)));
    assert_eq!(refusal(&Case::new().output(1, 2, P2pkh).output(2, 3, P2pkh)), Some(Refusal::UnknownPayer));
    let mut coinbase = plain();
    coinbase.head.flags = crate::blockfile::parse::tx_flags::COINBASE;
    assert_eq!(refusal(&coinbase), Some(Refusal::Coinbase));
    let payer = Case::new().input(9, 1, P2pkh);
    assert_eq!(refusal(&payer.clone().output(8, 2, P2pkh)), Some(Refusal::OneOutput));
    let data = payer.clone().output(8, 2, P2pkh).output(0, NONE_U32, Kind::OpReturn);
    assert_eq!(refusal(&data), Some(Refusal::OneOutput));
    let many = (0..65).fold(payer.clone(), |case, n| case.output(n, 100 + n as u32, P2pkh));
    assert_eq!(refusal(&many), Some(Refusal::ManyOutputs));
    let mix = (0..5).fold(Case::new(), |case, n| case.input(9, n, P2wpkh).output(5, 100 + n, P2wpkh));
    assert_eq!(refusal(&mix), Some(Refusal::MayBeCoinJoin));
    assert_eq!(refusal(&Case::new().input(9, NONE_U32, P2pkh).output(1, 2, P2pkh)), Some(Refusal::UnknownPayer));
}

#[test]
fn no_single_vote_decides() {
    use super::{decide, FITTED, WIDE_MILLINATS};
    for rule in Rule::ALL {
        let mut votes = Rule::ALL.map(Vote::abstains);
        votes[rule as usize].keeps.insert(0);
        votes[rule as usize].rules_out.insert(1);
        let found = decide(&votes, Outputs(0b11), &FITTED);
        assert!(found.log_odds_millinats < WIDE_MILLINATS, "{} alone", rule.name());
        assert_eq!(votes[rule as usize].stance(0), Stance::Keeps);
    }
}
