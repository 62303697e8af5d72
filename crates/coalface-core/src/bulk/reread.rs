//! Second reading of a batch: parsed again, with transaction ids that the first reading worked out, so without hashing.

use rayon::prelude::*;

use super::feed::Feed;
use super::Build;
use crate::blockfile::parse::Span;
use crate::hash::Hash32;
use crate::link::load::{Loaded, ToLoad};
use crate::script::classify;
use crate::store::StoreError;
use crate::{Error, Result};

/// Reads blocks again, in order.
pub(super) struct Reread<'a, 'b> {
    build: &'a Build<'b>,
    txids: Feed<'a, Hash32>,
}

/// A batch to read: blocks, and where the ids of each one's transactions lie among `txids`.
pub(super) struct Wanted<'a> {
    blocks: &'a [ToLoad],
    txids: Vec<Hash32>,
    ends: Vec<usize>,
}

impl<'a, 'b> Reread<'a, 'b> {
    pub(super) fn new(build: &'a Build<'b>, txids: Feed<'a, Hash32>) -> Reread<'a, 'b> {
        Reread { build, txids }
    }

    /// Prepares the next batch, whose blocks have so many transactions.
    pub(super) fn want<'w>(&mut self, blocks: &'w [ToLoad], n_txs: &[usize]) -> Result<Wanted<'w>, StoreError> {
        let mut txids = Vec::new();
        self.txids.take(n_txs.iter().sum(), &mut txids)?;
        let ends = n_txs.iter().scan(0, |end, n| {
            *end += n;
            Some(*end)
        });
        Ok(Wanted { blocks, txids, ends: ends.collect() })
    }

    /// Reads it, into `used`, an earlier batch whose memory is taken over.
    pub(super) fn read(&self, wanted: &Wanted<'_>, mut used: Vec<Loaded>) -> Result<Vec<Loaded>> {
        used.resize_with(wanted.blocks.len(), Loaded::default);
        used.par_iter_mut().zip(wanted.blocks).enumerate().try_for_each(|(n, (loaded, to_load))| {
            let start = n.checked_sub(1).map_or(0, |before| wanted.ends[before]);
            self.read_one(loaded, to_load, &wanted.txids[start..wanted.ends[n]])
        })?;
        Ok(used)
    }

    fn read_one(&self, loaded: &mut Loaded, to_load: &ToLoad, txids: &[Hash32]) -> Result<()> {
        let block = &to_load.block;
        loaded.height = to_load.height;
        loaded.complete = to_load.complete;
        loaded.file_no = block.file;
        loaded.offset = block.offset;
        loaded.fault = None;
        self.build.source.read_block(block, &mut loaded.raw)?;
        let changed = |offset: usize| {
            let file = self.build.source.files()[block.file as usize].path.clone();
            let offset = block.offset + offset as u64;
            Error::BlockFile(crate::blockfile::BlockFileError::Changed { path: file, offset, hash: block.hash })
        };
        loaded.block.parse_known(&loaded.raw, txids).map_err(|error| changed(error.offset))?;
        if loaded.block.txid.len() != txids.len() {
            return Err(changed(0));
        }
        for keys in [&mut loaded.tx_key, &mut loaded.prev_key, &mut loaded.address_key] {
            keys.clear();
        }
        loaded.kind.clear();
        loaded.payload.clear();
        for script in &loaded.block.script {
            let (kind, range) = classify(script.of(&loaded.raw));
            loaded.kind.push(kind);
            let (start, end) = (script.start + range.start as u32, script.start + range.end as u32);
            loaded.payload.push(Span { start, end });
        }
        Ok(())
    }
}
