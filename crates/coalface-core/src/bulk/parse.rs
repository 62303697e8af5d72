//! First reading: every block is checked, and what it defines, spends and names is spilled by key.

use super::blocks::BlockTable;
use super::checkpoint::{Phase, State};
use super::records::{pack_value, split, BlockRow, Def, Occurrence, Spend, COINBASE_32};
use super::spill::SpillWriter;
use super::{Build, Shape};
use crate::ids::MAX_TX;
use crate::link::index::batches;
use crate::link::load::{load, Loaded};
use crate::script::Kind;
use crate::store::StoreError;
use crate::Result;

/// Longest script that can be run (Bitcoin Core `MAX_SCRIPT_SIZE`).
const MAX_SCRIPT_BYTES: usize = 10_000;

/// Reads all blocks, up to the first that breaks a rule by itself.
pub(super) fn parse(build: &Build<'_>, state: &mut State) -> Result<()> {
    let storage = &*build.storage;
    let shape = build.shape;
    let n_bytes: u64 = build.blocks.iter().map(|block| u64::from(block.block.len)).sum();
    let (parts, buffers) = (shape.n_parts(), shape.buffer_bytes as usize);
    let mut spills = Spills {
        shape,
        defs: SpillWriter::create(storage, "defs", parts, buffers)?,
        spends: SpillWriter::create(storage, "spends", parts, buffers)?,
        occurrences: SpillWriter::create(storage, "occurrences", parts, buffers)?,
        values: SpillWriter::create(storage, "values", shape.most_windows(n_bytes), buffers)?,
        txids: SpillWriter::create(storage, "txids", 1, buffers)?,
    };
    let mut rows = vec![BlockRow::default()];
    let mut done = 0;
    let mut batches = batches(build.blocks, shape.batch_bytes).into_iter();
    let read = |batch| load(build.source, None, build.salt, &build.clock, batch, Vec::new());
    let mut loaded = batches.next().map(read).transpose()?;
    let mut used = Vec::new();
    while let Some(current) = loaded.take() {
        let next = batches.next();
        let sound = current.iter().position(|loaded| loaded.fault.is_some()).unwrap_or(current.len());
        let (spilled, loading) = rayon::join(
            || spills.add(&current[..sound], &mut rows),
            || {
                let used = std::mem::take(&mut used);
                next.map(|batch| load(build.source, None, build.salt, &build.clock, batch, used)).transpose()
            },
        );
        spilled?;
        if sound < current.len() {
            state.cut_at(rows.len() - 1);
            break;
        }
        done += current.iter().map(|loaded| loaded.raw.len() as u64).sum::<u64>();
        build.tell(Phase::Parse, done, n_bytes)?;
        loaded = loading?;
        used = current;
    }
    let mut blocks = SpillWriter::create(storage, "blocks", 1, buffers)?;
    rows.iter().try_for_each(|row| blocks.push(0, row))?;
    state.keep(storage, "blocks", blocks.finish()?)?;
    state.set_blocks(BlockTable::new(rows));
    spills.finish(build, state)
}

struct Spills<'a> {
    shape: Shape,
    defs: SpillWriter<'a>,
    spends: SpillWriter<'a>,
    occurrences: SpillWriter<'a>,
    values: SpillWriter<'a>,
    txids: SpillWriter<'a>,
}

impl Spills<'_> {
    fn add(&mut self, batch: &[Loaded], rows: &mut Vec<BlockRow>) -> Result<()> {
        let first = rows.len() - 1;
        for loaded in batch {
            let mut row = rows.last().copied().unwrap_or_default();
            row.tx += loaded.block.txid.len() as u64;
            row.input += loaded.block.prev_vout.len() as u64;
            row.output += loaded.block.value_sat.len() as u64;
            if row.tx > MAX_TX {
                return Err(StoreError::Full { what: "transactions", wanted: row.tx, limit: MAX_TX }.into());
            }
            rows.push(row);
        }
        let work: Vec<(&Loaded, BlockRow)> = batch.iter().zip(rows[first..].iter().copied()).collect();
        let Spills { shape, defs, spends, occurrences, values, txids } = self;
        let (shape, work) = (*shape, &work[..]);
        let ((a, b), (c, d)) = rayon::join(
            || rayon::join(|| add_defs(defs, txids, shape, work), || add_spends(spends, shape, work)),
            || rayon::join(|| add_occurrences(occurrences, shape, work), || add_values(values, shape, work)),
        );
        Ok(a.and(b).and(c).and(d)?)
    }

    fn finish(self, build: &Build<'_>, state: &mut State) -> Result<()> {
        let storage = &*build.storage;
        for (name, writer) in [
            ("defs", self.defs),
            ("spends", self.spends),
            ("occurrences", self.occurrences),
            ("values", self.values),
            ("txids", self.txids),
        ] {
            state.keep(storage, name, writer.finish()?)?;
        }
        Ok(())
    }
}

fn add_defs(
    defs: &mut SpillWriter<'_>,
    txids: &mut SpillWriter<'_>,
    shape: Shape,
    work: &[(&Loaded, BlockRow)],
) -> Result<(), StoreError> {
    for (loaded, before) in work {
        let block = &loaded.block;
        txids.append(0, &block.txid)?;
        for (n, txid) in block.txid.iter().enumerate() {
            let outputs = loaded.outputs(n);
            let def = Def {
                txid: *txid,
                first_output: before.output + outputs.start as u64,
                first_input: before.input + u64::from(block.first_input[n]),
                tx: (before.tx + n as u64) as u32,
                n_outputs: outputs.len() as u32 | if n == 0 { COINBASE_32 } else { 0 },
            };
            defs.push(shape.part_of(loaded.tx_key[n]), &def)?;
        }
    }
    Ok(())
}

fn add_spends(spends: &mut SpillWriter<'_>, shape: Shape, work: &[(&Loaded, BlockRow)]) -> Result<(), StoreError> {
    for (loaded, before) in work {
        // The first input is that of the coinbase.
        for n in 1..loaded.block.prev_vout.len() {
            let spend = Spend {
                txid: loaded.block.prev_txid[n],
                input: split(before.input + n as u64),
                vout: loaded.block.prev_vout[n],
            };
            spends.push(shape.part_of(loaded.prev_key[n]), &spend)?;
        }
    }
    Ok(())
}

fn add_occurrences(
    occurrences: &mut SpillWriter<'_>,
    shape: Shape,
    work: &[(&Loaded, BlockRow)],
) -> Result<(), StoreError> {
    for (loaded, before) in work {
        for (n, kind) in loaded.kind.iter().enumerate().filter(|(_, kind)| kind.has_address()) {
            let key = loaded.address_key[n];
            let identity = &loaded.identity[n];
            let bytes = identity.as_bytes();
            let record = Occurrence {
                key: split(key),
                output: split(before.output + n as u64),
                kind: *kind as u8,
                len: bytes.len() as u8,
                zero: [0; 2],
            };
            occurrences.push_with_tail(shape.part_of(key), &record, bytes)?;
        }
    }
    Ok(())
}

fn add_values(values: &mut SpillWriter<'_>, shape: Shape, work: &[(&Loaded, BlockRow)]) -> Result<(), StoreError> {
    for (loaded, before) in work {
        for (n, value_sat) in loaded.block.value_sat.iter().enumerate() {
            let (window, _) = shape.place(before.output + n as u64);
            let kind = loaded.kind[n];
            let is_too_long = kind == Kind::Nonstandard && loaded.block.script[n].len() > MAX_SCRIPT_BYTES;
            values.push(window, &pack_value(*value_sat, kind as u8, is_too_long || !kind.has_address()))?;
        }
    }
    Ok(())
}
