//! Detectors of CoinJoins: hand-made transactions of each protocol, and the quick answer beside the explained one.

#![allow(clippy::unwrap_used)] // a test may panic

#[path = "support/rng.rs"]
#[allow(dead_code)] // other tests use the rest
mod rng;

use coalface_core::coinjoin::{judge, Decision, Eras, Exclusion, Judgement, DETECTORS};
use coalface_core::ids::NONE_U32;
use coalface_core::script::{Kind, SpendFlags};
use coalface_core::tx_view::{InputView, OutputView, TxHead, ViewBuffers};
use rng::Rng;

/// A transaction from (value, address, kind) of inputs and outputs; 0 for the address of an OP_RETURN.
fn tx(inputs: &[(i64, u32, Kind)], outputs: &[(i64, u32, Kind)]) -> ViewBuffers {
    let mut buffers = ViewBuffers::default();
    for (value_sat, address, kind) in inputs.iter().copied() {
        let (value_sat, kind) = (Some(value_sat), Some(kind));
        buffers.inputs.push(InputView { value_sat, address, kind, sequence: 0, spend_flags: SpendFlags::NONE });
    }
    for (n, (value_sat, address, kind)) in outputs.iter().copied().enumerate() {
        let address = if kind == Kind::OpReturn { NONE_U32 } else { address };
        buffers.outputs.push(OutputView { value_sat, address, kind, n: n as u32 });
    }
    buffers
}

/// P2WPKH inputs and outputs of these values, each of an address of its own.
fn segwit(inputs: &[i64], outputs: &[i64]) -> ViewBuffers {
    let number = |values: &[i64], from: u32| -> Vec<(i64, u32, Kind)> {
        values.iter().zip(from..).map(|(value, address)| (*value, address, Kind::P2wpkh)).collect()
    };
    tx(&number(inputs, 1), &number(outputs, 1_000))
}

fn fee(buffers: &ViewBuffers) -> Option<i64> {
    let paid: Option<i64> = buffers.inputs.iter().map(|input| input.value_sat).sum();
    Some(paid? - buffers.outputs.iter().map(|output| output.value_sat).sum::<i64>())
}

fn at(buffers: &ViewBuffers, eras: Eras, height: Option<u32>) -> Judgement {
    let head = TxHead { height, fee_sat: fee(buffers), ..TxHead::default() };
    let judgement = judge(buffers.view(head), eras);
    let quick = Exclusion::new(eras).is_excluded(buffers.view(head));
    assert_eq!(judgement.outcome.is_excluded, quick);
    judgement
}

fn ask(buffers: &ViewBuffers) -> (&'static str, Option<&'static str>) {
    let outcome = at(buffers, Eras::Off, None).outcome;
    (outcome.decision.name(), outcome.protocol)
}

const MIX: [&[i64]; 2] = [
    &[1_009_614, 1_000_000, 1_000_000, 1_000_000, 1_008_000],
    &[1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000],
];

#[test]
fn a_whirlpool_mix_needs_somebody_who_stays() {
    assert_eq!(ask(&segwit(MIX[0], MIX[1])), ("yes", Some("whirlpool")));
    let ashigaru = |values: &[i64]| values.iter().map(|value| value + 1_500_000).collect::<Vec<_>>();
    assert_eq!(ask(&segwit(&ashigaru(MIX[0]), &ashigaru(MIX[1]))), ("yes", Some("ashigaru")));
    assert_eq!(ask(&segwit(&[1_009_614; 5], MIX[1])), ("undecided", None), "the first mix of a pool");
    let rich = [1_009_614, 1_000_000, 1_000_000, 1_000_000, 9_000_000];
    assert_eq!(ask(&segwit(&rich, MIX[1])).1, None, "nobody pays that much too much");
    let judgement = at(&segwit(MIX[0], MIX[1]), Eras::Off, None);
    assert_eq!((judgement.denominations_sat, judgement.anonymity_sets), (vec![1_000_000], vec![5; 5]));
}

#[test]
fn eras_rule_out_what_did_not_exist() {
    let mix = segwit(MIX[0], MIX[1]);
    assert_eq!(at(&mix, Eras::Mainnet, Some(569_999)).outcome.protocol, None);
    assert_eq!(at(&mix, Eras::Mainnet, Some(570_000)).outcome.protocol, Some("whirlpool"));
    assert_eq!(at(&mix, Eras::Mainnet, None).outcome.decision, Decision::Undecided, "height unknown");
    assert!(at(&mix, Eras::Mainnet, Some(100_000)).outcome.is_excluded, "equal outputs all the same");
}

#[test]
fn a_wasabi_round_has_its_denominations_and_order() {
    let inputs = [33_000_000, 26_000_000, 21_000_000, 11_000_000, 10_500_000, 10_400_000];
    let outputs = [
        20_000_000, 20_000_000, 10_010_000, 10_010_000, 10_010_000, 10_010_000, 10_010_000, 10_010_000, 2_900_000,
        900_000, 500_000, 300_000,
    ];
    assert_eq!(ask(&segwit(&inputs, &outputs)), ("yes", Some("wasabi1")));
    let mut unordered = outputs;
    unordered.reverse();
    assert_eq!(ask(&segwit(&inputs, &unordered)).1, None, "few people, and not in order");
    // WabiSabi.
    let inputs = [50_000_000, 43_046_721, 20_000_000, 10_000_000, 8_388_608, 5_000_000];
    let outputs = [
        33_554_432, 33_554_432, 20_000_000, 20_000_000, 10_000_000, 10_000_000, 2_097_152, 2_097_152, 1_062_882,
        1_062_882, 700_001,
    ];
    assert_eq!(ask(&segwit(&inputs, &outputs)), ("yes", Some("wasabi2")));
    let early = at(&segwit(&inputs, &outputs), Eras::Mainnet, Some(760_000)).outcome;
    assert_eq!((early.decision, early.protocol), (Decision::Undecided, None), "then rounds had 50 inputs");
    assert_eq!(at(&segwit(&inputs, &outputs), Eras::Mainnet, Some(860_000)).outcome.protocol, Some("wasabi2"));
}

#[test]
fn makers_gain_and_others_lose() {
    let inputs = [9_000_000, 7_000_000, 6_500_000, 8_200_000];
    // Three makers gain 500 sat each, the taker pays 4,000 and 2,500 of fee.
    let joinmarket =
        segwit(&inputs, &[5_000_000, 5_000_000, 5_000_000, 5_000_000, 4_000_500, 2_000_500, 1_500_500, 3_196_000]);
    assert_eq!(ask(&joinmarket), ("yes", Some("joinmarket")));
    let generic =
        segwit(&inputs, &[5_000_000, 5_000_000, 5_000_000, 5_000_000, 3_999_400, 1_999_400, 1_499_400, 3_199_400]);
    assert_eq!(ask(&generic), ("yes", Some("equal_outputs")));
    let pair = segwit(&[9_000_000, 7_000_000], &[5_000_000, 5_000_000, 4_000_500, 1_998_000]);
    assert_eq!(ask(&pair), ("undecided", None), "one maker: the shape of a Stonewall");
    assert!(at(&pair, Eras::Off, None).outcome.is_excluded);
}

#[test]
fn payments_of_one_owner_are_no_mixes() {
    // Who pays three people the same amount from three coins, one of which is too small to be a participant's.
    let batch = segwit(&[340_000_000, 79_000_000, 90_000_000], &[100_000_000, 100_000_000, 100_000_000, 208_990_000]);
    assert_eq!((ask(&batch), at(&batch, Eras::Off, None).outcome.is_excluded), (("no", None), false));
    // One change output for three equal ones: not enough to say yes.
    let batch = segwit(&[340_000_000, 179_000_000, 190_000_000], &[100_000_000, 100_000_000, 100_000_000, 408_990_000]);
    assert_eq!((ask(&batch), at(&batch, Eras::Off, None).outcome.is_excluded), (("undecided", None), true));
    // More change outputs than people: a large batch in which three amounts happen to be equal.
    let many: Vec<i64> = (0..30).map(|n| 1_000_000 + 1_717 * n).chain([5_000_000; 3]).collect();
    assert_eq!(ask(&segwit(&[30_000_000, 20_000_000, 10_000_000], &many)), ("no", None));
    let five = [(100_000, 1_000), (100_000, 1_001), (100_000, 1_002), (100_000, 1_003), (100_000, 1_004)];
    let five: Vec<_> = five.iter().map(|(value, address)| (*value, *address, Kind::P2wpkh)).collect();
    assert_eq!(ask(&tx(&[(900_000, 1, Kind::P2wpkh)], &five)), ("no", None), "one payer");
    // Change back to an address that is spent from: a service's batch.
    let mut mix =
        segwit(&[9_000_000, 7_000_000, 6_500_000], &[5_000_000, 5_000_000, 5_000_000, 3_999_000, 1_999_000, 1_499_000]);
    assert_eq!(ask(&mix).0, "yes");
    mix.outputs[3].address = 1;
    assert_eq!(ask(&mix), ("undecided", None));
}

#[test]
fn a_tx0_is_of_one_owner() {
    let inputs = [(4_000_000, 1, Kind::P2wpkh), (3_000_000, 2, Kind::P2wpkh), (2_000_000, 3, Kind::P2wpkh)];
    let mut outputs = vec![(0, 0, Kind::OpReturn), (50_000, 1_000, Kind::P2wpkh), (3_800_000, 1_001, Kind::P2wpkh)];
    outputs.extend((0..5).map(|n| (1_009_614, 1_010 + n, Kind::P2wpkh)));
    let tx0 = tx(&inputs, &outputs);
    let outcome = at(&tx0, Eras::Off, None).outcome;
    assert_eq!((outcome.decision, outcome.protocol, outcome.is_excluded), (Decision::No, Some("tx0"), false));
}

#[test]
fn joint_spends_without_a_mix() {
    let of = |name: &str, buffers: &ViewBuffers| {
        let judgement = at(buffers, Eras::Off, None);
        let finding = judgement.findings.iter().find(|finding| finding.detector.name == name).unwrap();
        (finding.decision, judgement.outcome.decision, judgement.outcome.is_excluded)
    };
    let payjoin = segwit(&[391_295_116, 283_431_667], &[284_331_667, 390_391_354]);
    assert_eq!(of("payjoin", &payjoin), (Decision::Undecided, Decision::No, false));
    let payment = segwit(&[3_000_000, 2_000_000], &[4_000_000, 999_000]);
    assert_eq!(of("payjoin", &payment).0, Decision::No, "both coins are needed");
    let coins = [(9_000_000, 1, Kind::P2wpkh), (7_000_000, 2, Kind::P2tr)];
    let channel =
        tx(&coins, &[(8_000_000, 9, Kind::P2wsh), (4_990_000, 10, Kind::P2wpkh), (3_000_000, 11, Kind::P2tr)]);
    assert_eq!(of("dual_funding", &channel), (Decision::Undecided, Decision::No, true));
    let one_change = tx(&coins, &[(8_000_000, 9, Kind::P2wsh), (7_990_000, 10, Kind::P2wpkh)]);
    assert_eq!(of("dual_funding", &one_change), (Decision::No, Decision::No, false));
}

/// A mix of Whirlpool or Ashigaru, perhaps with a wrong value.
fn near_whirlpool(rng: &mut Rng) -> ViewBuffers {
    let pool_sat = [1_000_000, 25_000_000][rng.below(2)];
    let n = 4 + rng.below(8);
    let value = |rng: &mut Rng| {
        let n_values = if rng.chance(95) { 5 } else { 7 };
        pool_sat + [0, 0, 0, 5_000, 109_999, 110_001, 99][rng.below(n_values)]
    };
    let inputs: Vec<i64> = (0..n).map(|_| value(rng)).collect();
    let mut outputs = vec![pool_sat; n];
    if rng.chance(10) {
        outputs[0] += 1;
    }
    segwit(&inputs, &outputs)
}

/// A transaction that is often near a mix: few values, few addresses, mostly one kind, some things unknown.
fn random(rng: &mut Rng) -> ViewBuffers {
    const VALUES: [i64; 12] = [
        546, 5_000, 100_000, 1_000_000, 1_000_100, 1_009_000, 2_500_000, 10_000_000, 10_000_000, 20_000_000,
        33_554_432, 0,
    ];
    const KINDS: [Kind; 6] = [Kind::P2pkh, Kind::P2sh, Kind::P2wsh, Kind::P2tr, Kind::OpReturn, Kind::Nonstandard];
    if rng.chance(10) {
        return near_whirlpool(rng);
    }
    let main = VALUES[rng.below(VALUES.len())];
    let is_uniform = rng.chance(60);
    let mut part = |from: u32| {
        let mut rows = Vec::new();
        for n in 0..1 + rng.below(12) as u32 {
            let value = if rng.chance(60) { main } else { VALUES[rng.below(VALUES.len())] + rng.below(3) as i64 };
            let kind = if is_uniform || rng.chance(50) { Kind::P2wpkh } else { KINDS[rng.below(KINDS.len())] };
            let address = if rng.chance(90) { from + n } else { 1 + rng.below(20) as u32 };
            rows.push((value, address, kind));
        }
        if rng.chance(50) {
            rows.sort_by_key(|row| -row.0);
        }
        rows
    };
    let (inputs, outputs) = (part(1), part(1_000));
    let mut buffers = tx(&inputs, &outputs);
    if rng.chance(20) {
        for input in &mut buffers.inputs {
            (input.value_sat, input.kind) = (None, input.kind.filter(|_| rng.chance(50)));
            if rng.chance(20) {
                (input.address, input.kind) = (NONE_U32, None);
            }
        }
    }
    buffers
}

#[test]
fn the_quick_answer_is_the_explained_one() {
    let mut rng = Rng::new(6);
    let mut said = std::collections::HashMap::new();
    for _ in 0..60_000 {
        let buffers = random(&mut rng);
        let eras = if rng.chance(50) { Eras::Off } else { Eras::Mainnet };
        let height = rng.chance(90).then(|| 500_000 + rng.below(500_000) as u32);
        let judgement = at(&buffers, eras, height);
        for finding in &judgement.findings {
            let (required, deciding) = finding.gates.split_at(finding.detector.required.len());
            let all = |gates: &[coalface_core::coinjoin::Gate]| gates.iter().all(|gate| gate.passed == Some(true));
            let expected = if required.iter().any(|gate| gate.passed == Some(false)) {
                Decision::No
            } else if all(required) && all(deciding) && !deciding.is_empty() {
                Decision::Yes
            } else {
                Decision::Undecided
            };
            assert_eq!(finding.decision, expected, "{}", finding.detector.name);
            *said.entry((finding.detector.name, expected.name())).or_insert(0) += 1;
        }
        let mut payers: Vec<u32> = buffers.inputs.iter().map(|input| input.address).collect();
        payers.retain(|address| *address != NONE_U32);
        payers.sort_unstable();
        payers.dedup();
        let outputs = buffers.outputs.iter().map(|output| (output.value_sat, output.address));
        let is_passed_over = payers.len() < 2 || !Exclusion::new(eras).may_be_excluded(outputs);
        assert!(!(is_passed_over && judgement.outcome.is_excluded), "a first look lets nothing slip: {buffers:?}");
    }
    for detector in DETECTORS {
        assert!(said.contains_key(&(detector.name, "no")), "{} {said:?}", detector.name);
        let possible = ["yes", "undecided"].iter().any(|decision| said.contains_key(&(detector.name, *decision)));
        assert!(possible, "{} was never near: {said:?}", detector.name);
    }
}
