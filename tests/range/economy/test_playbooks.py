"""Each playbook is played: its crimes are crimes, its twins are lawful, and the story tells of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from coalface.range.economy.words import ActorKind
from coalface.range.protocols import Scheme
from coalface.range.scenarios import SCENARIOS, Played, play

Short = Callable[[str, int], Played]
PLAYED = [(name, playbook) for name, scenario in SCENARIOS.items() for playbook, _ in scenario.playbooks]


@pytest.mark.parametrize(("name", "playbook"), PLAYED)
def test_a_playbook_leaves_traces(name: str, playbook: str, short_chain: Short) -> None:
    economy = short_chain(name, 1).economy
    actors = {actor.actor for actor in economy.book.actors.values() if actor.playbook == playbook}
    assert actors
    assert any(event.actor in actors for event in economy.dated_events())


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_playbook_is_played_out(name: str, seed: int) -> None:
    economy = play(SCENARIOS[name], seed, 500).economy
    for playbook, _ in SCENARIOS[name].playbooks:
        assert sum(row.playbook == playbook for row in economy.book.txs) >= 2, playbook
        actors = {actor.actor for actor in economy.book.actors.values() if actor.playbook == playbook}
        told = {event.event for event in economy.dated_events() if event.actor in actors}
        assert len(told) >= 2, playbook


@pytest.mark.parametrize(("name", "playbook"), PLAYED)
def test_twins_are_lawful_and_criminals_are_not(name: str, playbook: str, short_chain: Short) -> None:
    economy = short_chain(name, 1).economy
    actors = [actor for actor in economy.book.actors.values() if actor.playbook == playbook]
    crews = economy.stolen.crews.get(playbook, set())
    for actor in actors:
        assert not (actor.is_twin and not actor.is_lawful)
        assert (actor.actor in crews) <= (not actor.is_lawful)
    if playbook in economy.stolen.crews:
        assert {row.playbook for row in economy.stolen.rows} >= {playbook}
    elif playbook != "stranded-coal":
        assert all(actor.is_lawful and actor.is_twin for actor in actors)


@pytest.mark.parametrize("name", SCENARIOS)
def test_everyday_people_are_lawful(name: str, short_chain: Short) -> None:
    for actor in short_chain(name, 1).economy.book.actors.values():
        if actor.playbook is None:
            assert actor.is_lawful
            assert not actor.is_twin


@pytest.mark.parametrize(("name", "playbook"), [("demo", "heist"), ("theft-mixer", "theft-mixer")])
def test_thieves_dust_strangers_with_their_loot(name: str, playbook: str) -> None:
    economy = play(SCENARIOS[name], 1, 180).economy
    book, crew = economy.book, economy.stolen.crews[playbook]
    [dust] = [row.txid for row in book.txs if row.playbook == playbook and row.tx_kind == "dust"]
    payees = {row.owner for row in book.outputs if row.txid == dust and row.purpose == "dust"}
    assert len(payees) > 10
    assert not payees & crew
    stolen = {txid for name, txid, _, _ in economy.stolen.outputs() if name == playbook}
    assert dust in stolen


def test_every_kind_of_actor_and_of_transaction_is_played(short_chain: Short) -> None:
    kinds: set[ActorKind] = set()
    txs = Counter[str]()
    names = ("everything", "pools", "services", "theft-swap", "theft-peel")
    chains = [short_chain(name, 1) for name in names]
    # pools of mixes fill slowly
    for played in [*chains, play(SCENARIOS["coinjoins"], 1, 210)]:
        book = played.economy.book
        kinds |= {actor.kind for actor in book.actors.values()}
        txs.update(row.tx_kind for row in book.txs)
    assert kinds == set(ActorKind)
    assert {kind for kind in txs if kind.startswith("coinjoin:")} == {
        f"coinjoin:{name}"
        for name in ("wasabi1", "wasabi2", "whirlpool", "ashigaru", "joinmarket", "generic")
    }
    assert {"tx0", "payjoin", "stonewall", "swap", "dual_funding", "theft", "ransom", "peel"} <= set(txs)


def test_one_pool_has_ten_thousand_recipients(short_chain: Short) -> None:
    book = short_chain("pools", 1).economy.book
    members = Counter(row.pool for row in book.hashrates)
    assert members["albatross"] >= 10_000
    schemes = {row.scheme for row in book.payouts}
    assert schemes <= {scheme.value for scheme in Scheme}
    assert len(schemes) >= 4


def test_events_are_told_in_order_with_times(short_chain: Short) -> None:
    economy = short_chain("everything", 1).economy
    events = economy.dated_events()
    assert [event.height for event in events] == sorted(event.height for event in events)
    txids = {row.txid for row in economy.book.txs}
    for event in events:
        assert event.time_unix == economy.time_unix(event.height)
        assert set(event.txids) <= txids


@pytest.mark.parametrize("name", ["coinjoins", "everything"])
def test_participants_are_owners(name: str, short_chain: Short) -> None:
    economy = short_chain(name, 1).economy
    outputs = {(row.txid, row.vout): row for row in economy.book.outputs}
    spent = {(txid, vin): point for point, (txid, vin) in economy.book.spent_by.items()}
    kinds = {row.txid: row.tx_kind for row in economy.book.txs}
    members: dict[str, set[str]] = {}
    for row in economy.book.coinjoins:
        if row.txid not in kinds:
            continue
        if row.side == "input":
            point = spent[row.txid, row.place]
            assert outputs[point.txid, point.vout].owner == row.participant
            members.setdefault(row.txid, set()).add(row.participant)
        else:
            assert outputs[row.txid, row.place].owner == row.participant
    assert members
    assert all(len(names) > 1 for names in members.values())
    joint = {txid for txid, kind in kinds.items() if kind.startswith("coinjoin:")}
    assert joint <= set(members)
