//! What can be wrong with a store.

use thiserror::Error;

use crate::context::shown;
use crate::io::IoError;
use crate::Context;

/// A store that cannot be used as asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The folder holds no manifest.
    #[error("`{path}` is not a store: it has no manifest.json")]
    NotAStore {
        /// The folder.
        path: String,
    },
    /// Bytes of the store are not what its manifest says.
    #[error("store file `{file}`, byte {offset}: {what}")]
    Corrupt {
        /// File below the store.
        file: String,
        /// Where in it.
        offset: u64,
        /// What is wrong.
        what: String,
    },
    /// Made by a version that this one does not know.
    #[error("store format {found} is not known, this version reads {known}")]
    UnsupportedFormat {
        /// In the manifest.
        found: u64,
        /// What this version reads.
        known: u64,
    },
    /// Another process writes to the store.
    #[error("`{path}` is being written by another process")]
    Locked {
        /// The store.
        path: String,
    },
    /// The chain was reorganised while the answer was being put together.
    #[error("the store moved from epoch {opened} to {now} during the call")]
    StaleSnapshot {
        /// Epoch of the snapshot.
        opened: u64,
        /// Epoch now.
        now: u64,
    },
    /// A dense id reached its limit.
    #[error("{what} would be {wanted}, at most {limit} fit in a store")]
    Full {
        /// What is counted.
        what: &'static str,
        /// Count that was needed.
        wanted: u64,
        /// Largest possible count.
        limit: u64,
    },
    /// A source of one network for a store of another.
    #[error("the store holds {store}, the source is {source_network}")]
    WrongNetwork {
        /// Network of the store.
        store: &'static str,
        /// Network of the source.
        source_network: &'static str,
    },
    /// The folder for a new store holds files of another origin under names that a store uses.
    #[error("the folder is no store, but holds `{file}`, a name that a store uses")]
    FolderInUse {
        /// File below the folder.
        file: String,
    },
    /// The store lies on a file system whose locks and maps cannot be relied on.
    #[error("`{path}` is on {name}, where neither locks nor maps of files can be relied on")]
    UndependableFileSystem {
        /// The store.
        path: String,
        /// Name of the file system.
        name: &'static str,
    },
    /// An id that is not in the store.
    #[error("{what} {id} is not in the store, which holds {limit}")]
    OutOfRange {
        /// Kind of id.
        what: &'static str,
        /// The id.
        id: u64,
        /// Number of rows.
        limit: u64,
    },
    /// A file operation failed.
    #[error(transparent)]
    Io(#[from] IoError),
}

impl StoreError {
    /// Stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            StoreError::NotAStore { .. } => "store_not_found",
            StoreError::Corrupt { .. } => "store_corrupt",
            StoreError::UnsupportedFormat { .. } => "store_unsupported",
            StoreError::Locked { .. } => "store_locked",
            StoreError::StaleSnapshot { .. } => "stale_snapshot",
            StoreError::Full { .. } => "limit_store_rows",
            StoreError::WrongNetwork { .. } => "source_wrong_network",
            StoreError::FolderInUse { .. } => "store_unsupported_folder",
            StoreError::UndependableFileSystem { .. } => "store_unsupported_file_system",
            StoreError::OutOfRange { .. } => "not_found_id",
            StoreError::Io(error) => error.code(),
        }
    }

    /// Its facts one by one.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            StoreError::FolderInUse { file } => vec![("file", file.as_str().into())],
            StoreError::NotAStore { path } | StoreError::Locked { path } => vec![("path", path.as_str().into())],
            StoreError::Corrupt { file, offset, what } => {
                vec![("path", file.as_str().into()), ("offset", (*offset).into()), ("what", shown(what).into())]
            }
            StoreError::UnsupportedFormat { found, known } => {
                vec![("received", (*found).into()), ("allowed", (*known).into())]
            }
            StoreError::StaleSnapshot { opened, now } => {
                vec![("opened_epoch", (*opened).into()), ("epoch", (*now).into())]
            }
            StoreError::Full { what, wanted, limit } => {
                vec![("what", (*what).into()), ("received", (*wanted).into()), ("allowed", (*limit).into())]
            }
            StoreError::WrongNetwork { store, source_network } => {
                vec![("received", (*source_network).into()), ("allowed", (*store).into())]
            }
            StoreError::UndependableFileSystem { path, name } => {
                vec![("path", path.as_str().into()), ("received", (*name).into())]
            }
            StoreError::OutOfRange { what, id, limit } => {
                vec![("what", (*what).into()), ("received", (*id).into()), ("n_rows", (*limit).into())]
            }
            StoreError::Io(error) => error.context(),
        }
    }

    /// What the user can do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            StoreError::NotAStore { .. } => "make one with `coalface index SOURCE STORE`".into(),
            StoreError::Corrupt { .. } => {
                "run `coalface check STORE`; if it fails too, index again into a new folder".into()
            }
            StoreError::UnsupportedFormat { .. } => "use the version of coalface that made it, or index again".into(),
            StoreError::Locked { .. } => "wait for the other `coalface index` to end".into(),
            StoreError::StaleSnapshot { .. } => "ask again: the answer will be of the new chain".into(),
            StoreError::FolderInUse { .. } => "name a new or an empty folder".into(),
            StoreError::WrongNetwork { .. } => "one store holds one network: index into another folder".into(),
            StoreError::UndependableFileSystem { .. } => {
                "put the store on a local disk; `--allow-network-fs` writes there all the same, at your own risk".into()
            }
            StoreError::Io(error) => return error.hint(),
            StoreError::Full { .. } | StoreError::OutOfRange { .. } => return None,
        })
    }

    /// A [`StoreError::Corrupt`].
    pub(crate) fn corrupt(file: impl Into<String>, offset: u64, what: impl Into<String>) -> StoreError {
        StoreError::Corrupt { file: file.into(), offset, what: what.into() }
    }
}
