//! scriptSig and witness of the right size and shape. Keys and scripts are the true ones, signatures are random bytes.

use super::address::{Address, Form};
use super::encode;
use super::kind::Kind;
use super::rng::Rng;

/// Largest weight that one input adds, data in tapscripts aside: P2SH 2-of-3 has 297 bytes outside of the witness.
pub(super) const MAX_INPUT_WU: u64 = 1_200;
/// Largest weight that data in a tapscript adds.
pub(super) const MAX_TAPSCRIPT_DATA_WU: u64 = 11_000;

/// What spends one output.
#[derive(Debug, Default)]
pub(super) struct Unlocker {
    scratch: Vec<u8>,
}

impl Unlocker {
    /// Appends the scriptSig to `script_sig` and the witness, its item count first, to `witness`; says whether there
    /// is a witness (without one the count is 0). `with_data` allows a tapscript that carries data.
    pub(super) fn unlock(
        &mut self,
        address: &Address,
        with_data: bool,
        rng: &mut Rng,
        script_sig: &mut Vec<u8>,
        witness: &mut Vec<u8>,
    ) -> bool {
        match (address.kind, address.form) {
            (Kind::P2pk, _) => push_signature(rng, script_sig),
            (Kind::P2pkh, form) => {
                push_signature(rng, script_sig);
                script_sig.push(if form == Form::Uncompressed { 65 } else { 33 });
                address.key(0, script_sig);
            }
            (Kind::Multisig, Form::MultisigOf(m, _)) => {
                script_sig.push(0);
                (0..m).for_each(|_| push_signature(rng, script_sig));
            }
            (Kind::P2sh, form) => {
                if let Form::MultisigOf(m, _) = form {
                    script_sig.push(0);
                    (0..m).for_each(|_| push_signature(rng, script_sig));
                }
                self.scratch.clear();
                address.inner_script(&mut self.scratch);
                encode::push(&self.scratch, script_sig);
                match form {
                    Form::WrappedKey => return key_witness(address, rng, witness),
                    Form::WrappedMultisig => {
                        self.scratch.clear();
                        address.multisig(2, 3, &mut self.scratch);
                        return self.script_witness(2, rng, witness);
                    }
                    _ => {}
                }
            }
            (Kind::P2wpkh, _) => return key_witness(address, rng, witness),
            (Kind::P2wsh, form) => {
                self.scratch.clear();
                address.inner_script(&mut self.scratch);
                let m = if let Form::MultisigOf(m, _) = form { m } else { 0 };
                return self.script_witness(m, rng, witness);
            }
            (Kind::P2tr, _) => return taproot_witness(address, with_data, rng, witness),
            (Kind::WitnessUnknown, _) => {
                witness.extend_from_slice(&[1, 64]);
                rng.append(64, witness);
                return true;
            }
            (Kind::Nonstandard, Form::HashLock) => encode::push(&address.preimage(), script_sig),
            (Kind::Empty, _) => script_sig.push(0x51),
            _ => {}
        }
        witness.push(0);
        false
    }

    /// The witness for the script in `scratch`: `m`-of-n multisig, or one key if `m` is 0.
    fn script_witness(&mut self, m: u8, rng: &mut Rng, witness: &mut Vec<u8>) -> bool {
        if m == 0 {
            witness.push(2);
            push_signature(rng, witness);
        } else {
            witness.extend_from_slice(&[m + 2, 0]);
            (0..m).for_each(|_| push_signature(rng, witness));
        }
        encode::sized(&self.scratch, witness);
        true
    }
}

fn key_witness(address: &Address, rng: &mut Rng, witness: &mut Vec<u8>) -> bool {
    witness.push(2);
    push_signature(rng, witness);
    witness.push(33);
    address.key(0, witness);
    true
}

/// Key path mostly, else one leaf under up to three levels (BIP-0341), some with data in a dead branch.
fn taproot_witness(address: &Address, with_data: bool, rng: &mut Rng, witness: &mut Vec<u8>) -> bool {
    let script_path = rng.chance(3_000);
    let explicit_sighash = rng.chance(500);
    witness.push(if script_path { 3 } else { 1 });
    witness.push(if explicit_sighash { 65 } else { 64 });
    rng.append(64, witness);
    if explicit_sighash {
        witness.push(1);
    }
    if script_path {
        let mut script = vec![32];
        script.extend_from_slice(&address.opaque());
        script.push(0xac);
        if with_data && rng.chance(8_000) {
            script.extend_from_slice(&[0x00, 0x63]); // OP_FALSE OP_IF … OP_ENDIF
            let scale = 300 << rng.below(6);
            let mut left = 60 + rng.index(scale);
            while left > 0 {
                let n = left.min(520);
                encode::push_prefix(n, &mut script);
                rng.append(n, &mut script);
                left -= n;
            }
            script.push(0x68);
        }
        encode::sized(&script, witness);
        let levels = rng.index(4);
        encode::compact_size(33 + 32 * levels as u64, witness);
        witness.push(0xc0 | (rng.next() & 1) as u8);
        rng.append(32 + 32 * levels, witness);
    }
    true
}

/// Appends the length byte and a signature of DER shape with its sighash byte: S low always (BIP-0062), R low in
/// seven of eight (signers that grind for it, and half of the others).
fn push_signature(rng: &mut Rng, out: &mut Vec<u8>) {
    let start = out.len();
    let pick = rng.next();
    let high_r = pick & 7 == 0;
    let short_s = (pick >> 3) & 0xff == 0;
    let sighash = if (pick >> 11) & 0xff == 0 { 0x81 } else { 0x01 };
    let r_bytes: u8 = if high_r { 33 } else { 32 };
    let s_bytes: u8 = if short_s { 31 } else { 32 };
    out.extend_from_slice(&[r_bytes + s_bytes + 7, 0x30, r_bytes + s_bytes + 4, 0x02, r_bytes]);
    if high_r {
        out.push(0);
    }
    let r_at = out.len();
    rng.append(32, out);
    out[r_at] = if high_r { out[r_at] | 0x80 } else { (out[r_at] & 0x7f).max(1) };
    out.extend_from_slice(&[0x02, s_bytes]);
    let s_at = out.len();
    rng.append(usize::from(s_bytes), out);
    out[s_at] = (out[s_at] & 0x7f).max(1);
    out.push(sighash);
    debug_assert_eq!(out.len() - start, 1 + usize::from(out[start]));
}

#[cfg(test)]
mod tests {
    use super::super::era::ERAS;
    use super::*;

    #[test]
    fn weights_stay_below_the_limits() {
        let mut rng = Rng::new(3, 3);
        let mut unlocker = Unlocker::default();
        for number in 0..50_000 {
            let kind = Kind::ALL[rng.index(Kind::ALL.len())];
            let era = &ERAS[rng.index(ERAS.len())];
            let address = Address::derive(3, Address::pack(number, kind, era, &mut rng));
            let (mut script_sig, mut witness) = (Vec::new(), Vec::new());
            let has_witness = unlocker.unlock(&address, true, &mut rng, &mut script_sig, &mut witness);
            assert_eq!(has_witness, witness[0] != 0);
            let data_wu = if address.kind == Kind::P2tr { MAX_TAPSCRIPT_DATA_WU } else { 0 };
            assert!(4 * (43 + script_sig.len() as u64) + witness.len() as u64 <= MAX_INPUT_WU + data_wu);
        }
    }

    #[test]
    fn signatures_have_der_shape() {
        let mut rng = Rng::new(4, 4);
        for _ in 0..5_000 {
            let mut out = Vec::new();
            push_signature(&mut rng, &mut out);
            let signature = &out[1..];
            assert_eq!(usize::from(out[0]), signature.len());
            assert!((70..=72).contains(&signature.len()));
            assert_eq!([signature[0], signature[2]], [0x30, 0x02]);
            assert_eq!(usize::from(signature[1]) + 3, signature.len());
            let s_at = 4 + usize::from(signature[3]);
            assert_eq!(signature[s_at], 0x02);
            assert_eq!(s_at + 2 + usize::from(signature[s_at + 1]) + 1, signature.len());
            assert!(signature[s_at + 2] < 0x80 && signature[4] < 0x80);
        }
    }
}
