//! The last step for each block, in chain order: nothing is spent twice, no value appears, and the remaining rows.

use super::batch::{Linked, Linker};
use super::fault::Fault;
use super::load::Loaded;
use crate::blockfile::parse::tx_flags;
use crate::forest::grow::NewTx;
use crate::hash::Hash32;
use crate::ids::{EXTERNAL_BIT, NONE_SAT, NONE_U32, NONE_U64};
use crate::network::Network;
use crate::script::{output_keys, revealed_keys, KeyLink, Kind, Witness};
use crate::stages::Stage;
use crate::store::run::RunKind;
use crate::store::Counts;
use crate::tx_view::TxHead;
use crate::units::{is_money, subsidy_sat, COINBASE_MATURITY_BLOCKS};

/// Mainnet blocks whose coinbase repeats an unspent one, as Bitcoin Core allows (`IsBIP30Repeat`).
pub(crate) const BIP30_REPEATS: [(u32, &str); 2] = [
    (91_842, "00000000000a4d0a398161ffc163c503763b1f4360639393e0e4c8e300e0caec"),
    (91_880, "00000000000743f190a18c5577a3c2d2a1f610ae9601ac046a38084ccb7cd721"),
];

impl Linker {
    /// Checks value and spends of every block and appends what is left of their rows.
    ///
    /// Returns the number of blocks that are sound and, if that is not all, what the next one breaks; its rows and
    /// those of all later blocks are taken out again.
    ///
    /// # Errors
    /// If the store contradicts itself.
    pub fn finish(&mut self, blocks: &[Loaded], linked: &mut [Linked]) -> crate::Result<(usize, Option<Fault>)> {
        for block_no in 0..blocks.len() {
            if let Some(fault) = self.finish_block(&blocks[block_no], &mut linked[block_no])? {
                self.take_out(&linked[block_no]);
                return Ok((block_no, Some(fault)));
            }
        }
        Ok((blocks.len(), None))
    }

    fn finish_block(&mut self, loaded: &Loaded, linked: &mut Linked) -> crate::Result<Option<Fault>> {
        if let Some(fault) = linked.fault.take() {
            return Ok(Some(fault));
        }
        if let Some(fault) = self.duplicate(loaded, linked)?.or_else(|| self.immature(loaded, linked)) {
            return Ok(Some(fault));
        }
        self.delta.block_first_address.push(linked.first_address as u32);
        let mut fees = Some(0i64);
        self.delta.tx_fee_sat.push(NONE_SAT);
        for n_tx in 1..loaded.block.txid.len() {
            if !self.is_bulk {
                if let Some(fault) = self.spend(loaded, linked, n_tx) {
                    return Ok(Some(fault));
                }
            }
            match fee(loaded, linked, n_tx) {
                Ok(fee) => {
                    self.delta.tx_fee_sat.push(fee.unwrap_or(NONE_SAT));
                    fees = fees.zip(fee).map(|(fees, fee)| fees.saturating_add(fee));
                }
                Err(fault) => return Ok(Some(fault)),
            }
        }
        if let Some(fault) = coinbase_too_large(self.base.network(), loaded, fees) {
            return Ok(Some(fault));
        }
        self.delta.input_spent_output.extend_from_slice(&linked.spent_output);
        self.delta.input_address.extend_from_slice(&linked.address);
        self.delta.input_spend_flags.extend_from_slice(&linked.spend_flags);
        self.add_key_links(loaded, linked);
        if !self.is_bulk {
            let clock = self.clock.clone();
            clock.time(Stage::Clusters, || self.add_clusters(loaded, linked))?;
        }
        Ok(None)
    }

    fn add_clusters(&mut self, loaded: &Loaded, linked: &Linked) -> crate::Result<()> {
        for n_tx in 1..loaded.block.txid.len() {
            let (inputs, outputs) = (loaded.inputs(n_tx), loaded.outputs(n_tx));
            if inputs.len() > 1 {
                let new = NewTx {
                    tx: linked.before.txs as u32 + n_tx as u32,
                    head: TxHead { height: loaded.height, ..TxHead::default() },
                    input_address: &linked.address[inputs.clone()],
                    input_value_sat: &linked.value_sat[inputs.clone()],
                    input_spend_flags: &linked.spend_flags[inputs],
                    output_address: &linked.output_address[outputs.clone()],
                    output_value_sat: &loaded.block.value_sat[outputs],
                };
                self.forest.add_tx(&self.base, &mut self.delta, &new)?;
            }
        }
        Ok(())
    }

    /// BIP-0030: an id may come again only when nothing of the older transaction is unspent and can be spent.
    fn duplicate(&self, loaded: &Loaded, linked: &Linked) -> crate::Result<Option<Fault>> {
        let is_repeat = self.base.network() == Network::Mainnet
            && BIP30_REPEATS.iter().any(|(height, hash)| {
                loaded.height == Some(*height) && Hash32::from_display(hash) == Some(loaded.block.hash)
            });
        if is_repeat {
            return Ok(None);
        }
        let base = self.base.counts();
        for (n, older) in &linked.duplicates {
            for output in self.outputs_of(*older)? {
                let (spent, limit) = if output < base.outputs {
                    let is_spent = self.spent.contains(&output);
                    (if is_spent { 0 } else { self.base.columns.output_spent_by.get(output as usize) }, base.inputs)
                } else {
                    (self.delta.output_spent_by.at((output - base.outputs) as usize), NONE_U64)
                };
                if spent >= limit && !self.is_unspendable(self.output_address(output)?) {
                    return Ok(Some(Fault::DuplicateTxid { txid: loaded.block.txid[*n] }));
                }
            }
        }
        Ok(None)
    }

    fn immature(&self, loaded: &Loaded, linked: &Linked) -> Option<Fault> {
        let allowed = COINBASE_MATURITY_BLOCKS;
        for (input, spent_tx) in &linked.coinbase_spends {
            let (Some(height), Some(spent)) = (loaded.height, self.height_of_tx(*spent_tx)) else { continue };
            let depth = height.saturating_sub(spent);
            if depth < allowed {
                let n_tx = loaded.block.first_input.partition_point(|first| *first as usize <= *input) - 1;
                let n = input - loaded.inputs(n_tx).start;
                return Some(Fault::ImmatureCoinbase { txid: loaded.block.txid[n_tx], n, depth, allowed });
            }
        }
        None
    }

    fn height_of_tx(&self, tx: u32) -> Option<u32> {
        let base = &self.base.columns;
        let (firsts, heights): (&[u32], &[u32]) = if u64::from(tx) < self.base.counts().txs {
            (&base.block_first_tx, &base.block_height)
        } else {
            (&self.delta.block_first_tx, &self.delta.block_height)
        };
        let block = firsts.partition_point(|first| *first <= tx).checked_sub(1)?;
        heights.get(block).copied().filter(|height| *height != NONE_U32)
    }

    /// Marks what a transaction spends.
    fn spend(&mut self, loaded: &Loaded, linked: &mut Linked, n_tx: usize) -> Option<Fault> {
        let base = *self.base.counts();
        const AHEAD: usize = 12;
        for n in loaded.inputs(n_tx) {
            if let Some(row) = linked.spent_output.get(n + AHEAD).and_then(|spent| spent.checked_sub(base.outputs)) {
                self.delta.output_spent_by.prefetch(row as usize);
            }
            let input = linked.before.inputs + n as u64;
            let spent = linked.spent_output[n];
            let free = if spent & EXTERNAL_BIT != 0 {
                match self.external_row(loaded, linked, n) {
                    Some(row) => {
                        linked.spent_output[n] = EXTERNAL_BIT | row;
                        true
                    }
                    None => false,
                }
            } else if spent < base.outputs {
                let cell = self.base.columns.output_spent_by.get(spent as usize);
                let free = cell >= base.inputs && self.spent.insert(spent);
                if free {
                    self.spends.push((spent, input));
                }
                free
            } else {
                let (cells, row) = (&mut self.delta.output_spent_by, (spent - base.outputs) as usize);
                let free = cells.at(row) == NONE_U64;
                if free {
                    cells.set(row, input);
                }
                free
            };
            if !free {
                let n_input = n - loaded.inputs(n_tx).start;
                let (prev_txid, prev_vout) = (loaded.block.prev_txid[n], loaded.block.prev_vout[n]);
                return Some(Fault::SpentOutput { txid: loaded.block.txid[n_tx], n: n_input, prev_txid, prev_vout });
            }
        }
        None
    }

    /// A new row of `external` for what input `n` spends; `None` if that outpoint is spent already.
    fn external_row(&mut self, loaded: &Loaded, linked: &Linked, n: usize) -> Option<u64> {
        let (txid, vout) = (loaded.block.prev_txid[n], loaded.block.prev_vout[n]);
        let columns = &self.base.columns;
        let committed = self.base.entries(RunKind::External, loaded.prev_key[n]).any(|entry| {
            columns.external_txid[entry.value as usize] == txid && columns.external_vout[entry.value as usize] == vout
        });
        let row = self.counts.externals;
        if committed || row >= u64::from(NONE_U32) || self.externals.insert((txid, vout), row as u32).is_some() {
            return None;
        }
        self.delta.external_txid.push(txid);
        self.delta.external_vout.push(vout);
        self.delta.external_value_sat.push(linked.value_sat[n]);
        self.delta.external_address.push(linked.address[n]);
        self.delta.external_spent_by.push(linked.before.inputs + n as u64);
        self.counts.externals += 1;
        Some(row)
    }

    /// Ties between addresses and key hashes that the block is the first to show.
    fn add_key_links(&mut self, loaded: &Loaded, linked: &Linked) {
        let block_end = linked.before.outputs + loaded.block.value_sat.len() as u64;
        let mut keys: Vec<KeyLink> = Vec::new();
        for n_tx in 0..loaded.block.txid.len() {
            let tx = linked.before.txs as u32 + n_tx as u32;
            for n in loaded.inputs(n_tx) {
                let address = linked.address[n];
                let kind = linked.spent_kind[n];
                let may_show = matches!(kind, Some(Kind::P2sh | Kind::P2wsh | Kind::P2pk | Kind::Multisig));
                if !may_show || self.has_keys(address) {
                    continue;
                }
                let Some((kind, payload)) = self.address_payload(address) else { continue };
                if let Kind::P2pk | Kind::Multisig = kind {
                    // No output of the store has shown it yet: the address is that of an external one, from undo data.
                    output_keys(kind, payload, &mut keys);
                } else {
                    let witness = Witness::new(loaded.block.witness[n].of(&loaded.raw));
                    revealed_keys(kind, payload, loaded.block.script_sig[n].of(&loaded.raw), witness, &mut keys);
                }
                // A spend that shows no key (as of a nested program before segwit) leaves it to a later one: only what
                // is stored may decide, or a second run would see otherwise than one long run.
                if keys.is_empty() {
                    continue;
                }
                self.set_has_keys(address);
                self.push_key_links(address, tx, &mut keys);
            }
            let tx_end = linked.before.outputs + u64::from(loaded.block.first_output[n_tx + 1]);
            while self.new_output_keys.front().is_some_and(|new| new.1 < tx_end.min(block_end)) {
                let Some((address, _, mut keys)) = self.new_output_keys.pop_front() else { break };
                self.set_has_keys(address);
                self.push_key_links(address, tx, &mut keys);
            }
        }
    }

    fn has_keys(&self, address: u32) -> bool {
        self.keys_seen[address as usize / 64] >> (address % 64) & 1 == 1
    }

    fn set_has_keys(&mut self, address: u32) {
        self.keys_seen[address as usize / 64] |= 1 << (address % 64);
    }

    fn push_key_links(&mut self, address: u32, tx: u32, keys: &mut Vec<KeyLink>) {
        for key in keys.drain(..) {
            self.delta.key_link_address.push(address);
            self.delta.key_link_hash.push(key.key_hash);
            self.delta.key_link_tx.push(tx);
            self.delta.key_link_role.push(key.role as u8);
            self.counts.key_links += 1;
        }
    }

    /// Takes out the rows of an unsound block and of all that were linked after it.
    fn take_out(&mut self, linked: &Linked) {
        let before = linked.before;
        let cells = &mut self.delta.output_spent_by;
        for row in 0..cells.len() {
            if cells.at(row) >= before.inputs {
                cells.set(row, NONE_U64);
            }
        }
        self.spends.retain(|(_, input)| *input < before.inputs);
        let externals = self.delta.external_spent_by.partition_point(|input| *input < before.inputs) as u64;
        let base = *self.base.counts();
        let first = (linked.first_address - base.addresses) as usize;
        let mut counts = Counts {
            addresses: linked.first_address,
            externals: base.externals + externals,
            key_links: self.counts.key_links,
            ..before
        };
        let new = (self.counts, &self.delta);
        (counts.p2pkh, counts.p2sh, counts.p2wpkh) = (new.0.p2pkh, new.0.p2sh, new.0.p2wpkh);
        (counts.p2wsh, counts.p2tr, counts.scripts) = (new.0.p2wsh, new.0.p2tr, new.0.scripts);
        for (kind, slot) in new.1.address_kind[first..].iter().zip(&self.address_slots[first..]) {
            let slot = u64::from(*slot);
            match Kind::from_u8(*kind) {
                Some(Kind::P2pkh) => counts.p2pkh = counts.p2pkh.min(slot),
                Some(Kind::P2sh) => counts.p2sh = counts.p2sh.min(slot),
                Some(Kind::P2wpkh) => counts.p2wpkh = counts.p2wpkh.min(slot),
                Some(Kind::P2wsh) => counts.p2wsh = counts.p2wsh.min(slot),
                Some(Kind::P2tr) => counts.p2tr = counts.p2tr.min(slot),
                Some(Kind::Anchor | Kind::Empty | Kind::OpReturn) | None => {}
                Some(_) => counts.scripts = counts.scripts.min(slot),
            }
        }
        counts.script_bytes = match counts.scripts.checked_sub(base.scripts) {
            Some(0) | None => base.script_bytes,
            Some(rows) => self.delta.payload_script_end[rows as usize - 1],
        };
        self.delta.truncate(&base, &counts);
        self.tx_keys.truncate((counts.txs - base.txs) as usize);
        self.address_keys.truncate((counts.addresses - base.addresses) as usize);
        self.address_slots.truncate((counts.addresses - base.addresses) as usize);
        self.counts = counts;
    }
}

/// Fee of a transaction; `None` if an input's value is unknown.
fn fee(loaded: &Loaded, linked: &Linked, n_tx: usize) -> Result<Option<i64>, Fault> {
    let out_sat: i64 = loaded.block.value_sat[loaded.outputs(n_tx)].iter().sum();
    let mut in_sat = 0i64;
    for value_sat in &linked.value_sat[loaded.inputs(n_tx)] {
        if *value_sat == NONE_SAT {
            return Ok(None);
        }
        // Every value is at most 21e14 and every partial sum is checked; only a damaged store holds more.
        in_sat = in_sat.saturating_add(*value_sat);
        if !is_money(in_sat) {
            let allowed_sat = crate::units::MAX_MONEY_SAT;
            return Err(Fault::Amount { txid: loaded.block.txid[n_tx], value_sat: in_sat, allowed_sat });
        }
    }
    if in_sat < out_sat {
        return Err(Fault::Overspent { txid: loaded.block.txid[n_tx], in_sat, out_sat });
    }
    Ok(Some(in_sat - out_sat))
}

fn coinbase_too_large(network: Network, loaded: &Loaded, fees: Option<i64>) -> Option<Fault> {
    debug_assert!(loaded.block.flags[0] & tx_flags::COINBASE != 0);
    let (height, fees) = (loaded.height?, fees?);
    let out_sat: i64 = loaded.block.value_sat[loaded.outputs(0)].iter().sum();
    let allowed_sat = fees.saturating_add(subsidy_sat(height, network.halving_interval()));
    (out_sat > allowed_sat).then_some(Fault::CoinbaseTooLarge { out_sat, allowed_sat })
}
