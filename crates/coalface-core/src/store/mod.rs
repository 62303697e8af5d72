//! The store: a folder of memory-mapped columns, sorted index runs and one manifest. See `docs/format.md`.
//!
//! [`layout`] lists every column, [`snapshot`] is what readers see, [`writer`] the one way to change a store,
//! [`run`] and [`merge`] the look-up structures, [`digest`] what compares two stores, and [`check`](mod@check) what
//! finds damage.

pub mod check;
pub mod column;
pub mod digest;
pub mod error;
pub mod file_system;
pub mod journal;
pub mod key;
pub mod layout;
pub mod lock;
pub mod manifest;
pub mod merge;
pub mod run;
pub mod snapshot;
pub mod sums;
pub mod writer;

pub use error::StoreError;
pub use layout::{Columns, Counts, Delta};
pub use snapshot::Snapshot;
pub use writer::StoreWriter;
