//! One immutable sorted run: keys, values and, for forest children, the size of the cluster after each link.

use std::ops::Range;

use super::error::StoreError;
use super::manifest::{Clip, RunEntry};
use crate::io::{Storage, View};

/// What a run maps to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RunKind {
    /// Salted key of a txid → transaction.
    Txid,
    /// Salted key of an address → address id.
    Address,
    /// Salted key of a txid → row of `external`.
    External,
    /// Address id → output, ascending.
    AddressOutput,
    /// Address id → row of `external`, ascending.
    AddressExternal,
    /// Forest parent → child in the order of linking, with the cluster's size after the link.
    StrictChild,
}

impl RunKind {
    /// All kinds.
    pub const ALL: [RunKind; 6] = [
        RunKind::Txid,
        RunKind::Address,
        RunKind::External,
        RunKind::AddressOutput,
        RunKind::AddressExternal,
        RunKind::StrictChild,
    ];

    /// Name in the manifest.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            RunKind::Txid => "txid",
            RunKind::Address => "address",
            RunKind::External => "external",
            RunKind::AddressOutput => "address_output",
            RunKind::AddressExternal => "address_external",
            RunKind::StrictChild => "strict_child",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<RunKind> {
        RunKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether keys are salted hashes (64 bits) or ids (32 bits).
    #[must_use]
    pub fn has_hashed_keys(self) -> bool {
        matches!(self, RunKind::Txid | RunKind::Address | RunKind::External)
    }

    fn key_width(self) -> u64 {
        if self.has_hashed_keys() {
            8
        } else {
            4
        }
    }

    fn value_width(self) -> u64 {
        if self == RunKind::AddressOutput {
            8
        } else {
            4
        }
    }

    fn extra_width(self) -> u64 {
        if self == RunKind::StrictChild {
            4
        } else {
            0
        }
    }

    /// The count that values stay below.
    #[must_use]
    pub fn clip_of(self, clip: &Clip) -> u64 {
        match self {
            RunKind::Txid => clip.txs,
            RunKind::Address | RunKind::StrictChild => clip.addresses,
            RunKind::AddressOutput => clip.outputs,
            RunKind::External | RunKind::AddressExternal => clip.externals,
        }
    }
}

/// One entry of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Hash or id.
    pub key: u64,
    /// Id.
    pub value: u64,
    /// Size of the cluster after a link; else 0.
    pub extra: u32,
}

const MAGIC: &[u8; 8] = b"CFRUN001";
const HEAD_BYTES: u64 = 64;

struct Sections {
    keys: Range<u64>,
    values: Range<u64>,
    extra: Range<u64>,
}

fn sections(kind: RunKind, rows: u64) -> Option<Sections> {
    let section = |start: u64, width: u64| -> Option<Range<u64>> {
        let end = start.checked_add(rows.checked_mul(width)?)?;
        (end < 1 << 60).then_some(start..end)
    };
    let keys = section(HEAD_BYTES, kind.key_width())?;
    let values = section(keys.end.next_multiple_of(8), kind.value_width())?;
    let extra = section(values.end.next_multiple_of(8), kind.extra_width())?;
    Some(Sections { keys, values, extra })
}

/// A mapped run.
#[derive(Debug, Clone)]
pub struct Run {
    kind: RunKind,
    /// Its line in the manifest.
    pub entry: RunEntry,
    view: View,
}

impl Run {
    /// Maps the run that the manifest names.
    ///
    /// # Errors
    /// If the file is not what the manifest says.
    pub fn open(storage: &dyn Storage, entry: &RunEntry) -> Result<Run, StoreError> {
        let file = format!("runs/{}", entry.file);
        let wrong = |what: String| StoreError::corrupt(&file, 0, what);
        let kind = RunKind::from_name(&entry.kind).ok_or_else(|| wrong(format!("run kind `{}`", entry.kind)))?;
        let sections = sections(kind, entry.rows).ok_or_else(|| wrong(format!("{} rows", entry.rows)))?;
        let have = storage.len(&file)?.unwrap_or(0);
        if have < sections.extra.end {
            let what = format!("the file ends here, {} bytes are needed", sections.extra.end);
            return Err(StoreError::corrupt(&file, have, what));
        }
        let view = storage.view(&file, sections.extra.end)?;
        if view[..8] != *MAGIC || view[8..16] != (kind as u64).to_le_bytes() || view[16..24] != entry.rows.to_le_bytes()
        {
            return Err(wrong("the head of the file does not fit the manifest".into()));
        }
        Ok(Run { kind, entry: entry.clone(), view })
    }

    fn section(&self, range: impl Fn(Sections) -> Range<u64>) -> &[u8] {
        let range = range(sections(self.kind, self.entry.rows).expect("checked when the run was opened"));
        &self.view[range.start as usize..range.end as usize]
    }

    fn hashed_keys(&self) -> &[u64] {
        bytemuck::cast_slice(self.section(|s| s.keys))
    }

    fn id_keys(&self) -> &[u32] {
        bytemuck::cast_slice(self.section(|s| s.keys))
    }

    /// What the run maps.
    #[must_use]
    pub fn kind(&self) -> RunKind {
        self.kind
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entry.rows as usize
    }

    /// Bytes of the file.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.view.len() as u64
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entry.rows == 0
    }

    /// Key of entry `at`.
    #[must_use]
    pub fn key(&self, at: usize) -> u64 {
        if self.kind.has_hashed_keys() {
            self.hashed_keys()[at]
        } else {
            u64::from(self.id_keys()[at])
        }
    }

    /// Value of entry `at`.
    #[must_use]
    pub fn value(&self, at: usize) -> u64 {
        let values = self.section(|s| s.values);
        if self.kind.value_width() == 8 {
            bytemuck::cast_slice::<u8, u64>(values)[at]
        } else {
            u64::from(bytemuck::cast_slice::<u8, u32>(values)[at])
        }
    }

    /// Entry `at`.
    #[must_use]
    pub fn get(&self, at: usize) -> Entry {
        let extra = bytemuck::cast_slice::<u8, u32>(self.section(|s| s.extra)).get(at).copied().unwrap_or(0);
        Entry { key: self.key(at), value: self.value(at), extra }
    }

    /// Positions of the entries with `key`, orphaned ones included.
    #[must_use]
    pub fn find(&self, key: u64) -> Range<usize> {
        if self.kind.has_hashed_keys() {
            let keys = self.hashed_keys();
            let start = lower_bound_uniform(keys, key);
            let same = keys[start..].iter().take_while(|found| **found == key).count();
            start..start + same
        } else {
            let Ok(key) = u32::try_from(key) else { return 0..0 };
            let keys = self.id_keys();
            let start = keys.partition_point(|found| *found < key);
            let end = start + keys[start..].partition_point(|found| *found == key);
            start..end
        }
    }

    /// Whether the entry's value was taken back by a reorganisation.
    #[must_use]
    pub fn is_orphan(&self, value: u64) -> bool {
        value >= self.kind.clip_of(&self.entry.clip)
    }

    /// Byte of the file at which the key of entry `at` lies.
    #[must_use]
    pub fn key_offset(&self, at: usize) -> u64 {
        HEAD_BYTES + at as u64 * self.kind.key_width()
    }

    /// Compares the file with its checksums and looks at the bytes that they do not cover.
    ///
    /// Calls `each` with the offset of every section that differs and what was found; the order of entries is left to
    /// the caller.
    pub fn verify(&self, mut each: impl FnMut(u64, String)) {
        let sections = sections(self.kind, self.entry.rows).expect("checked when the run was opened");
        let bytes = |range: Range<u64>| &self.view[range.start as usize..range.end as usize];
        let gaps =
            [24..HEAD_BYTES, sections.keys.end..sections.values.start, sections.values.end..sections.extra.start];
        for gap in gaps {
            if bytes(gap.clone()).iter().any(|byte| *byte != 0) {
                each(gap.start, format!("bytes {} to {} are not zero", gap.start, gap.end));
            }
        }
        for (range, expected) in [sections.keys, sections.values, sections.extra].into_iter().zip(self.entry.crcs) {
            let found = crc32fast::hash(bytes(range.clone()));
            if found != expected {
                each(range.start, format!("checksum is {found:08x}, {expected:08x} was written"));
            }
        }
    }
}

/// First position whose key is not below `key`, guessed by interpolation: salted keys are uniform.
fn lower_bound_uniform(keys: &[u64], key: u64) -> usize {
    let (mut low, mut high) = (0usize, keys.len());
    // Each guess leaves a window around it; after some guesses (hostile or few keys) plain halving ends it.
    for _ in 0..4 {
        if high - low < 16 {
            break;
        }
        let (first, last) = (keys[low], keys[high - 1]);
        if key <= first {
            return low;
        }
        if key > last {
            return high;
        }
        let span = u128::from(last - first).max(1);
        let guess = low + (u128::from(key - first) * (high - 1 - low) as u128 / span) as usize;
        let slack = ((high - low) as f64).sqrt() as usize + 1;
        let (left, right) = (guess.saturating_sub(slack).max(low), (guess + slack).min(high - 1));
        if keys[left] >= key {
            high = left + 1;
        } else if keys[right] < key {
            low = right + 1;
        } else {
            (low, high) = (left, right + 1);
        }
    }
    low + keys[low..high].partition_point(|found| *found < key)
}

/// Writes the sorted `entries` (exactly `rows` of them) as a new run file and syncs it.
///
/// # Errors
/// If a file operation fails.
pub fn write(
    storage: &dyn Storage,
    kind: RunKind,
    file: &str,
    rows: u64,
    clip: Clip,
    entries: impl Iterator<Item = Entry>,
) -> Result<RunEntry, StoreError> {
    const BUFFER: usize = 1 << 20;
    let path = format!("runs/{file}");
    let sections = sections(kind, rows).ok_or(StoreError::Full { what: "run rows", wanted: rows, limit: 1 << 56 })?;
    let mut head = Vec::with_capacity(HEAD_BYTES as usize);
    head.extend_from_slice(MAGIC);
    head.extend_from_slice(&(kind as u64).to_le_bytes());
    head.extend_from_slice(&rows.to_le_bytes());
    head.resize(HEAD_BYTES as usize, 0);
    storage.remove(&path)?;
    storage.write_at(&path, 0, &head)?;
    // Makes the file as long as its sections say even where the last one is empty or padded.
    if sections.extra.end > HEAD_BYTES {
        storage.write_at(&path, sections.extra.end - 1, &[0])?;
    }
    let mut ends = [sections.keys.start, sections.values.start, sections.extra.start];
    let mut sums = [(); 3].map(|()| crc32fast::Hasher::new());
    let mut buffers = [(); 3].map(|()| Vec::with_capacity(BUFFER));
    let widths = [kind.key_width(), kind.value_width(), kind.extra_width()];
    let mut flush = |n: usize, buffer: &mut Vec<u8>| -> Result<(), StoreError> {
        sums[n].update(buffer);
        storage.write_at(&path, ends[n], buffer)?;
        ends[n] += buffer.len() as u64;
        buffer.clear();
        Ok(())
    };
    let mut written = 0u64;
    for entry in entries.take(rows as usize) {
        for (n, number) in [entry.key, entry.value, u64::from(entry.extra)].into_iter().enumerate() {
            buffers[n].extend_from_slice(&number.to_le_bytes()[..widths[n] as usize]);
            if buffers[n].len() + 8 > BUFFER {
                flush(n, &mut buffers[n])?;
            }
        }
        written += 1;
    }
    debug_assert_eq!(written, rows, "the caller counts its entries");
    for (n, buffer) in buffers.iter_mut().enumerate() {
        if !buffer.is_empty() {
            flush(n, buffer)?;
        }
    }
    storage.sync(&path)?;
    let crcs = sums.map(crc32fast::Hasher::finalize);
    Ok(RunEntry { kind: kind.name().to_owned(), file: file.to_owned(), rows, crcs, clip })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolation_equals_halving() {
        let mut state = 1u64;
        let mut keys: Vec<u64> = (0..5000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                state
            })
            .collect();
        keys.extend([7; 40]);
        keys.extend([u64::MAX; 3]);
        keys.sort_unstable();
        let probes = keys.iter().flat_map(|k| [*k, k.wrapping_add(1), k.wrapping_sub(1)]).chain([0, u64::MAX]);
        for key in probes.collect::<Vec<_>>() {
            assert_eq!(lower_bound_uniform(&keys, key), keys.partition_point(|found| *found < key));
        }
        let narrow = [5u64; 100];
        assert_eq!(lower_bound_uniform(&narrow, 5), 0);
        assert_eq!(lower_bound_uniform(&narrow, 6), 100);
    }
}
