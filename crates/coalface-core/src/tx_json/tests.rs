use super::*;

/// The first payment ever (block 170), its values and scripts as everybody can look them up.
const FIRST: &str = include_str!("../../tests/support/first_payment.json");

fn code(json: &str) -> &'static str {
    let error = read(json.as_bytes()).unwrap_err();
    assert!(!error.to_string().is_empty() && error.context().iter().all(|(name, _)| !name.is_empty()));
    error.code()
}

#[test]
fn a_transaction_is_what_its_parts_are() {
    for json in [FIRST.to_string(), format!(" \n[{FIRST}]")] {
        let txs = read(json.as_bytes()).unwrap();
        let view = txs[0].view();
        assert!(txs[0].is_txid_checked && txs.len() == 1);
        assert_eq!((view.height, view.time_unix, view.version), (Some(170), 1_231_731_025, 1));
        assert_eq!((view.fee_sat, view.size_bytes, view.weight_wu), (Some(0), 275, 1100));
        assert_eq!(view.inputs[0].value_sat, Some(5_000_000_000));
        assert_eq!((view.inputs[0].kind, view.outputs[0].kind), (Some(Kind::P2pk), Kind::P2pk));
        assert_eq!(view.inputs[0].address, view.outputs[1].address, "change to itself");
        assert_ne!(view.inputs[0].address, view.outputs[0].address);
        assert!(view.inputs[0].spend_flags.has(SpendFlags::SIGNATURE));
        assert_eq!(view.flags, tx_flags::BIP69_INPUTS | tx_flags::BIP69_OUTPUTS);
    }
}

#[test]
fn a_changed_part_is_seen() {
    for (from, to) in [("\"value\":1000000000", "\"value\":999999999"), ("\"locktime\":0", "\"locktime\":1")] {
        assert_eq!(code(&FIRST.replace(from, to)), "tx_json_txid");
    }
    // Without what was signed nobody can tell; the rest is read.
    let start = FIRST.find("\"scriptsig\"").unwrap();
    let end = FIRST.find("\"is_coinbase\"").unwrap();
    let without = format!("{}{}", &FIRST[..start], &FIRST[end..]);
    assert!(!read(without.as_bytes()).unwrap()[0].is_txid_checked);
}

#[test]
fn what_cannot_be_is_refused() {
    assert_eq!(code(""), "tx_json_invalid");
    assert_eq!(code("[]"), "tx_json_invalid");
    assert_eq!(code("{}"), "tx_json_invalid");
    assert_eq!(code(&"[".repeat(100_000)), "tx_json_invalid");
    assert_eq!(code(&FIRST.replace("\"version\":1", "\"version\":9999999999")), "tx_json_invalid");
    assert_eq!(code(&FIRST.replace("\"value\":1000000000", "\"value\":-1")), "tx_json_invalid");
    assert_eq!(code(&FIRST.replace("\"value\":5000000000", "\"value\":1")), "tx_json_invalid");
    assert_eq!(code(&FIRST.replace("\"value\":5000000000", "\"value\":2100000000000001")), "tx_json_invalid");
    assert_eq!(code(&FIRST.replace("\"4104ae", "\"4104zz")), "tx_json_invalid");
    assert_eq!(code(&FIRST.replace("f4184f", "f4184")), "tx_json_invalid");
    let start = FIRST.find("\"prevout\"").unwrap();
    let end = FIRST.find("\"scriptsig\"").unwrap();
    let without = format!("{}{}", &FIRST[..start], &FIRST[end..]);
    let error = read(without.as_bytes()).unwrap_err();
    assert_eq!(error.code(), "tx_json_no_prevout");
    assert!(error.to_string().contains("input 0") && error.hint().unwrap().contains("Esplora"));
    let large = vec![b' '; MAX_JSON_BYTES + 1];
    assert_eq!(read(&large).unwrap_err().code(), "limit_tx_json");
}
