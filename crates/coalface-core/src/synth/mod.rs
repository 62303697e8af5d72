//! Writes bulk regtest chains: linked, correctly hashed blocks of plausible shape in a node's own framing.
//!
//! For benchmarks and tests of whatever reads block files. [`write_bulk`] makes a `blocks` folder that has right
//! headers (regtest difficulty), merkle roots, witness commitments (BIP-0141), BIP-0034 heights, subsidies and fees,
//! and whose every input spends an existing, mature, unspent output. What it does *not* have:
//!
//! - **Valid scripts.** Signatures are random bytes of the right length and shape, taproot outputs are not tied to the
//!   script trees that spend them, and keys need not lie on the curve. Hashes do match: a P2PKH, P2SH, P2WPKH or P2WSH
//!   output is spent by the key or script whose hash it holds.
//! - **A story.** Owners have sizes and habits, not purposes: nobody robs or hides.
//!
//! What transactions are like follows an [`Era`], measured on public blocks. Every address has an owner, and all inputs
//! of a transaction are one owner's; the truth can be written beside the chain (`truth`).
//!
//! The same seed and options give the same bytes on every machine, whatever the number of threads: no floating point,
//! no hash-map order, no system randomness.

mod address;
mod bulk;
mod duplicate;
mod economy;
mod encode;
mod era;
mod error;
mod frame;
mod generator;
mod genesis;
mod kind;
mod options;
mod owners;
mod payees;
mod pool;
mod rng;
mod seal;
mod shape;
mod special;
mod spend;
mod summary;
mod transaction;
mod truth;

pub use bulk::write_bulk;
pub use era::{Era, ERAS, LATEST};
pub use error::BulkError;
pub use kind::{Kind, KindCounts};
pub use options::BulkOptions;
pub use owners::OwnerClass;
pub use summary::BulkSummary;
pub use truth::Purpose;
