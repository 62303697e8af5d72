//! How much memory there is, and what the path in memory would take of it.

use std::path::Path;

use super::error::MemoryError;
use super::shape::RESERVE_BYTES;
use crate::io::Storage;
use crate::link::load::ToLoad;
use crate::link::IndexOptions;
use crate::Result;

/// Memory of the batches in flight, in batches' bytes: one that is linked and three that are ready, with what follows
/// from their bytes.
const BATCHES: u64 = 16;

/// Smallest budget that is taken.
pub const MIN_MEMORY_BYTES: u64 = 256 << 20;

/// The budget where none is given: half of the machine's memory, or of what its control group may use if that is less.
///
/// The other half is left to other programs and to the page cache, from which columns and runs are read. `None` where
/// the system does not say how much there is.
#[must_use]
pub fn default_memory_bytes() -> Option<u64> {
    let physical = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| physical_bytes(&text));
    let group = group_limit_bytes(Path::new("/sys/fs/cgroup"));
    let available = [physical, group].into_iter().flatten().min()?;
    Some((available / 2).max(MIN_MEMORY_BYTES))
}

/// `MemTotal` of the text of `/proc/meminfo`.
fn physical_bytes(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The tightest limit that control groups set, of version 2 or 1, at the mount or on the way to this process.
fn group_limit_bytes(mount: &Path) -> Option<u64> {
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let mut files = vec![mount.join("memory.max"), mount.join("memory/memory.limit_in_bytes")];
    for line in groups.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (fields.next(), fields.next()) else { continue };
        let (root, file) = match controllers {
            "" => (mount.to_path_buf(), "memory.max"),
            _ if controllers.split(',').any(|name| name == "memory") => (mount.join("memory"), "memory.limit_in_bytes"),
            _ => continue,
        };
        let group = root.join(path.trim_start_matches('/'));
        files.extend(group.ancestors().take_while(|folder| folder.starts_with(&root)).map(|folder| folder.join(file)));
    }
    // "max" is no number; without a limit version 1 gives one near 2^63.
    let limits = files.iter().filter_map(|file| std::fs::read_to_string(file).ok()?.trim().parse::<u64>().ok());
    limits.filter(|bytes| *bytes < 1 << 60).min()
}

/// Fails if `memory_bytes` is less than anything can work with.
///
/// # Errors
/// [`MemoryError::TooLittle`].
pub fn check_memory(memory_bytes: u64) -> Result<(), MemoryError> {
    if memory_bytes < MIN_MEMORY_BYTES {
        return Err(MemoryError::TooLittle { received_bytes: memory_bytes, allowed_bytes: MIN_MEMORY_BYTES });
    }
    Ok(())
}

/// `options` for the path in memory, cut so that it keeps to `memory_bytes`: half of what rows that wait, the runs over
/// them and the batches leave is for the tables, since they double when they are full.
#[must_use]
pub(crate) fn within(options: &IndexOptions, memory_bytes: u64) -> IndexOptions {
    let room = memory_bytes.saturating_sub(RESERVE_BYTES);
    let commit_bytes = options.commit_bytes.min((room / 6).max(1));
    let batch_bytes = options.batch_bytes.min((room / 64).max(1));
    let tables = room.saturating_sub(commit_bytes * 2).saturating_sub(batch_bytes * BATCHES) / 2;
    IndexOptions {
        batch_bytes,
        commit_bytes,
        ahead_bytes: options.ahead_bytes.min((room / 24).max(1)),
        max_table_bytes: usize::try_from(tables).unwrap_or(usize::MAX),
        ..options.clone()
    }
}

/// Whether the tables of `n_bytes` bytes of blocks fit into those of `options`, so that nothing is looked up in runs.
/// Tables take at most an eighth of the bytes of the blocks.
#[must_use]
pub(crate) fn tables_fit(n_bytes: u64, options: &IndexOptions) -> bool {
    n_bytes / 8 <= options.max_table_bytes as u64
}

/// Fails if the disk cannot hold the store and what is spilled on the way, reckoned from blocks of the usual mix.
///
/// # Errors
/// [`MemoryError::Disk`].
pub(super) fn check_disk(storage: &dyn Storage, blocks: &[ToLoad]) -> Result<()> {
    let n_bytes: u64 = blocks.iter().map(|block| u64::from(block.block.len)).sum();
    let needed_bytes = needed_disk(n_bytes);
    match storage.free_bytes()? {
        Some(available_bytes) if available_bytes < needed_bytes => {
            Err(MemoryError::Disk { needed_bytes, available_bytes }.into())
        }
        _ => Ok(()),
    }
}

/// Spills at their most and the finished store: two thirds of the blocks on chains of the usual mix, and a quarter to
/// spare.
fn needed_disk(n_bytes: u64) -> u64 {
    n_bytes / 6 * 5
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may panic
mod tests {
    use super::*;

    #[test]
    fn the_machine_is_asked() {
        assert_eq!(physical_bytes("MemTotal:       24689764 kB\nMemFree: 1 kB\n"), Some(24_689_764 * 1024));
        assert_eq!(physical_bytes("MemTotal: lots"), None);
        assert!(default_memory_bytes().is_none_or(|bytes| bytes >= MIN_MEMORY_BYTES));
    }

    #[test]
    fn the_tightest_limit_counts() {
        let mount = tempfile::tempdir().unwrap();
        assert_eq!(group_limit_bytes(mount.path()), None);
        std::fs::write(mount.path().join("memory.max"), "max\n").unwrap();
        assert_eq!(group_limit_bytes(mount.path()), None);
        std::fs::write(mount.path().join("memory.max"), "1048576\n").unwrap();
        std::fs::create_dir(mount.path().join("memory")).unwrap();
        std::fs::write(mount.path().join("memory/memory.limit_in_bytes"), "524288\n").unwrap();
        assert_eq!(group_limit_bytes(mount.path()), Some(524_288));
    }

    #[test]
    fn too_little_is_refused() {
        assert!(check_memory(MIN_MEMORY_BYTES).is_ok());
        let error = check_memory(100 << 20).unwrap_err();
        assert_eq!(error.code(), "usage_memory");
        assert_eq!(error.hint().unwrap(), "give at least `--memory 256M`");
    }

    #[test]
    fn options_keep_to_the_budget() {
        for memory_bytes in [MIN_MEMORY_BYTES, 350 << 20, 4 << 30, 1 << 40] {
            let options = within(&IndexOptions::default(), memory_bytes);
            let tables = options.max_table_bytes as u64 * 2;
            let all = RESERVE_BYTES + tables + options.commit_bytes * 2 + options.batch_bytes * BATCHES;
            assert!(all <= memory_bytes, "{options:?}");
            assert!(tables_fit(tables * 4, &options) && !tables_fit(tables * 4 + 8, &options));
        }
    }
}
