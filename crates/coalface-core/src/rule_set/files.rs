//! The files of one set: a folder of their own below the store, behind [`Storage`] as everything is.

use std::path::Path;
use std::sync::Arc;

use crate::io::{FolderStorage, Storage};
use crate::store::StoreError;

/// Folder of all sets below a store.
pub const FOLDER: &str = "clusters";

/// The folder of one set. Paths inside count from it; errors name them from the store on.
#[derive(Clone)]
pub struct SetFiles {
    storage: Arc<dyn Storage>,
    name: String,
}

impl SetFiles {
    /// The set `name` of the store in `store`.
    #[must_use]
    pub fn of_store(store: &Path, name: &str) -> SetFiles {
        let storage = FolderStorage::new(store.join(FOLDER).join(name));
        SetFiles { storage: Arc::new(storage), name: name.to_owned() }
    }

    /// The set `name` whose folder is `storage`.
    #[must_use]
    pub fn new(storage: Arc<dyn Storage>, name: &str) -> SetFiles {
        SetFiles { storage, name: name.to_owned() }
    }

    /// Where they lie.
    #[must_use]
    pub fn storage(&self) -> &dyn Storage {
        &*self.storage
    }

    /// Path of a file below the store.
    #[must_use]
    pub fn shown(&self, file: &str) -> String {
        format!("{FOLDER}/{}/{file}", self.name)
    }

    /// That a file is not what it should be.
    #[must_use]
    pub fn corrupt(&self, file: &str, offset: u64, what: impl Into<String>) -> StoreError {
        StoreError::corrupt(self.shown(file), offset, what)
    }
}
