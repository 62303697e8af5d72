//! Change rules: which output of a transaction came back to whoever paid. Inference, never fact.
//!
//! A rule is a file here with one function from a transaction ([`TxView`](crate::tx_view::TxView)) and its [`History`] to a [`Vote`]: the outputs that
//! it keeps as possible change, those that it rules out, and silence about the rest. [`decide`](decide()) adds the calibrated
//! [`Weights`] of all votes and takes the output that stands out. [`Judge`] does both for a transaction of a store, behind the
//! gates that no weight overrules.
//!
//! *As of.* What happened to an output later is evidence, and it comes in over time. So a transaction of block row `b` is
//! judged once, as of block row `b + LAG_BLOCKS` ([`judged_at`]): blocks that are indexed later change no judgement.
//!
//! *When it is wrong.* Each rule says so for itself. Together: where payer and payee use the same software, pay amounts
//! that are not round, and both sides are new addresses, nothing tells them apart, and the judgement should be silence.

mod address_type;
mod client_behaviour;
mod co_spent;
mod decide;
mod explain;
mod fact;
mod fingerprint;
mod fixed_fee;
mod gate;
mod history;
mod judge;
mod one_time_change;
mod optimal_change;
mod outputs;
mod peel;
mod received_again;
mod reuse;
mod round_value;
mod rule;
mod same_features;
mod store_history;
mod sweep;
mod vote;
mod weights;
mod weights_table;

pub use decide::{decide, Decision};
pub use explain::{explain, Explained};
pub use fact::{Fact, FactValue, Notes};
pub use gate::{gate, Refusal};
pub use history::{AddressUse, History, Shape, Spend};
pub use judge::{judged_at, Edge, Judge, Judgement, LAG_BLOCKS};
pub use outputs::{Outputs, MAX_OUTPUTS};
pub use rule::{Rule, N_RULES};
pub use store_history::StoreHistory;
pub use sweep::{sweep_judgements, OutputVotes};
pub use vote::{vote, votes, Stance, Vote};
pub use weights::Weights;
pub use weights_table::{FITTED, STANDARD_MILLINATS, WIDE_MILLINATS};

/// Name and version of the combination, as answers give it.
pub const RULE: &str = "change/1";

#[cfg(test)]
mod memory;
#[cfg(test)]
mod tests;
