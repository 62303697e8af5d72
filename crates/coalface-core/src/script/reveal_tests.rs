use super::*;
use crate::hash::from_hex;
use crate::network::Network;
use crate::script::multisig::tests::multisig_script;
use crate::script::signature::tests::{der, high_r, low_r};
use crate::script::to_script;
use crate::script::witness::tests::serialise;

fn pushes(elements: &[&[u8]]) -> Vec<u8> {
    let mut script = Vec::new();
    for element in elements {
        match element.len() {
            len @ 0..=75 => script.push(len as u8),
            len => script.extend([0x4d, len as u8, (len >> 8) as u8]),
        }
        script.extend(*element);
    }
    script
}

fn reveal(script_sig: &[u8], items: &[&[u8]]) -> Option<(Kind, Vec<u8>)> {
    let bytes = serialise(items);
    revealed_address(script_sig, Witness::new(&bytes)).map(|revealed| {
        assert!(revealed.address_key().to_text(Network::Mainnet).is_some());
        (revealed.kind, revealed.payload().to_vec())
    })
}

/// Input of the transaction of BIP-0143's P2WPKH and P2SH-P2WPKH examples (signed forms).
#[test]
fn bip_0143_examples() {
    let signature = from_hex(concat!(
        "304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a",
        "0220573a954c4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee01"
    ))
    .unwrap();
    let key = from_hex("025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee6357").unwrap();
    assert_eq!(hash160(&key).to_vec(), from_hex("1d0f172a0ecb48aee1be1f2687d2963ae33f71a1").unwrap());
    assert_eq!(reveal(&[], &[&signature, &key]), Some((Kind::P2wpkh, hash160(&key).to_vec())));
    let signature = from_hex(concat!(
        "3044022047ac8e878352d3ebbde1c94ce3a10d057c24175747116f8288e5d794d12d482f",
        "0220217f36a485cae903c713331d877c1f64677e3622ad4010726870540656fe9dcb01"
    ))
    .unwrap();
    let key = from_hex("03ad1d8e89212f0b92c74d23bb710c00662ad1470198ac48c43f7d6f93a2a26873").unwrap();
    let script_sig = from_hex("16001479091972186c449eb1ded22b78e40d009bdf0089").unwrap();
    let hash = from_hex("4733f37cf4db86fbc2efed2500b4f4e49f312023").unwrap();
    assert_eq!(reveal(&script_sig, &[&signature, &key]), Some((Kind::P2sh, hash)));
}

#[test]
fn p2pkh() {
    for key in [vec![2; 33], vec![3; 33], vec![4; 65], vec![7; 65]] {
        let want = Some((Kind::P2pkh, hash160(&key).to_vec()));
        assert_eq!(reveal(&pushes(&[&low_r(), &key]), &[]), want);
        assert_eq!(reveal(&pushes(&[&high_r(), &key]), &[]), want);
    }
    let key = [2; 33];
    let none = |script_sig: Vec<u8>| assert_eq!(reveal(&script_sig, &[]), None);
    none(pushes(&[&low_r()]));
    none(pushes(&[&key]));
    none(pushes(&[&key, &low_r()]));
    none(pushes(&[&low_r(), &[5; 33]]));
    none(pushes(&[&low_r(), &key, &[]]));
    none(pushes(&[&[], &low_r(), &key]));
    none(pushes(&[&der(&[0x80; 32], &[1; 32], 1), &key]));
    none(pushes(&[&der(&[1; 32], &[1; 32], 0), &key]));
    none([&pushes(&[&low_r(), &key])[..], &[0x61]].concat());
    none([&pushes(&[&low_r(), &key])[..], &[0x02, 1]].concat());
}

#[test]
fn p2sh_of_templates() {
    let signature = low_r();
    let redeem = multisig_script(2, 3);
    let want = Some((Kind::P2sh, hash160(&redeem).to_vec()));
    assert_eq!(reveal(&pushes(&[&[], &signature, &signature, &redeem]), &[]), want);
    assert_eq!(reveal(&pushes(&[&[], &signature, &redeem]), &[]), None, "one signature of two");
    assert_eq!(reveal(&pushes(&[&[], &signature, &[1], &redeem]), &[]), None);
    assert_eq!(reveal(&pushes(&[&[], &signature, &signature, &signature, &redeem]), &[]), None);
    let p2pk = to_script(Kind::P2pk, &[3; 33]).unwrap();
    assert_eq!(reveal(&pushes(&[&signature, &p2pk]), &[]), Some((Kind::P2sh, hash160(&p2pk).to_vec())));
    let p2pkh = to_script(Kind::P2pkh, &hash160(&[3; 33])).unwrap();
    let want = Some((Kind::P2sh, hash160(&p2pkh).to_vec()));
    assert_eq!(reveal(&pushes(&[&signature, &[3; 33], &p2pkh]), &[]), want);
    assert_eq!(reveal(&pushes(&[&signature, &[2; 33], &p2pkh]), &[]), None, "another key");
    assert_eq!(reveal(&pushes(&[&signature, &[0x51]]), &[]), None, "no template");
}

#[test]
fn wrapped_programs() {
    let (signature, key) = (low_r(), [2; 33]);
    let redeem = to_script(Kind::P2wpkh, &hash160(&key)).unwrap();
    let want = Some((Kind::P2sh, hash160(&redeem).to_vec()));
    assert_eq!(reveal(&pushes(&[&redeem]), &[&signature, &key]), want);
    assert_eq!(reveal(&pushes(&[&redeem]), &[&signature, &[3; 33]]), None, "another key");
    assert_eq!(reveal(&pushes(&[&redeem]), &[&key]), None);
    assert_eq!(reveal(&pushes(&[&redeem]), &[]), None);
    assert_eq!(reveal(&pushes(&[&[], &redeem]), &[&signature, &key]), None, "not exactly one push");
    assert_eq!(reveal(&[&[0x4c, 22][..], &redeem].concat(), &[&signature, &key]), None, "not the shortest push");
    let script = multisig_script(1, 2);
    let redeem = to_script(Kind::P2wsh, &sha256(&script)).unwrap();
    let want = Some((Kind::P2sh, hash160(&redeem).to_vec()));
    assert_eq!(reveal(&pushes(&[&redeem]), &[&[], &signature, &script]), want);
    assert_eq!(reveal(&pushes(&[&redeem]), &[&[], &signature, &multisig_script(2, 2)]), None);
    let redeem = to_script(Kind::P2tr, &[1; 32]).unwrap();
    assert_eq!(reveal(&pushes(&[&redeem]), &[&[1; 64]]), None);
}

#[test]
fn native_programs() {
    let (signature, key) = (low_r(), [2; 33]);
    assert_eq!(reveal(&[], &[&signature, &key]), Some((Kind::P2wpkh, hash160(&key).to_vec())));
    assert_eq!(reveal(&[], &[&signature, &[4; 65]]), None, "an uncompressed key");
    assert_eq!(reveal(&[], &[&signature, &key, &key]), None);
    let script = multisig_script(2, 3);
    let want = Some((Kind::P2wsh, sha256(&script).to_vec()));
    assert_eq!(reveal(&[], &[&[], &signature, &signature, &script]), want);
    assert_eq!(reveal(&[], &[&script]), None, "nothing that could sign");
    assert_eq!(reveal(&[], &[&signature, &[0x51]]), None, "no opcode that checks a signature");
    assert_eq!(reveal(&[], &[&signature, &[0xac, 0x02, 1]]), None, "not well-formed");
    assert_eq!(reveal(&[], &[&signature, &[0xac, 0x7e]]), None, "a disabled opcode");
    assert_eq!(reveal(&[], &[&signature, &[0xac; 10_001]]), None, "too long");
    assert_eq!(reveal(&[], &[&signature, &pushes(&[&[0xac; 521]])]), None, "an element too long");
    assert_eq!(reveal(&[], &[&signature, &pushes(&[&[0xac; 20]])]), None, "the opcode is data");
}

#[test]
fn taproot_reveals_nothing() {
    // As a script, 64 bytes of OP_CHECKSIG are well-formed and check signatures.
    assert_eq!(reveal(&[], &[&[0xac; 64]]), None);
    assert_eq!(reveal(&[], &[&[0xac; 64], &[0x50, 0xac]]), None);
    for k in [0, 1, 5, 128] {
        let control = [vec![0xc0], vec![0xac; 32 + 32 * k]].concat();
        assert_eq!(reveal(&[], &[&[0xac; 64], &[0xac], &control]), None);
        assert_eq!(reveal(&[], &[&[0xac; 64], &[0xac], &control, &[0x50]]), None);
    }
}

#[test]
fn broken_witnesses_reveal_nothing() {
    let mut bytes = serialise(&[&low_r(), &[2; 33]]);
    assert!(revealed_address(&[], Witness::new(&bytes)).is_some());
    bytes.push(0);
    assert!(revealed_address(&[], Witness::new(&bytes)).is_none());
    for len in 0..bytes.len() - 1 {
        assert!(revealed_address(&[], Witness::new(&bytes[..len])).is_none());
    }
    assert!(revealed_address(&pushes(&[&low_r(), &[2; 33]]), Witness::new(&[1])).is_none());
}
