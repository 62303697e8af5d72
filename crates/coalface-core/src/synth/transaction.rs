//! Builds one linked transaction.

use crate::hash::sha256d_parts;

use super::address::Address;
use super::economy::Economy;
use super::encode;
use super::kind::Kind;
use super::pool::Unspent;
use super::rng::Rng;
use super::shape::{fee_sat, split, Shape, ENOUGH_SAT, MAX_FURTHER_INPUTS};
use super::spend::{Unlocker, MAX_INPUT_WU, MAX_TAPSCRIPT_DATA_WU};

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
    pub(super) n_outputs: u64,
}

/// Builds transactions; keeps its memory between them.
#[derive(Debug, Default)]
pub(super) struct Builder {
    seed: u64,
    inputs: Vec<Unspent>,
    created: Vec<Unspent>,
    values_sat: Vec<u64>,
    script_sig: Vec<u8>,
    inputs_outputs: Vec<u8>,
    witness: Vec<u8>,
    unlocker: Unlocker,
}

impl Builder {
    pub(super) fn new(seed: u64) -> Builder {
        Builder { seed, ..Builder::default() }
    }

    /// Spends from the pool, appends the transaction to `body` and its outputs to the pool; `None` if that has none
    /// to give.
    pub(super) fn build(
        &mut self,
        shape: Shape,
        height: u32,
        economy: &mut Economy,
        body: &mut Vec<u8>,
    ) -> Option<Built> {
        self.choose_inputs(shape, economy);
        if self.inputs.is_empty() {
            return None;
        }
        let rng = &mut economy.rng;
        let version: u32 = if rng.chance(3_000) { 1 } else { 2 };
        let anti_snipe = rng.chance(2_000);
        let locktime = if anti_snipe { height - 1 } else { 0 };
        let has_witness = self.write_inputs(anti_snipe, rng);

        let input_sat: u64 = self.inputs.iter().map(|input| input.value_sat).sum();
        let vsize = (self.inputs_outputs.len() + self.witness.len() / 4) as u64 + 34 * shape.n_outputs + 11;
        let fee_sat = fee_sat(input_sat, vsize, rng);
        split(input_sat - fee_sat, shape.n_outputs, rng, &mut self.values_sat);
        self.write_outputs(shape.with_data, economy);

        let (version, locktime) = (version.to_le_bytes(), locktime.to_le_bytes());
        let txid = sha256d_parts(&[&version, &self.inputs_outputs, &locktime]);
        for mut unspent in self.created.drain(..) {
            unspent.txid = txid;
            economy.pool.add(unspent);
        }
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
        Some(Built {
            txid,
            has_witness,
            weight_wu,
            fee_sat,
            n_inputs: self.inputs.len() as u64,
            n_outputs: self.values_sat.len() as u64 + u64::from(shape.with_data),
        })
    }

    /// Takes as many inputs as the shape wants, and a few further ones if they are worth too little.
    fn choose_inputs(&mut self, shape: Shape, economy: &mut Economy) {
        self.inputs.clear();
        let (mut input_sat, enough_sat) = (0, ENOUGH_SAT * shape.n_outputs);
        for n in 0..shape.n_inputs + MAX_FURTHER_INPUTS {
            if n >= shape.n_inputs && input_sat >= enough_sat {
                break;
            }
            let Some(unspent) = economy.pool.take(&mut economy.rng) else {
                break;
            };
            input_sat += unspent.value_sat;
            self.inputs.push(unspent);
        }
    }

    /// Starts `inputs_outputs` and `witness`; says whether any input has a witness.
    fn write_inputs(&mut self, anti_snipe: bool, rng: &mut Rng) -> bool {
        self.inputs_outputs.clear();
        self.witness.clear();
        let sequence: u32 = match rng.below(10) {
            0..5 => 0xffff_fffd, // replaceable (BIP-0125)
            5..7 => 0xffff_fffe,
            _ if anti_snipe => 0xffff_fffe,
            _ => 0xffff_ffff,
        };
        let mut has_witness = false;
        encode::compact_size(self.inputs.len() as u64, &mut self.inputs_outputs);
        for (i, input) in self.inputs.iter().enumerate() {
            let address = Address::derive(self.seed, input.address_no);
            self.script_sig.clear();
            has_witness |= self.unlocker.unlock(&address, i == 0, rng, &mut self.script_sig, &mut self.witness);
            self.inputs_outputs.extend_from_slice(&input.txid);
            self.inputs_outputs.extend_from_slice(&input.vout.to_le_bytes());
            encode::sized(&self.script_sig, &mut self.inputs_outputs);
            self.inputs_outputs.extend_from_slice(&sequence.to_le_bytes());
        }
        has_witness
    }

    /// Appends the outputs and remembers those that can be spent.
    fn write_outputs(&mut self, with_data: bool, economy: &mut Economy) {
        let out = &mut self.inputs_outputs;
        let own = self.inputs[economy.rng.index(self.inputs.len())].address_no;
        encode::compact_size(self.values_sat.len() as u64 + u64::from(with_data), out);
        economy.pay(&self.values_sat, Some(own), out, &mut self.created);
        if with_data {
            economy.kinds.add(Kind::OpReturn);
            write_data(&mut economy.rng, out);
        }
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
pub(super) fn limits(room_wu: u64) -> Option<(u64, u64)> {
    let half = room_wu.checked_sub(MAX_REST_WU)? / 2;
    let (inputs, outputs) = (half / MAX_INPUT_WU, half / MAX_OUTPUT_WU);
    (inputs >= 1 && outputs >= 3).then(|| (inputs, outputs - 1))
}
