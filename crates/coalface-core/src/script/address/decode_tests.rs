use super::super::error::WitnessProgramProblem;
use super::*;
use crate::script::address::encode;
use crate::script::classify;
use crate::script::classify::tests::samples;

fn script_key(script_hex: &str) -> AddressKey {
    let script = from_hex(script_hex).unwrap();
    let (kind, range) = classify(&script);
    AddressKey::of(kind, &script[range])
}

fn code(network: Network, text: &str) -> &'static str {
    let error = decode(network, text).expect_err(text);
    assert!(error.hint().is_some() && !error.to_string().is_empty());
    error.code()
}

/// Valid addresses of BIP-0350.
#[test]
fn bip_0350_valid() {
    use Network::{Mainnet, Signet, Testnet3, Testnet4};
    let cases = [
        (Mainnet, "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "0014751e76e8199196d454941c45d1b3a323f1433bd6"),
        (
            Testnet3,
            "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
            "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262",
        ),
        (
            Mainnet,
            "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
            "5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6",
        ),
        (Mainnet, "BC1SW50QGDZ25J", "6002751e"),
        (Mainnet, "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", "5210751e76e8199196d454941c45d1b3a323"),
        (
            Testnet4,
            "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy",
            "0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433",
        ),
        (
            Signet,
            "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c",
            "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433",
        ),
        (
            Mainnet,
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
            "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
        ),
    ];
    for (network, text, script) in cases {
        let key = decode(network, text).unwrap();
        assert_eq!(key, script_key(script), "{text}");
        assert_eq!(key.to_text(network).unwrap(), text.to_lowercase());
    }
}

/// Invalid addresses of BIP-0350 and BIP-0173, each refused for the reason given there.
#[test]
fn bip_invalid() {
    let cases = [
        ("tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut", "invalid_address_not_bitcoin"),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", "invalid_address_wrong_bech32_variant"),
        ("tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf", "invalid_address_wrong_bech32_variant"),
        ("BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL", "invalid_address_wrong_bech32_variant"),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", "invalid_address_wrong_bech32_variant"),
        ("tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47", "invalid_address_wrong_bech32_variant"),
        ("bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4", "invalid_address_bad_character"),
        ("BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R", "invalid_address_bad_witness_program"),
        ("bc1pw5dgrnzv", "invalid_address_bad_witness_program"),
        (
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav",
            "invalid_address_bad_witness_program",
        ),
        ("BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", "invalid_address_bad_witness_program"),
        ("tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq", "invalid_address_mixed_case"),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf", "invalid_address_bad_witness_program"),
        ("tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j", "invalid_address_bad_witness_program"),
        ("bc1gmk9yu", "invalid_address_bad_witness_program"),
        ("BC13W508D6QEJXTDG4Y5R3ZARVARY0C5XW7KN40WF2", "invalid_address_bad_witness_program"),
        (
            "bc10w508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kw5rljs90",
            "invalid_address_wrong_bech32_variant",
        ),
        ("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sL5k7", "invalid_address_mixed_case"),
        ("bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du", "invalid_address_wrong_bech32_variant"),
        ("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3pjxtptv", "invalid_address_bad_witness_program"),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "invalid_address_bech32_checksum"),
    ];
    for (text, want) in cases {
        let network = if text.starts_with("tb") { Network::Testnet3 } else { Network::Mainnet };
        assert_eq!(code(network, text), want, "{text}");
    }
    let length = |text| decode(Network::Mainnet, text).unwrap_err();
    let problem = WitnessProgramProblem::Length { version: 1, len: 1 };
    assert_eq!(length("bc1pw5dgrnzv"), AddressError::BadWitnessProgram { problem });
    assert_eq!(length("bc1gmk9yu"), AddressError::BadWitnessProgram { problem: WitnessProgramProblem::NoData });
}

#[test]
fn every_kind_on_every_network_leads_back() {
    for network in Network::ALL {
        for (kind, payload) in samples() {
            let Some(text) = encode(network, kind, &payload) else {
                assert!(!kind.has_address());
                continue;
            };
            assert!(text.len() <= MAX_TEXT_BYTES);
            assert_eq!(decode(network, &text), Ok(AddressKey::of(kind, &payload)), "{text}");
        }
    }
}

#[test]
fn other_networks_are_named() {
    for (kind, payload) in samples() {
        if !kind.has_standard_encoding() {
            continue;
        }
        for made in Network::ALL {
            let text = encode(made, kind, &payload).unwrap();
            for asked in Network::ALL {
                let is_shared = encode(asked, kind, &payload).as_ref() == Some(&text);
                match decode(asked, &text) {
                    Ok(_) => assert!(is_shared),
                    Err(AddressError::WrongNetwork { found, expected }) => {
                        assert!(!is_shared && found.contains(made.name()) && expected == asked.name());
                    }
                    Err(error) => panic!("{text}: {error}"),
                }
            }
        }
    }
}

#[test]
fn one_wrong_character_is_always_an_error() {
    for (kind, payload) in samples() {
        if !kind.has_standard_encoding() {
            continue;
        }
        let text = encode(Network::Mainnet, kind, &payload).unwrap();
        for at in 0..text.len() {
            for character in '!'..='~' {
                let mut bad = text.clone();
                bad.replace_range(at..=at, &character.to_string());
                if bad != text {
                    assert!(decode(Network::Mainnet, &bad).is_err(), "{text} -> {bad}");
                }
            }
            assert!(decode(Network::Mainnet, &text[..at]).is_err(), "{text} cut to {at}");
        }
    }
}

#[test]
fn a_single_wrong_bech32_character_is_located() {
    for text in ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc1sw50qgdz25j"] {
        for at in 3..text.len() {
            let wrong = if &text[at..=at] == "z" { "q" } else { "z" };
            let mut bad = text.to_owned();
            bad.replace_range(at..=at, wrong);
            let Err(AddressError::Bech32Checksum { suspect_position, .. }) = decode(Network::Mainnet, &bad) else {
                panic!("{bad}");
            };
            assert_eq!(suspect_position, Some(at), "{bad}");
        }
    }
}

#[test]
fn what_is_no_bitcoin_address() {
    let main = |text: &str| decode(Network::Mainnet, text).unwrap_err();
    assert_eq!(main(""), AddressError::Empty);
    assert_eq!(main(&"1".repeat(91)), AddressError::TooLong { len: 91, max: 90 });
    assert_eq!(main(&"\u{1f600}".repeat(1 << 20)).code(), "invalid_address_too_long");
    assert_eq!(main("TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq"), AddressError::UnknownVersion { version: 0x41 });
    assert_eq!(main("0x00000000219ab540356cbb839cbe05303d7705fa").code(), "invalid_address_not_bitcoin");
    assert_eq!(main("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb").code(), "invalid_address_base58_checksum");
    assert_eq!(main("1A1zP1eP5QGefi2DMPTfTL5SLmv7Divf0a"), AddressError::BadCharacter { position: 32, character: '0' });
    assert_eq!(main(" 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa").code(), "invalid_address_bad_character");
    assert_eq!(main("1A1zP1\u{0435}P5").code(), "invalid_address_bad_character");
    assert_eq!(main("1").code(), "invalid_address_wrong_length");
    assert_eq!(main("bc1").code(), "invalid_address_bech32_checksum");
    assert_eq!(main("1bc").code(), "invalid_address_wrong_length");
    // The WIF example of the Bitcoin wiki, whole and mistyped: never quoted.
    let wif = "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ";
    assert_eq!(main(wif), AddressError::UnknownVersion { version: 0x80 });
    assert!(main(wif).hint().unwrap().contains("private key"));
    assert_eq!(main(&wif.replace("Hue", "Hve")), AddressError::WrongLength { len: 33, expected: 21 });
    // A Litecoin address of BIP-0173's kind, made by the encoder.
    let hrp = bech32::Hrp::parse("ltc").unwrap();
    let foreign = bech32::segwit::encode_v0(hrp, &[1; 20]).unwrap();
    assert_eq!(main(&foreign).code(), "invalid_address_not_bitcoin");
}

#[test]
fn script_texts() {
    let main = |text: &str| decode(Network::Mainnet, text);
    let hash = "4ae81572f06e1b88fd5ced7a1a000945432e83e1551e6f721ee9c00b8cc33260";
    assert_eq!(main(&format!("script:nonstandard:{hash}")), Ok(script_key("51")));
    assert_eq!(main(&format!("script:nonstandard:{}", hash.to_uppercase())), Ok(script_key("51")));
    for name in ["p2pkh", "op_return", "anchor", "P2PK", "", "witness_unknown"] {
        let want = AddressError::UnknownScriptKind { name: name.to_owned() };
        assert_eq!(main(&format!("script:{name}:{hash}")), Err(want));
    }
    for hex in ["", "00", &hash[1..], &format!("{hash}0"), &hash.replace('4', "g"), "\u{e9}"] {
        assert_eq!(main(&format!("script:p2pk:{hex}")).unwrap_err().code(), "invalid_address_bad_hex");
    }
    assert_eq!(main("script:multisig").unwrap_err().code(), "invalid_address_bad_hex");
    assert_eq!(main(&format!("script:empty:{hash}")).unwrap_err().code(), "invalid_address_not_the_empty_script");
    assert_eq!(main("SCRIPT:p2pk:00").unwrap_err().code(), "invalid_address_bad_character");
}

#[test]
fn noise_is_refused_quietly() {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as u32
    };
    for _ in 0..20_000 {
        let prefix = ["", "bc1", "BC1", "1", "3", "script:", "0x", "script:p2pk:", "tb1q"][next() as usize % 9];
        let text: String = prefix
            .chars()
            .chain((0..next() % 80).map(|_| match next() % 8 {
                0 => char::from_u32(next() % 0x11_0000).unwrap_or('\u{fffd}'),
                n => char::from(b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"[(next() % 32) as usize] ^ ((n == 1) as u8)),
            }))
            .collect();
        for network in [Network::Mainnet, Network::Signet] {
            if let Ok(key) = decode(network, &text) {
                assert_eq!(key.to_text(network), Some(text.to_lowercase()));
            }
        }
    }
}
