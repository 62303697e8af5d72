//! All detectors' answers on one transaction, and what follows from them.

use super::detector::{Decision, Detector, Finding, Role};
use super::era::Eras;
use super::facts::{Facts, FactsBuffers};
use super::{
    ASHIGARU, DUAL_FUNDING, EQUAL_OUTPUTS, EXCHANGE_BATCH, JOINMARKET, PAYJOIN, STONEWALL, TX0, WASABI1, WASABI2,
    WHIRLPOOL,
};
use crate::ids::NONE_U32;
use crate::tx_view::TxView;

/// All detectors; of those for CoinJoins, the one that comes first and says yes names the protocol.
pub static DETECTORS: [&Detector; 11] = [
    &WHIRLPOOL,
    &ASHIGARU,
    &WASABI2,
    &WASABI1,
    &JOINMARKET,
    &EQUAL_OUTPUTS,
    &STONEWALL,
    &TX0,
    &EXCHANGE_BATCH,
    &PAYJOIN,
    &DUAL_FUNDING,
];

/// Detectors whose yes counter-evidence makes undecided: they rest on equal values more than on a protocol's own marks.
pub(super) const WEAK: [&str; 3] = ["wasabi1", "joinmarket", "equal_outputs"];

/// What follows from all detectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it is a CoinJoin.
    pub decision: Decision,
    /// The detector whose yes names the protocol; also that of a Tx0, which is no CoinJoin.
    pub protocol: Option<&'static str>,
    /// Whether clustering takes no link from it: it may be a CoinJoin, or two owners may have spent together.
    pub is_excluded: bool,
}

/// An outcome with its evidence.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// What follows.
    pub outcome: Outcome,
    /// Values of mixed outputs, largest first; none unless the decision is yes or undecided.
    pub denominations_sat: Vec<i64>,
    /// Per output: number of outputs of its value to different addresses, if it may be a mixed one; 1 for others with an
    /// address; 0 for those without. No more than that: how many people took part is not known.
    pub anonymity_sets: Vec<u32>,
    /// Every detector's answer.
    pub findings: Vec<Finding>,
}

/// What follows from what all detectors say.
#[must_use]
pub fn outcome(decisions: &Decisions) -> Outcome {
    let of = |role: Role| DETECTORS.iter().zip(decisions).filter(move |(detector, _)| detector.role == role);
    let says =
        |role: Role, decision: Decision| of(role).find(|(_, said)| **said == decision).map(|(detector, _)| *detector);
    let is_joint = of(Role::JointSpend).any(|(detector, said)| excludes_alone(detector) && *said != Decision::No);
    if let Some(tx0) = says(Role::Preparation, Decision::Yes) {
        return Outcome { decision: Decision::No, protocol: Some(tx0.name), is_excluded: false };
    }
    if of(Role::Veto).any(|(_, said)| *said != Decision::No) {
        return Outcome { decision: Decision::Undecided, protocol: None, is_excluded: true };
    }
    let has_counter_evidence = says(Role::CounterEvidence, Decision::Yes).is_some();
    let mut decision = Decision::No;
    for (detector, said) in of(Role::Coinjoin) {
        match said {
            Decision::Yes if !(has_counter_evidence && WEAK.contains(&detector.name)) => {
                return Outcome { decision: Decision::Yes, protocol: Some(detector.name), is_excluded: true };
            }
            Decision::Yes | Decision::Undecided => decision = Decision::Undecided,
            Decision::No => {}
        }
    }
    Outcome { decision, protocol: None, is_excluded: decision != Decision::No || is_joint }
}

/// Whether a possible joint spend is left out of clustering: not PayJoins, for too many payments look like one.
fn excludes_alone(detector: &Detector) -> bool {
    detector.name == DUAL_FUNDING.name
}

/// Judges a transaction and gives all evidence. A coinbase is none of these.
#[must_use]
pub fn judge(view: TxView<'_>, eras: Eras) -> Judgement {
    let mut buffers = FactsBuffers::default();
    let facts = Facts::new(view, eras, &mut buffers);
    let findings: Vec<Finding> = DETECTORS.iter().map(|detector| detector.explain(&facts)).collect();
    let outcome = quick(&facts);
    let may_be_mixed = |value_sat: i64| facts.equals.iter().any(|e| e.value_sat == value_sat && e.n_addresses > 1);
    let is_possible = outcome.decision != Decision::No;
    let mut denominations_sat: Vec<i64> = facts.equals.iter().map(|equal| equal.value_sat).collect();
    denominations_sat.retain(|value_sat| is_possible && may_be_mixed(*value_sat));
    denominations_sat.reverse();
    let set_of = |value_sat: i64| match facts.equals.binary_search_by_key(&value_sat, |equal| equal.value_sat) {
        Ok(at) if is_possible => facts.equals[at].n_addresses,
        _ => 1,
    };
    let anonymity_sets = view
        .outputs
        .iter()
        .map(|output| if output.address == NONE_U32 { 0 } else { set_of(output.value_sat) })
        .collect();
    Judgement { outcome, denominations_sat, anonymity_sets, findings }
}

/// What all detectors say, in the order of [`DETECTORS`].
pub type Decisions = [Decision; DETECTORS.len()];

/// What all detectors say of a transaction, without the evidence. Of a coinbase, no.
#[must_use]
pub fn decide(facts: &Facts<'_>) -> Decisions {
    if facts.view.is_coinbase {
        return [Decision::No; DETECTORS.len()];
    }
    DETECTORS.map(|detector| detector.decide(facts))
}

/// The outcome without the evidence.
#[must_use]
pub fn quick(facts: &Facts<'_>) -> Outcome {
    outcome(&decide(facts))
}
