//! Linking one batch: copying its rows behind the others, finding what each input spends, and whose it is.

use rayon::prelude::*;

use super::fault::Fault;
use super::intern::{self, KnownBy, Revealed};
use super::load::Loaded;
use super::table::{by_shard, Table};
use crate::blockfile::parse::tx_flags;
use crate::blockfile::undo::{Found, UndoFault};
use crate::coinjoin::Eras;
use crate::forest::grow::Forest;
use crate::hash::Hash32;
use crate::ids::{EXTERNAL_BIT, NONE_SAT, NONE_U32, NONE_U64};
use crate::script::{classify, revealed_address, KeyLink, Kind, Witness};
use crate::stages::{Stage, StageClock};
use crate::store::journal::Spend;
use crate::store::layout::RANK_ROWS;
use crate::store::{Counts, Delta, Snapshot, StoreError};
use crate::units::is_money;

/// Rows that are linked but not committed, on top of a committed state.
pub struct Linker {
    /// What is committed.
    pub base: Snapshot,
    /// New rows.
    pub delta: Delta,
    /// Rows with the new ones.
    pub counts: Counts,
    /// Transactions since the tables were last emptied; older ones are found through the runs.
    pub tx_table: Table,
    /// Addresses since the tables were last emptied.
    pub address_table: Table,
    /// Number of transactions and addresses that the tables do not hold.
    pub table_base: (u64, u64),
    /// Keys of the new transactions, by row.
    pub tx_keys: Vec<u64>,
    /// Keys of the new addresses, by row.
    pub address_keys: Vec<u64>,
    /// Rows of the new addresses in the payload arrays, by row.
    pub address_slots: Vec<u32>,
    /// Spends of committed outputs.
    pub spends: Vec<Spend>,
    /// The outputs of `spends`.
    pub spent: std::collections::HashSet<u64>,
    /// Addresses whose keys are known (or known to be unknown).
    pub keys_seen: Vec<u64>,
    /// Keys in the output scripts of new addresses: (address, its first output, keys), ascending.
    pub new_output_keys: std::collections::VecDeque<(u32, u64, Vec<KeyLink>)>,
    /// Rows of `external` that are not committed, by transaction id and number.
    pub externals: std::collections::HashMap<(Hash32, u32), u32>,
    /// Clusters.
    pub forest: Forest,
    /// Bytes of new rows that were written ahead of their commit.
    pub ahead_bytes: u64,
    /// What an earlier batch left, so that its memory is used again.
    pub used: Vec<Linked>,
    /// The same for occurrences of addresses.
    pub occurrences: intern::Occurrences,
    /// Whether a bulk build uses it: then spends are known to be sound, tables are not kept and the forest grows later.
    pub is_bulk: bool,
    /// Times the stages.
    pub clock: StageClock,
}

/// What linking found for one block.
#[derive(Debug, Default)]
pub struct Linked {
    /// Rows before the block.
    pub before: Counts,
    /// Per input: as the column `input.spent_output`.
    pub spent_output: Vec<u64>,
    /// Per input: value or NONE.
    pub value_sat: Vec<i64>,
    /// Per input: address or NONE.
    pub address: Vec<u32>,
    /// Per input: kind of that address.
    pub spent_kind: Vec<Option<Kind>>,
    /// Per external input: address that it proves, or NONE.
    pub revealed_address: Vec<u32>,
    /// Per input: as the column.
    pub spend_flags: Vec<u32>,
    /// Per output: address or NONE.
    pub output_address: Vec<u32>,
    /// Addresses before the block, of those that the batch brings.
    pub first_address: u64,
    /// Inputs of the block that spend a coinbase: (input, transaction it spends).
    pub coinbase_spends: Vec<(usize, u32)>,
    /// Transactions whose id exists already: (number in the block, older transaction).
    pub duplicates: Vec<(usize, u32)>,
    /// First rule that the block breaks.
    pub fault: Option<Fault>,
    /// Inputs that spend an external output.
    pub n_external: u64,
    /// Whether undo data tell what those held.
    pub has_undo: bool,
    /// Why undo data of the block are not used, if an output of the store contradicts them.
    pub undo_fault: Option<UndoFault>,
}

impl Linked {
    fn restart(&mut self, before: Counts) {
        self.before = before;
        self.spent_output.clear();
        self.value_sat.clear();
        self.address.clear();
        self.spent_kind.clear();
        self.revealed_address.clear();
        self.spend_flags.clear();
        self.output_address.clear();
        self.coinbase_spends.clear();
        self.duplicates.clear();
        self.fault = None;
        self.n_external = 0;
        self.has_undo = false;
        self.undo_fault = None;
    }
}

impl Linker {
    /// A linker on top of `base`, with empty tables.
    #[must_use]
    pub fn new(base: Snapshot) -> Linker {
        let counts = *base.counts();
        let mut keys_seen = vec![0u64; (counts.addresses as usize).div_ceil(64)];
        for address in base.columns.key_link_address.iter() {
            if let Some(word) = keys_seen.get_mut(*address as usize / 64) {
                *word |= 1 << (address % 64);
            }
        }
        Linker {
            delta: Delta::default(),
            counts,
            tx_table: Table::default(),
            address_table: Table::default(),
            table_base: (counts.txs, counts.addresses),
            tx_keys: Vec::new(),
            address_keys: Vec::new(),
            address_slots: Vec::new(),
            spends: Vec::new(),
            spent: std::collections::HashSet::new(),
            keys_seen,
            new_output_keys: std::collections::VecDeque::new(),
            externals: std::collections::HashMap::new(),
            forest: Forest::new(counts.addresses, Eras::of(base.network())),
            ahead_bytes: 0,
            used: Vec::new(),
            occurrences: intern::Occurrences::default(),
            is_bulk: false,
            clock: StageClock::default(),
            base,
        }
    }

    /// Id of a transaction that is committed or linked.
    #[must_use]
    pub fn txid(&self, tx: u32) -> &Hash32 {
        let base = self.base.counts().txs as usize;
        if (tx as usize) < base {
            &self.base.columns.tx_txid[tx as usize]
        } else {
            &self.delta.tx_txid[tx as usize - base]
        }
    }

    fn tx_flags(&self, tx: u32) -> u16 {
        let base = self.base.counts().txs as usize;
        if (tx as usize) < base {
            self.base.columns.tx_flags[tx as usize]
        } else {
            self.delta.tx_flags[tx as usize - base]
        }
    }

    /// Outputs of a transaction.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if the store's rows make no range.
    pub fn outputs_of(&self, tx: u32) -> Result<std::ops::Range<u64>, StoreError> {
        let outputs = self.first_output(tx as usize)..self.first_output(tx as usize + 1);
        if outputs.start > outputs.end || outputs.end > self.counts.outputs {
            let what = format!("outputs {outputs:?} of a transaction, {} in all", self.counts.outputs);
            return Err(StoreError::corrupt("columns/tx.first_output", u64::from(tx) * 4, what));
        }
        Ok(outputs)
    }

    fn first_output(&self, tx: usize) -> u64 {
        let base = self.base.counts();
        if tx < base.txs as usize {
            self.base.columns.tx_first_output.at(tx)
        } else if tx < self.counts.txs as usize {
            self.delta.tx_first_output.at(tx - base.txs as usize)
        } else {
            self.counts.outputs
        }
    }

    /// Value of an output.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if the store holds no amount there.
    pub fn output_value(&self, output: u64) -> Result<i64, StoreError> {
        let base = self.base.counts().outputs;
        if output >= base {
            return Ok(self.delta.output_value_sat[(output - base) as usize]);
        }
        let value_sat = self.base.columns.output_value_sat[output as usize];
        if !is_money(value_sat) {
            return Err(StoreError::corrupt("columns/output.value_sat", output * 8, format!("{value_sat} sat")));
        }
        Ok(value_sat)
    }

    /// Address of an output, or NONE.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if the store has no such address.
    pub fn output_address(&self, output: u64) -> Result<u32, StoreError> {
        let base = *self.base.counts();
        if output >= base.outputs {
            return Ok(self.delta.output_address[(output - base.outputs) as usize]);
        }
        let address = self.base.columns.output_address[output as usize];
        if address != NONE_U32 && u64::from(address) >= base.addresses {
            let what = format!("address row {address}, {} in all", base.addresses);
            return Err(StoreError::corrupt("columns/output.address_id", output * 4, what));
        }
        Ok(address)
    }

    /// Latest transaction with that id below `bound`.
    #[must_use]
    pub fn find_tx(&self, key: u64, txid: &Hash32, bound: u32) -> Option<u32> {
        let recent = self.tx_table.shard(key).candidates(key).filter(|tx| *tx < bound && self.txid(*tx) == txid).max();
        match recent {
            None if self.table_base.0 > 0 => self.base.find_tx(txid, self.table_base.0),
            found => found,
        }
    }

    /// Appends what needs no look-up, and enters the transactions into the table. Returns one [`Linked`] a block.
    pub(crate) fn append(&mut self, blocks: &[Loaded]) -> Vec<Linked> {
        let mut linked = std::mem::take(&mut self.used);
        linked.resize_with(blocks.len(), Linked::default);
        let first_tx = self.counts.txs;
        for (loaded, linked) in blocks.iter().zip(&mut linked) {
            linked.restart(self.counts);
            self.append_block(loaded);
        }
        if !self.is_bulk {
            self.enter_txs(first_tx, &mut linked);
        }
        linked
    }

    fn append_block(&mut self, loaded: &Loaded) {
        let (block, delta, counts) = (&loaded.block, &mut self.delta, &mut self.counts);
        let first_tx = counts.txs as u32;
        delta.block_hash.push(block.hash);
        delta.block_prev_hash.push(block.header.prev);
        delta.block_merkle_root.push(block.header.merkle_root);
        delta.block_version.push(block.header.version as u32);
        delta.block_time.push(block.header.time_unix);
        delta.block_bits.push(block.header.bits);
        delta.block_nonce.push(block.header.nonce);
        delta.block_height.push(loaded.height.unwrap_or(NONE_U32));
        delta.block_first_tx.push(first_tx);
        delta.block_size.push(block.size_bytes);
        delta.block_weight.push(block.weight_wu);
        delta.block_file_no.push(loaded.file_no);
        delta.block_offset.push(loaded.offset);
        let coinbase_script = block.script_sig[0].of(&loaded.raw);
        delta.heap_coinbase.extend_from_slice(coinbase_script);
        counts.coinbase_bytes += coinbase_script.len() as u64;
        delta.block_coinbase_end.push(counts.coinbase_bytes);
        delta.tx_txid.extend_from_slice(&block.txid);
        let n_txs = block.txid.len();
        let (inputs, outputs) = (counts.inputs, counts.outputs);
        delta.tx_first_input.extend(block.first_input[..n_txs].iter().map(|n| inputs + u64::from(*n)));
        delta.tx_first_output.extend(block.first_output[..n_txs].iter().map(|n| outputs + u64::from(*n)));
        delta.tx_version.extend_from_slice(&block.version);
        delta.tx_locktime.extend_from_slice(&block.locktime);
        delta.tx_size.extend_from_slice(&block.tx_size_bytes);
        delta.tx_weight.extend_from_slice(&block.tx_weight_wu);
        delta.tx_flags.extend_from_slice(&block.flags);
        delta.input_sequence.extend_from_slice(&block.sequence);
        delta.output_value_sat.extend_from_slice(&block.value_sat);
        delta.output_spent_by.resize(delta.output_value_sat.len(), NONE_U64);
        append_ranks(&mut delta.rank_input, first_tx, &block.first_input, inputs);
        append_ranks(&mut delta.rank_output, first_tx, &block.first_output, outputs);
        for (n, kind) in loaded.kind.iter().enumerate() {
            if !kind.has_address() {
                let payload = loaded.payload[n].of(&loaded.raw);
                delta.heap_op_return.extend_from_slice(payload);
                counts.op_return_bytes += payload.len() as u64;
                delta.op_return_output.push(outputs + n as u64);
                delta.op_return_end.push(counts.op_return_bytes);
                counts.op_returns += 1;
            }
        }
        self.tx_keys.extend_from_slice(&loaded.tx_key);
        counts.blocks += 1;
        counts.txs += n_txs as u64;
        counts.inputs += block.prev_vout.len() as u64;
        counts.outputs += block.value_sat.len() as u64;
    }

    /// Enters the new transactions, shard by shard in parallel, and notes those whose id is taken.
    fn enter_txs(&mut self, first_tx: u64, linked: &mut [Linked]) {
        let mut table = std::mem::take(&mut self.tx_table);
        let this = &*self;
        let keys = &self.tx_keys[(first_tx - self.base.counts().txs) as usize..];
        let (order, starts) = by_shard(keys);
        let taken: Vec<Vec<(u32, u32)>> = table
            .shards
            .par_iter_mut()
            .enumerate()
            .map(|(shard_no, shard)| {
                this.clock.time(Stage::Link, || {
                    const AHEAD: usize = 8;
                    let mut taken = Vec::new();
                    let mine = &order[starts[shard_no]..starts[shard_no + 1]];
                    for (at, n) in mine.iter().enumerate() {
                        if let Some(ahead) = mine.get(at + AHEAD) {
                            shard.prefetch(keys[*ahead as usize]);
                        }
                        let (key, tx) = (keys[*n as usize], first_tx as u32 + n);
                        let txid = this.txid(tx);
                        let older = shard.candidates(key).filter(|other| this.txid(*other) == txid).max();
                        let older = match older {
                            None if this.table_base.0 > 0 => this.base.find_tx(txid, this.table_base.0),
                            found => found,
                        };
                        taken.extend(older.map(|older| (tx, older)));
                        shard.insert(key, tx);
                    }
                    taken
                })
            })
            .collect();
        self.tx_table = table;
        for (tx, older) in taken.into_iter().flatten() {
            let block_no = linked.partition_point(|linked| linked.before.txs <= u64::from(tx)) - 1;
            linked[block_no].duplicates.push(((u64::from(tx) - linked[block_no].before.txs) as usize, older));
        }
    }

    /// Links the batch: fills one [`Linked`] a block and the address rows that the batch brings.
    ///
    /// # Errors
    /// [`StoreError::Full`] if there are too many addresses, [`StoreError::Corrupt`] if the store contradicts itself.
    pub fn link(&mut self, blocks: &[Loaded]) -> crate::Result<Vec<Linked>> {
        let mut linked = self.append(blocks);
        let this = &*self;
        linked
            .par_iter_mut()
            .zip(blocks)
            .try_for_each(|(linked, loaded)| this.clock.time(Stage::Link, || this.resolve(linked, loaded)))?;
        let revealed = reveal(&linked, blocks);
        let clock = self.clock.clone();
        clock.time(Stage::Addresses, || intern::intern(self, blocks, &mut linked, &revealed))?;
        for linked in &linked {
            self.delta.output_address.extend_from_slice(&linked.output_address);
        }
        let this = &*self;
        linked
            .par_iter_mut()
            .zip(blocks)
            .try_for_each(|(linked, loaded)| this.clock.time(Stage::Link, || this.gather(linked, loaded)))?;
        Ok(linked)
    }

    /// Finds the output that each input of a block spends.
    fn resolve(&self, linked: &mut Linked, loaded: &Loaded) -> Result<(), StoreError> {
        // First the slots of the table, then the rows that they name.
        const SLOTS_AHEAD: usize = 24;
        const ROWS_AHEAD: usize = 12;
        let block = &loaded.block;
        let n_inputs = block.prev_vout.len();
        linked.spent_output.reserve(n_inputs);
        for n_tx in 0..block.txid.len() {
            let tx = linked.before.txs as u32 + n_tx as u32;
            for n in loaded.inputs(n_tx) {
                if let Some(key) = loaded.prev_key.get(n + SLOTS_AHEAD) {
                    self.tx_table.shard(*key).prefetch(*key);
                }
                if let Some(key) = loaded.prev_key.get(n + ROWS_AHEAD) {
                    self.prefetch_tx(*key);
                }
                if n_tx == 0 {
                    linked.spent_output.push(NONE_U64);
                    continue;
                }
                let (prev_txid, prev_vout) = (block.prev_txid[n], block.prev_vout[n]);
                let found = self.find_tx(loaded.prev_key[n], &prev_txid, tx);
                let outputs = found.map(|spent| self.outputs_of(spent)).transpose()?;
                let output = found.zip(outputs).and_then(|(spent, outputs)| {
                    let is_genesis = spent == 0 && self.starts_at_genesis();
                    (!is_genesis && u64::from(prev_vout) < outputs.end - outputs.start)
                        .then(|| outputs.start + u64::from(prev_vout))
                });
                if output.is_none() && linked.fault.is_none() && (found.is_some() || loaded.complete) {
                    let n = n - loaded.inputs(n_tx).start;
                    linked.fault = Some(Fault::MissingOutput { txid: block.txid[n_tx], n, prev_txid, prev_vout });
                }
                if let (Some(spent), Some(_)) = (found, output) {
                    if self.tx_flags(spent) & tx_flags::COINBASE != 0 {
                        linked.coinbase_spends.push((n, spent));
                    }
                }
                linked.n_external += u64::from(output.is_none());
                linked.spent_output.push(output.unwrap_or(EXTERNAL_BIT));
            }
        }
        if linked.n_external > 0 && matches!(loaded.undo_found, Found::Record(_)) {
            linked.undo_fault = self.undo_fault(linked, loaded)?;
            linked.has_undo = linked.undo_fault.is_none();
        }
        Ok(())
    }

    /// An output of the store whose value is another than undo data of the block say.
    fn undo_fault(&self, linked: &Linked, loaded: &Loaded) -> Result<Option<UndoFault>, StoreError> {
        let block = &loaded.block;
        let first = loaded.inputs(0).end; // the coinbase has no undo data
        for ((n, spent), value_sat) in linked.spent_output.iter().enumerate().skip(first).zip(&loaded.undo.value_sat) {
            if *spent & EXTERNAL_BIT != 0 {
                continue;
            }
            let (value_sat, expected_sat) = (*value_sat, self.output_value(*spent)?);
            if value_sat != expected_sat {
                let n_tx = block.first_input.partition_point(|first| *first as usize <= n) - 1;
                let (txid, n) = (block.txid[n_tx], n - loaded.inputs(n_tx).start);
                return Ok(Some(UndoFault::Value { txid, n, value_sat, expected_sat }));
            }
        }
        Ok(None)
    }

    fn starts_at_genesis(&self) -> bool {
        let first = self.base.columns.block_hash.first().or(self.delta.block_hash.first());
        first == Some(&self.base.network().genesis_hash())
    }

    /// Value, address and flags of every input, now that outputs have addresses.
    fn gather(&self, linked: &mut Linked, loaded: &Loaded) -> Result<(), StoreError> {
        let block = &loaded.block;
        // First the rows of the outputs, then the kinds of their addresses.
        const ROWS_AHEAD: usize = 16;
        const KINDS_AHEAD: usize = 8;
        let mut revealed = linked.revealed_address.iter().copied();
        let first = loaded.inputs(0).end;
        for (n, spent) in linked.spent_output.iter().enumerate() {
            if let Some(spent) = linked.spent_output.get(n + ROWS_AHEAD) {
                self.prefetch_output(*spent);
            }
            if let Some(spent) = linked.spent_output.get(n + KINDS_AHEAD) {
                self.prefetch_kind(*spent);
            }
            let witness = Witness::new(block.witness[n].of(&loaded.raw));
            let script_sig = block.script_sig[n].of(&loaded.raw);
            let (value, address) = if *spent == NONE_U64 {
                (NONE_SAT, NONE_U32)
            } else if *spent & EXTERNAL_BIT != 0 {
                let value_sat = if linked.has_undo { loaded.undo.value_sat[n - first] } else { NONE_SAT };
                (value_sat, revealed.next().unwrap_or(NONE_U32))
            } else {
                (self.output_value(*spent)?, self.output_address(*spent)?)
            };
            linked.value_sat.push(value);
            linked.address.push(address);
            let kind = if address == NONE_U32 { None } else { self.address_kind(address) };
            let flags = if *spent == NONE_U64 { 0 } else { crate::script::spend_flags(kind, script_sig, witness).0 };
            linked.spend_flags.push(flags);
            linked.spent_kind.push(kind);
            if linked.fault.is_none() && *spent & EXTERNAL_BIT == 0 && self.is_unspendable(address) {
                let n_tx = block.first_input.partition_point(|first| *first as usize <= n) - 1;
                linked.fault = Some(Fault::MissingOutput {
                    txid: block.txid[n_tx],
                    n: n - loaded.inputs(n_tx).start,
                    prev_txid: block.prev_txid[n],
                    prev_vout: block.prev_vout[n],
                });
            }
        }
        Ok(())
    }

    /// Whether an output with this address (or NONE) never becomes spendable: OP_RETURN, or a script that is too long to
    /// be run (Bitcoin Core `CScript::IsUnspendable`; it keeps no such output).
    #[must_use]
    pub fn is_unspendable(&self, address: u32) -> bool {
        const MAX_SCRIPT_BYTES: usize = 10_000;
        address == NONE_U32
            || (self.address_kind(address) == Some(crate::script::Kind::Nonstandard)
                && self.address_payload(address).is_some_and(|(_, script)| script.len() > MAX_SCRIPT_BYTES))
    }

    /// Script kind of an address.
    #[must_use]
    pub fn address_kind(&self, address: u32) -> Option<crate::script::Kind> {
        let base = self.base.counts().addresses as usize;
        let id = address as usize;
        let kind = match id.checked_sub(base) {
            None => self.base.columns.address_kind.get(id),
            Some(row) => self.delta.address_kind.get(row),
        };
        crate::script::Kind::from_u8(*kind?)
    }
}

/// Addresses of the external outputs that are spent, in chain order, as undo data hold them or the spends prove them.
fn reveal<'a>(linked: &[Linked], blocks: &'a [Loaded]) -> Vec<Vec<Option<Revealed<'a>>>> {
    linked
        .par_iter()
        .zip(blocks)
        .map(|(linked, loaded)| {
            let external = |spent: &u64| *spent != NONE_U64 && *spent & EXTERNAL_BIT != 0;
            let inputs = linked.spent_output.iter().enumerate().filter(|(_, spent)| external(spent));
            inputs
                .map(|(n, _)| {
                    let address = if linked.has_undo {
                        let script = loaded.undo.script(n - loaded.inputs(0).end);
                        let (kind, payload) = classify(script);
                        KnownBy::Undo(kind, &script[payload])
                    } else {
                        let witness = Witness::new(loaded.block.witness[n].of(&loaded.raw));
                        KnownBy::Spend(revealed_address(loaded.block.script_sig[n].of(&loaded.raw), witness)?)
                    };
                    Some(Revealed { input: n as u32, address })
                })
                .collect()
        })
        .collect()
}

/// Rank entries for the rows of one block: the transaction of each row whose number is a multiple of 64.
fn append_ranks(ranks: &mut Vec<u32>, first_tx: u32, first_row: &[u32], base_row: u64) {
    let end = base_row + u64::from(*first_row.last().expect("one more than transactions"));
    let mut row = base_row.next_multiple_of(RANK_ROWS);
    let mut n = 0;
    while row < end {
        while base_row + u64::from(first_row[n + 1]) <= row {
            n += 1;
        }
        ranks.push(first_tx + n as u32);
        row += RANK_ROWS;
    }
}
