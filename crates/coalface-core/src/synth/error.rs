//! What can go wrong while a bulk chain is written.

use thiserror::Error;

use crate::io::IoError;
use crate::Context;

/// Failure of [`write_bulk`](super::write_bulk).
#[derive(Debug, Error)]
pub enum BulkError {
    /// An option outside of what it may be.
    #[error("`{option}` is {value}, allowed are {least} to {most}")]
    OptionOutOfRange {
        /// Name of the option.
        option: &'static str,
        /// What was given.
        value: u64,
        /// Smallest allowed value.
        least: u64,
        /// Largest allowed value.
        most: u64,
    },
    /// The folder holds block files already; they are never overwritten.
    #[error("`{folder}` already holds `{file}`")]
    FolderInUse {
        /// The folder that was to be written.
        folder: String,
        /// The file found in it.
        file: String,
    },
    /// The time of the next block does not fit a block header.
    #[error("the block at height {height} would be later than a block header can say")]
    ChainTooLong {
        /// Height of that block.
        height: u32,
    },
    /// Block files.
    #[error(transparent)]
    BlockFile(#[from] crate::blockfile::BlockFileError),
    /// Files and devices.
    #[error(transparent)]
    Io(#[from] IoError),
    /// The caller asked to stop; an unfinished chain is left in the folder.
    #[error("cancelled")]
    Cancelled,
}

impl BulkError {
    /// Stable, machine-readable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            BulkError::OptionOutOfRange { .. } => "usage_option_out_of_range",
            BulkError::FolderInUse { .. } => "usage_folder_in_use",
            BulkError::ChainTooLong { .. } => "usage_chain_too_long",
            BulkError::BlockFile(error) => error.code(),
            BulkError::Io(error) => error.code(),
            BulkError::Cancelled => "cancelled",
        }
    }

    /// Its facts one by one.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            BulkError::OptionOutOfRange { option, value, least, most } => vec![
                ("option", (*option).into()),
                ("received", (*value).into()),
                ("allowed", format!("{least} to {most}").into()),
            ],
            BulkError::FolderInUse { folder, file } => {
                vec![("path", folder.as_str().into()), ("file", file.as_str().into())]
            }
            BulkError::ChainTooLong { height } => vec![("height", (*height).into())],
            BulkError::BlockFile(error) => error.context(),
            BulkError::Io(error) => error.context(),
            BulkError::Cancelled => Vec::new(),
        }
    }

    /// What the user can do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            BulkError::OptionOutOfRange { .. } | BulkError::Cancelled => None,
            BulkError::FolderInUse { .. } => Some("name a new or an empty folder".into()),
            BulkError::ChainTooLong { .. } => Some("ask for fewer transactions or for heavier blocks".into()),
            BulkError::BlockFile(error) => error.hint(),
            BulkError::Io(error) => match error.code() {
                "disk_full" => Some("free some space, remove the unfinished folder and run it again".into()),
                _ => error.hint(),
            },
        }
    }
}
