//! Indexing into a folder: a store is made only once it is known that there is something to put into it.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::index::{index, index_scanned, scan};
use super::{IndexOptions, IndexProgress, IndexReport};
use crate::blockfile::Source;
use crate::io::IoError;
use crate::network::Network;
use crate::stages::StageClock;
use crate::store::{manifest, StoreWriter};
use crate::Result;

/// Brings the store in `folder` up to `source`; makes the store if there is none.
///
/// A source that cannot be used leaves a folder without a store as it was. A folder that holds a store is opened first,
/// so that one which is locked or of another network is told before the scan.
///
/// # Errors
/// As [`index`] and [`StoreWriter::open_folder`].
pub fn index_folder(
    source: &Source,
    folder: &Path,
    options: &IndexOptions,
    progress: &(dyn Fn(IndexProgress) -> ControlFlow<()> + Sync),
) -> Result<IndexReport> {
    let network = source.network().unwrap_or(Network::Mainnet);
    if folder.join(manifest::FILE).exists() {
        let mut writer = StoreWriter::open_folder(folder, network)?;
        return index(source, &mut writer, options, progress);
    }
    // Before the scan, which may take long: where no folder can be made, no store can.
    let _made = NewFolders::make(folder)?;
    let clock = StageClock::default();
    let found = scan(source, &clock, progress)?;
    let mut writer = StoreWriter::open_folder(folder, network)?;
    index_scanned(source, &mut writer, found, options, clock, progress)
}

/// Folders that did not exist before, innermost first; those that are empty in the end are removed.
struct NewFolders(Vec<PathBuf>);

impl NewFolders {
    fn make(folder: &Path) -> Result<NewFolders, IoError> {
        let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.exists();
        let made = NewFolders(folder.ancestors().take_while(is_missing).map(PathBuf::from).collect());
        std::fs::create_dir_all(folder).map_err(|error| IoError::new("create", folder, error))?;
        Ok(made)
    }
}

impl Drop for NewFolders {
    fn drop(&mut self) {
        // One that holds anything cannot be removed, nor can those around it.
        let _all_removed = self.0.iter().try_for_each(std::fs::remove_dir);
    }
}
