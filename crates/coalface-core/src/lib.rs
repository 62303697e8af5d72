//! The Coalface engine. Pure Rust; knows nothing of Python and is tested without it.
//!
//! Data flows one way: [`blockfile`] reads a node's block files and chooses the best chain, [`script`] says what a
//! script is, [`link`] gives every row its dense id, [`store`] keeps them as memory-mapped columns, [`forest`] ties
//! addresses together, [`lookup`] answers questions, [`scan`] those about the whole chain, [`taint`] follows
//! value, [`change`] says which output came back to the payer.
//! [`synth`] writes test chains.

pub mod blockfile;
pub mod bulk;
pub mod change;
pub mod coinjoin;
pub mod context;
pub mod error;
pub mod forest;
pub mod hash;
pub mod ids;
pub mod io;
pub mod link;
pub mod lookup;
pub mod network;
pub mod prefetch;
pub mod rule_set;
pub mod scan;
pub mod script;
pub mod stages;
pub mod store;
pub mod synth;
pub mod taint;
pub mod tx_json;
pub mod tx_view;
pub mod units;

pub use context::{Context, ContextValue};
pub use error::{Error, Result};
