//! What one rule says about the outputs of one transaction.

use super::fact::Notes;
use super::history::History;
use super::outputs::Outputs;
use super::rule::{Rule, N_RULES};
use super::{
    address_type, client_behaviour, co_spent, fingerprint, fixed_fee, one_time_change, optimal_change, peel,
    received_again, reuse, round_value, same_features,
};
use crate::tx_view::TxView;

/// What a rule says about one output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stance {
    /// It may be change.
    Keeps,
    /// It is not change.
    RulesOut,
    /// Nothing.
    Abstains,
}

impl Stance {
    /// The word of answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Stance::Keeps => "keeps",
            Stance::RulesOut => "rules_out",
            Stance::Abstains => "abstains",
        }
    }
}

/// What one rule says. It abstains about outputs in neither set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vote {
    /// Who says so.
    pub rule: Rule,
    /// Outputs that may be change.
    pub keeps: Outputs,
    /// Outputs that are none.
    pub rules_out: Outputs,
}

impl Vote {
    /// Silence about every output.
    #[must_use]
    pub fn abstains(rule: Rule) -> Vote {
        Vote { rule, keeps: Outputs::NONE, rules_out: Outputs::NONE }
    }

    /// About each output that can be spent, what `stance` says.
    pub fn of_each(rule: Rule, tx: &TxView<'_>, mut stance: impl FnMut(usize) -> Stance) -> Vote {
        let mut vote = Vote::abstains(rule);
        for (n, output) in tx.outputs.iter().enumerate() {
            if output.address == crate::ids::NONE_U32 {
                continue;
            }
            match stance(n) {
                Stance::Keeps => vote.keeps.insert(n as u32),
                Stance::RulesOut => vote.rules_out.insert(n as u32),
                Stance::Abstains => {}
            }
        }
        vote
    }

    /// What it says about output `n`.
    #[must_use]
    pub fn stance(&self, n: u32) -> Stance {
        if self.keeps.contains(n) {
            Stance::Keeps
        } else if self.rules_out.contains(n) {
            Stance::RulesOut
        } else {
            Stance::Abstains
        }
    }
}

/// The vote of one rule. What it looked at goes to `notes`.
pub fn vote(rule: Rule, tx: &TxView<'_>, history: &dyn History, notes: &mut Notes) -> Vote {
    match rule {
        Rule::OneTimeChange => one_time_change::vote(tx, history, notes),
        Rule::AddressType => address_type::vote(tx, notes),
        Rule::RoundValue => round_value::vote(tx, notes),
        Rule::OptimalChange => optimal_change::vote(tx, notes),
        Rule::ClientBehaviour => client_behaviour::vote(tx, history, notes),
        Rule::Reuse => reuse::vote(tx, notes),
        Rule::ReceivedAgain => received_again::vote(tx, history, notes),
        Rule::FixedFee => fixed_fee::vote(tx, history, notes),
        Rule::Peel => peel::vote(tx, history, notes),
        Rule::FingerprintVersion
        | Rule::FingerprintLocktime
        | Rule::FingerprintSequence
        | Rule::FingerprintSegwit
        | Rule::FingerprintOrder
        | Rule::FingerprintScript
        | Rule::FingerprintLowR => fingerprint::vote(rule, tx, history, notes),
        Rule::SameFeatures => same_features::vote(tx, history, notes),
        Rule::CoSpent => co_spent::vote(tx, history, notes),
    }
}

/// The votes of all rules, in the order of [`Rule::ALL`].
pub fn votes(tx: &TxView<'_>, history: &dyn History) -> [Vote; N_RULES] {
    let mut found = Rule::ALL.map(Vote::abstains);
    let mut notes = Notes::off();
    for (place, rule) in found.iter_mut().zip(Rule::ALL) {
        *place = vote(rule, tx, history, &mut notes);
    }
    found
}
