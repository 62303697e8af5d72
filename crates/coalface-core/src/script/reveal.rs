//! The address that an input itself proves it spends, when the spent output is not known.

use super::classify::witness_program;
use super::instructions::{only_data_push, Instructions, OP_CHECKMULTISIGVERIFY, OP_CHECKSIG};
use super::key::{is_compressed_key, is_key};
use super::kind::Kind;
use super::multisig::Multisig;
use super::shape::{is_control_block, Pushes, Stack};
use super::signature::DerSignature;
use super::witness::Witness;
use super::{classify, AddressKey};
use crate::hash::{hash160, sha256};

/// Longest witness script that may be run (Bitcoin Core `MAX_SCRIPT_SIZE`).
const MAX_SCRIPT_BYTES: usize = 10_000;
/// Longest element that a script may push (Bitcoin Core `MAX_SCRIPT_ELEMENT_SIZE`).
const MAX_ELEMENT_BYTES: usize = 520;

/// An address proved by a spend: kind and hash, as [`classify`](crate::script::classify()) would give of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revealed {
    /// P2pkh, P2sh, P2wpkh or P2wsh.
    pub kind: Kind,
    payload: [u8; 32],
    len: u8,
}

impl Revealed {
    fn new(kind: Kind, hash: &[u8]) -> Revealed {
        let len = hash.len().min(32);
        let mut payload = [0; 32];
        payload[..len].copy_from_slice(&hash[..len]);
        Revealed { kind, payload, len: len as u8 }
    }

    /// The hash that the output script holds: 20 bytes, 32 for P2WSH.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload[..usize::from(self.len)]
    }

    /// Identity of the address.
    #[must_use]
    pub fn address_key(&self) -> AddressKey {
        AddressKey::of(self.kind, self.payload())
    }
}

/// The address that this input proves it spends, or `None` where anything else is plausible.
///
/// For inputs of accepted, non-coinbase transactions. Signatures must be strict DER (BIP-0066) with a defined hash
/// type, so some spends from before 2015 give `None`. What is recognised, and the doubt that remains:
///
/// - **P2SH around P2WPKH or P2WSH**: the scriptSig is exactly the push of a version 0 program, and the witness holds
///   the key or script that hashes to it. No doubt in blocks after the activation of segwit (BIP-0141): any other output
///   spent with both a scriptSig and a witness is invalid. Before it, no input has a witness.
/// - **P2PKH**: no witness; exactly a signature and a key. A nonstandard output script that takes the same two
///   elements (a bare OP_CHECKSIG, or P2PKH with an opcode more) would look the same; such outputs are rare curiosities.
/// - **P2SH of multisig, P2PK or P2PKH**: no witness; the last push is such a script, and before it stands exactly what
///   that script takes (for P2PKH the key must have the hash). A nonstandard output that takes these elements, or an
///   output spent before BIP-0016 that hashed only the last push, would look the same.
/// - **P2WPKH**: no scriptSig; exactly a signature and a compressed key. A taproot script path with a leaf version that
///   BIP-0341 asks nobody to use, a witness program of an unknown version, which takes any witness, or a P2WSH whose
///   script happens to be 33 bytes in the shape of a key, could be made to look the same by whoever can have it mined.
/// - **P2WSH**: no scriptSig; at least two items, the last a script that can be run (well-formed, at most 10,000 bytes,
///   no disabled opcode, no element above 520 bytes), holds an opcode that checks signatures, and has not the shape of
///   an annex, a control block or a key. Doubt as for P2WPKH.
///
/// Taproot and bare keys prove nothing about their address and give `None`. A few passes over the parts; no allocation.
#[must_use]
pub fn revealed_address(script_sig: &[u8], witness: Witness<'_>) -> Option<Revealed> {
    let stack = Stack::read(witness);
    if stack.is_broken {
        return None;
    }
    match (script_sig.is_empty(), stack.n) {
        (true, 0) => None,
        (true, _) => native(&stack),
        (false, 0) => legacy(script_sig),
        (false, _) => wrapped(script_sig, &stack),
    }
}

/// Whether a spend cannot be that of an output with this kind and payload, because what it shows has another hash.
///
/// For inputs of accepted transactions. `false` says nothing: most kinds hold no hash, before segwit no witness had to be
/// shown, and a scriptSig that computes (none does since BIP-0016 became policy) is not run.
#[must_use]
pub fn spend_contradicts(kind: Kind, payload: &[u8], script_sig: &[u8], witness: Witness<'_>) -> bool {
    let shown = match kind {
        Kind::P2pkh | Kind::P2sh => {
            let pushes = Pushes::read(script_sig);
            pushes.last.filter(|_| pushes.is_push_only)
        }
        Kind::P2wpkh | Kind::P2wsh => Stack::read(witness).last,
        _ => None,
    };
    shown.is_some_and(|shown| match kind {
        Kind::P2wsh => sha256(shown) != payload,
        _ => hash160(shown) != payload,
    })
}

/// Whether `bytes` are a strict DER signature with a defined hash type.
fn is_strict_signature(bytes: &[u8]) -> bool {
    DerSignature::parse(bytes).is_some_and(|signature| signature.is_strict() && signature.hash_type.is_defined())
}

fn legacy(script_sig: &[u8]) -> Option<Revealed> {
    let pushes = Pushes::read(script_sig);
    if !pushes.is_push_only || pushes.n < 2 {
        return None;
    }
    let (first, second, last) = (pushes.first?, pushes.second?, pushes.last?);
    if pushes.n == 2 && is_key(second) && is_strict_signature(first) {
        return Some(Revealed::new(Kind::P2pkh, &hash160(second)));
    }
    let (kind, range) = classify(last);
    let is_fitting = match kind {
        Kind::P2pk => pushes.n == 2 && is_strict_signature(first),
        Kind::P2pkh => pushes.n == 3 && is_strict_signature(first) && is_key(second) && hash160(second) == last[range],
        Kind::Multisig => {
            let m = usize::from(Multisig::parse(last)?.m);
            let mut signatures = Instructions::new(script_sig).skip(1).take(m).map(|instruction| instruction.pushed);
            pushes.n == m + 2 && signatures.all(|pushed| pushed.is_some_and(is_strict_signature))
        }
        _ => false,
    };
    is_fitting.then(|| Revealed::new(Kind::P2sh, &hash160(last)))
}

fn wrapped(script_sig: &[u8], stack: &Stack<'_>) -> Option<Revealed> {
    let redeem = only_data_push(script_sig)?;
    if script_sig.len() != redeem.len() + 1 {
        return None;
    }
    let (0, program) = witness_program(redeem)? else { return None };
    let last = stack.last?;
    let is_proved = match program.len() {
        20 => stack.n == 2 && is_key(last) && hash160(last) == program,
        32 => sha256(last) == program,
        _ => false,
    };
    is_proved.then(|| Revealed::new(Kind::P2sh, &hash160(redeem)))
}

fn native(stack: &Stack<'_>) -> Option<Revealed> {
    let last = stack.last?;
    if stack.n == 2 && is_compressed_key(last) && stack.first.is_some_and(is_strict_signature) {
        return Some(Revealed::new(Kind::P2wpkh, &hash160(last)));
    }
    let is_other = stack.n < 2 || stack.has_annex_shape() || is_control_block(last) || is_key(last);
    (!is_other && is_signature_script(last)).then(|| Revealed::new(Kind::P2wsh, &sha256(last)))
}

/// Whether `script` can be run as a witness script and holds an opcode that checks signatures.
fn is_signature_script(script: &[u8]) -> bool {
    if script.len() > MAX_SCRIPT_BYTES {
        return false;
    }
    let mut has_check = false;
    let mut instructions = Instructions::new(script);
    for instruction in instructions.by_ref() {
        let is_too_long = instruction.pushed.is_some_and(|element| element.len() > MAX_ELEMENT_BYTES);
        if is_too_long || is_disabled(instruction.opcode) {
            return false;
        }
        has_check |= (OP_CHECKSIG..=OP_CHECKMULTISIGVERIFY).contains(&instruction.opcode);
    }
    has_check && !instructions.is_broken()
}

/// Opcodes that fail a script even where they are not run: the disabled ones, OP_VERIF and OP_VERNOTIF.
fn is_disabled(opcode: u8) -> bool {
    matches!(opcode, 0x65 | 0x66 | 0x7e..=0x81 | 0x83..=0x86 | 0x8d | 0x8e | 0x95..=0x99)
}

#[cfg(test)]
#[path = "reveal_tests.rs"]
mod tests;
