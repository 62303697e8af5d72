//! Second reading: all rows but the links of the forest, in portions behind each other, without a commit.

use rayon::prelude::*;

use super::addresses;
use super::bits::Ranks;
use super::blocks::BlockTable;
use super::checkpoint::{Phase, State};
use super::feed::Feed;
use super::inputs::Inputs;
use super::records::{unpack_value, COINBASE_64};
use super::reread::Reread;
use super::spends;
use super::Build;
use crate::ids::{NONE_SAT, NONE_U32, NONE_U64};
use crate::link::batch::{Linked, Linker};
use crate::link::fault::Fault;
use crate::link::index::batches;
use crate::link::intern::append_row;
use crate::link::load::Loaded;
use crate::script::{spend_flags, Kind, Witness};
use crate::store::{StoreError, StoreWriter};
use crate::Result;

/// Writes the rows of all blocks up to the first that breaks a rule about value or age.
pub(super) fn write(build: &Build<'_>, state: &mut State, writer: &mut StoreWriter) -> Result<()> {
    let storage = &*build.storage;
    let n_blocks = state.n_blocks()?;
    let blocks = &build.blocks[..n_blocks];
    let n_bytes: u64 = blocks.iter().map(|block| u64::from(block.block.len)).sum();
    let table = state.blocks().clone();
    let n_txs: Vec<usize> = (0..n_blocks).map(|n| (table.before(n + 1).tx - table.before(n).tx) as usize).collect();
    let mut linker = Linker::new(writer.snapshot().clone());
    linker.is_bulk = true;
    let mut pass = Pass {
        ranks: addresses::ranks(build, state)?,
        table,
        inputs: Inputs::new(build, state)?,
        output_address: Feed::new(storage, state.spill("output_address")?),
        linker,
        writer,
        portion_bytes: build.shape.portion_bytes,
    };
    let mut reread = Reread::new(build, Feed::new(storage, state.spill_of("txids", 1)?));
    let mut queue = batches(blocks, build.shape.batch_bytes).into_iter();
    let (mut first, mut bytes, mut n_sound) = (0, 0, 0);
    let mut want = |reread: &mut Reread<'_, '_>| -> Result<_, StoreError> {
        let Some(batch) = queue.next() else { return Ok(None) };
        let n_txs = &n_txs[first..first + batch.len()];
        first += batch.len();
        reread.want(batch, n_txs).map(Some)
    };
    let mut loaded = match want(&mut reread)? {
        Some(wanted) => Some(reread.read(&wanted, Vec::new())?),
        None => None,
    };
    let mut used = Vec::new();
    while let Some(current) = loaded.take() {
        let wanted = want(&mut reread)?;
        let (linked, loading) = rayon::join(
            || pass.link(&current),
            || wanted.map(|wanted| reread.read(&wanted, std::mem::take(&mut used))).transpose(),
        );
        let (sound, fault) = linked?;
        n_sound += sound;
        if fault.is_some() {
            break;
        }
        bytes += current.iter().map(|loaded| loaded.raw.len() as u64).sum::<u64>();
        build.tell(Phase::Rows, bytes, n_bytes)?;
        loaded = loading?;
        used = current;
    }
    pass.flush()?;
    let counts = pass.linker.counts;
    if n_sound < n_blocks {
        state.cut_at(n_sound);
    }
    if counts.inputs < state.spent_by_bound {
        spends::lower_bound(storage, counts.outputs, counts.inputs)?;
    }
    state.set_written(&writer.snapshot().manifest);
    Ok(())
}

/// The blocks between the spills and the columns.
struct Pass<'a> {
    ranks: Ranks,
    table: BlockTable,
    inputs: Inputs<'a>,
    output_address: Feed<'a, u32>,
    linker: Linker,
    writer: &'a mut StoreWriter,
    portion_bytes: u64,
}

impl Pass<'_> {
    fn link(&mut self, blocks: &[Loaded]) -> Result<(usize, Option<Fault>)> {
        let mut linked = self.linker.append(blocks);
        for (loaded, linked) in blocks.iter().zip(&mut linked) {
            linked.first_address = self.linker.counts.addresses;
            self.add_addresses(loaded, linked.before.outputs)?;
            self.output_address.take(loaded.kind.len(), &mut linked.output_address)?;
            self.fill_inputs(loaded, linked)?;
            self.linker.delta.output_address.extend_from_slice(&linked.output_address);
        }
        linked.par_iter_mut().zip(blocks).for_each(|(linked, loaded)| add_spend_flags(linked, loaded));
        let finished = self.linker.finish(blocks, &mut linked)?;
        self.linker.used = linked;
        if self.linker.waiting_bytes() >= self.portion_bytes {
            self.flush()?;
        }
        Ok(finished)
    }

    /// Appends the rows of the addresses that appear first in this block.
    fn add_addresses(&mut self, loaded: &Loaded, first_output: u64) -> Result<(), StoreError> {
        for (n, kind) in loaded.kind.iter().enumerate() {
            let output = first_output + n as u64;
            if self.ranks.get(output) {
                if !kind.has_address() {
                    return Err(StoreError::corrupt("spill/first_bits.0000", output / 8, "no address is there"));
                }
                append_row(&mut self.linker, 0, *kind, loaded.payload[n].of(&loaded.raw), output);
            }
        }
        Ok(())
    }

    fn fill_inputs(&mut self, loaded: &Loaded, linked: &mut Linked) -> Result<(), StoreError> {
        let counts = self.linker.counts;
        if linked.output_address.iter().any(|id| *id != NONE_U32 && u64::from(*id) >= counts.addresses) {
            return Err(StoreError::corrupt("spill/output_address.0000", 0, "an id is above all addresses"));
        }
        for n in 0..loaded.block.prev_vout.len() {
            let spent = self.inputs.next()?;
            if n == 0 {
                linked.spent_output.push(NONE_U64);
                linked.value_sat.push(NONE_SAT);
                linked.address.push(NONE_U32);
                linked.spent_kind.push(None);
                continue;
            }
            let (value_sat, kind, _) = unpack_value(spent.value);
            let output = spent.output & !COINBASE_64;
            if output >= counts.outputs || u64::from(spent.address) >= counts.addresses {
                let what = format!("an input spends output {output} of address {}", spent.address);
                return Err(StoreError::corrupt("spill/spent.0000", 0, what));
            }
            if spent.output & COINBASE_64 != 0 {
                // The coinbase is the first of its block.
                let tx = self.table.before(self.table.of_output(output)).tx;
                linked.coinbase_spends.push((n, tx as u32));
            }
            linked.spent_output.push(output);
            linked.value_sat.push(value_sat);
            linked.address.push(spent.address);
            linked.spent_kind.push(Kind::from_u8(kind));
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        let linker = &mut self.linker;
        let base = *linker.base.counts();
        if linker.counts == base {
            return Ok(());
        }
        self.writer.append_pending(&linker.delta, &linker.counts, &[spends::COLUMN])?;
        linker.base = self.writer.snapshot().clone();
        linker.delta.truncate(&base, &base);
        linker.tx_keys.clear();
        linker.address_keys.clear();
        Ok(())
    }
}

fn add_spend_flags(linked: &mut Linked, loaded: &Loaded) {
    for (n, kind) in linked.spent_kind.iter().enumerate() {
        let flags = if linked.spent_output[n] == NONE_U64 {
            0
        } else {
            let witness = Witness::new(loaded.block.witness[n].of(&loaded.raw));
            spend_flags(*kind, loaded.block.script_sig[n].of(&loaded.raw), witness).0
        };
        linked.spend_flags.push(flags);
    }
}
