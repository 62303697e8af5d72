//! The one error of the engine's public calls: every module's error converts into it.

use thiserror::Error as ThisError;

use crate::Context;

/// Anything an engine call can fail with. `code` is stable; the message says what, where and what was allowed.
#[derive(Debug, ThisError)]
pub enum Error {
    /// Files and devices.
    #[error(transparent)]
    Io(#[from] crate::io::IoError),
    /// The store.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// Block files.
    #[error(transparent)]
    BlockFile(#[from] crate::blockfile::BlockFileError),
    /// The text of an address.
    #[error(transparent)]
    Address(#[from] crate::script::AddressError),
    /// The bulk writer.
    #[error(transparent)]
    Bulk(#[from] crate::synth::BulkError),
    /// A transaction in JSON.
    #[error(transparent)]
    TxJson(#[from] crate::tx_json::TxJsonError),
    /// A rule set beside a store.
    #[error(transparent)]
    RuleSet(#[from] crate::rule_set::RuleSetError),
    /// The budget of a build.
    #[error(transparent)]
    Memory(#[from] crate::bulk::MemoryError),
    /// A trace.
    #[error(transparent)]
    Trace(#[from] crate::taint::TraceError),
    /// A block whose bytes cannot be read.
    #[error("`{file}`, byte {offset}: block {hash} is damaged: {source}")]
    DamagedBlock {
        /// The block file.
        file: String,
        /// Where in it.
        offset: u64,
        /// The block.
        hash: crate::hash::Hash32,
        /// What could not be read.
        source: crate::blockfile::parse::ParseError,
    },
    /// A reorganisation needs blocks again that only the store had.
    #[error("block {hash} has to be read again, but the source no longer holds it")]
    BlockGone {
        /// The block.
        hash: crate::hash::Hash32,
    },
    /// The caller asked to stop (Ctrl-C).
    #[error("cancelled")]
    Cancelled,
}

/// Result of an engine call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Stable, machine-readable name of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Error::Io(error) => error.code(),
            Error::Store(error) => error.code(),
            Error::BlockFile(error) => error.code(),
            Error::Address(error) => error.code(),
            Error::Bulk(error) => error.code(),
            Error::TxJson(error) => error.code(),
            Error::RuleSet(error) => error.code(),
            Error::Memory(error) => error.code(),
            Error::Trace(error) => error.code(),
            Error::DamagedBlock { .. } => "source_damaged_block",
            Error::BlockGone { .. } => "source_block_gone",
            Error::Cancelled => "cancelled",
        }
    }

    /// Its facts one by one.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            Error::Io(error) => error.context(),
            Error::Store(error) => error.context(),
            Error::BlockFile(error) => error.context(),
            Error::Address(error) => error.context(),
            Error::Bulk(error) => error.context(),
            Error::TxJson(error) => error.context(),
            Error::RuleSet(error) => error.context(),
            Error::Memory(error) => error.context(),
            Error::Trace(error) => error.context(),
            Error::DamagedBlock { file, offset, hash, source } => vec![
                ("path", file.as_str().into()),
                ("offset", (*offset).into()),
                ("block_hash", (*hash).into()),
                ("block_offset", source.offset.into()),
                ("what", source.what.into()),
                ("received", source.received.into()),
                ("allowed", source.allowed.into()),
            ],
            Error::BlockGone { hash } => vec![("block_hash", (*hash).into())],
            Error::Cancelled => Vec::new(),
        }
    }

    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Io(error) => error.hint(),
            Error::Store(error) => error.hint(),
            Error::BlockFile(error) => error.hint(),
            Error::Address(error) => error.hint(),
            Error::Bulk(error) => error.hint(),
            Error::TxJson(error) => error.hint(),
            Error::RuleSet(error) => error.hint(),
            Error::Memory(error) => error.hint(),
            Error::Trace(error) => error.hint(),
            Error::DamagedBlock { .. } => {
                Some("fetch the file again, or go on without the block by `--skip-damaged`".into())
            }
            Error::BlockGone { .. } => Some("index into a new folder, from a source that holds all blocks".into()),
            Error::Cancelled => None,
        }
    }
}
