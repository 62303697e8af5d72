//! File systems that a store must not be written on.
//!
//! A store rests on advisory locks that hold for every process and on maps that show what another process wrote.
//! File systems that reach over a network, or are answered by a program, promise neither.

use std::path::Path;

use super::error::StoreError;
use crate::io::IoError;

/// Magic numbers as `statfs(2)` gives them (Linux, `linux/magic.h`), and names to call them by.
const UNDEPENDABLE: [(u32, &str); 8] = [
    (0x6969, "NFS"),
    (0x517B, "SMB"),
    (0xFF53_4D42, "CIFS"),
    (0xFE53_4D42, "SMB2"),
    (0x6573_5546, "FUSE"),
    (0x0102_1997, "9p"),
    (0x00C3_6400, "Ceph"),
    (0x5346_414F, "AFS"),
];

/// Name of the file system with that magic number, if locks or maps on it are not to be relied on.
#[must_use]
pub fn undependable(magic: u32) -> Option<&'static str> {
    UNDEPENDABLE.iter().find(|(known, _)| *known == magic).map(|(_, name)| *name)
}

/// Magic number of the file system that holds `folder`, or would hold it.
///
/// # Errors
/// If the system does not tell.
pub fn magic_of(folder: &Path) -> Result<u32, IoError> {
    let here = Path::new(".");
    let known = folder.ancestors().map(|path| if path.as_os_str().is_empty() { here } else { path });
    let existing = known.into_iter().find(|path| path.exists()).unwrap_or(here);
    let found = rustix::fs::statfs(existing)
        .map_err(|error| IoError::new("look at the file system of", existing, std::io::Error::from(error)))?;
    // The magic numbers have 32 bits; the field is wider on some systems, and signed on others.
    Ok(found.f_type as u32)
}

/// Fails if `magic`, the file system of `folder`, is one on which a store must not be written.
///
/// # Errors
/// [`StoreError::UndependableFileSystem`].
pub fn refuse_undependable(folder: &Path, magic: u32) -> Result<(), StoreError> {
    match undependable(magic) {
        Some(name) => Err(StoreError::UndependableFileSystem { path: folder.display().to_string(), name }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_systems_over_a_network_are_refused_by_name() {
        for (magic, name) in [(0x6969, "NFS"), (0xFE53_4D42, "SMB2"), (0x6573_5546, "FUSE"), (0x0102_1997, "9p")] {
            let error = refuse_undependable(Path::new("x/store"), magic).expect_err("a network file system");
            assert_eq!(error.code(), "store_unsupported_file_system");
            assert!(error.to_string().contains(name) && error.to_string().contains("x/store"), "{error}");
            assert!(error.hint().is_some_and(|hint| hint.contains("--allow-network-fs")));
        }
    }

    #[test]
    fn local_ones_are_taken() {
        // ext4, xfs, btrfs, tmpfs, overlayfs, zfs
        for magic in [0xEF53, 0x5846_5342, 0x9123_683E, 0x0102_1994, 0x794C_7630, 0x2FC1_2FC1] {
            assert_eq!(undependable(magic), None);
            assert!(refuse_undependable(Path::new("store"), magic).is_ok());
        }
    }

    #[test]
    fn a_folder_that_is_not_there_yet_is_on_the_file_system_of_the_next_one_above() {
        let folder = tempfile::tempdir().expect("a folder");
        let there = magic_of(folder.path()).expect("a file system");
        assert_eq!(magic_of(&folder.path().join("not/yet/there")).expect("the same"), there);
        assert!(magic_of(Path::new("not_there")).is_ok());
    }
}
