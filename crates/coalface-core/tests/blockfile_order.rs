//! From blocks to the chain.

#![allow(clippy::unwrap_used)] // a test may panic

mod blockfile_support;

use std::collections::{HashMap, HashSet};

use blockfile_support::*;
use coalface_core::blockfile::{plan, BlockRef, Header, IgnoredHeight, OrderRules, Plan, Refusal};
use coalface_core::hash::{sha256d, Hash32};
use coalface_core::network::Network;

/// What a plan depends on, to be changed field by field.
#[derive(Default)]
struct Given {
    refused: HashSet<Hash32>,
    heights: HashMap<Hash32, u32>,
    bad_copies: HashSet<usize>,
}

impl Given {
    fn plan(&self, network: Network, blocks: &[BlockRef]) -> Plan {
        let Given { refused, heights, bad_copies } = self;
        plan(blocks, &OrderRules { network, refused, heights, bad_copies })
    }
}

fn refs(blocks: &[TestBlock]) -> Vec<BlockRef> {
    scan_bytes(&records(blocks), false).unwrap().blocks
}

fn regtest(blocks: &[TestBlock]) -> Plan {
    Given::default().plan(Network::Regtest, &refs(blocks))
}

fn order(plan: &Plan, blocks: &[TestBlock]) -> Vec<Hash32> {
    plan.order.iter().map(|planned| blocks[planned.block].hash).collect()
}

fn heights(plan: &Plan) -> Vec<Option<u32>> {
    plan.order.iter().map(|planned| planned.height).collect()
}

fn joined(parts: &[&[TestBlock]]) -> Vec<TestBlock> {
    parts.concat()
}

#[test]
fn headers_in_displaced_order() {
    let chain = from_genesis(50);
    let mut displaced = chain.clone();
    for i in 0..displaced.len() {
        displaced.swap(i, (i * 31 + 7) % 51);
    }
    let plan = regtest(&displaced);
    assert_eq!(order(&plan, &displaced), hashes(&chain));
    assert_eq!(heights(&plan), (0..51).map(Some).collect::<Vec<_>>());
    assert_eq!((plan.segments.len(), plan.segments[0].clone()), (1, 0..51));
    assert_eq!((plan.from_genesis, plan.stale), (true, 0));
}

#[test]
fn more_work_wins_and_equal_work_goes_by_place() {
    let main = from_genesis(10);
    let rival = chain(&main[5], 6, 5, 1);
    let longer = chain(&main[5], 6, 6, 2);
    for (parts, winner, stale) in [
        ([main.as_slice(), &rival], &main[6..], 5),
        ([&rival, &main], &rival, 5),
        ([&main, &longer], &longer, 5),
        ([&longer, &main], &longer, 5),
    ] {
        let blocks = joined(&parts);
        let plan = regtest(&blocks);
        assert_eq!(order(&plan, &blocks), [&hashes(&main[..6])[..], &hashes(winner)[..]].concat());
        assert_eq!(plan.stale, stale);
    }
    // Of equals the *tip* that lies first wins, not the branch that began first.
    let blocks = joined(&[&main[..10], &rival, &main[10..]]);
    assert_eq!(regtest(&blocks).order.last().unwrap().block, 14);
}

#[test]
fn work_counts_not_length() {
    let main = from_genesis(6);
    let hard = mine(main[2].hash, Recipe { bits: 0x2007_ffff, ..Recipe::default() });
    let blocks = joined(&[&main, std::slice::from_ref(&hard)]);
    let plan = regtest(&blocks);
    assert_eq!(order(&plan, &blocks), [&hashes(&main[..3])[..], &[hard.hash]].concat());
    assert_eq!(plan.stale, 4);
}

#[test]
fn descendants_of_refused_blocks_are_out() {
    let main = from_genesis(10);
    let rival = chain(&main[5], 6, 3, 1);
    let blocks = joined(&[&main, &rival]);
    let mut given = Given::default();
    given.refused.insert(main[6].hash);
    let plan = given.plan(Network::Regtest, &refs(&blocks));
    assert_eq!(order(&plan, &blocks), [hashes(&main[..6]), hashes(&rival)].concat());
    assert_eq!((plan.refused_descendants, plan.stale), (4, 0));
    // The refused block itself need not be there.
    let without = joined(&[&main[..6], &main[7..], &rival]);
    let plan = given.plan(Network::Regtest, &refs(&without));
    assert_eq!(plan.order.len(), 9);
    assert_eq!(plan.refused_descendants, 4);
    given.refused.insert(Network::Regtest.genesis_hash());
    assert_eq!(given.plan(Network::Regtest, &refs(&blocks)).order, []);
}

#[test]
fn segments_without_genesis() {
    let main = from_genesis(30);
    let anonymous = |salt, n| {
        let recipe = Recipe { salt, height: None, ..Recipe::default() };
        let mut blocks = vec![mine(Hash32([salt; 32]), recipe)];
        for i in 1..n {
            let time_unix = recipe.time_unix + i;
            blocks.push(mine(blocks.last().unwrap().hash, Recipe { time_unix, ..recipe }));
        }
        blocks
    };
    let (nameless, other) = (anonymous(9, 3), anonymous(8, 2));
    let blocks = joined(&[&nameless, &main[20..25], &main[10..12], &main[..4]]);
    let plan = regtest(&blocks);
    let expected = [&main[..4], &main[10..12], &main[20..25], &nameless].map(hashes).concat();
    assert_eq!(order(&plan, &blocks), expected);
    assert_eq!(plan.segments, [0..4, 4..6, 6..11, 11..14]);
    let known = (0..4).chain(10..12).chain(20..25).map(Some);
    assert_eq!(heights(&plan), known.chain([None; 3]).collect::<Vec<_>>());
    // Without heights and at equal time the hash decides, wherever the blocks lie.
    let firsts = |blocks: &[TestBlock]| {
        let plan = regtest(blocks);
        plan.segments.iter().map(|segment| blocks[plan.order[segment.start].block].hash).collect::<Vec<_>>()
    };
    let expected = firsts(&joined(&[&nameless, &other]));
    assert_eq!(firsts(&joined(&[&other, &nameless])), expected);
    assert!(expected[0] < expected[1]);
}

#[test]
fn siblings_without_their_parent_are_rivals() {
    let main = from_genesis(6);
    let rival = chain(&main[2], 3, 2, 1);
    let blocks = joined(&[&rival, &main[3..]]);
    let plan = regtest(&blocks);
    assert_eq!(order(&plan, &blocks), hashes(&main[3..]));
    assert_eq!(plan.stale, 2);
    // Cousins share nothing that is known: both stay, at the same heights.
    let blocks = joined(&[&rival[1..], &main[4..]]);
    let plan = regtest(&blocks);
    assert_eq!(plan.segments.len(), 2);
    let firsts: Vec<_> = plan.segments.iter().map(|segment| plan.order[segment.start].height).collect();
    assert_eq!((plan.stale, firsts), (0, vec![Some(4), Some(4)]));
}

#[test]
fn heights_from_children_users_and_votes() {
    let parent = mine(Hash32([1; 32]), Recipe { version: 1, height: Some(7), ..Recipe::default() });
    let base = parent.header.time_unix;
    let child = |parent: &TestBlock, version, height, after| {
        mine(parent.hash, Recipe { version, height: Some(height), time_unix: base + after, ..Recipe::default() })
    };
    assert_eq!(heights(&regtest(std::slice::from_ref(&parent))), [None], "version 1 binds to nothing");
    let second = child(&parent, 2, 227_836, 1);
    let two = [parent.clone(), second.clone()];
    assert_eq!(heights(&regtest(&two)), [Some(227_835), Some(227_836)]);
    let liar = child(&second, 2, 5000, 2);
    let three = [parent.clone(), second.clone(), liar.clone()];
    assert_eq!(heights(&regtest(&three)), [None; 3], "one against one");
    let third = child(&liar, 3, 227_838, 3);
    let four = [parent.clone(), second.clone(), liar.clone(), third.clone()];
    assert_eq!(heights(&regtest(&four))[3], Some(227_838), "two against one");
    let early = [parent.clone(), second.clone(), child(&second, 2, 1, 2)];
    assert_eq!(heights(&regtest(&early))[0], Some(227_835), "a height below its depth has no voice");

    let with = |given: &[(Hash32, u32)], blocks: &[TestBlock]| {
        let given = Given { heights: given.iter().copied().collect(), ..Given::default() };
        given.plan(Network::Regtest, &refs(blocks))
    };
    let plan = with(&[(liar.hash, 102)], &three);
    assert_eq!(heights(&plan), [100, 101, 102].map(Some), "where coinbases do not agree the user decides");
    assert_eq!(plan.ignored_heights, []);
    let plan = with(&[(liar.hash, 102)], &four);
    assert_eq!(heights(&plan)[3], Some(227_838), "where they do, they do");
    assert_eq!(plan.ignored_heights, [(liar.hash, IgnoredHeight::Contradicted)]);
    let plan = with(&[(liar.hash, 1), (Hash32([3; 32]), 4)], &four);
    let mut expected = vec![(liar.hash, IgnoredHeight::OutOfRange), (Hash32([3; 32]), IgnoredHeight::NoSuchBlock)];
    expected.sort_by_key(|(hash, _)| *hash);
    assert_eq!((plan.ignored_heights.clone(), heights(&plan)[0]), (expected, Some(227_835)));
    let plan = with(&[(parent.hash, 5), (liar.hash, 9)], &three);
    assert_eq!(
        (plan.ignored_heights.clone(), heights(&plan)[0]),
        (vec![(liar.hash, IgnoredHeight::Contradicted)], Some(5))
    );
    assert_eq!(heights(&with(&[(liar.hash, 0x7fff_ffff)], &three))[2], Some(0x7fff_ffff));
    assert_eq!(with(&[(liar.hash, 0x7fff_ffff)], &four).ignored_heights[0].1, IgnoredHeight::OutOfRange);
    let main = from_genesis(3);
    assert_eq!(with(&[(main[2].hash, 3)], &main).ignored_heights[0].1, IgnoredHeight::Contradicted);
}

#[test]
fn a_child_of_the_genesis_block_is_known_without_it() {
    let genesis = genesis(Network::Regtest);
    let time_unix = genesis.header.time_unix + 1;
    let child = mine(genesis.hash, Recipe { version: 1, time_unix, ..Recipe::default() });
    let plan = regtest(std::slice::from_ref(&child));
    assert_eq!((heights(&plan), plan.from_genesis), (vec![Some(1)], false));
}

#[test]
fn a_stale_block_can_carry_the_users_height() {
    // Version 1, so that no coinbase has a voice.
    let on = |prev: Hash32, after: u32, salt| {
        let time_unix = 1_700_000_000 + after;
        mine(prev, Recipe { version: 1, time_unix, salt, ..Recipe::default() })
    };
    let root = on(Hash32([9; 32]), 0, 0);
    let second = on(root.hash, 1, 0);
    let (third, rival) = (on(second.hash, 2, 0), on(root.hash, 1, 1));
    let given = Given { heights: [(rival.hash, 1004)].into(), ..Given::default() };
    let blocks = [root, second, third, rival];
    assert_eq!(given.plan(Network::Regtest, &refs(&blocks)).order[0].height, Some(1003));
}

#[test]
fn a_time_not_after_the_median_is_refused() {
    let main = from_genesis(20);
    let median = main[15].header.time_unix; // of blocks 10 to 20
    for (late, reason) in [(0, Some(Refusal::TimeTooOld)), (1, None)] {
        let next = mine(main[20].hash, Recipe { time_unix: median + late, height: Some(21), ..Recipe::default() });
        let after = chain(&next, 22, 2, 0);
        // 11 ancestors are known, if the chain starts at block 10; with 10 nobody can say.
        for (from, can_say) in [(0, true), (10, true), (11, false)] {
            let blocks = joined(&[&main[from..], std::slice::from_ref(&next), &after]);
            let plan = regtest(&blocks);
            let is_out = can_say && reason.is_some();
            assert_eq!(plan.order.len(), blocks.len() - if is_out { 3 } else { 0 }, "{late} {from}");
            assert_eq!(plan.refused_descendants, if is_out { 2 } else { 0 });
            let refusals: Vec<_> = reason.filter(|_| is_out).map(|reason| (next.hash, reason)).into_iter().collect();
            assert_eq!(plan.contextual_refusals, refusals);
        }
    }
    // Near genesis the median is of what there is: of one block at height 1.
    let early = mine(main[0].hash, Recipe { time_unix: main[0].header.time_unix, ..Recipe::default() });
    assert_eq!(regtest(&[main[0].clone(), early.clone()]).contextual_refusals, [(early.hash, Refusal::TimeTooOld)]);
}

#[test]
fn another_copy_takes_the_place_of_a_bad_one() {
    let main = from_genesis(4);
    let blocks = joined(&[&main, &main[2..4]]);
    let refs = refs(&blocks);
    let plan = Given::default().plan(Network::Regtest, &refs);
    assert_eq!((plan.order[2].block, plan.duplicates, plan.stale), (2, 2, 0));
    let given = Given { bad_copies: [2].into(), ..Given::default() };
    let plan = given.plan(Network::Regtest, &refs);
    assert_eq!((plan.order[2].block, plan.order.len(), plan.duplicates), (5, 5, 1));
    let given = Given { bad_copies: [2, 5].into(), ..Given::default() };
    let plan = given.plan(Network::Regtest, &refs);
    assert_eq!(plan.segments, [0..2, 2..4], "without a copy the block is not here");
    assert_eq!(heights(&plan), [0, 1, 3, 4].map(Some));
}

/// References without proof of work, for chains that nobody can mine here.
fn made_up(n: u32, prev: impl Fn(u32) -> Hash32, header: impl Fn(u32) -> (u32, u32)) -> Vec<BlockRef> {
    (0..n)
        .map(|i| {
            let (time_unix, bits) = header(i);
            let header =
                Header { version: 4, prev: prev(i), merkle_root: Hash32::default(), time_unix, bits, nonce: i };
            BlockRef { hash: name(i), header, file: 0, offset: u64::from(i) * 100, len: 92, coinbase_height: None }
        })
        .collect()
}

fn name(i: u32) -> Hash32 {
    if i == 0 {
        Network::Mainnet.genesis_hash()
    } else {
        Hash32(sha256d(&i.to_le_bytes()))
    }
}

#[test]
fn the_difficulty_rule_of_mainnet() {
    let parent = |i: u32| if i == 0 { Hash32::default() } else { name(i - 1) };
    let start = 1_231_006_505;
    // Blocks at twice the pace: 0xffff * 2^208 * (2015 * 300) / 1,209,600, just under half.
    let good = |i: u32| (start + i * 300, if i < 2016 { 0x1d00_ffff } else { 0x1c7f_ef3f });
    let plan = Given::default().plan(Network::Mainnet, &made_up(4100, parent, good));
    assert_eq!(plan.contextual_refusals, [(name(4032), Refusal::WrongBits)], "the next change is due");
    assert_eq!((plan.order.len(), plan.refused_descendants), (4032, 67));
    let within = |i: u32| (start + i * 300, if i == 1000 { 0x1d00_fffe } else { 0x1d00_ffff });
    let plan = Given::default().plan(Network::Mainnet, &made_up(1100, parent, within));
    assert_eq!(plan.contextual_refusals, [(name(1000), Refusal::WrongBits)]);
    // Away from genesis, and on other networks, the period is not known or the rule is another.
    let partial = made_up(1100, |i| if i == 0 { Hash32([5; 32]) } else { name(i - 1) }, within);
    let plan = Given::default().plan(Network::Mainnet, &partial[1..]);
    assert_eq!((plan.order.len(), plan.contextual_refusals.len()), (1099, 0));
    let plan = Given::default().plan(Network::Testnet3, &made_up(1100, parent, within));
    assert_eq!(plan.order.len(), 1100);
    let no_target = made_up(3, parent, |i| (start + i, if i == 2 { 0 } else { 0x1d00_ffff }));
    assert_eq!(Given::default().plan(Network::Mainnet, &no_target).contextual_refusals, [(name(2), Refusal::NoTarget)]);
}

#[test]
fn rings_end() {
    let ring = made_up(11, |i| if i == 0 { Hash32::default() } else { name(i % 10 + 1) }, |i| (i, 0x1d00_ffff));
    let plan = Given::default().plan(Network::Mainnet, &ring);
    assert_eq!(plan.order.len(), 1);
    assert_eq!(plan.contextual_refusals.len(), 10);
    assert!(plan.contextual_refusals.iter().all(|(_, reason)| *reason == Refusal::Rootless));
}

#[test]
fn a_million_headers() {
    // A comb: a chain of half a million blocks with a sibling to each; then a star of siblings without parent.
    let start = 1_296_688_602;
    let comb = |i: u32| if i == 0 { Hash32::default() } else { name((i - 1) / 2 * 2) };
    let plan = Given::default().plan(Network::Mainnet, &made_up(3000, comb, |i| (start + i, 0x1d00_ffff)));
    assert_eq!(plan.order.len() as u64 + plan.stale, 3000);
    let long = Given::default().plan(Network::Testnet3, &made_up(1_000_000, comb, |i| (start + i, 0x1d00_ffff)));
    assert_eq!((long.segments.len(), long.order.len() as u64 + long.stale), (1, 1_000_000));
    let star = made_up(1_000_000, |_| Hash32([7; 32]), |i| (start + i, 0x1d00_ffff));
    let plan = Given::default().plan(Network::Signet, &star);
    assert_eq!((plan.order.len(), plan.order[0].block, plan.stale), (1, 0, 999_999));
    assert_eq!(Given::default().plan(Network::Mainnet, &[]), Plan::default());
}
