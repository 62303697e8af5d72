//! What a check found.

use serde::Serialize;

/// Problems that a step lists; the others are counted only.
pub const MAX_LISTED: usize = 20;

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Stable name.
    pub code: &'static str,
    /// File below the store.
    pub file: String,
    /// Byte of that file.
    pub offset: u64,
    /// Row of the column or entry of the run, where there is one.
    pub row: Option<u64>,
    /// What was found and what was expected.
    pub message: String,
}

/// One step of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckStep {
    /// Stable name.
    pub name: &'static str,
    /// Rows looked at.
    pub rows: u64,
    /// The first problems, at most [`MAX_LISTED`].
    pub problems: Vec<Problem>,
    /// Number of problems.
    pub n_problems: u64,
    /// Whether the step could not be taken because of what `structure` found.
    pub skipped: bool,
}

/// Sums over the whole chain, in satoshi. An unspent output counts also where it can never be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Figures {
    /// All outputs.
    pub outputs_sat: i128,
    /// Outputs that an input of the store spends.
    pub spent_sat: i128,
    /// The others.
    pub unspent_sat: i128,
    /// Of those, what nobody can spend: OP_RETURN outputs and the genesis coinbase.
    pub unspendable_sat: i128,
    /// Outputs of coinbases.
    pub coinbase_sat: i128,
    /// Fees, as far as they are known.
    pub fees_sat: i128,
    /// `coinbase_sat - fees_sat`: newly created, if all fees are known.
    pub created_sat: i128,
    /// Outputs outside a partial chain that an input spends, as far as undo data told their value.
    pub external_sat: i128,
    /// Subsidies that blocks of known height could claim.
    pub subsidy_sat: i128,
    /// Transactions other than coinbases whose fee is not known.
    pub unknown_fees: u64,
    /// Blocks whose height is not known.
    pub unknown_heights: u64,
}

/// Everything a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// Steps in the order in which they were taken.
    pub steps: Vec<CheckStep>,
    /// What is no failure but should be known.
    pub notes: Vec<Problem>,
    /// Sums, if the step that finds them was not skipped.
    pub figures: Option<Figures>,
}

impl CheckReport {
    /// Whether no step found a problem.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.steps.iter().all(|step| step.n_problems == 0 && !step.skipped)
    }

    /// The step of that name.
    #[must_use]
    pub fn step(&self, name: &str) -> Option<&CheckStep> {
        self.steps.iter().find(|step| step.name == name)
    }
}
