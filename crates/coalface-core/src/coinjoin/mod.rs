//! CoinJoins: transactions in which strangers spend together so that nobody can tell whose coin went where.
//!
//! One file a detector: what it claims, why, when it is wrong, sources. A detector is two lists of gates ([`detector`]); each gate is a
//! named test with what it found and what it allows ([`gate`]). [`judge`](mod@judge) asks all detectors and gives all evidence;
//! [`excluded`] tries the same gates, as few as needed, for the clusters of a whole chain; [`lineage`](mod@lineage) follows the coins of a
//! Whirlpool mix back, for which it needs a store.

#![cfg_attr(test, allow(clippy::unwrap_used))] // a test that meets a surprise must stop

mod change;
pub mod detector;
pub mod era;
pub mod excluded;
pub mod facts;
mod funding;
pub mod gate;
pub mod judge;
pub mod lineage;

mod dual_funding;
mod equal_outputs;
mod exchange_batch;
mod joinmarket;
mod payjoin;
mod stonewall;
mod tx0;
mod wasabi1;
mod wasabi2;
mod whirlpool;

pub use detector::{Decision, Detector, Finding, Role};
pub use dual_funding::DUAL_FUNDING;
pub use equal_outputs::EQUAL_OUTPUTS;
pub use era::Eras;
pub use exchange_batch::EXCHANGE_BATCH;
pub use excluded::{Exclusion, RULE};
pub use facts::{Facts, FactsBuffers};
pub use gate::{Allowed, Gate};
pub use joinmarket::JOINMARKET;
pub use judge::{decide, judge, outcome, Decisions, Judgement, Outcome, DETECTORS};
pub use lineage::{lineage, Lineage};
pub use payjoin::PAYJOIN;
pub use stonewall::STONEWALL;
pub use tx0::TX0;
pub use wasabi1::WASABI1;
pub use wasabi2::{is_denomination, WASABI2};
pub use whirlpool::{ASHIGARU, WHIRLPOOL};
