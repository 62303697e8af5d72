//! The calibrated combination of votes.

use super::outputs::{Outputs, MAX_OUTPUTS};
use super::rule::N_RULES;
use super::vote::{Stance, Vote};
use super::weights::Weights;

/// What all votes together say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The output that stands out; `None` if there is none to choose from.
    pub best: Option<u32>,
    /// How far it stands out: its log-odds against the strongest rival, in thousandths of a natural logarithm. Rivals are the
    /// other outputs, and that no output is change, which counts as zero.
    pub log_odds_millinats: i32,
    /// Rules that keep the best output, one bit each, by number of the rule.
    pub kept_by: u32,
    /// Sum of weights by output; only the first outputs of the transaction have meaning.
    pub scores: [i32; MAX_OUTPUTS],
}

impl Decision {
    /// The output that is held to be change at `threshold_millinats`.
    #[must_use]
    pub fn change(&self, threshold_millinats: i32) -> Option<u32> {
        self.best.filter(|_| self.log_odds_millinats >= threshold_millinats)
    }
}

/// Adds the votes up and takes the output that stands out.
///
/// The model is a choice between the outputs that can be spent and none of them (a conditional logit, McFadden 1974): the
/// probability of each is in proportion to the exponential of its sum of weights, that of none to one. Reported is the margin
/// to the strongest rival: an integer, and above the exact log-odds by at most the logarithm of the number of rivals.
#[must_use]
pub fn decide(votes: &[Vote; N_RULES], spendable: Outputs, weights: &Weights) -> Decision {
    let mut decision = Decision { best: None, log_odds_millinats: i32::MIN, kept_by: 0, scores: [0; MAX_OUTPUTS] };
    let (mut best, mut second) = ((i32::MIN, None), 0);
    for n in spendable.iter() {
        let score = weights.score(votes, spendable, n);
        decision.scores[n as usize] = score;
        if best.1.is_none() || score > best.0 {
            if best.1.is_some() {
                second = second.max(best.0);
            }
            best = (score, Some(n));
        } else {
            second = second.max(score);
        }
    }
    if let (score, Some(n)) = best {
        decision.best = Some(n);
        decision.log_odds_millinats = score.saturating_sub(second);
        for vote in votes.iter().filter(|vote| vote.stance(n) == Stance::Keeps) {
            decision.kept_by |= 1 << vote.rule as u32;
        }
    }
    decision
}

#[cfg(test)]
mod tests {
    use super::super::rule::Rule;
    use super::*;

    fn weights() -> Weights {
        let mut weights =
            Weights { two_outputs: -500, more_outputs: -900, keeps: [0; N_RULES], rules_out: [0; N_RULES] };
        weights.keeps[Rule::AddressType as usize] = 2000;
        weights.rules_out[Rule::AddressType as usize] = -2000;
        weights
    }

    fn decided(keeps: &[u32], rules_out: &[u32], n: u32) -> Decision {
        let mut votes = Rule::ALL.map(Vote::abstains);
        votes[Rule::AddressType as usize].keeps = keeps.iter().copied().collect();
        votes[Rule::AddressType as usize].rules_out = rules_out.iter().copied().collect();
        decide(&votes, (0..n).collect(), &weights())
    }

    #[test]
    fn one_that_stands_out() {
        let found = decided(&[1], &[0], 2);
        assert_eq!((found.best, found.log_odds_millinats, found.change(1500)), (Some(1), 1500, Some(1)));
        assert_eq!(found.change(1501), None);
        assert_eq!(found.kept_by, 1 << Rule::AddressType as u32);
        assert_eq!(found.scores[..2], [-2500, 1500]);
    }

    #[test]
    fn rivals_silence_each_other() {
        assert_eq!(decided(&[0, 1], &[], 2).log_odds_millinats, 0, "two alike");
        assert_eq!(decided(&[], &[0, 1], 2).log_odds_millinats, -2500, "none is the rival");
        assert_eq!(decided(&[2], &[], 3).log_odds_millinats, 1100);
        assert_eq!(decided(&[], &[], 0).best, None);
        assert_eq!(decided(&[], &[], 0).change(i32::MIN), None);
    }
}
