//! The manifest of a set: the only file of it that is replaced, and so the one that says what belongs to it.

use serde::{Deserialize, Serialize};

use super::files::SetFiles;
use super::record::{BlockRow, Link};
use crate::ids::{MAX_ADDRESS, MAX_TX};
use crate::store::StoreError;

/// Its name.
pub const FILE: &str = "manifest.json";
/// Format that this release writes and reads.
pub const FORMAT: u64 = 1;
/// Bytes of a log file that one checksum covers.
pub const CHUNK_BYTES: u64 = 16 << 20;
/// More pieces than settling ever leaves: they are merged geometrically.
const MAX_PIECES: usize = 4096;

/// One file of a log, of which the first `rows` rows belong to the set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// File name.
    pub file: String,
    /// Rows that count.
    pub rows: u64,
    /// Whether rows were taken back: then the file is never written again, since a reader may have mapped them.
    pub is_closed: bool,
    /// CRC-32 of every full chunk of [`CHUNK_BYTES`].
    pub sums: Vec<u32>,
    /// CRC-32 of the bytes after them.
    pub tail: u32,
}

/// The forest as it was after some links.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForestFile {
    /// File name.
    pub file: String,
    /// Links that it knows of.
    pub links: u64,
    /// Addresses, a [`Cell`](super::record::Cell) each.
    pub addresses: u64,
    /// CRC-32 of the file.
    pub crc: u32,
}

/// The whole manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetManifest {
    /// Format number.
    pub format: u64,
    /// Name of the rule set.
    pub rule_set: String,
    /// Version of its rules.
    pub version: u64,
    /// Network of the store.
    pub network: String,
    /// Salt of the store, hex: which store it belongs to.
    pub salt: String,
    /// Rises by one with every commit.
    pub generation: u64,
    /// Epoch of the store when it was last grown: where it is the same, no row was taken back since.
    pub epoch: u64,
    /// Blocks taken in, transactions and addresses in them.
    pub blocks: u64,
    /// See `blocks`.
    pub txs: u64,
    /// See `blocks`.
    pub addresses: u64,
    /// Links made by them.
    pub links: u64,
    /// Files of links, one behind the other.
    pub link_pieces: Vec<Piece>,
    /// Files of blocks, likewise.
    pub block_pieces: Vec<Piece>,
    /// The forest after the first of the links, if it was written.
    pub forest: Option<ForestFile>,
}

impl SetManifest {
    /// Reads and checks it; `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] or [`StoreError::UnsupportedFormat`].
    pub fn read(files: &SetFiles) -> Result<Option<SetManifest>, StoreError> {
        // A checksum for 16 MiB of a log is its only growth.
        const MAX_BYTES: u64 = 64 << 20;
        if let Some(len) = files.storage().len(FILE)?.filter(|len| *len > MAX_BYTES) {
            return Err(files.corrupt(FILE, MAX_BYTES, format!("{len} bytes, at most {MAX_BYTES} are read")));
        }
        let Some(bytes) = files.storage().read(FILE)? else { return Ok(None) };
        #[derive(Deserialize)]
        struct FormatOnly {
            format: u64,
        }
        let bad = |error: serde_json::Error| files.corrupt(FILE, error.column() as u64, error.to_string());
        let found = serde_json::from_slice::<FormatOnly>(&bytes).map_err(bad)?.format;
        if found != FORMAT {
            return Err(StoreError::UnsupportedFormat { found, known: FORMAT });
        }
        let manifest: SetManifest = serde_json::from_slice(&bytes).map_err(bad)?;
        manifest.check().map_err(|what| files.corrupt(FILE, 0, what))?;
        Ok(Some(manifest))
    }

    fn check(&self) -> Result<(), String> {
        if self.blocks > MAX_TX || self.txs > MAX_TX || self.addresses > MAX_ADDRESS || self.links > self.addresses {
            let (blocks, txs, addresses, links) = (self.blocks, self.txs, self.addresses, self.links);
            return Err(format!("{blocks} blocks, {txs} transactions, {addresses} addresses, {links} links"));
        }
        check_pieces("links", &self.link_pieces, self.links, size_of::<Link>())?;
        check_pieces("blocks", &self.block_pieces, self.blocks, size_of::<BlockRow>())?;
        match &self.forest {
            Some(forest) if forest.links > self.links || forest.addresses > self.addresses => {
                Err(format!("a forest of {} links and {} addresses", forest.links, forest.addresses))
            }
            Some(forest) => check_name(&forest.file),
            None => Ok(()),
        }
    }

    /// Names of all files that belong to it.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let pieces = self.link_pieces.iter().chain(&self.block_pieces).map(|piece| piece.file.as_str());
        pieces.chain(self.forest.iter().map(|forest| forest.file.as_str()))
    }

    /// Bytes of all of them.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let links = self.links.saturating_mul(size_of::<Link>() as u64);
        let blocks = self.blocks.saturating_mul(size_of::<BlockRow>() as u64);
        let cells = self.forest.as_ref().map_or(0, |forest| forest.addresses.saturating_mul(8));
        links.saturating_add(blocks).saturating_add(cells)
    }

    /// Replaces the manifest in the folder by this one, durably. Files that it names must be durable.
    ///
    /// # Errors
    /// If a file operation fails; then the old manifest still stands.
    pub fn replace(&self, files: &SetFiles) -> Result<(), StoreError> {
        const NEW: &str = "manifest.json.new";
        let storage = files.storage();
        let mut text = serde_json::to_vec(self).expect("plain numbers and strings always serialise");
        text.push(b'\n');
        storage.remove(NEW)?;
        storage.write_at(NEW, 0, &text)?;
        storage.sync(NEW)?;
        // Makes the names of the files that this manifest is the first to name durable too.
        storage.sync_folder("")?;
        storage.rename(NEW, FILE)?;
        storage.sync_folder("")?;
        Ok(())
    }
}

fn check_pieces(what: &str, pieces: &[Piece], rows: u64, width: usize) -> Result<(), String> {
    if pieces.len() > MAX_PIECES {
        return Err(format!("{} files of {what}, at most {MAX_PIECES}", pieces.len()));
    }
    let mut sum = 0u64;
    for piece in pieces {
        check_name(&piece.file)?;
        sum = sum.saturating_add(piece.rows);
        let chunks = piece.rows.saturating_mul(width as u64) / CHUNK_BYTES;
        if sum > rows || chunks != piece.sums.len() as u64 {
            return Err(format!("`{}`: {} rows and {} checksums", piece.file, piece.rows, piece.sums.len()));
        }
    }
    (sum == rows).then_some(()).ok_or_else(|| format!("{sum} rows in files of {what}, {rows} by the count"))
}

/// Names are made here, so that none can lead out of the folder.
fn check_name(file: &str) -> Result<(), String> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let known = ["links-", "blocks-", "forest-"].into_iter().any(|start| file.starts_with(start));
    let fine = known && file.len() <= 64 && file.bytes().all(is_plain);
    fine.then_some(()).ok_or_else(|| format!("file name `{}`", crate::context::shown(file)))
}
