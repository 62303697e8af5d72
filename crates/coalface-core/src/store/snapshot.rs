//! What a reader sees: one committed state of a store, unchanged while the writer goes on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::column::Column;
use super::error::StoreError;
use super::key::Salt;
use super::layout::{Columns, Counts};
use super::manifest::Manifest;
use super::narrow::slot::{rows_before, slot_of};
use super::run::{Entry, Run, RunKind};
use crate::hash::Hash32;
use crate::ids::{AddressId, TxNum, NONE_U32};
use crate::io::{FolderStorage, Storage};
use crate::network::Network;
use crate::script::{AddressKey, Kind};

/// File that holds the epoch, so that readers see it change.
pub const EPOCH_FILE: &str = "epoch";

/// A committed state. Cheap to clone; answers of one snapshot agree with each other.
#[derive(Clone)]
pub struct Snapshot {
    /// The manifest it was opened by.
    pub manifest: Arc<Manifest>,
    /// Its columns.
    pub columns: Arc<Columns>,
    runs: Arc<Vec<Run>>,
    epoch: Option<Column<u64>>,
    network: Network,
    salt: Salt,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("counts", &self.manifest.counts).finish_non_exhaustive()
    }
}

impl Snapshot {
    /// Opens the store in `folder`.
    ///
    /// # Errors
    /// If there is none, or it is not what its manifest says.
    pub fn open_folder(folder: &Path) -> Result<Snapshot, StoreError> {
        let storage = FolderStorage::new(PathBuf::from(folder));
        Snapshot::open(&storage)?.ok_or_else(|| StoreError::NotAStore { path: folder.display().to_string() })
    }

    /// Opens the store in `storage`; `None` if there is none.
    ///
    /// # Errors
    /// If the store is not what its manifest says.
    pub fn open(storage: &dyn Storage) -> Result<Option<Snapshot>, StoreError> {
        // A writer may merge runs, and remove the old ones, between the two looks; then the manifest has moved on.
        let mut last = None;
        for _ in 0..16 {
            let Some(manifest) = Manifest::read(storage)? else { return Ok(None) };
            let generation = manifest.generation;
            match Snapshot::of_manifest(storage, manifest) {
                Ok(snapshot) => return Ok(Some(snapshot)),
                Err(error) if last == Some(generation) => return Err(error),
                Err(_) => last = Some(generation),
            }
        }
        Err(StoreError::corrupt("manifest.json", 0, "the store changes faster than it can be opened"))
    }

    pub(crate) fn of_manifest(storage: &dyn Storage, manifest: Manifest) -> Result<Snapshot, StoreError> {
        let columns = Columns::open(storage, &manifest.counts)?;
        let runs = manifest.runs.iter().map(|entry| Run::open(storage, entry)).collect::<Result<Vec<_>, _>>()?;
        let epoch = match storage.len(EPOCH_FILE)? {
            Some(8..) => Some(Column::open(storage, EPOCH_FILE, 1)?),
            _ => None,
        };
        let (network, salt) = (manifest.network(), manifest.salt());
        let snapshot = Snapshot {
            manifest: Arc::new(manifest),
            columns: Arc::new(columns),
            runs: Arc::new(runs),
            epoch,
            network,
            salt,
        };
        snapshot.check_fresh()?;
        Ok(snapshot)
    }

    /// Fails if rows of this snapshot were taken back since it was opened.
    ///
    /// # Errors
    /// [`StoreError::StaleSnapshot`].
    pub fn check_fresh(&self) -> Result<(), StoreError> {
        let opened = self.manifest.epoch;
        // SAFETY: the view holds eight aligned bytes; volatile, because the writer changes them.
        let now = self.epoch.as_ref().map(|view| unsafe { view.as_ptr().read_volatile() });
        match now {
            // A file that is behind the manifest is that of a reorganisation which is being written, or was cut off by
            // a crash, just before it told its readers: this snapshot already knows.
            Some(now) if now > opened => Err(StoreError::StaleSnapshot { opened, now }),
            _ => Ok(()),
        }
    }

    /// The network of the store.
    #[must_use]
    pub fn network(&self) -> Network {
        self.network
    }

    /// The salt of its keys.
    #[must_use]
    pub fn salt(&self) -> Salt {
        self.salt
    }

    /// Its rows.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.manifest.counts
    }

    /// Its runs of one kind, oldest first.
    pub fn runs(&self, kind: RunKind) -> impl DoubleEndedIterator<Item = &Run> {
        self.runs.iter().filter(move |run| run.kind() == kind)
    }

    /// Entries with `key` of `kind`, oldest run first, without those that a reorganisation took back. Of hashed keys only
    /// the leading bits are compared, so that these are candidates.
    pub fn entries(&self, kind: RunKind, key: u64) -> impl Iterator<Item = Entry> + '_ {
        let implied = if kind == RunKind::AddressOutput { self.implied_entry(key) } else { None };
        let of_run = move |run| Run::matches(run, key).filter(move |entry| self.is_live(run, *entry));
        implied.into_iter().chain(self.runs(kind).flat_map(of_run))
    }

    /// The entry of `address_output` that no run holds, since the column `address.first_output` does: the earliest of
    /// the address.
    #[must_use]
    pub fn implied_entry(&self, address: u64) -> Option<Entry> {
        let output = self.columns.address_first_output.get(usize::try_from(address).ok()?)?;
        (output < self.counts().outputs).then_some(Entry { key: address, value: output, extra: 0 })
    }

    /// Whether an entry of `run` belongs to this snapshot.
    #[must_use]
    pub fn is_live(&self, run: &Run, entry: Entry) -> bool {
        let counts = self.counts();
        if run.is_orphan(entry.value) || entry.value >= run.kind().clip_of(&super::manifest::Clip::at(counts)) {
            return false;
        }
        if run.kind() == RunKind::StrictChild {
            // A child that was unlinked and linked again has its entry in a later run.
            let child = entry.value as usize;
            let link = u64::from(self.columns.strict_link_tx.get(child));
            let parent = u64::from(self.columns.strict_parent.get(child));
            return parent == entry.key && link < run.entry.clip.txs.min(counts.txs);
        }
        true
    }

    /// The latest transaction with that id below transaction `bound`, or `None`.
    #[must_use]
    pub fn find_tx(&self, txid: &Hash32, bound: u64) -> Option<TxNum> {
        self.entries(RunKind::Txid, self.salt.txid(txid))
            .map(|entry| entry.value)
            .filter(|tx| *tx < bound && self.columns.tx_txid[*tx as usize] == *txid)
            .max()
            .map(|tx| tx as TxNum)
    }

    /// The id of an address, or `None` if it does not occur.
    #[must_use]
    pub fn find_address(&self, key: &AddressKey) -> Option<AddressId> {
        self.entries(RunKind::Address, self.salt.address(key))
            .map(|entry| entry.value as AddressId)
            .find(|id| self.address_key(*id).as_ref() == Some(key))
    }

    /// Kind and payload of an address; `None` if the store contradicts itself there.
    #[must_use]
    pub fn address_payload(&self, id: AddressId) -> Option<(Kind, &[u8])> {
        let columns = &*self.columns;
        let (kind, slot) = slot_of(&columns.rank_address, &columns.address_kind, id as usize)?;
        let slot = usize::try_from(slot).ok()?;
        let payload: &[u8] = match kind {
            Kind::P2pkh => columns.payload_p2pkh.get(slot)?,
            Kind::P2sh => columns.payload_p2sh.get(slot)?,
            Kind::P2wpkh => columns.payload_p2wpkh.get(slot)?,
            Kind::P2wsh => &columns.payload_p2wsh.get(slot)?.0,
            Kind::P2tr => &columns.payload_p2tr.get(slot)?.0,
            Kind::Anchor | Kind::Empty => &[],
            Kind::OpReturn => return None,
            Kind::P2pk | Kind::Multisig | Kind::WitnessUnknown | Kind::Nonstandard => {
                heap_item(&columns.payload_script_end, &columns.heap_script, slot)?
            }
        };
        Some((kind, payload))
    }

    /// Identity of an address.
    #[must_use]
    pub fn address_key(&self, id: AddressId) -> Option<AddressKey> {
        self.address_payload(id).map(|(kind, payload)| AddressKey::of(kind, payload))
    }

    /// The input that spends an output, if it lies below input `bound`.
    #[must_use]
    pub fn spent_by(&self, output: u64, bound: u64) -> Option<u64> {
        self.columns.output_spent_by.try_get(usize::try_from(output).ok()?).filter(|input| *input < bound)
    }

    /// Forest parent of an address and the transaction that linked it, if that lies below transaction `bound`.
    #[must_use]
    pub fn strict_parent(&self, id: AddressId, bound: u64) -> Option<(AddressId, TxNum)> {
        let link = self.columns.strict_link_tx.try_get(id as usize)?;
        if link == NONE_U32 || u64::from(link) >= bound {
            return None;
        }
        let parent = self.columns.strict_parent.get(id as usize);
        (u64::from(parent) < self.counts().addresses).then_some((parent, link))
    }

    /// Rows before block number `blocks` (of payload arrays: those of the addresses before it).
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if the columns name rows that the store does not have.
    pub fn counts_at(&self, blocks: u64) -> Result<Counts, StoreError> {
        let all = *self.counts();
        if blocks >= all.blocks {
            return Ok(all);
        }
        let columns = &*self.columns;
        let block = blocks as usize;
        let tx = columns.block_first_tx[block] as usize;
        let firsts = columns.tx_first_input.get(tx).zip(columns.tx_first_output.get(tx));
        let Some((inputs, outputs)) = firsts.filter(|(i, o)| *i <= all.inputs && *o <= all.outputs) else {
            let what = format!("block row {block} starts at transaction row {tx}, whose rows are out of range");
            return Err(StoreError::corrupt("columns/block.first_tx", blocks * 4, what));
        };
        let addresses = u64::from(columns.block_first_address[block]);
        if addresses > all.addresses {
            let what = format!("block row {block} comes after {addresses} addresses of {}", all.addresses);
            return Err(StoreError::corrupt("columns/block.first_address", blocks * 4, what));
        }
        let op_returns = columns.op_return_output.partition_point(|output| *output < outputs);
        let end = |ends: &[u64], n: usize| n.checked_sub(1).map_or(0, |n| ends[n]);
        let counts = Counts {
            blocks,
            txs: tx as u64,
            inputs,
            outputs,
            externals: columns.external_spent_by.partition_point(|input| *input < inputs) as u64,
            addresses,
            key_links: columns.key_link_tx.partition_point(|link| (*link as usize) < tx) as u64,
            op_returns: op_returns as u64,
            op_return_bytes: end(&columns.op_return_end, op_returns),
            coinbase_bytes: end(&columns.block_coinbase_end, block),
            ..all
        };
        let counts = self.payload_counts(counts);
        for (what, file, found, limit) in [
            ("OP_RETURN payloads", "columns/heap.op_return_end", counts.op_return_bytes, all.op_return_bytes),
            ("coinbase scripts", "columns/block.coinbase_end", counts.coinbase_bytes, all.coinbase_bytes),
            ("script payloads", "columns/address.script_end", counts.script_bytes, all.script_bytes),
        ] {
            if found > limit {
                return Err(StoreError::corrupt(file, 0, format!("{what} end at byte {found} of {limit}")));
            }
        }
        Ok(counts)
    }

    /// Fills in how many payload rows belong to the first `counts.addresses` addresses.
    fn payload_counts(&self, mut counts: Counts) -> Counts {
        let columns = &*self.columns;
        // Past the end only where nothing is taken back: then the counts are right already.
        let rows = rows_before(&columns.rank_address, &columns.address_kind, counts.addresses as usize);
        if let Some([p2pkh, p2sh, p2wpkh, p2wsh, p2tr, scripts]) = rows {
            counts.p2pkh = counts.p2pkh.min(p2pkh);
            counts.p2sh = counts.p2sh.min(p2sh);
            counts.p2wpkh = counts.p2wpkh.min(p2wpkh);
            counts.p2wsh = counts.p2wsh.min(p2wsh);
            counts.p2tr = counts.p2tr.min(p2tr);
            counts.scripts = counts.scripts.min(scripts);
        }
        counts.script_bytes = match counts.scripts.checked_sub(1) {
            Some(last) => columns.payload_script_end.get(last as usize).copied().unwrap_or(0),
            None => 0,
        };
        counts
    }
}

/// Item `n` of a heap whose items end at `ends`; `None` where that makes no sense.
#[must_use]
pub fn heap_item<'a>(ends: &[u64], heap: &'a [u8], n: usize) -> Option<&'a [u8]> {
    let start = match n.checked_sub(1) {
        Some(before) => *ends.get(before)? as usize,
        None => 0,
    };
    heap.get(start..*ends.get(n)? as usize)
}
