"""One round of each protocol is the same in every process, whatever Python hashes strings to."""

from __future__ import annotations

import os
import subprocess
import sys

from coalface.range.protocols import Protocol

PROGRAM = """
import coalface.range.protocols as p
from coalface.range.dice import Dice
from coalface.range.script import Kind

def people(name, low, n_people, n_coins):
    dice = Dice(3, name)
    return [
        p.Participant(f"{name}{i}", tuple(
            p.InputCoin(dice.between(low, 20 * low), Kind.P2WPKH, (f"{dice.below(2**256):064x}", j))
            for j in range(n_coins)
        ))
        for i in range(n_people)
    ]

def exact(name, value, n):
    return [p.Participant(f"{name}{i}", (p.InputCoin(value),)) for i in range(n)]

dice = Dice(1, "protocols")
some = people("a", 10_100_000, 30, 3)
pool, ashigaru = p.WHIRLPOOL_POOLS[1], p.ASHIGARU_POOLS[0]
offers = [p.Offer(maker, 10, 20) for maker in some[1:6]]
rounds = [
    p.wasabi1_round(p.WASABI_1_1, some, dice, rate_sat_vb=9),
    p.wasabi2_round(p.WASABI_2_ZKSNACKS, some, dice, rate_sat_vb=9),
    p.whirlpool_mix(pool, exact("n", 1_005_000, 2), exact("o", 1_000_000, 3), dice),
    p.whirlpool_mix(ashigaru, exact("n", 2_505_000, 2), exact("o", 2_500_000, 5), dice),
    p.tx0(pool, some[0], dice, rate_sat_vb=9),
    p.joinmarket_round(some[0], offers, dice, amount_sat=10**7, rate_sat_vb=9),
    p.equal_output_round(some[:7], dice, amount_sat=10**7, rate_sat_vb=9),
    p.payjoin(some[0], some[1], dice, amount_sat=10**6, rate_sat_vb=9),
    p.stonewall(people("s", 10**7, 1, 9)[0], "shop", dice, amount_sat=10**6, rate_sat_vb=9),
    p.stonewallx2(some[0], some[1], "shop", dice, amount_sat=10**6, rate_sat_vb=9),
    p.dual_funding(some[0], some[1], "channel", dice, opener_sat=10**6, accepter_sat=10**6, rate_sat_vb=9),
    p.swap_tx(some[0], "vault", dice, amount_sat=10**6, rate_sat_vb=9, memo=p.swap_memo("e", "0xab")),
]
for made in rounds:
    print(made)
"""


def test_two_processes_plan_the_same_rounds() -> None:
    said = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True, env=environment
        )
        said.add(done.stdout)
    assert len(said) == 1
    lines = next(iter(said)).splitlines()
    assert len(lines) == len(Protocol)
    for each in Protocol:
        assert sum(f"<Protocol.{each.name}:" in line for line in lines) == 1
