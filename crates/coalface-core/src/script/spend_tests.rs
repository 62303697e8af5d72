use super::*;
use crate::hash::{hash160, sha256};
use crate::script::multisig::tests::multisig_script;
use crate::script::signature::tests::{der, high_r, low_r};
use crate::script::to_script;
use crate::script::witness::tests::serialise;

const ALL: u32 = SpendFlags::SIGNATURE | SpendFlags::SIGHASH_ALL;
const ALL_LOW: u32 = ALL | SpendFlags::ALL_LOW_R;

fn push(bytes: &[u8]) -> Vec<u8> {
    match bytes.len() {
        len @ 0..=75 => [&[len as u8][..], bytes].concat(),
        len @ 76..=255 => [&[0x4c, len as u8][..], bytes].concat(),
        len => [&[0x4d][..], &(len as u16).to_le_bytes(), bytes].concat(),
    }
}

fn pushes(elements: &[&[u8]]) -> Vec<u8> {
    elements.iter().flat_map(|element| push(element)).collect()
}

fn inner(kind: Kind) -> u32 {
    kind as u32 + 1
}

/// The flags with the spent kind known and with it unknown, which must agree.
fn both(spent: Kind, script_sig: &[u8], items: &[&[u8]]) -> u32 {
    let witness = serialise(items);
    let known = spend_flags(Some(spent), script_sig, Witness::new(&witness));
    assert_eq!(known, spend_flags(None, script_sig, Witness::new(&witness)), "unknown kind");
    known.0
}

#[test]
fn frozen_layout() {
    let bits = [
        (SpendFlags::WRAPPED, 4),
        (SpendFlags::TAPROOT_KEY_PATH, 5),
        (SpendFlags::TAPROOT_SCRIPT_PATH, 6),
        (SpendFlags::COMPRESSED_KEY, 17),
        (SpendFlags::UNCOMPRESSED_KEY, 18),
        (SpendFlags::SIGNATURE, 19),
        (SpendFlags::ALL_LOW_R, 20),
        (SpendFlags::SIGHASH_ALL, 21),
        (SpendFlags::SIGHASH_NONE, 22),
        (SpendFlags::SIGHASH_SINGLE, 23),
        (SpendFlags::SIGHASH_ANYONECANPAY, 24),
        (SpendFlags::SIGHASH_DEFAULT, 25),
    ];
    for (mask, bit) in bits {
        assert_eq!(mask, 1 << bit);
    }
    assert_eq!((SpendFlags::INNER_MASK, SpendFlags::M_SHIFT, SpendFlags::N_SHIFT), (15, 7, 12));
    assert_eq!((SpendFlags::NONE.inner_kind(), SpendFlags::NONE.multisig()), (None, None));
    for kind in Kind::ALL {
        assert_eq!(SpendFlags(inner(kind)).inner_kind(), Some(kind));
    }
    assert_eq!(SpendFlags(u32::MAX).inner_kind(), None);
}

#[test]
fn keys_and_signatures_in_the_script_sig() {
    let (compressed, uncompressed) = ([2; 33], [4; 65]);
    assert_eq!(both(Kind::P2pkh, &pushes(&[&low_r(), &compressed]), &[]), ALL_LOW | SpendFlags::COMPRESSED_KEY);
    assert_eq!(both(Kind::P2pkh, &pushes(&[&high_r(), &uncompressed]), &[]), ALL | SpendFlags::UNCOMPRESSED_KEY);
    assert_eq!(both(Kind::P2pk, &pushes(&[&low_r()]), &[]), ALL_LOW);
    assert_eq!(both(Kind::Multisig, &pushes(&[&[], &low_r(), &high_r()]), &[]), ALL);
    assert_eq!(both(Kind::Multisig, &pushes(&[&[], &low_r(), &low_r()]), &[]), ALL_LOW);
    assert_eq!(both(Kind::Nonstandard, &[0x51], &[]), 0);
    assert_eq!(both(Kind::Empty, &[], &[]), 0);
}

#[test]
fn hash_types() {
    let flags = |hash_type| both(Kind::P2pk, &pushes(&[&der(&[1], &[1], hash_type)]), &[]) & 0x3e0_0000;
    assert_eq!(flags(1), SpendFlags::SIGHASH_ALL);
    assert_eq!(flags(2), SpendFlags::SIGHASH_NONE);
    assert_eq!(flags(3), SpendFlags::SIGHASH_SINGLE);
    assert_eq!(flags(0x81), SpendFlags::SIGHASH_ALL | SpendFlags::SIGHASH_ANYONECANPAY);
    assert_eq!(flags(0x82), SpendFlags::SIGHASH_NONE | SpendFlags::SIGHASH_ANYONECANPAY);
    assert_eq!(flags(0x83), SpendFlags::SIGHASH_SINGLE | SpendFlags::SIGHASH_ANYONECANPAY);
    assert_eq!(flags(0), SpendFlags::SIGHASH_ALL, "0 in DER acts as ALL, it is not DEFAULT");
}

#[test]
fn scripts_behind_a_hash() {
    for (m, n) in [(1, 1), (2, 3), (15, 15), (20, 20)] {
        let redeem = multisig_script(m, n);
        let signature = low_r();
        let mut elements: Vec<&[u8]> = vec![&[]];
        elements.extend(std::iter::repeat_n(&signature[..], usize::from(m)));
        elements.push(&redeem);
        let want = ALL_LOW
            | inner(Kind::Multisig)
            | SpendFlags::COMPRESSED_KEY
            | u32::from(m) << SpendFlags::M_SHIFT
            | u32::from(n) << SpendFlags::N_SHIFT;
        if n <= 15 {
            assert_eq!(both(Kind::P2sh, &pushes(&elements), &[]), want);
        }
        assert_eq!(both(Kind::P2wsh, &[], &elements), want);
        let wrapped = push(&to_script(Kind::P2wsh, &sha256(&redeem)).unwrap());
        assert_eq!(both(Kind::P2sh, &wrapped, &elements), want | SpendFlags::WRAPPED);
        assert_eq!(SpendFlags(want).multisig(), Some((m, n)));
    }
    let program = to_script(Kind::P2wpkh, &hash160(&[3; 33])).unwrap();
    assert_eq!(
        both(Kind::P2sh, &push(&program), &[&low_r(), &[3; 33]]),
        ALL_LOW | inner(Kind::P2wpkh) | SpendFlags::WRAPPED | SpendFlags::COMPRESSED_KEY
    );
    assert_eq!(both(Kind::P2wpkh, &[], &[&low_r(), &[3; 33]]), ALL_LOW | SpendFlags::COMPRESSED_KEY);
    assert_eq!(both(Kind::P2wsh, &[], &[&program]), inner(Kind::Nonstandard), "a program is no program inside P2WSH");
    assert_eq!(
        both(Kind::P2sh, &push(&to_script(Kind::P2tr, &[5; 32]).unwrap()), &[&[1; 64]]),
        inner(Kind::P2tr) | SpendFlags::WRAPPED,
        "taproot inside P2SH has no meaning"
    );
    let flags = |script_sig: &[u8]| spend_flags(Some(Kind::P2sh), script_sig, Witness::EMPTY).0;
    assert_eq!(flags(&[0x00]), inner(Kind::Empty));
    assert_eq!(flags(&[0x51]), inner(Kind::Nonstandard));
    assert_eq!(flags(&[]), 0);
    assert_eq!(flags(&[0x51, 0x02, 1]), 0, "a cut-off push");
}

#[test]
fn taproot_paths() {
    let control = [&[0xc0][..], &[1; 32]].concat();
    let annex = [0x50, 1, 2];
    let default = SpendFlags::SIGNATURE | SpendFlags::SIGHASH_DEFAULT;
    let (key, script) = (SpendFlags::TAPROOT_KEY_PATH, SpendFlags::TAPROOT_SCRIPT_PATH);
    assert_eq!(both(Kind::P2tr, &[], &[&[7; 64]]), key | default);
    assert_eq!(both(Kind::P2tr, &[], &[&[7; 64], &annex]), key | default);
    assert_eq!(
        both(Kind::P2tr, &[], &[&[0x83; 65]]),
        key | SpendFlags::SIGNATURE | SpendFlags::SIGHASH_SINGLE | SpendFlags::SIGHASH_ANYONECANPAY
    );
    assert_eq!(both(Kind::P2tr, &[], &[&[7; 64], &[0xac], &control]), script | default);
    assert_eq!(both(Kind::P2tr, &[], &[&[7; 64], &[0xac], &control, &annex]), script | default);
    assert_eq!(both(Kind::P2tr, &[], &[&[0x51], &control]), script);
    assert_eq!(spend_flags(Some(Kind::P2tr), &[], Witness::EMPTY), SpendFlags::NONE);
    assert_eq!(spend_flags(Some(Kind::WitnessUnknown), &[], Witness::new(&serialise(&[&[7; 64]]))), SpendFlags::NONE);
}

#[test]
fn hostile_bytes_for_every_kind() {
    let mut state = 7u64;
    let mut byte = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    for _ in 0..20_000 {
        let script_sig: Vec<u8> = (0..byte() % 40).map(|_| byte()).collect();
        let witness: Vec<u8> = [byte() % 4].into_iter().chain((0..byte() % 80).map(|_| byte() & 0x7f)).collect();
        for spent in Kind::ALL.into_iter().map(Some).chain([None]) {
            assert_eq!(spend_flags(spent, &script_sig, Witness::new(&witness)).0 >> 26, 0);
        }
    }
    let many_pushes = vec![0x51; 1_000_000];
    assert_eq!(spend_flags(None, &many_pushes, Witness::EMPTY), SpendFlags::NONE);
}
