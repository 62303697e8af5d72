//! Weights of votes, and their sum for an output.

use super::outputs::Outputs;
use super::rule::N_RULES;
use super::vote::{Stance, Vote};

/// What each vote adds to the log-odds of an output, in thousandths of a natural logarithm.
///
/// Integers, so that a judgement is the same on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    /// Before any vote, where two outputs can be spent.
    pub two_outputs: i32,
    /// Before any vote, where there are more.
    pub more_outputs: i32,
    /// If a rule keeps the output, by rule.
    pub keeps: [i32; N_RULES],
    /// If a rule rules it out, by rule.
    pub rules_out: [i32; N_RULES],
}

impl Weights {
    /// Sum for output `n` of a transaction whose outputs `spendable` can be spent. No weight is near the limits of its type, and a
    /// sum that left them would stay there.
    #[must_use]
    pub fn score(&self, votes: &[Vote], spendable: Outputs, n: u32) -> i32 {
        let prior = if spendable.len() == 2 { self.two_outputs } else { self.more_outputs };
        votes.iter().fold(prior, |sum, vote| {
            let weight = match vote.stance(n) {
                Stance::Keeps => self.keeps[vote.rule as usize],
                Stance::RulesOut => self.rules_out[vote.rule as usize],
                Stance::Abstains => 0,
            };
            sum.saturating_add(weight)
        })
    }
}
