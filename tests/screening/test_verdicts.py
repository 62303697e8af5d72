"""Verdicts from lists alone: no chain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coalface.errors import InvalidReference, StoreNotFound, UsageError
from coalface.labels import Label, import_source
from coalface.screening import RESULTS, Cospend, ScreeningResult, screen, screen_each

GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
HAL = "12c6DSiU4Rq3P4ZxziKxzrL5LmMBrzjrJX"
EATER = "1BitcoinEaterAddressDontSendf59kuE"
SEGWIT = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
TRON = "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq"
NOW = 1_717_243_200  # 2024-06-01T12:00:00Z

Add = Callable[..., None]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def add(tmp_path: Path, store: Path) -> Add:
    """Imports lines as a list of that name."""

    def added(name: str, *lines: str, category: str = "sanctions") -> None:
        (tmp_path / name).write_text("\n".join(lines))
        import_source(store, tmp_path / name, category=category, import_unix=NOW)

    return added


def test_the_fields_are_these() -> None:
    assert [field.name for field in fields(ScreeningResult)] == [
        "address", "result", "reason", "reason_code", "script_type", "networks", "hits", "history",
        "parties", "cospend", "parameters", "coverage", "provenance",
    ]  # fmt: skip
    assert [field.name for field in fields(Label)] == [
        "id", "subject", "subject_kind", "asset", "network", "claim", "category", "abuse", "concepts",
        "actor", "actor_id", "label", "legal_status", "legal_authority", "legal_date", "source_type",
        "confidence",
        "confidence_level", "is_cluster_definer", "url", "valid_from", "valid_until", "last_modified",
        "source", "source_id", "series", "format", "list_category", "list_date", "list_date_source",
        "sha256", "licence", "publisher", "line", "record", "text", "extra", "standing", "withdrawn",
    ]  # fmt: skip
    assert [field.name for field in fields(Cospend)] == [
        "anchor", "n_addresses", "n_listed", "listed", "nearest", "nearest_txids", "hosted_at", "rules",
        "status", "error_rates",
    ]  # fmt: skip
    assert RESULTS == ("listed", "attributed", "nothing_found", "cannot_say")


def test_listed(store: Path, add: Add) -> None:
    add("s-2024-01-01.txt", GENESIS)
    add("s-2024-02-01.txt", HAL, GENESIS)
    found = screen(store, GENESIS)
    assert (found.result, found.reason_code, found.script_type) == ("listed", "listed", "p2pkh")
    assert (
        found.reason
        == "listed identifier on sanctions list `s-2024-02-01.txt` of 2024-02-01, line 2, and 1 more"
    )
    assert [(hit.source, hit.line) for hit in found.hits] == [
        ("s-2024-02-01.txt", 2),
        ("s-2024-01-01.txt", 1),
    ]
    assert (found.history, found.cospend) == ((), None)
    assert found.coverage.unknown == ("cospend",)
    assert not found.coverage.complete_from_genesis
    assert [each["name"] for each in found.provenance.lists] == ["s-2024-02-01.txt", "s-2024-01-01.txt"]
    assert all(each["sha256"] for each in found.provenance.lists)
    assert (found.provenance.network, found.provenance.as_of.hash) == ("mainnet", None)


def test_delisted_is_history_and_not_a_hit(store: Path, add: Add) -> None:
    add("s-2024-01-01.txt", GENESIS)
    add("s-2024-02-01.txt", HAL)
    found = screen(store, GENESIS)
    assert (found.result, found.hits) == ("nothing_found", ())
    assert [(label.source, label.is_current) for label in found.history] == [("s-2024-01-01.txt", False)]
    assert "formerly on list `s-2024-01-01.txt` of 2024-01-01" in found.reason


def test_attributed_and_listed_beats_attributed(store: Path, add: Add) -> None:
    add("e-2024-03-01.txt", GENESIS, HAL, category="exchange")
    add("t-2024-03-01.txt", SEGWIT, category="theft")
    only = screen(store, GENESIS)
    assert (only.result, only.reason.endswith("no sanctions list was asked")) == ("attributed", True)
    add("s-2024-01-01.txt", GENESIS)
    assert screen(store, GENESIS).result == "listed"
    assert len(screen(store, GENESIS).hits) == 2
    hal = screen(store, HAL)
    assert (hal.result, hal.reason) == (
        "attributed",
        "labelled exchange by list `e-2024-03-01.txt` of 2024-03-01, line 2",
    )
    assert screen(store, SEGWIT.upper()).result == "attributed"
    assert screen(store, SEGWIT.upper()).address == SEGWIT


def test_nothing_found_says_by_which_lists(store: Path, add: Add) -> None:
    for name in "abcd":
        add(f"{name}-2024-01-01.txt", GENESIS)
    found = screen(store, EATER)
    assert (found.result, found.hits) == ("nothing_found", ())
    assert found.reason == (
        "on none of 4 lists (`a-2024-01-01.txt` of 2024-01-01, `b-2024-01-01.txt` of 2024-01-01,"
        " `c-2024-01-01.txt` of 2024-01-01 and 1 more); without a chain"
    )


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (f"{GENESIS[:-1]}b", "invalid_address_base58_checksum", "checksum"),
        (f"{SEGWIT[:-1]}5", "invalid_address_bech32_checksum", "checksum"),
        ("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "invalid_address_wrong_network", "testnet"),
        (f"0x{'a' * 40}", "no_listing_lists", "no sanctions list with addresses of ethereum"),
        (TRON, "no_listing_lists", "addresses of tron"),
        ("", "invalid_address_empty", "empty"),
        ("\udcff", "invalid_address_bad_character", "position 0"),
        ("x" * 5000, "invalid_address_too_long", "5000"),
    ],
)
def test_what_is_no_address_cannot_be_said(store: Path, add: Add, text: str, code: str, words: str) -> None:
    add("s-2024-01-01.txt", GENESIS)
    found = screen(store, text)
    assert (found.result, found.reason_code, found.script_type) == ("cannot_say", code, None)
    assert words in found.reason


def test_what_is_no_address_but_stands_on_a_list_is_listed(store: Path, add: Add) -> None:
    add("s-2024-01-01.txt", GENESIS, TRON)
    found = screen(store, TRON)
    assert (found.result, found.script_type, found.hits[0].line) == ("listed", None, 2)
    assert "no address of mainnet" in found.reason


def test_no_list_of_an_authority(store: Path, add: Add) -> None:
    add("e-2024-03-01.txt", GENESIS, category="exchange")
    found = screen(store, EATER)
    assert (found.result, found.reason_code) == ("cannot_say", "no_listing_lists")


def test_lists_after_the_moment_are_not_used(store: Path, add: Add) -> None:
    add("s-2024-01-01.txt", GENESIS)
    add("s-2024-03-01.txt", HAL)
    assert screen(store, GENESIS).result == "nothing_found"
    found = screen(store, GENESIS, as_of="2024-02-29")
    assert (found.result, found.parameters["lists_as_of"]) == ("listed", "2024-02-29")
    assert [each["name"] for each in found.provenance.lists] == ["s-2024-01-01.txt"]
    assert screen(store, HAL, as_of="2024-03-01").result == "listed"
    before = screen(store, GENESIS, as_of="2023-12-31")
    assert (before.result, before.reason_code, before.provenance.lists) == ("cannot_say", "no_lists", ())


def test_old_lists_cannot_say_not_listed(store: Path, add: Add) -> None:
    add("s-2024-05-02.txt", GENESIS)
    add("s-2020-01-01.txt", GENESIS)  # not the newest of its series: its age does not count
    add("e-2019-01-01.txt", HAL, category="exchange")  # no authority's list: neither
    subjects = [GENESIS, HAL, EATER]
    found = list(screen_each(store, subjects, max_list_age_days=30, now_unix=NOW))
    assert [each.result for each in found] == ["listed", "attributed", "nothing_found"]
    found = list(screen_each(store, subjects, max_list_age_days=29, now_unix=NOW))
    assert [each.result for each in found] == ["listed", "cannot_say", "cannot_say"]
    assert found[1].reason_code == "stale_lists"
    assert "is 30 days old, allowed are 29" in found[1].reason
    assert "labelled exchange" in found[1].reason
    assert screen(store, EATER, as_of="2024-05-02", max_list_age_days=0).result == "nothing_found"
    with pytest.raises(UsageError):
        screen(store, EATER, max_list_age_days=-1)


def test_stores_that_are_none(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(StoreNotFound):
            screen(folder, GENESIS)


def test_a_block_needs_a_chain(store: Path, add: Add) -> None:
    add("s-2024-01-01.txt", GENESIS)
    for as_of in ("7", 7, "0" * 64):
        with pytest.raises(UsageError):
            screen(store, GENESIS, as_of=as_of)
    with pytest.raises(InvalidReference):
        screen(store, GENESIS, as_of="yesterday")


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fixed")
    (folder / "s-2024-01-01.txt").write_text(GENESIS)
    import_source(folder / "store", folder / "s-2024-01-01.txt")
    return folder / "store"


@given(text=st.text(max_size=120))
def test_any_text_gets_a_verdict(fixed: Path, text: str) -> None:
    found = screen(fixed, text)
    assert found.result == "cannot_say"
    assert found.reason_code.startswith("invalid_address_")


ETHEREUM = "0x7F367cC41522cE07553e823bf3be79A889DEbe1B"


def test_an_address_of_another_chain_is_answered_from_the_lists(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "eth-2024-01-01.txt"
    file.write_text(f"{ETHEREUM}\n")
    import_source(store, file, asset="ETH", import_unix=NOW)
    for spelling in (ETHEREUM, ETHEREUM.lower()):
        found = screen(store, spelling)
        assert (found.result, found.address, found.script_type) == ("listed", ETHEREUM.lower(), None)
        assert "no address of mainnet" not in found.reason
    clean = screen(store, "0x" + "cd" * 20)
    assert (clean.result, clean.networks[0]) == ("nothing_found", "ethereum")
    assert clean.reason.endswith("an address of ethereum: no chain was asked")
    # A list of Ethereum's addresses says nothing about those of Bitcoin or Tron.
    for other in (EATER, TRON):
        assert screen(store, other).reason_code == "no_listing_lists"
    old = screen(store, "0x" + "cd" * 20, max_list_age_days=1, now_unix=NOW)
    assert (old.result, old.reason_code) == ("cannot_say", "stale_lists")


def test_chains_that_forked_from_bitcoin_share_its_addresses(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "bsv-2024-01-01.txt"
    file.write_text(f"{GENESIS}\n")
    import_source(store, file, asset="BSV", import_unix=NOW)
    found = screen(store, GENESIS)
    assert (found.result, found.script_type) == ("listed", "p2pkh")
    assert "as an address of bitcoin-sv" in found.reason


def test_who_is_only_mentioned_is_not_attributed(store: Path, add: Add, tmp_path: Path) -> None:
    add("s-2024-01-01.txt", GENESIS)
    file = tmp_path / "m.csv"
    file.write_text(f"address,claim,label\n{HAL},mentioned,seen in a forum\n")
    import_source(store, file, import_unix=NOW)
    found = screen(store, HAL)
    assert (found.result, len(found.hits)) == ("nothing_found", 1)
    assert "says nothing of whose it is" in found.reason
