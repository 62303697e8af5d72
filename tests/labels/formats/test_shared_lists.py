"""Real lists and packs import whole: counts equal those of a slower way; packs come out as they went in."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from coalface import _core
from coalface.errors import InvalidAddress
from coalface.labels.draft import Party, SourceFacts, StatementDraft, SubjectCheck, SubjectKind
from coalface.labels.facts import builtin_statements
from coalface.labels.formats import canonical_ticker, detect_format, export_ftm, export_tagpack
from coalface.labels.taxonomy import CONCEPTS, CONFIDENCE_LEVELS
from labels.formats.reading import of, problems, records
from labels.formats.shared_lists import SHARED

LISTS = SHARED or Path("absent")
PACKS = sorted((LISTS / "tagpacks").glob("*.yaml"))
PLAIN = sorted(LISTS.glob("ofac-xbt-*.txt"))
LEGACY = LISTS / "ofac-legacy-2021-07-07"
TRON = "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq"
LEGACY_HEAD = r"Digital Currency Address - ([A-Z]+) ([^;\"]+?)(?:;|\.\"|\.$|$)"


def is_bitcoin(address: str) -> bool:
    try:
        _core.decode_address("mainnet", address)
    except InvalidAddress:
        return False
    return True


@pytest.mark.parametrize("path", PLAIN, ids=lambda path: path.name)
def test_plain_lists(path: Path) -> None:
    lines = path.read_text().split()
    found = of(StatementDraft, records(path))
    assert [each.subject_written for each in found] == lines
    assert [each.subject for each in found if each.problem is None] == [
        each for each in lines if is_bitcoin(each)
    ]
    assert [each.subject for each in found if each.problem is not None] == [TRON] * ("2024" in path.name)


def test_three_states_of_one_list() -> None:
    states = [{each.subject for each in of(StatementDraft, records(path))} for path in PLAIN]
    assert [len(state) for state in states] == [277, 361, 435]
    assert [len(new - old) for old, new in pairwise(states)] == [84, 74]
    assert [len(old - new) for old, new in pairwise(states)] == [0, 0]


def joined_remarks() -> dict[str, str]:
    """Remarks by number of the party, by splitting text instead of reading CSV."""
    remarks: dict[str, str] = {}
    for name in ("sdn.csv", "sdn_comments.csv"):
        for line in (LEGACY / name).read_bytes().decode("latin-1").split("\r\n"):
            number, comma, _ = line.partition(",")
            if comma and number.isdigit():
                text = line.rsplit(',"', 1)[1].removesuffix('"') if line.endswith('"') else ""
                remarks[number] = remarks.get(number, "") + text
    return remarks


def test_legacy_files() -> None:
    found = records(LEGACY)
    expected = Counter(
        (number, ticker, address)
        for number, text in joined_remarks().items()
        for ticker, address in re.findall(LEGACY_HEAD, text)
    )
    statements = of(StatementDraft, found)
    assert (
        Counter((each.actor_id, each.asset_written, each.subject_written) for each in statements) == expected
    )
    bitcoin = [each for each in statements if each.asset == "BTC"]
    assert len(bitcoin) == 65
    assert {each.check for each in bitcoin} == {SubjectCheck.CHECKSUM}
    # Cut at the end of a column of one file, and only there.
    raw = (LEGACY / "sdn.csv").read_bytes() + (LEGACY / "sdn_comments.csv").read_bytes()
    assert [each.subject for each in bitcoin if each.subject.encode() not in raw] != []
    assert len(of(Party, found)) == (LEGACY / "sdn.csv").read_bytes().count(b"\r\n")
    aliases = (LEGACY / "alt.csv").read_bytes().count(b"\r\n")
    assert sum(len(each.names) for each in of(Party, found)) == len(of(Party, found)) + aliases
    # A hash and a hex text of 39 digits, which OFAC's list of that day really has.
    wrong = [each for each in statements if each.problem is not None]
    assert sorted((each.asset or "", len(each.subject)) for each in wrong) == [
        ("ETH", 41), ("XMR", 64),
    ]  # fmt: skip
    assert {each.subject for each in bitcoin} <= {
        each.subject for each in of(StatementDraft, records(PLAIN[0]))
    }


@pytest.mark.parametrize("name", ["sdn.xml", "sdn-old-namespace.xml", "sdn_advanced.xml"])
def test_xml(name: str) -> None:
    path = LISTS / "ofac-xml-samples" / name
    tree = ET.parse(path)
    texts = {
        (element.text or "").strip()
        for element in tree.iter()
        if element.tag.rpartition("}")[2] in {"idNumber", "VersionDetail"}
        and is_bitcoin((element.text or "").strip())
    }
    entries = [
        element for element in tree.iter() if element.tag.rpartition("}")[2] in {"sdnEntry", "DistinctParty"}
    ]
    found = records(path)
    assert {each.subject for each in of(StatementDraft, found)} == texts
    assert len(of(Party, found)) == len(entries)
    assert of(SourceFacts, found)[0].list_date == "2021-07-07"
    tian = next(each for each in of(Party, found) if each.uid == "28263")
    assert (tian.name, tian.programs) == ("TIAN, Yinyin", ("DPRK3", "CYBER2"))


def slow_pack(path: Path) -> dict[str, Any]:
    pack: dict[str, Any] = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    return pack


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.name)
def test_packs(path: Path) -> None:
    pack = slow_pack(path)
    header = {
        key: value for key, value in pack.items() if key not in {"title", "creator", "description", "tags"}
    }
    merged = [{**header, **tag} for tag in pack["tags"]]
    found = records(path)
    statements = of(StatementDraft, found)
    # Counted in the text, without a YAML reader at all.
    assert len(statements) == len(re.findall(r"^(?:- | {2})address:", path.read_text("utf-8"), re.MULTILINE))
    assert [each.subject_written for each in statements] == [str(tag["address"]) for tag in merged]
    for field, key in (
        ("label", "label"),
        ("category", "category"),
        ("abuse", "abuse"),
        ("url", "source"),
        ("actor_id", "actor"),
    ):
        assert [getattr(each, field) for each in statements] == [tag.get(key) for tag in merged]
    assert [each.is_cluster_definer for each in statements] == [
        tag.get("is_cluster_definer") for tag in merged
    ]
    assert [each.asset for each in statements] == [canonical_ticker(tag["currency"]) for tag in merged]
    assert [each.confidence.name if each.confidence else None for each in statements] == [
        tag.get("confidence") for tag in merged
    ]
    assert [str(each.last_modified) for each in statements] == [str(tag.get("lastmod")) for tag in merged]
    wrong = [each for each in statements if each.asset == "BTC" and each.problem is not None]
    assert [each.subject for each in wrong] == [TRON] * (path.name == "ofac.yaml")
    assert {each.category for each in statements} | {each.abuse for each in statements} <= {*CONCEPTS, None}


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.name)
def test_packs_come_out_as_they_went_in(path: Path, tmp_path: Path) -> None:
    out = io.StringIO()
    found = records(path)
    export_tagpack(found, out)
    assert repr(yaml.load(out.getvalue(), Loader=yaml.CSafeLoader)) == repr(slow_pack(path))
    again = tmp_path / "again.yaml"
    again.write_text(out.getvalue(), encoding="utf-8")
    told = [(each.subject, each.label, each.original, each.extra) for each in of(StatementDraft, found)]
    assert [
        (each.subject, each.label, each.original, each.extra) for each in of(StatementDraft, records(again))
    ] == told
    # Over the other format nothing is lost of what both can say, and the rest is in its notes.
    entities = tmp_path / "entities.json"
    with entities.open("w", encoding="utf-8") as file:
        assert export_ftm(found, file) == len(told)
    back = of(StatementDraft, records(entities))
    assert [(each.subject, each.asset, each.label) for each in back] == [
        (each.subject, each.asset, each.label) for each in of(StatementDraft, found)
    ]
    notes = [
        json.loads(json.loads(line)["properties"]["notes"][0]) for line in entities.read_text().splitlines()
    ]
    assert [note["original"] for note in notes] == [each.original for each in of(StatementDraft, found)]


@pytest.mark.parametrize(("name", "n_testnet"), [("pool-list.json", 0), ("pools-v2.json", None)])
def test_pools(name: str, n_testnet: int | None) -> None:
    path = LISTS / "pools" / name
    pools = json.loads(path.read_text("utf-8"))
    found = records(path)
    statements = of(StatementDraft, found)
    by_kind = {
        kind: [(each.actor_name, each.subject) for each in statements if each.subject_kind is kind]
        for kind in (SubjectKind.COINBASE_TAG, SubjectKind.ADDRESS)
    }
    assert by_kind[SubjectKind.COINBASE_TAG] == [
        (pool["name"], tag) for pool in pools for tag in pool["tags"]
    ]
    assert by_kind[SubjectKind.ADDRESS] == [
        (pool["name"], each) for pool in pools for each in pool["addresses"]
    ]
    assert [each.name for each in of(Party, found)] == [pool["name"] for pool in pools]
    wrong = [each for pool in pools for each in pool["addresses"] if not is_bitcoin(each)]
    assert [text for _, text in problems(found)] == wrong
    assert {code for code, _ in problems(found)} <= {"invalid_address_wrong_network"}
    assert {each.network for each in statements if each.problem is not None} <= {"bitcoin-testnet"}
    assert len(wrong) == n_testnet if n_testnet is not None else wrong


def test_own_csv() -> None:
    path = LISTS / "dprk_public_addresses.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = of(StatementDraft, records(path))
    assert [each.subject for each in found] == [row["address"] for row in rows]
    assert [each.extra["record"] for each in found] == [row["record"] for row in rows]
    assert {each.problem for each in found} == {None}
    known = {each.subject for each in found}
    facts = builtin_statements()
    assert {each.subject for each in facts if each.actor_id == "lazarusgroup"} <= known


def test_taxonomy_is_that_of_the_packs() -> None:
    concepts = yaml.load((LISTS / "taxonomy" / "concepts.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    del concepts["scheme"]
    expected = {each["id"]: (each["prefLabel"], each.get("broader")) for each in concepts.values()}
    assert {each.id: (each.name, each.broader) for each in CONCEPTS.values()} == expected
    with (LISTS / "taxonomy" / "confidence.csv").open(encoding="utf-8", newline="") as file:
        ladder = {row["id"]: int(row["level"]) for row in csv.DictReader(file)}
    assert ladder == CONFIDENCE_LEVELS


def test_facts_agree_with_the_lists() -> None:
    tags = {
        tag
        for name in ("pool-list.json", "pools-v2.json")
        for pool in json.loads((LISTS / "pools" / name).read_text("utf-8"))
        for tag in pool["tags"]
    }
    ours = [each for each in builtin_statements() if each.subject_kind is SubjectKind.COINBASE_TAG]
    from_lists = [each.subject for each in ours if "public lists" in str(each.extra["source"])]
    assert set(from_lists) <= tags
    from_blocks = [each for each in ours if "public lists" not in str(each.extra["source"])]
    for each in from_blocks:
        for height in re.findall(r"block (\d+)", str(each.extra["source"])):
            block = (LISTS.parent / "blocks" / f"{height}.blk").read_bytes()
            assert each.subject.encode() in block[:500]


def test_every_list_is_known_by_its_content() -> None:
    formats = {
        path.relative_to(LISTS).as_posix(): detect_format(path)
        for path in (
            *PLAIN,
            *PACKS,
            LEGACY,
            *(LISTS / "pools").iterdir(),
            *(LISTS / "ofac-xml-samples").iterdir(),
        )
    }
    assert Counter(formats.values()) == {
        "plain": 3, "tagpack": 11, "ofac_legacy": 1, "pools": 2, "ofac_sdn_xml": 2, "ofac_advanced_xml": 1,
    }  # fmt: skip
