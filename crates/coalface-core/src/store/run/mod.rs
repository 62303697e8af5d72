//! One immutable sorted run: keys, values and, for forest children, the size of the cluster after each link.
//!
//! A directory says where the entries of each bucket (keys with the same leading bits) begin, so that entries keep the
//! other bits only. Of hashed keys no more than 40 bits are kept: equal keys are candidates, and who looks one up
//! compares the real thing.

mod layout;
mod write;

use std::ops::Range;

use layout::{Layout, Sections, DROPPED_BITS, HEAD_BYTES};
pub use write::write;

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

    /// `key` as far as runs keep it: of hashed keys the leading 40 bits, the others read as zero.
    #[must_use]
    pub fn kept(self, key: u64) -> u64 {
        if self.has_hashed_keys() {
            key & !((1 << DROPPED_BITS) - 1)
        } else {
            key
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
    /// Hash (as far as runs keep it, once read from one) or id.
    pub key: u64,
    /// Id.
    pub value: u64,
    /// Size of the cluster after a link; else 0.
    pub extra: u32,
}

/// A mapped run.
#[derive(Debug, Clone)]
pub struct Run {
    kind: RunKind,
    /// Its line in the manifest.
    pub entry: RunEntry,
    view: View,
    layout: Layout,
    sections: Sections,
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
        let have = storage.len(&file)?.unwrap_or(0);
        let short =
            |needed: u64| StoreError::corrupt(&file, have, format!("the file ends here, {needed} bytes are needed"));
        if have < HEAD_BYTES {
            return Err(short(HEAD_BYTES));
        }
        let layout = Layout::parse(&storage.view(&file, HEAD_BYTES)?);
        let layout = layout.filter(|layout| (layout.kind, layout.rows) == (kind, entry.rows));
        let (layout, sections) = layout
            .and_then(|layout| layout.sections().map(|sections| (layout, sections)))
            .ok_or_else(|| wrong("the head of the file does not fit the manifest".into()))?;
        if have < sections.extra.end as u64 {
            return Err(short(sections.extra.end as u64));
        }
        let view = storage.view(&file, sections.extra.end as u64)?;
        Ok(Run { kind, entry: entry.clone(), view, layout, sections })
    }

    /// Where entries begin, bucket by bucket, and behind them their number.
    fn directory(&self) -> &[u32] {
        bytemuck::cast_slice(&self.view[self.sections.directory.clone()])
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

    /// No value is below this.
    pub(super) fn first_value(&self) -> u64 {
        self.layout.value_base
    }

    /// The low bits of the key of entry `at`.
    fn low(&self, at: usize) -> u64 {
        number(&self.view[self.sections.keys.clone()], self.layout.key_bytes(), at)
    }

    /// The bucket in which entry `at` lies.
    fn bucket_of(&self, at: usize) -> usize {
        // The directory has one entry more than there are buckets.
        let directory = self.directory();
        directory.partition_point(|start| *start as usize <= at).saturating_sub(1).min(directory.len() - 2)
    }

    /// Key of entry `at`, as [`RunKind::kept`]. O(log buckets): [`Run::iter`] is better for many.
    #[must_use]
    pub fn key(&self, at: usize) -> u64 {
        self.layout.key(self.bucket_of(at) as u64, self.low(at))
    }

    /// Value of entry `at`.
    #[must_use]
    pub fn value(&self, at: usize) -> u64 {
        let value = number(&self.view[self.sections.values.clone()], self.layout.value_bytes.into(), at);
        self.layout.value_base.saturating_add(value)
    }

    fn extra(&self, at: usize) -> u32 {
        bytemuck::cast_slice::<u8, u32>(&self.view[self.sections.extra.clone()]).get(at).copied().unwrap_or(0)
    }

    /// Entry `at`. As slow as [`Run::key`].
    #[must_use]
    pub fn get(&self, at: usize) -> Entry {
        Entry { key: self.key(at), value: self.value(at), extra: self.extra(at) }
    }

    /// Entries in order, those at `range`.
    pub fn iter(&self, range: Range<usize>) -> impl Iterator<Item = Entry> + '_ {
        let directory = self.directory();
        let last = directory.len() - 2;
        let mut bucket = self.bucket_of(range.start);
        (range.start..range.end.min(self.len())).map(move |at| {
            while bucket < last && directory[bucket + 1] as usize <= at {
                bucket += 1;
            }
            Entry { key: self.layout.key(bucket as u64, self.low(at)), value: self.value(at), extra: self.extra(at) }
        })
    }

    /// Positions of the entries with `key`, orphaned ones included; of hashed keys, of those whose kept bits are equal.
    #[must_use]
    pub fn find(&self, key: u64) -> Range<usize> {
        let Some((bucket, low)) = self.layout.place(key) else { return 0..0 };
        let range = self.bucket(bucket);
        let start = self.search(range.clone(), |found| found < low);
        start..self.search(start..range.end, |found| found == low)
    }

    /// Entries with `key`, as [`Run::find`].
    pub fn matches(&self, key: u64) -> impl Iterator<Item = Entry> + '_ {
        let kept = self.kind.kept(key);
        self.find(key).map(move |at| Entry { key: kept, value: self.value(at), extra: self.extra(at) })
    }

    /// First position whose key is not below `key`.
    #[must_use]
    pub fn lower_bound(&self, key: u64) -> usize {
        match self.layout.place(key) {
            Some((bucket, low)) => self.search(self.bucket(bucket), |found| found < low),
            None => self.len(),
        }
    }

    /// Positions of the entries of a bucket; any that are there, if the directory is damaged.
    fn bucket(&self, bucket: u64) -> Range<usize> {
        let directory = self.directory();
        let at = |n: usize| directory.get(n).map_or(0, |start| *start as usize).min(self.len());
        let start = at(bucket as usize);
        start..at(bucket as usize + 1).max(start)
    }

    /// First position of `range` whose low bits are not `before`, which holds for none behind it.
    fn search(&self, range: Range<usize>, before: impl Fn(u64) -> bool) -> usize {
        let (mut low, mut high) = (range.start, range.end);
        while low < high {
            let middle = low + (high - low) / 2;
            if before(self.low(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Whether the entry's value was taken back by a reorganisation.
    #[must_use]
    pub fn is_orphan(&self, value: u64) -> bool {
        value >= self.kind.clip_of(&self.entry.clip)
    }

    /// Byte of the file at which the key of entry `at` lies.
    #[must_use]
    pub fn key_offset(&self, at: usize) -> u64 {
        self.sections.keys.start as u64 + at as u64 * self.layout.key_bytes() as u64
    }

    /// Compares the file with its checksums and looks at the bytes that they do not cover, and at the directory.
    ///
    /// Calls `each` with the offset of every section that differs and what was found; the order of entries is left to
    /// the caller.
    pub fn verify(&self, mut each: impl FnMut(u64, String)) {
        let Sections { directory, keys, values, extra } = self.sections.clone();
        for gap in [keys.end..values.start, values.end..extra.start] {
            if self.view[gap.clone()].iter().any(|byte| *byte != 0) {
                each(gap.start as u64, format!("bytes {} to {} are not zero", gap.start, gap.end));
            }
        }
        for (range, expected) in [directory.start..keys.end, values, extra].into_iter().zip(self.entry.crcs) {
            let found = crc32fast::hash(&self.view[range.clone()]);
            if found != expected {
                each(range.start as u64, format!("checksum is {found:08x}, {expected:08x} was written"));
            }
        }
        let starts = self.directory();
        if !starts.is_sorted()
            || starts.first() != Some(&0)
            || starts.last().map(|end| *end as usize) != Some(self.len())
        {
            each(directory.start as u64, format!("the directory does not rise from 0 to {}", self.len()));
        }
    }
}

/// Number `at` of those of `width` bytes (at most eight) that stand in `bytes` end to end.
fn number(bytes: &[u8], width: usize, at: usize) -> u64 {
    let bytes = &bytes[at * width..(at + 1) * width];
    // The common widths as one load each.
    match bytes {
        [a, b] => u64::from(u16::from_le_bytes([*a, *b])),
        [a, b, c] => u64::from(u32::from_le_bytes([*a, *b, *c, 0])),
        [a, b, c, d] => u64::from(u32::from_le_bytes([*a, *b, *c, *d])),
        _ => bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)),
    }
}
