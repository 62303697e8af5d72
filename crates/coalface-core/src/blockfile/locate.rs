//! From the path that a user names to the files meant by it.

use std::io;
use std::path::{Path, PathBuf};

use super::BlockFileError;
use crate::io::IoError;
use crate::network::Network;

/// The block files or loose blocks that `path` stands for.
///
/// A file stands for itself; a folder for its blk*.dat; else, as a data directory, for those in `blocks` or in
/// `blocks` of one network's folder; else for its *.blk. Nothing else is looked at, let alone opened.
///
/// # Errors
/// Nothing is there, several networks are and `network` picks none of them, or a folder cannot be read.
pub(super) fn locate(path: &Path, network: Option<Network>) -> Result<Vec<PathBuf>, BlockFileError> {
    let meta = std::fs::metadata(path).map_err(|error| IoError::new("look at", path, error))?;
    if meta.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    let nothing = || BlockFileError::NoBlockFiles { path: path.to_path_buf() };
    if !meta.is_dir() {
        return Err(nothing());
    }
    let mut files = block_files(path)?;
    if files.is_empty() {
        files = in_data_directory(path, network)?;
    }
    if files.is_empty() {
        files = files_in(path, |name| name.ends_with(".blk"))?;
    }
    if files.is_empty() {
        return Err(nothing());
    }
    Ok(files)
}

/// Number in the name of a block file that a node wrote (`blk00012.dat`: 12).
pub(super) fn file_number(path: &Path) -> Option<u32> {
    let name = path.file_name()?.to_str()?;
    let number = name.strip_prefix("blk")?.strip_suffix(".dat")?.parse().ok()?;
    (name == format!("blk{number:05}.dat")).then_some(number)
}

/// Whether the name is one for a block file.
pub(super) fn is_block_file_name(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(is_block_file)
}

fn is_block_file(name: &str) -> bool {
    name.starts_with("blk") && name.ends_with(".dat")
}

fn block_files(folder: &Path) -> Result<Vec<PathBuf>, BlockFileError> {
    let mut files = files_in(folder, is_block_file)?;
    // blk100000.dat comes after blk99999.dat.
    files.sort_by_cached_key(|path| {
        let number = file_number(path);
        (number.is_none(), number, path.clone())
    });
    Ok(files)
}

fn in_data_directory(path: &Path, wanted: Option<Network>) -> Result<Vec<PathBuf>, BlockFileError> {
    let folder = |network: Network| path.join(network.folder()).join("blocks");
    if let Some(network) = wanted {
        let files = block_files_if_any(&folder(network))?;
        if !files.is_empty() {
            return Ok(files);
        }
    }
    let mut found = Vec::new();
    let mut chosen = Vec::new();
    for network in Network::ALL {
        let files = block_files_if_any(&folder(network))?;
        if !files.is_empty() {
            found.push(network);
            chosen = files;
        }
    }
    if found.len() > 1 {
        return Err(BlockFileError::SeveralNetworks { path: path.to_path_buf(), found });
    }
    Ok(chosen)
}

fn block_files_if_any(folder: &Path) -> Result<Vec<PathBuf>, BlockFileError> {
    match std::fs::metadata(folder) {
        Ok(meta) if meta.is_dir() => block_files(folder),
        Ok(_) => Ok(Vec::new()),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(Vec::new()),
        Err(error) => Err(IoError::new("look at", folder, error).into()),
    }
}

/// Plain files in `folder` whose names are wanted, sorted by name.
fn files_in(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>, BlockFileError> {
    let fail = |error| IoError::new("list", folder, error);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        if !entry.file_name().to_str().is_some_and(&wanted) {
            continue;
        }
        let path = entry.path();
        // Links are followed; pipes and devices, which could block a reader, are left alone.
        if std::fs::metadata(&path).map_err(|error| IoError::new("look at", &path, error))?.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(file_number(Path::new("a/blk00012.dat")), Some(12));
        assert_eq!(file_number(Path::new("blk123456.dat")), Some(123_456));
        for name in ["blk12.dat", "blk000012.dat", "blk+0012.dat", "blk99999999999.dat", "rev00012.dat", "blk.dat"] {
            assert_eq!(file_number(Path::new(name)), None, "{name}");
        }
        assert!(is_block_file_name(Path::new("blk12.dat")) && !is_block_file_name(Path::new("x.blk00000.dat")));
    }
}
