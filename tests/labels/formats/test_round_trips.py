"""What was read is written out again without loss."""

from __future__ import annotations

import io
import json
from datetime import UTC, date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coalface.errors import LabelFileError, UsageError
from coalface.labels.draft import Party, Relation, SourceFacts, StatementDraft
from coalface.labels.formats import (
    detect_format,
    export_actorpack,
    export_ftm,
    export_tagpack,
    read_records,
)
from labels.formats.reading import CONSTRUCTED, of, records

TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40
)  # fmt: skip
TRICKY = st.sampled_from(
    [
        "yes", "No", "null", "~", "", "0x12", "007", "1.5", "2022-02-15", "2001-12-14t21:59:43.10-05:00",
        "1e3", "=", "<<", "- a", "a: b", "a #b", "#", "'", '"', " blank ", "line\nline", "\n", "%", "@", "`",
        "!tag", "&a", "*a", "12:30:45", "é", "八宝池", "\u2028", "\x85", "\ufeff", "\x1b", "\t", "{a}",
        "[a]", "|", ">", "...", "---", "123_456",
    ]
)  # fmt: skip
SCALARS = st.one_of(
    TEXTS,
    TRICKY,
    st.booleans(),
    st.none(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
)
KEYS = st.one_of(
    st.sampled_from(
        ["address", "tx_hash", "label", "source", "currency", "lastmod", "context", "concepts", "category"]
    ),
    TEXTS.filter(
        lambda text: isinstance(yaml.safe_load(yaml.safe_dump({text: 1}, allow_unicode=True)), dict)
    ).map(lambda text: "k" + text),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)
TAGS = st.one_of(st.dictionaries(KEYS, VALUES, max_size=6), VALUES)
HEADERS = st.dictionaries(
    KEYS.filter(lambda key: key not in {"title", "creator", "tags", "actors"}), VALUES, max_size=4
)


def loaded(text: str | bytes) -> Any:  # noqa: ANN401 - whatever the pack holds
    """What PyYAML itself makes of a pack."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


def written_tagpack(path: Path) -> str:
    out = io.StringIO()
    export_tagpack(read_records(path, "tagpack"), out)
    return out.getvalue()


@given(HEADERS, st.lists(TAGS, max_size=5), st.booleans())
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_tagpack(tmp_path: Path, header: dict[str, Any], tags: list[Any], allow_unicode: bool) -> None:
    pack = {"title": "t", "creator": "c", **header, "tags": tags}
    path = tmp_path / "pack.yaml"
    path.write_text(yaml.safe_dump(pack, allow_unicode=allow_unicode, sort_keys=False), encoding="utf-8")
    before = loaded(path.read_bytes())
    out = written_tagpack(path)
    assert repr(loaded(out)) == repr(before)
    # And once more: what was written reads as the same records.
    again = tmp_path / "again.yaml"
    again.write_text(out, encoding="utf-8")
    assert written_tagpack(again) == out


@pytest.mark.parametrize(
    "line",
    [
        "lastmod: 2022-02-15", "lastmod: '2022-02-15'", "label: 007", "label: '007'", "label: yes",
        "label: 'yes'", "label: 0xD7f0E24Bd353404752F61c16EFed0847998B1205", "label: ~", "label: null",
        "label:", "label: 1_000", "label: 12:30:45", "label: .inf",
        "label: 2001-12-14t21:59:43.10-05:00", 'label: "a\\nb"', "label: |\n    two\n    lines\n",
        "label: >\n    folded\n    lines\n", "label: plain over\n    two lines",
        "label: {a: [1, true, {b: c}]}", "context: '{\"a\": 1}'",
    ],
)  # fmt: skip
def test_values_keep_their_kind(line: str, tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_text(f"title: t\ncreator: c\ntags:\n- address: a\n  {line}\n")
    assert repr(loaded(written_tagpack(path))) == repr(loaded(path.read_bytes()))


def test_constructed_packs() -> None:
    for name, export in (("tagpack.yaml", export_tagpack), ("actorpack.yaml", export_actorpack)):
        out = io.StringIO()
        n = export(records(name), out)
        expected = loaded((CONSTRUCTED / name).read_bytes())
        assert loaded(out.getvalue()) == expected
        assert n == len(expected["tags" if name == "tagpack.yaml" else "actors"])


JSON_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63),
        st.floats(allow_nan=False, allow_infinity=False),
        TEXTS,
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=5,
)
PROPERTIES = st.dictionaries(
    st.sampled_from(
        ["publicKey", "currency", "holder", "owner", "asset", "name", "topics", "percentage", "other"]
    ),
    st.lists(TEXTS.filter(bool), max_size=3),
)
ENTITIES = st.builds(
    lambda schema, properties, rest: {**rest, "schema": schema, "properties": properties},
    st.sampled_from(["CryptoWallet", "Ownership", "Person", "UnknownLink", "Sanction", "X"]),
    st.one_of(PROPERTIES, JSON_VALUES),
    st.dictionaries(st.sampled_from(["caption", "datasets", "target", "first_seen"]), JSON_VALUES),
)


@given(st.lists(ENTITIES, min_size=1, max_size=6))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_entities(tmp_path: Path, entities: list[dict[str, Any]]) -> None:
    path = tmp_path / "entities.json"
    numbered = [{"id": f"e{number}", **entity} for number, entity in enumerate(entities)]
    path.write_text("".join(json.dumps(entity) + "\n" for entity in numbered), encoding="utf-8")
    out = io.StringIO()
    assert export_ftm(read_records(path, "ftm"), out) == len(numbered)
    assert [json.loads(line) for line in out.getvalue().splitlines()] == numbered


def test_entities_are_written_byte_by_byte() -> None:
    out = io.StringIO()
    export_ftm(records("entities.ftm.json"), out)
    assert out.getvalue().encode() == (CONSTRUCTED / "entities.ftm.json").read_bytes()


@pytest.mark.parametrize(
    "name", ["sdn.xml", "sdn_advanced.xml", "legacy", "pools-list.json", "own.csv", "plain.txt"]
)
def test_other_formats_become_packs_and_entities(name: str, tmp_path: Path) -> None:
    found = records(name)
    addresses = [each for each in of(StatementDraft, found) if each.subject_kind.value == "address"]
    txs = [each for each in of(StatementDraft, found) if each.subject_kind.value == "tx"]
    pack, entities, actors = tmp_path / "pack.yaml", tmp_path / "entities.json", tmp_path / "actors.yaml"
    with pack.open("w", encoding="utf-8") as file:
        assert export_tagpack(found, file) == len(addresses) + len(txs)
    back = of(StatementDraft, list(read_records(pack)))
    kept = [
        (each.subject, each.asset, each.network, each.label, each.is_cluster_definer, each.category)
        for each in back
    ]
    assert kept == [
        (
            each.subject, each.asset, each.network,
            each.label or each.actor_name or each.category or "unknown",
            each.is_cluster_definer, each.category,
        )
        for each in of(StatementDraft, found)
        if each in addresses or each in txs
    ]  # fmt: skip
    assert all(json.loads(str(each.extra["context"]))["original"] for each in back)
    with entities.open("w", encoding="utf-8") as file:
        n = export_ftm(found, file)
    assert n == len(addresses) + len(of(Party, found)) + len(of(Relation, found))
    assert detect_format(entities) == "ftm"
    returned = records(entities)
    assert [each.subject for each in of(StatementDraft, returned)] == [each.subject for each in addresses]
    assert [each.legal_status for each in of(StatementDraft, returned)] == [
        each.legal_status if each.legal_status.value == "designated" else returned_none(each)
        for each in addresses
    ]
    holders = {each.actor_id for each in of(StatementDraft, returned)} - {None}
    if of(Party, found):
        assert holders <= {each.uid for each in of(Party, returned)}
    with actors.open("w", encoding="utf-8") as file:
        assert export_actorpack(found, file) == len(of(Party, found))


def returned_none(statement: StatementDraft) -> object:
    """FollowTheMoney says `sanction` of designated parties alone; another status is in the notes."""
    return type(statement.legal_status)("none")


def test_only_whole_sources_are_written() -> None:
    for export in (export_tagpack, export_actorpack, export_ftm):
        with pytest.raises(UsageError):
            export(records("plain.txt")[1:], io.StringIO())
    facts = SourceFacts("tagpack", title="t", publisher="c")
    broken = of(StatementDraft, records("plain.txt"))[0]
    with pytest.raises(LabelFileError) as caught:
        export_tagpack([facts, broken], io.StringIO())
    assert caught.value.code == "label_stored_record"


def test_dates_are_dates() -> None:
    out = io.StringIO()
    export_tagpack(records("tagpack.yaml"), out)
    pack = loaded(out.getvalue())
    assert pack["lastmod"] == date(2022, 2, 15)
    assert pack["tags"][2]["lastmod"] == "2022-02-16"
