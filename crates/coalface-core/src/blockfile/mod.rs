//! Block files of a node: where they are, what records they hold, and which blocks in which order make a chain.
//!
//! A node writes blocks as they arrive: out of height order, with stale and invalid blocks between, XORed with a
//! key, into files that end in preallocated zeros or in a record that was never finished. Every byte here is
//! hostile input. [`Source`] finds files and keys, [`Source::scan`] walks their records and reads headers only,
//! [`plan`] turns headers into the order in which the store takes the blocks, and [`Source::read_block`] fetches one.
//! [`undo`] reads the undo files beside them.
//!
//! Checked: record framing, proof of work against each header's own target and the network's limit, time against
//! the median of the eleven blocks before, mainnet's difficulty rule. Not checked here: merkle roots, transactions and
//! everything that needs them; the difficulty rules of the test networks; signet's block signatures; the versions,
//! coinbase heights and future times that consensus refuses; scripts (never executed).

mod classify;
mod coinbase;
mod context;
mod error;
pub mod floor;
mod header;
mod heights;
mod locate;
pub mod merkle;
mod open;
mod order;
pub mod parse;
mod record;
mod scan;
mod source;
mod tree;
pub mod undo;
mod walk;
mod window;
mod work;
mod writer;
mod xor;

pub use coinbase::{coinbase_height, pushed_height};
pub use context::Refusal;
pub use error::BlockFileError;
pub use header::Header;
pub use heights::IgnoredHeight;
pub use order::{plan, OrderRules, Plan, Planned};
pub use record::{MAX_BLOCK_BYTES, MIN_BLOCK_BYTES};
pub use scan::{BadPow, BlockRef, FileSpan, Scan, ScanProgress};
pub use source::{FileKind, MissingFiles, Source, SourceFile, SourceOptions};
pub use work::{bits_from_target, meets_target, target_from_bits, work, Target, Work};
pub use writer::{BlockFileWriter, Tail, WriterOptions, MAX_FILE_BYTES, PREALLOCATION_BYTES};
pub use xor::XorKey;
