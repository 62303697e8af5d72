//! Questions about the whole chain: sweeps over columns, as of any bound, on all cores.
//!
//! [`sweep`] cuts rows into stretches and hands them to threads, `source` is where columns are read and `spends` where outputs are seen to be spent, `wide` compiles loops for wide
//! vectors, `ahead` fetches what comes next, [`count`] counts
//! transactions, [`largest`] finds the greatest amount, [`kinds`] sums by script kind, [`blocks`] sums block by block,
//! which ages and periods are made of, [`coinjoins`] finds mixes, [`floor`] is the plain sum that the others are measured against.
//!
//! Every answer is that of one snapshot: a sweep ends with [`crate::store::StoreError::StaleSnapshot`] if rows were taken
//! back meanwhile. Bytes are input: rows are checked to be amounts where they are summed.

mod ahead;
pub mod blocks;
pub mod coinjoins;
pub mod count;
pub mod floor;
pub mod kinds;
pub mod largest;
mod source;
mod spends;
pub mod sweep;
mod wide;

pub use sweep::{Cuts, Progress, Work};
