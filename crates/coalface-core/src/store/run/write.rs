//! Writing a run: sorted entries in, one file out.

use super::layout::{Layout, HEAD_BYTES};
use super::{Entry, RunKind};
use crate::io::Storage;
use crate::store::error::StoreError;
use crate::store::manifest::{Clip, RunEntry};

/// One part of the file, written in order.
struct Part {
    end: u64,
    sum: crc32fast::Hasher,
    buffer: Vec<u8>,
}

impl Part {
    const BUFFER: usize = 1 << 20;

    fn at(start: usize) -> Part {
        Part { end: start as u64, sum: crc32fast::Hasher::new(), buffer: Vec::with_capacity(Part::BUFFER) }
    }

    fn push(&mut self, storage: &dyn Storage, path: &str, number: u64, width: usize) -> Result<(), StoreError> {
        self.buffer.extend_from_slice(&number.to_le_bytes()[..width]);
        if self.buffer.len() + 8 > Part::BUFFER {
            self.flush(storage, path)?;
        }
        Ok(())
    }

    fn flush(&mut self, storage: &dyn Storage, path: &str) -> Result<(), StoreError> {
        if !self.buffer.is_empty() {
            self.sum.update(&self.buffer);
            storage.write_at(path, self.end, &self.buffer)?;
            self.end += self.buffer.len() as u64;
            self.buffer.clear();
        }
        Ok(())
    }
}

/// Writes the sorted `entries` (exactly `rows` of them) as a new run file, which the caller syncs. No value is below `first_value`,
/// none at or above what `clip` says, and no id that is a key above its addresses.
///
/// # Errors
/// If a file operation fails, or there are more than 2^32 − 1 entries.
pub fn write(
    storage: &dyn Storage,
    kind: RunKind,
    file: &str,
    rows: u64,
    clip: Clip,
    first_value: u64,
    entries: impl Iterator<Item = Entry>,
) -> Result<RunEntry, StoreError> {
    let path = format!("runs/{file}");
    let full = || StoreError::Full { what: "run rows", wanted: rows, limit: u64::from(u32::MAX) };
    let layout = Layout::choose(kind, rows, &clip, first_value).ok_or_else(full)?;
    let sections = layout.sections().ok_or_else(full)?;
    storage.remove(&path)?;
    storage.write_at(&path, 0, &layout.head())?;
    // Makes the file as long as its sections say even where the last one is empty or padded.
    if sections.extra.end as u64 > HEAD_BYTES {
        storage.write_at(&path, sections.extra.end as u64 - 1, &[0])?;
    }
    let starts = [sections.directory.start, sections.keys.start, sections.values.start, sections.extra.start];
    let [mut directory, mut keys, mut values, mut extra] = starts.map(Part::at);
    let (mut written, mut bucket) = (0u64, None);
    for entry in in_order(kind, entries.take(rows as usize)) {
        let (at, low) = layout.place(entry.key).unwrap_or((layout.buckets - 1, 0));
        debug_assert_eq!(layout.key(at, low), kind.kept(entry.key), "keys are below the clip");
        while bucket.is_none_or(|bucket| bucket < at) {
            directory.push(storage, &path, written, 4)?;
            bucket = Some(bucket.map_or(0, |bucket| bucket + 1));
        }
        keys.push(storage, &path, low, layout.key_bytes())?;
        values.push(storage, &path, entry.value.saturating_sub(layout.value_base), layout.value_bytes.into())?;
        if kind == RunKind::StrictChild {
            extra.push(storage, &path, u64::from(entry.extra), 4)?;
        }
        written += 1;
    }
    debug_assert_eq!(written, rows, "the caller counts its entries");
    for _ in bucket.map_or(0, |bucket| bucket + 1)..=layout.buckets {
        directory.push(storage, &path, written, 4)?;
    }
    for part in [&mut directory, &mut keys, &mut values, &mut extra] {
        part.flush(storage, &path)?;
    }
    let mut sum = directory.sum;
    sum.combine(&keys.sum);
    let crcs = [sum, values.sum, extra.sum].map(crc32fast::Hasher::finalize);
    Ok(RunEntry { kind: kind.name().to_owned(), file: file.to_owned(), rows, crcs, clip })
}

/// The entries in order of what runs keep of their keys, then of value. They come in order of their whole keys, so that
/// only those whose kept bits are equal have to change places; those of the forest stay in the order of linking.
fn in_order(kind: RunKind, entries: impl Iterator<Item = Entry>) -> impl Iterator<Item = Entry> {
    let mut entries = entries.peekable();
    let mut group: Vec<Entry> = Vec::new();
    std::iter::from_fn(move || {
        if let Some(entry) = group.pop() {
            return Some(entry);
        }
        let first = entries.next()?;
        if !kind.has_hashed_keys() {
            return Some(first);
        }
        while let Some(entry) = entries.next_if(|next| kind.kept(next.key) == kind.kept(first.key)) {
            group.push(entry);
        }
        if group.is_empty() {
            return Some(first);
        }
        group.push(first);
        group.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.value));
        group.pop()
    })
}

#[cfg(test)]
mod tests {
    use super::super::Run;
    use super::*;
    use crate::io::replay::ReplayStorage;

    fn run(kind: RunKind, mut entries: Vec<Entry>, clip: Clip) -> (Run, Vec<Entry>) {
        entries.sort_unstable();
        let storage = ReplayStorage::default();
        let first_value = entries.iter().map(|entry| entry.value).min().unwrap_or(0);
        let rows = entries.len() as u64;
        let line = write(&storage, kind, "a.run", rows, clip, first_value, entries.iter().copied()).unwrap();
        let run = Run::open(&storage, &line).unwrap();
        run.verify(|offset, what| panic!("byte {offset}: {what}"));
        entries.iter_mut().for_each(|entry| entry.key = kind.kept(entry.key));
        entries.sort_unstable();
        (run, entries)
    }

    fn compare(run: &Run, entries: &[Entry]) {
        assert!(run.iter(0..run.len()).eq(entries.iter().copied()));
        let middle = entries.len() / 3;
        assert!(run.iter(middle..entries.len()).eq(entries[middle..].iter().copied()));
        for (at, entry) in entries.iter().enumerate() {
            assert_eq!(run.get(at), *entry);
        }
        let keys = entries.iter().map(|entry| entry.key);
        for key in keys.flat_map(|key| [key, key.wrapping_add(1 << 24), key.wrapping_sub(1)]).chain([0, u64::MAX]) {
            let same: Vec<Entry> = entries.iter().copied().filter(|entry| entry.key == run.kind().kept(key)).collect();
            assert_eq!(run.matches(key).collect::<Vec<_>>(), same, "{key:#x}");
            if run.kind().has_hashed_keys() {
                let below = entries.partition_point(|entry| entry.key < run.kind().kept(key));
                assert_eq!(run.lower_bound(key), below);
            }
        }
    }

    #[test]
    fn hashed_keys_are_found() {
        let clip = Clip { txs: 1 << 32, outputs: 1 << 33, addresses: 1 << 32, externals: 0 };
        let mut state = 1u64;
        for rows in [0u64, 1, 5, 3000] {
            let mut entries: Vec<Entry> = (0..rows)
                .map(|value| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    Entry { key: state, value, extra: 0 }
                })
                .collect();
            // Keys that differ only in what is dropped, in an order that their values do not have.
            entries.extend((0..20).map(|n| Entry { key: 77 << 40 | (19 - n), value: rows + n, extra: 0 }));
            entries.extend([u64::MAX, u64::MAX - 5, 0].map(|key| Entry { key, value: rows + 30, extra: 0 }));
            let (run, entries) = run(RunKind::Txid, entries, clip);
            compare(&run, &entries);
        }
    }

    #[test]
    fn ids_are_found() {
        for (outputs, addresses, step) in
            [(1 << 20, 3000, 1), (1 << 35, 1 << 18, 61), (1 << 33, u64::from(u32::MAX), 1 << 20)]
        {
            let clip = Clip { txs: 0, outputs, addresses, externals: 0 };
            let ids = (0..addresses).step_by(step).take(4000);
            let entries = ids.flat_map(|key| (0..1 + key % 3).map(move |n| (key, n)));
            let entries: Vec<Entry> =
                entries.map(|(key, n)| Entry { key, value: outputs - 1 - key % 500 - n, extra: 0 }).collect();
            let (run, entries) = run(RunKind::AddressOutput, entries, clip);
            compare(&run, &entries);
        }
    }

    #[test]
    fn a_damaged_directory_is_told_and_harms_nobody() {
        let clip = Clip { txs: 1 << 32, outputs: 0, addresses: 0, externals: 0 };
        let entries = (0..300u64).map(|n| Entry { key: n << 54, value: n, extra: 0 });
        let storage = ReplayStorage::default();
        let line = write(&storage, RunKind::Txid, "a.run", 300, clip, 0, entries).unwrap();
        for (bucket, start) in [(0, 9u32), (7, u32::MAX), (100, 0), (256, 3)] {
            storage.write_at("runs/a.run", 64 + bucket * 4, &start.to_le_bytes()).unwrap();
            let run = Run::open(&storage, &line).unwrap();
            let mut told = 0;
            run.verify(|_, _| told += 1);
            assert_eq!(told, 2, "checksum and order");
            for n in 0..300u64 {
                let _ = (run.get(n as usize), run.matches(n << 54).count(), run.lower_bound(n << 54));
            }
            assert_eq!(run.iter(0..300).count(), 300);
        }
    }
}
