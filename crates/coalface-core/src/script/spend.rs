//! What an input shows of the wallet that made it, in 32 bits.

use super::instructions::only_data_push;
use super::kind::Kind;
use super::shape::{likely_spent_kind, Pushes, Stack};
use super::spend_scan::Scan;
use super::witness::Witness;
use super::{classify, classify::witness_program};

/// Flags of one input. Stored; the layout is frozen.
///
/// | bits | meaning |
/// |---|---|
/// | 0–3 | inner script kind: 0 none, else number of the [`Kind`] of the redeem or witness script, plus 1 |
/// | 4 | P2SH around a witness program |
/// | 5 | taproot key path |
/// | 6 | taproot script path |
/// | 7–11 | m of the multisig template executed, 0 none |
/// | 12–16 | n of the multisig template executed, 0 none |
/// | 17 | a compressed public key is seen |
/// | 18 | an uncompressed or hybrid public key is seen |
/// | 19 | a signature is seen |
/// | 20 | at least one DER signature is seen, and R < 2^255 in every one |
/// | 21–25 | hash types seen: ALL, NONE, SINGLE, ANYONECANPAY, DEFAULT |
/// | 26–31 | zero |
///
/// Inner kind: of the script that is run last. P2WSH inside P2SH shows its witness script and bit 4; P2WPKH inside P2SH
/// shows p2wpkh and bit 4; later versions inside P2SH (which nothing gives a meaning) show what they are and bit 4. A
/// witness script that is itself a witness program is not run as one: nonstandard. Taproot leaves show none.
/// A bare multisig or P2PK output shows no m, n or keys here: they stand in the output script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[repr(transparent)]
pub struct SpendFlags(pub u32);

impl SpendFlags {
    /// Nothing seen; also what coinbase inputs get, whose bytes are free.
    pub const NONE: SpendFlags = SpendFlags(0);
    /// Mask of the inner kind plus 1.
    pub const INNER_MASK: u32 = 0xf;
    /// P2SH around a witness program.
    pub const WRAPPED: u32 = 1 << 4;
    /// Taproot key path.
    pub const TAPROOT_KEY_PATH: u32 = 1 << 5;
    /// Taproot script path.
    pub const TAPROOT_SCRIPT_PATH: u32 = 1 << 6;
    /// Position of m.
    pub const M_SHIFT: u32 = 7;
    /// Position of n.
    pub const N_SHIFT: u32 = 12;
    /// A compressed public key is seen.
    pub const COMPRESSED_KEY: u32 = 1 << 17;
    /// An uncompressed or hybrid public key is seen.
    pub const UNCOMPRESSED_KEY: u32 = 1 << 18;
    /// A signature is seen.
    pub const SIGNATURE: u32 = 1 << 19;
    /// DER signatures are seen and all have R < 2^255.
    pub const ALL_LOW_R: u32 = 1 << 20;
    /// A signature with hash type ALL, or an undefined one, which acts as ALL.
    pub const SIGHASH_ALL: u32 = 1 << 21;
    /// A signature with hash type NONE.
    pub const SIGHASH_NONE: u32 = 1 << 22;
    /// A signature with hash type SINGLE.
    pub const SIGHASH_SINGLE: u32 = 1 << 23;
    /// A signature with ANYONECANPAY.
    pub const SIGHASH_ANYONECANPAY: u32 = 1 << 24;
    /// A Schnorr signature of 64 bytes: hash type DEFAULT.
    pub const SIGHASH_DEFAULT: u32 = 1 << 25;

    /// Whether all bits of `mask` are set.
    #[must_use]
    pub fn has(self, mask: u32) -> bool {
        self.0 & mask == mask
    }

    /// Kind of the redeem or witness script.
    #[must_use]
    pub fn inner_kind(self) -> Option<Kind> {
        ((self.0 & Self::INNER_MASK) as u8).checked_sub(1).and_then(Kind::from_u8)
    }

    /// m and n of the multisig template executed.
    #[must_use]
    pub fn multisig(self) -> Option<(u8, u8)> {
        let field = |shift: u32| ((self.0 >> shift) & 0x1f) as u8;
        (field(Self::N_SHIFT) > 0).then(|| (field(Self::M_SHIFT), field(Self::N_SHIFT)))
    }
}

/// Flags of an input that spends an output of kind `spent`; `None` if that is not known.
///
/// With an unknown kind the shape of the spend decides, which can be wrong: for instance a P2WSH spend whose only item
/// is a script of 64 bytes reads as a taproot key path. Signatures and keys are recognised by shape wherever they
/// stand, the branches of a script that are not run included. Inside taproot scripts, every argument of 64 bytes reads
/// as a signature. One pass over each part; never allocates.
#[must_use]
pub fn spend_flags(spent: Option<Kind>, script_sig: &[u8], witness: Witness<'_>) -> SpendFlags {
    let pushes = Pushes::read(script_sig);
    let stack = Stack::read(witness);
    let mut scan = Scan::default();
    match spent.or_else(|| likely_spent_kind(script_sig, &pushes, &stack)) {
        Some(Kind::P2sh) => p2sh(&mut scan, script_sig, &pushes, &stack, witness),
        Some(Kind::P2wpkh) => scan.items(witness, usize::MAX),
        Some(Kind::P2wsh) => witness_script(&mut scan, &stack, witness),
        Some(Kind::P2tr) => taproot(&mut scan, &stack, witness),
        Some(Kind::Anchor | Kind::WitnessUnknown) => {}
        _ => scan.pushes(script_sig, usize::MAX),
    }
    scan.finish()
}

fn p2sh(scan: &mut Scan, script_sig: &[u8], pushes: &Pushes<'_>, stack: &Stack<'_>, witness: Witness<'_>) {
    let Some(redeem) = pushes.last else { return scan.pushes(script_sig, usize::MAX) };
    let (kind, _) = classify(redeem);
    if only_data_push(script_sig).is_some() && witness_program(redeem).is_some() {
        scan.set(SpendFlags::WRAPPED);
        match kind {
            Kind::P2wsh => return witness_script(scan, stack, witness),
            Kind::P2wpkh => scan.items(witness, usize::MAX),
            _ => {}
        }
        return scan.inner_kind(kind);
    }
    scan.pushes(script_sig, pushes.n - 1);
    scan.inner_script(kind, redeem);
}

fn witness_script(scan: &mut Scan, stack: &Stack<'_>, witness: Witness<'_>) {
    let Some(script) = stack.last else { return };
    let kind = match witness_program(script) {
        Some(_) => Kind::Nonstandard,
        None => classify(script).0,
    };
    scan.items(witness, stack.n - 1);
    scan.inner_script(kind, script);
}

fn taproot(scan: &mut Scan, stack: &Stack<'_>, witness: Witness<'_>) {
    match stack.n_without_annex() {
        0 => {}
        1 => {
            scan.set(SpendFlags::TAPROOT_KEY_PATH);
            scan.schnorr_items(witness, 1);
        }
        n => {
            scan.set(SpendFlags::TAPROOT_SCRIPT_PATH);
            scan.schnorr_items(witness, n - 2);
        }
    }
}

#[cfg(test)]
#[path = "spend_tests.rs"]
mod tests;
