//! Writes bulk regtest chains: linked, correctly hashed blocks of plausible shape in a node's own framing.
//!
//! For benchmarks and tests of whatever reads block files. [`write_bulk`] makes a `blocks` folder that has right
//! headers (regtest difficulty), merkle roots, witness commitments (BIP-0141), BIP-0034 heights, subsidies and fees,
//! and whose every input spends an existing, mature, unspent output. What it does *not* have:
//!
//! - **Valid scripts.** Signatures are random bytes of the right length and shape, taproot outputs are not tied to the
//!   script trees that spend them, and keys need not lie on the curve. Hashes do match: a P2PKH, P2SH, P2WPKH or P2WSH
//!   output is spent by the key or script whose hash it holds.
//! - **Owners.** Inputs of one transaction are drawn from the whole unspent set, so that the multi-input rule joins far
//!   more than it does on a real chain.
//!
//! The same seed and options give the same bytes on every machine, whatever the number of threads: no floating point,
//! no hash-map order, no system randomness.

mod address;
mod bulk;
mod economy;
mod encode;
mod error;
mod frame;
mod generator;
mod genesis;
mod kind;
mod options;
mod payees;
mod pool;
mod rng;
mod seal;
mod shape;
mod spend;
mod summary;
mod transaction;

pub use bulk::write_bulk;
pub use error::BulkError;
pub use kind::{Kind, KindCounts};
pub use options::BulkOptions;
pub use summary::BulkSummary;
