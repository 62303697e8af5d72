use super::*;
use crate::script::multisig::tests::multisig_script;
use crate::script::to_script;
use crate::script::witness::tests::serialise;

fn keys(spent: Kind, payload: &[u8], script_sig: &[u8], items: &[&[u8]]) -> Vec<KeyLink> {
    let mut out = Vec::new();
    let bytes = serialise(items);
    revealed_keys(spent, payload, script_sig, Witness::new(&bytes), &mut out);
    out
}

fn push(bytes: &[u8]) -> Vec<u8> {
    [&[0x4d][..], &(bytes.len() as u16).to_le_bytes(), bytes].concat()
}

fn members(script: &[u8]) -> Vec<KeyLink> {
    let mut out = Vec::new();
    output_keys(Kind::Multisig, script, &mut out);
    out
}

const KEY: [u8; 33] = [3; 33];

#[test]
fn keys_of_outputs() {
    let mut out = Vec::new();
    output_keys(Kind::P2pk, &KEY, &mut out);
    assert_eq!(out, [single(hash160(&KEY))]);
    let script = multisig_script(2, 3);
    let want: Vec<_> = Multisig::parse(&script).unwrap().keys().map(hash160).collect();
    assert_eq!(members(&script).iter().map(|link| link.key_hash).collect::<Vec<_>>(), want);
    assert!(members(&script).iter().all(|link| link.role == KeyRole::MultisigMember));
    out.clear();
    for kind in Kind::ALL {
        if !matches!(kind, Kind::P2pk | Kind::Multisig) {
            output_keys(kind, &[1; 20], &mut out);
        }
    }
    output_keys(Kind::Multisig, b"no multisig", &mut out);
    assert!(out.is_empty());
}

#[test]
fn keys_behind_a_hash() {
    let multisig = multisig_script(2, 3);
    let p2pk = to_script(Kind::P2pk, &KEY).unwrap();
    let p2pkh = to_script(Kind::P2pkh, &hash160(&KEY)).unwrap();
    for (script, want) in [
        (&multisig, members(&multisig)),
        (&p2pk, vec![single(hash160(&KEY))]),
        (&p2pkh, vec![single(hash160(&KEY))]),
        (&vec![0x51], vec![]),
    ] {
        assert_eq!(keys(Kind::P2sh, &hash160(script), &push(script), &[]), want);
        assert_eq!(keys(Kind::P2wsh, &sha256(script), &[], &[&[], script]), want);
        let redeem = to_script(Kind::P2wsh, &sha256(script)).unwrap();
        assert_eq!(keys(Kind::P2sh, &hash160(&redeem), &push(&redeem), &[script]), want);
        assert_eq!(keys(Kind::P2sh, &[0; 20], &push(script), &[]), [], "another script");
        assert_eq!(keys(Kind::P2wsh, &[0; 32], &[], &[script]), [], "another script");
        assert_eq!(keys(Kind::P2sh, &hash160(&redeem), &push(&redeem), &[&[0x52]]), [], "another witness script");
    }
    let redeem = to_script(Kind::P2wpkh, &hash160(&KEY)).unwrap();
    assert_eq!(keys(Kind::P2sh, &hash160(&redeem), &push(&redeem), &[]), [single(hash160(&KEY))]);
}

#[test]
fn what_adds_nothing() {
    assert_eq!(keys(Kind::P2pkh, &hash160(&KEY), &push(&KEY), &[]), []);
    assert_eq!(keys(Kind::P2wpkh, &hash160(&KEY), &[], &[&[], &KEY]), []);
    assert_eq!(keys(Kind::P2tr, &[1; 32], &[], &[&[1; 64]]), []);
    assert_eq!(keys(Kind::P2sh, &[], &[], &[]), []);
    assert_eq!(keys(Kind::P2pk, &KEY, &[], &[]), [single(hash160(&KEY))], "its own key, whatever the spend holds");
}
