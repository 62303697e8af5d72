//! Builds one linked transaction.

use crate::hash::sha256d_parts;

use super::address::Address;
use super::economy::Economy;
use super::encode;
use super::era::choose;
use super::kind::Kind;
use super::owners::NOBODY;
use super::payees::Payee;
use super::pool::Unspent;
use super::rng::Rng;
use super::shape::{fee_sat, split, Shape, MAX_FURTHER_INPUTS};
use super::spend::{Unlocker, MAX_INPUT_WU, MAX_TAPSCRIPT_DATA_WU};
use super::truth::Purpose;

/// Largest weight that one output adds: bare 1-of-3 multisig, or data.
pub(super) const MAX_OUTPUT_WU: u64 = 480;
/// Weight that is kept free for what surrounds inputs and outputs, for further inputs and for data in a tapscript.
pub(super) const MAX_REST_WU: u64 = MAX_TAPSCRIPT_DATA_WU + MAX_FURTHER_INPUTS * MAX_INPUT_WU + 500;

/// A transaction that was built.
#[derive(Clone, Copy, Debug)]
pub(super) struct Built {
    pub(super) txid: [u8; 32],
    pub(super) has_witness: bool,
    pub(super) weight_wu: u64,
    pub(super) fee_sat: u64,
    pub(super) n_inputs: u64,
}

/// Inputs from which on a lone output mostly goes back to the one who pays.
const CONSOLIDATION: usize = 5;

/// Builds transactions; keeps its memory between them.
#[derive(Debug, Default)]
pub(super) struct Builder {
    pub(super) inputs: Vec<Unspent>,
    created: Vec<Unspent>,
    pub(super) values_sat: Vec<u64>,
    script: Vec<u8>,
    script_sig: Vec<u8>,
    inputs_outputs: Vec<u8>,
    witness: Vec<u8>,
    unlocker: Unlocker,
}

/// What a built transaction is appended to.
#[derive(Debug)]
pub(super) struct Out<'a> {
    /// Transactions one after the other.
    pub(super) body: &'a mut Vec<u8>,
    /// What their outputs are for.
    pub(super) purposes: &'a mut Vec<u8>,
}

/// Locktime and the inputs' sequence number.
#[derive(Clone, Copy, Debug)]
struct Timing {
    locktime: u32,
    sequence: u32,
}

impl Builder {
    /// Spends from the pool, appends the transaction to `out` and its outputs to the pool; `None` if that has none
    /// to give.
    pub(super) fn build(&mut self, shape: Shape, economy: &mut Economy, out: &mut Out<'_>) -> Option<Built> {
        economy.take_inputs(shape, MAX_FURTHER_INPUTS, &mut self.inputs);
        if self.inputs.is_empty() {
            return None;
        }
        let timing = Timing::draw(economy);
        let has_witness = self.write_inputs(timing.sequence, true, economy);
        let input_sat: u64 = self.inputs.iter().map(|input| input.value_sat).sum();
        let vsize = (self.inputs_outputs.len() + self.witness.len() / 4) as u64 + 34 * shape.n_outputs + 11;
        let fee_sat = fee_sat(input_sat, vsize, &mut economy.rng);
        let (round, rng) = (economy.era.round, &mut economy.rng);
        let change_at = split(input_sat - fee_sat, shape.n_outputs, round, rng, &mut self.values_sat);
        self.write_outputs(change_at, shape.with_data, economy, out);
        Some(self.finish(timing, has_witness, fee_sat, economy, out))
    }

    /// Spends what stands in `inputs` on outputs of `values_sat`, each with the purpose and to the address that `pay`
    /// says while it appends the script.
    pub(super) fn build_as(
        &mut self,
        economy: &mut Economy,
        out: &mut Out<'_>,
        mut pay: impl FnMut(&mut Economy, usize, &mut Vec<u8>) -> (Payee, Purpose),
    ) -> Built {
        let timing = Timing { locktime: 0, sequence: u32::MAX };
        let has_witness = self.write_inputs(timing.sequence, false, economy);
        encode::compact_size(self.values_sat.len() as u64, &mut self.inputs_outputs);
        let input_sat: u64 = self.inputs.iter().map(|input| input.value_sat).sum();
        let output_sat: u64 = self.values_sat.iter().sum();
        for vout in 0..self.values_sat.len() {
            self.script.clear();
            let (payee, purpose) = pay(economy, vout, &mut self.script);
            self.write_output(vout, payee, purpose, out);
        }
        self.finish(timing, has_witness, input_sat.saturating_sub(output_sat), economy, out)
    }

    /// Appends the transaction, and its outputs to the pool.
    fn finish(
        &mut self,
        timing: Timing,
        has_witness: bool,
        fee_sat: u64,
        economy: &mut Economy,
        out: &mut Out<'_>,
    ) -> Built {
        let version: u32 = if economy.rng.chance(economy.era.version_2) { 2 } else { 1 };
        let (version, locktime) = (version.to_le_bytes(), timing.locktime.to_le_bytes());
        let txid = sha256d_parts(&[&version, &self.inputs_outputs, &locktime]);
        for mut unspent in self.created.drain(..) {
            unspent.txid = txid;
            economy.pool.add(unspent, &mut economy.owners);
        }
        let body = &mut *out.body;
        body.extend_from_slice(&version);
        let mut weight_wu = 4 * (self.inputs_outputs.len() as u64 + 8);
        if has_witness {
            body.extend_from_slice(&[0, 1]);
            weight_wu += 2 + self.witness.len() as u64;
        }
        body.extend_from_slice(&self.inputs_outputs);
        if has_witness {
            body.extend_from_slice(&self.witness);
        }
        body.extend_from_slice(&locktime);
        let n_inputs = self.inputs.len() as u64;
        Built { txid, has_witness, weight_wu, fee_sat, n_inputs }
    }

    /// Starts `inputs_outputs` and `witness`; says whether any input has a witness. `with_data` allows data in the
    /// first one's tapscript.
    fn write_inputs(&mut self, sequence: u32, with_data: bool, economy: &mut Economy) -> bool {
        self.inputs_outputs.clear();
        self.witness.clear();
        let mut has_witness = false;
        encode::compact_size(self.inputs.len() as u64, &mut self.inputs_outputs);
        for (i, input) in self.inputs.iter().enumerate() {
            let address = Address::derive(economy.addresses.seed, input.address);
            self.script_sig.clear();
            let (script_sig, witness) = (&mut self.script_sig, &mut self.witness);
            has_witness |= self.unlocker.unlock(&address, with_data && i == 0, &mut economy.rng, script_sig, witness);
            self.inputs_outputs.extend_from_slice(&input.txid);
            self.inputs_outputs.extend_from_slice(&input.vout.to_le_bytes());
            encode::sized(&self.script_sig, &mut self.inputs_outputs);
            self.inputs_outputs.extend_from_slice(&sequence.to_le_bytes());
        }
        has_witness
    }

    /// Appends the outputs and remembers those that can be spent: the change goes back, the others go to others.
    fn write_outputs(&mut self, change_at: usize, with_data: bool, economy: &mut Economy, out: &mut Out<'_>) {
        let n = self.values_sat.len();
        encode::compact_size(n as u64 + u64::from(with_data), &mut self.inputs_outputs);
        let own = self.inputs[economy.rng.index(self.inputs.len())];
        let keeps_all = n == 1 && self.inputs.len() >= CONSOLIDATION && economy.rng.chance(7_000);
        for vout in 0..n {
            self.script.clear();
            let comes_back = own.owner != NOBODY && vout == change_at && (n > 1 || keeps_all);
            let reuse = economy.era.reuse;
            let (payee, purpose) = if comes_back {
                // Half of those who use an address again use the very one that they spend from.
                let payee = if economy.rng.chance(reuse / 2) {
                    economy.known_address(own.owner, own.address, &mut self.script)
                } else {
                    economy.address_of(own.owner, reuse, &mut self.script)
                };
                (payee, if n > 1 { Purpose::Change } else { Purpose::Consolidation })
            } else {
                let place = economy.recipient();
                (economy.address_of(place, reuse, &mut self.script), Purpose::Payment)
            };
            self.write_output(vout, payee, purpose, out);
        }
        if with_data {
            economy.addresses.kinds.add(Kind::OpReturn);
            out.purposes.push(Purpose::Data as u8);
            write_data(&mut economy.rng, &mut self.inputs_outputs);
        }
    }

    /// Appends one output, whose script is in `script`.
    fn write_output(&mut self, vout: usize, payee: Payee, purpose: Purpose, out: &mut Out<'_>) {
        let value_sat = self.values_sat[vout];
        self.inputs_outputs.extend_from_slice(&value_sat.to_le_bytes());
        encode::sized(&self.script, &mut self.inputs_outputs);
        out.purposes.push(purpose as u8);
        if payee.is_spendable && value_sat > 0 {
            self.created.push(Unspent::new(vout as u32, value_sat, payee.address, payee.owner));
        }
    }
}

impl Timing {
    fn draw(economy: &mut Economy) -> Timing {
        let (era, rng) = (economy.era, &mut economy.rng);
        if rng.chance(era.locktime) {
            return Timing { locktime: economy.height - 1, sequence: 0xffff_fffe };
        }
        let sequence = choose(era.sequences, |(share, _)| *share, rng.below(10_000)).map_or(u32::MAX, |one| one.1);
        Timing { locktime: 0, sequence }
    }
}

/// Appends an OP_RETURN output: mostly 20 to 80 bytes, now and then two pushes or a bare opcode.
fn write_data(rng: &mut Rng, out: &mut Vec<u8>) {
    out.extend_from_slice(&[0; 8]);
    let len_at = out.len();
    out.extend_from_slice(&[0, 0x6a]);
    match rng.below(20) {
        0 => {}
        1..3 => {
            for n in [4, 1 + rng.index(30)] {
                encode::push_prefix(n, out);
                rng.append(n, out);
            }
        }
        3..9 => {
            out.push(0x5d); // OP_13, then a short message
            let n = 3 + rng.index(22);
            encode::push_prefix(n, out);
            rng.append(n, out);
        }
        _ => {
            let n = 20 + rng.index(61);
            encode::push_prefix(n, out);
            rng.append(n, out);
        }
    }
    out[len_at] = (out.len() - len_at - 1) as u8; // at most 83
}

/// Counts that fit into `room_wu`: of inputs and of outputs, data included. `None` if not even a small one is sure to.
pub(super) fn limits(room_wu: u64, with_tapscripts: bool) -> Option<(u64, u64)> {
    let rest_wu = if with_tapscripts { MAX_REST_WU } else { MAX_REST_WU - MAX_TAPSCRIPT_DATA_WU };
    let half = room_wu.checked_sub(rest_wu)? / 2;
    let (inputs, outputs) = (half / MAX_INPUT_WU, half / MAX_OUTPUT_WU);
    (inputs >= 1 && outputs >= 3).then(|| (inputs, outputs - 1))
}
