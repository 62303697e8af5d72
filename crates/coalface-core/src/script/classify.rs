//! The kind of an output script, as Bitcoin Core's `Solver` (`script/solver.cpp`) sees it.

use std::ops::Range;

use super::instructions::{OP_0, OP_1, OP_16, OP_CHECKSIG, OP_DUP, OP_EQUAL, OP_EQUALVERIFY, OP_HASH160, OP_RETURN};
use super::key::is_key;
use super::kind::Kind;
use super::multisig::Multisig;

/// The script of a pay-to-anchor output.
pub const ANCHOR_SCRIPT: [u8; 4] = [OP_1, 0x02, 0x4e, 0x73];

/// Kind of `script`, and where in it the payload lies that identifies it within its kind.
///
/// Payload: p2pk the key; p2pkh, p2sh, p2wpkh 20 bytes; p2wsh, p2tr 32 bytes; anchor and empty nothing; op_return
/// everything after the opcode; multisig, witness_unknown and nonstandard the whole script. [`to_script`] is the inverse.
///
/// Two differences from Core. An empty script is [`Kind::Empty`], not nonstandard. Everything that starts with OP_RETURN
/// is [`Kind::OpReturn`]: Core's `nulldata` also wants the rest to be pushes only and calls the others nonstandard, but
/// its `IsUnspendable` holds for both, and what cannot be spent has no address.
#[must_use]
pub fn classify(script: &[u8]) -> (Kind, Range<usize>) {
    match script {
        [] => (Kind::Empty, 0..0),
        [OP_DUP, OP_HASH160, 20, .., OP_EQUALVERIFY, OP_CHECKSIG] if script.len() == 25 => (Kind::P2pkh, 3..23),
        [OP_HASH160, 20, .., OP_EQUAL] if script.len() == 23 => (Kind::P2sh, 2..22),
        [OP_RETURN, ..] => (Kind::OpReturn, 1..script.len()),
        [33, key @ .., OP_CHECKSIG] if key.len() == 33 && is_key(key) => (Kind::P2pk, 1..34),
        [65, key @ .., OP_CHECKSIG] if key.len() == 65 && is_key(key) => (Kind::P2pk, 1..66),
        _ => match witness_program(script) {
            Some((version, program)) => classify_program(version, program, script.len()),
            None if Multisig::parse(script).is_some() => (Kind::Multisig, 0..script.len()),
            None => (Kind::Nonstandard, 0..script.len()),
        },
    }
}

/// Version (0 to 16) and program (2 to 40 bytes) of a witness program (BIP-0141).
#[must_use]
pub fn witness_program(script: &[u8]) -> Option<(u8, &[u8])> {
    let (&[opcode, len], program) = script.split_first_chunk()?;
    let version = match opcode {
        OP_0 => 0,
        OP_1..=OP_16 => opcode - OP_1 + 1,
        _ => return None,
    };
    ((2..=40).contains(&len) && program.len() == usize::from(len)).then_some((version, program))
}

fn classify_program(version: u8, program: &[u8], script_len: usize) -> (Kind, Range<usize>) {
    match (version, program.len()) {
        (0, 20) => (Kind::P2wpkh, 2..22),
        (0, 32) => (Kind::P2wsh, 2..34),
        (0, _) => (Kind::Nonstandard, 0..script_len),
        (1, 32) => (Kind::P2tr, 2..34),
        (1, 2) if *program == ANCHOR_SCRIPT[2..] => (Kind::Anchor, 0..0),
        _ => (Kind::WitnessUnknown, 0..script_len),
    }
}

/// The script of that kind and payload; `None` if the payload does not fit the kind.
///
/// For every script, `to_script` of what [`classify`] returned gives the script back; and what `to_script` returns is
/// always classified as `kind`.
#[must_use]
pub fn to_script(kind: Kind, payload: &[u8]) -> Option<Vec<u8>> {
    let framed = |prefix: &[u8], suffix: &[u8]| [prefix, payload, suffix].concat();
    match (kind, payload.len()) {
        (Kind::P2pk, len @ (33 | 65)) if is_key(payload) => Some(framed(&[len as u8], &[OP_CHECKSIG])),
        (Kind::P2pkh, 20) => Some(framed(&[OP_DUP, OP_HASH160, 20], &[OP_EQUALVERIFY, OP_CHECKSIG])),
        (Kind::P2sh, 20) => Some(framed(&[OP_HASH160, 20], &[OP_EQUAL])),
        (Kind::P2wpkh, 20) => Some(framed(&[OP_0, 20], &[])),
        (Kind::P2wsh, 32) => Some(framed(&[OP_0, 32], &[])),
        (Kind::P2tr, 32) => Some(framed(&[OP_1, 32], &[])),
        (Kind::Anchor, 0) => Some(ANCHOR_SCRIPT.to_vec()),
        (Kind::Empty, 0) => Some(Vec::new()),
        (Kind::OpReturn, _) => Some(framed(&[OP_RETURN], &[])),
        (Kind::Multisig | Kind::WitnessUnknown | Kind::Nonstandard, _) if classify(payload).0 == kind => {
            Some(payload.to_vec())
        }
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::multisig::tests::multisig_script;
    use super::*;

    /// One payload of every kind.
    pub(crate) fn samples() -> Vec<(Kind, Vec<u8>)> {
        let key = |header: u8, len: usize| [vec![header], vec![0x5a; len - 1]].concat();
        vec![
            (Kind::P2pk, key(2, 33)),
            (Kind::P2pk, key(3, 33)),
            (Kind::P2pk, key(4, 65)),
            (Kind::P2pk, key(6, 65)),
            (Kind::P2pk, key(7, 65)),
            (Kind::P2pkh, vec![0; 20]),
            (Kind::P2pkh, vec![0xff; 20]),
            (Kind::P2sh, vec![7; 20]),
            (Kind::Multisig, multisig_script(1, 1)),
            (Kind::Multisig, multisig_script(2, 3)),
            (Kind::Multisig, multisig_script(16, 16)),
            (Kind::Multisig, multisig_script(17, 17)),
            (Kind::Multisig, multisig_script(20, 20)),
            (Kind::P2wpkh, vec![8; 20]),
            (Kind::P2wsh, vec![9; 32]),
            (Kind::P2tr, vec![10; 32]),
            (Kind::Anchor, vec![]),
            (Kind::WitnessUnknown, vec![0x51, 2, 0x4e, 0x74]),
            (Kind::WitnessUnknown, [vec![0x51, 40], vec![1; 40]].concat()),
            (Kind::WitnessUnknown, [vec![0x60, 32], vec![1; 32]].concat()),
            (Kind::OpReturn, vec![]),
            (Kind::OpReturn, vec![4, 1, 2, 3, 4]),
            (Kind::OpReturn, vec![0x4c, 255, 0xac]),
            (Kind::Nonstandard, vec![0x51]),
            (Kind::Nonstandard, [vec![0x00, 21], vec![1; 21]].concat()),
            (Kind::Empty, vec![]),
        ]
    }

    #[test]
    fn every_kind_leads_back() {
        for (kind, payload) in samples() {
            let script = to_script(kind, &payload).unwrap();
            let (found, range) = classify(&script);
            assert_eq!((found, &script[range]), (kind, &payload[..]));
        }
    }

    #[test]
    fn a_payload_that_does_not_fit_gives_no_script() {
        for kind in Kind::ALL {
            for len in [0, 1, 19, 20, 21, 31, 32, 33, 34, 64, 65, 66] {
                let payload = vec![0x6b; len];
                if let Some(script) = to_script(kind, &payload) {
                    let (found, range) = classify(&script);
                    assert_eq!((found, &script[range]), (kind, &payload[..]));
                }
            }
        }
        assert_eq!(to_script(Kind::P2pk, &[5; 33]), None);
        assert_eq!(to_script(Kind::P2wsh, &[5; 20]), None);
        assert_eq!(to_script(Kind::Anchor, &[0x4e, 0x73]), None);
        assert_eq!(to_script(Kind::Nonstandard, &to_script(Kind::P2sh, &[1; 20]).unwrap()), None);
    }

    #[test]
    fn edges_of_the_templates() {
        let kind = |script: &[u8]| classify(script).0;
        assert_eq!(kind(&ANCHOR_SCRIPT), Kind::Anchor);
        assert_eq!(kind(&[0x52, 2, 0x4e, 0x73]), Kind::WitnessUnknown);
        assert_eq!(kind(&[0x51, 1, 0x4e]), Kind::Nonstandard, "a program has at least two bytes");
        assert_eq!(kind(&[&[0x51, 41][..], &[0; 41]].concat()), Kind::Nonstandard, "and at most forty");
        assert_eq!(kind(&[&[0x51, 0x4c, 32][..], &[0; 32]].concat()), Kind::Nonstandard, "pushed directly");
        assert_eq!(kind(&[&[0x00, 2][..], &[0; 2]].concat()), Kind::Nonstandard);
        assert_eq!(kind(&[&[0x4f, 32][..], &[0; 32]].concat()), Kind::Nonstandard, "OP_1NEGATE is no version");
        assert_eq!(kind(&[0x6a]), Kind::OpReturn);
        assert_eq!(kind(&[0x6a, 0xac]), Kind::OpReturn, "not pushes only, yet unspendable");
        assert_eq!(kind(&[0x51, 0x6a]), Kind::Nonstandard);
        for header in 0..=255u8 {
            let compressed = [&[33, header][..], &[1; 32], &[0xac]].concat();
            let uncompressed = [&[65, header][..], &[1; 64], &[0xac]].concat();
            assert_eq!(kind(&compressed) == Kind::P2pk, matches!(header, 2 | 3));
            assert_eq!(kind(&uncompressed) == Kind::P2pk, matches!(header, 4 | 6 | 7));
        }
        let p2pkh = to_script(Kind::P2pkh, &[1; 20]).unwrap();
        for len in 1..p2pkh.len() {
            assert_eq!(kind(&p2pkh[..len]), Kind::Nonstandard, "cut to {len}");
        }
        assert_eq!(kind(&[&p2pkh[..], &[0x61]].concat()), Kind::Nonstandard);
    }

    #[test]
    fn classify_and_to_script_agree_on_noise() {
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        let mut byte = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        };
        const SPICE: [u8; 16] = [0, 1, 2, 3, 4, 20, 32, 33, 0x4c, 0x51, 0x52, 0x6a, 0x76, 0xa9, 0xac, 0xae];
        for _ in 0..50_000 {
            let len = usize::from(byte() % 70);
            let script: Vec<u8> = (0..len)
                .map(|_| match byte() {
                    b if b < 128 => SPICE[usize::from(b % 16)],
                    b => b,
                })
                .collect();
            let (kind, range) = classify(&script);
            assert_eq!(to_script(kind, &script[range]), Some(script));
        }
    }
}
