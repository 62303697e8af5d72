//! What a detector is: two lists of gates. The quick answer and the explained one try the same ones.

use super::facts::Facts;
use super::gate::{Gate, GateFn};

/// Answer of one detector, and of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The transaction has every mark.
    Yes,
    /// It has the shape, but not all that would tell it from innocent ones, or not all is known.
    Undecided,
    /// It cannot be one.
    No,
}

impl Decision {
    /// Word of answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Decision::Yes => "yes",
            Decision::Undecided => "undecided",
            Decision::No => "no",
        }
    }
}

/// What a detector's answer means for the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Strangers spend together and mix.
    Coinjoin,
    /// The shape alone cannot tell one owner from two: whatever others say, the answer is undecided.
    Veto,
    /// Speaks against a CoinJoin: a yes of a weak detector becomes undecided.
    CounterEvidence,
    /// One owner prepares coins for mixing: no CoinJoin.
    Preparation,
    /// Two owners may spend together, without mixing.
    JointSpend,
}

impl Role {
    /// Word of answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Role::Coinjoin => "coinjoin",
            Role::Veto => "veto",
            Role::CounterEvidence => "counter_evidence",
            Role::Preparation => "preparation",
            Role::JointSpend => "joint_spend",
        }
    }
}

/// One rule that judges transactions.
#[derive(Debug, Clone, Copy)]
pub struct Detector {
    /// Its name.
    pub name: &'static str,
    /// Grows whenever an answer may change.
    pub version: u32,
    /// What its answer means.
    pub role: Role,
    /// One failed gate of these: no.
    pub required: &'static [GateFn],
    /// All of these, and all required: yes. Empty: the detector never says yes.
    pub deciding: &'static [GateFn],
}

impl Detector {
    /// `name/version`.
    #[must_use]
    pub fn rule(&self) -> String {
        format!("{}/{}", self.name, self.version)
    }

    /// Whether the answer is yes or undecided. Tries no more gates than needed.
    #[must_use]
    pub fn is_possible(&self, facts: &Facts<'_>) -> bool {
        self.required.iter().all(|gate| gate(facts).passed != Some(false))
    }

    /// The answer. Tries no more gates than needed.
    #[must_use]
    pub fn decide(&self, facts: &Facts<'_>) -> Decision {
        let mut is_sure = !self.deciding.is_empty();
        for gate in self.required {
            match gate(facts).passed {
                Some(false) => return Decision::No,
                None => is_sure = false,
                Some(true) => {}
            }
        }
        is_sure = is_sure && self.deciding.iter().all(|gate| gate(facts).passed == Some(true));
        if is_sure {
            Decision::Yes
        } else {
            Decision::Undecided
        }
    }

    /// The answer with every gate, the required ones first.
    #[must_use]
    pub fn explain(&'static self, facts: &Facts<'_>) -> Finding {
        let gates = self.required.iter().chain(self.deciding).map(|gate| gate(facts)).collect();
        Finding { detector: self, decision: self.decide(facts), gates }
    }
}

/// A detector's answer with its evidence.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Who says so.
    pub detector: &'static Detector,
    /// What it says.
    pub decision: Decision,
    /// Why: the required gates, then the deciding ones.
    pub gates: Vec<Gate>,
}

impl Finding {
    /// Whether gate number `n` is one whose failure means no.
    #[must_use]
    pub fn is_required(&self, n: usize) -> bool {
        n < self.detector.required.len()
    }
}
