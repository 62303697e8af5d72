"""What the readers say of small files in the shape of each format."""

from __future__ import annotations

from pathlib import Path

import pytest

from coalface.labels.draft import (
    Claim,
    LegalStatus,
    Party,
    Place,
    ReadOptions,
    Relation,
    SourceFacts,
    SourceType,
    StatementDraft,
    SubjectCheck,
    SubjectKind,
)
from coalface.labels.formats import FORMATS, detect_format, files_of, format_named
from labels.formats.reading import CONSTRUCTED, counts, of, problems, records, subjects

BURN = "1BitcoinEaterAddressDontSendf59kuE"
BECH32 = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
P2SH = "3P14159f73E4gFr7JterCCQh9QjiTjiZrG"
ETHER = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"
TRON = "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq"

FORMAT_OF = {
    "plain.txt": "plain",
    "plain.json": "plain_json",
    "sdn.xml": "ofac_sdn_xml",
    "sdn_advanced.xml": "ofac_advanced_xml",
    "legacy": "ofac_legacy",
    "legacy/sdn.csv": "ofac_legacy",
    "tagpack.yaml": "tagpack",
    "actorpack.yaml": "actorpack",
    "entities.ftm.json": "ftm",
    "pools-list.json": "pools",
    "pools.json": "pools",
    "own.csv": "csv",
}


@pytest.mark.parametrize(("name", "format_name"), FORMAT_OF.items())
def test_each_format_is_known_by_its_content(name: str, format_name: str, tmp_path: Path) -> None:
    assert detect_format(CONSTRUCTED / name) == format_name
    if (CONSTRUCTED / name).is_file():
        renamed = tmp_path / "misleading.pdf"
        renamed.write_bytes((CONSTRUCTED / name).read_bytes())
        assert detect_format(renamed) == format_name


def test_every_format_has_a_constructed_file() -> None:
    assert set(FORMAT_OF.values()) == set(FORMATS)
    assert format_named("ftm").read is FORMATS["ftm"].read


@pytest.mark.parametrize("name", FORMAT_OF)
def test_facts_come_first_and_every_byte_is_kept_once(name: str) -> None:
    kept: dict[Path, bytes] = {}

    def keep(path: Path, piece: bytes) -> None:
        kept[path] = kept.get(path, b"") + piece

    found = records(name, None, ReadOptions(keep=keep))
    assert [type(record) is SourceFacts for record in found] == [True] + [False] * (len(found) - 1)
    facts = of(SourceFacts, found)[0]
    assert facts.format == FORMAT_OF[name]
    files = files_of(CONSTRUCTED / name, facts.format)
    assert kept == {path: path.read_bytes() for path in files}


def test_plain() -> None:
    found = records("plain.txt", "plain", ReadOptions(claim=Claim.LISTED, category="sanction"))
    assert subjects(found) == [("BTC", BURN), ("BTC", BECH32), ("BTC", TRON), ("BTC", BURN[:-1] + "F")]
    assert problems(found) == [
        ("label_address_other_chain", TRON),
        ("invalid_address_base58_checksum", BURN[:-1] + "F"),
    ]
    tron = of(StatementDraft, found)[2]
    assert (tron.network, tron.check, tron.place, tron.claim) == (
        "tron", SubjectCheck.FAILED, Place(5), Claim.LISTED,
    )  # fmt: skip
    assert tron.asset_written is None
    # The same text is what it is on a list of another ticker.
    usdt = of(StatementDraft, records("plain.txt", "plain", ReadOptions(asset="usdt")))
    assert [(each.network, each.problem is None) for each in usdt][:3] == [
        ("bitcoin", True), ("bitcoin", True), ("tron", True),
    ]  # fmt: skip


def test_plain_json() -> None:
    found = records("plain.json")
    assert counts(found) == {"SourceFacts": 1, "StatementDraft": 2, "Problem": 1}
    assert problems(found) == [
        ("label_not_an_address", "7"),
        ("label_address_other_chain", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
    ]


def test_sdn_xml() -> None:
    found = records("sdn.xml")
    facts = of(SourceFacts, found)[0]
    assert (facts.list_date, facts.declared_records, facts.default_series) == ("2020-03-02", 2, "ofac-sdn")
    # The bech32 address stands in ids and remarks of one entry: one identifier. Another only in remarks.
    assert subjects(found) == [
        ("BTC", BURN), ("ETH", ETHER), ("NEW", "some-new-chain-address"), ("BTC", P2SH),
        ("BTC", BECH32), ("BTC", BURN[:-1] + "F"),
    ]  # fmt: skip
    assert [code for code, _ in problems(found)] == ["invalid_address_base58_checksum", "label_no_address"]
    ada, trading = of(Party, found)
    assert (ada.uid, ada.name, ada.programs, ada.jurisdictions) == (
        "101", "EXAMPLE, Ada", ("CYBER2", "DPRK3"), ("Exampleland",),
    )  # fmt: skip
    assert [(name.name, name.is_weak) for name in ada.names] == [
        ("EXAMPLE, Ada", False),
        ("Byron & Co", True),
    ]
    assert trading.kind == "Entity"
    first = of(StatementDraft, found)[0]
    assert (first.claim, first.source_type, first.legal_status, first.legal_authority) == (
        Claim.LISTED, SourceType.AUTHORITY, LegalStatus.DESIGNATED, "OFAC",
    )  # fmt: skip
    assert (first.actor_id, first.asset_written, first.is_cluster_definer) == ("101", "XBT", False)
    assert first.original.startswith("<id><uid>2</uid><idType>Digital Currency Address - XBT</idType>")


def test_advanced_xml_looks_its_ids_up() -> None:
    found = records("sdn_advanced.xml")
    # 344 means a date of birth here, whatever it means elsewhere.
    assert subjects(found) == [("BTC", BURN), ("USDT", ETHER)]
    assert problems(found)[0][0] == "label_no_address"
    assert of(SourceFacts, found)[0].extra == {"feature_types": {"7": "XBT", "8": "USDT"}}
    ada = of(Party, found)[0]
    assert (ada.name, ada.kind, ada.programs, ada.legal_date) == (
        "EXAMPLE, Ada", "Individual", ("CYBER2",), "2020-03-02",
    )  # fmt: skip
    assert [(name.name, name.is_weak) for name in ada.names] == [("EXAMPLE, Ada", False), ("Byron", True)]
    assert {each.legal_date for each in of(StatementDraft, found)} == {"2020-03-02"}
    relation = of(Relation, found)[0]
    assert (relation.from_uid, relation.kind, relation.to_uid) == ("102", "owned_or_controlled_by", "101")


@pytest.mark.parametrize("name", ["legacy", "legacy/sdn.csv"])
def test_legacy_joins_what_was_cut(name: str) -> None:
    found = records(name)
    # Cut in the middle of an address, in the middle of the words before one, and over two further rows.
    assert subjects(found) == [("BTC", BURN), ("BTC", P2SH), ("ETH", ETHER)]
    assert {each.check for each in of(StatementDraft, found)} == {SubjectCheck.CHECKSUM}
    assert [code for code, _ in problems(found)] == ["label_unknown_party"]
    ada, trading, cafe = of(Party, found)
    assert ada.programs == ("DPRK3", "CYBER2")
    assert [each.name for each in ada.names] == ["EXAMPLE, Ada", "BYRON, Ada"]
    assert (ada.kind, trading.kind, cafe.name) == ("individual", "entity", "CAFÉ EXAMPLE")


def test_the_two_lists_of_ofac_are_two_series(tmp_path: Path) -> None:
    for name in ("sdn.xml", "sdn_advanced.xml", "legacy/sdn.csv"):
        path = tmp_path / ("cons_prim.csv" if name.endswith("csv") else "consolidated.xml")
        path.write_bytes((CONSTRUCTED / name).read_bytes())
        series = [of(SourceFacts, records(each))[0].default_series for each in (CONSTRUCTED / name, path)]
        assert series == ["ofac-sdn", "ofac-consolidated"]


def test_legacy_without_its_second_file_reports_the_halves(tmp_path: Path) -> None:
    path = tmp_path / "sdn.csv"
    path.write_bytes((CONSTRUCTED / "legacy" / "sdn.csv").read_bytes())
    assert problems(records(path)) == [("invalid_address_wrong_length", "1BitcoinEater")]


def test_tagpack() -> None:
    found = records("tagpack.yaml")
    one, two, three, four, five = of(StatementDraft, found)
    assert (one.label, one.category, one.actor_id, one.url) == (
        "Example exchange", "exchange", "example", "https://example.org/report",
    )  # fmt: skip
    assert one.confidence is not None
    assert (one.confidence.level, one.source_type) == (50, SourceType.ACADEMIC)
    assert [each.is_cluster_definer for each in (one, two, four)] == [False, True, None]
    assert (three.network, three.label, three.concepts) == ("ethereum", "007", ("hot_wallet", "defi_dex"))
    assert three.extra["context"] == '{"note": "kept"}'
    assert (four.subject_kind, four.claim, four.subject[:8]) == (SubjectKind.TX, Claim.MENTIONED, "f4184fc5")
    assert five.network == "bitcoin-testnet"
    assert [code for code, _ in problems(found)] == [
        "invalid_address_wrong_network", "label_tag_subject", "label_tag", "label_tag",
    ]  # fmt: skip
    # Whatever a pack says, it lists nobody and gives nobody a legal status.
    assert {each.claim for each in of(StatementDraft, found)} <= {Claim.ATTRIBUTED, Claim.MENTIONED}
    assert {each.legal_status for each in of(StatementDraft, found)} == {LegalStatus.NONE}


def test_tagpack_header_may_stand_behind_the_tags(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_text(f"tags:\n- address: {BURN}\ncurrency: BTC\ntitle: t\ncreator: c\nlabel: behind\n")
    assert [each.label for each in of(StatementDraft, records(path))] == ["behind"]


def test_tagpack_as_json_and_with_windows_line_ends(tmp_path: Path) -> None:
    as_json, windows = tmp_path / "pack.json", tmp_path / "pack.yaml"
    as_json.write_text(
        f'{{"title": "t", "creator": "c", "tags": [{{"address": "{BURN}", "currency": "XBT"}}]}}'
    )
    windows.write_bytes(
        f"title: t\r\ncreator: c\r\ntags:\r\n- address: {BURN}\r\n  currency: XBT\r\n".encode()
    )
    for path in (as_json, windows):
        assert detect_format(path) == "tagpack"
        assert subjects(records(path)) == [("BTC", BURN)]


def test_actorpack() -> None:
    found = records("actorpack.yaml")
    example, other = of(Party, found)
    assert (example.uid, example.name, example.url, example.categories, example.jurisdictions) == (
        "example", "Example exchange", "https://example.org", ("exchange",), ("XX",),
    )  # fmt: skip
    assert (other.categories, other.extra["context"]) == (("mixing_service",), "not json")
    assert [(each.kind, each.to_uid) for each in of(Relation, found)] == [
        ("same_as", "example_old"), ("sub_service_of", "example_group"),
    ]  # fmt: skip
    assert [code for code, _ in problems(found)] == ["label_actor"]


def test_ftm() -> None:
    found = records("entities.ftm.json")
    assert subjects(found) == [("BTC", BURN), ("BTC", BECH32), (None, ETHER)]
    one, _, three = of(StatementDraft, found)
    assert (one.actor_id, one.claim, one.legal_status, one.source_type) == (
        "p-1", Claim.LISTED, LegalStatus.DESIGNATED, SourceType.VENDOR,
    )  # fmt: skip
    assert one.extra["exchanges"] == ["Example exchange"]
    assert (three.category, three.claim) == ("hacking", Claim.ATTRIBUTED)
    ownership = of(Relation, found)[0]
    share = (ownership.share_min_percent, ownership.share_max_percent)
    assert (ownership.from_uid, ownership.to_uid, *share) == (
        "p-1", "c-1", 50.0, 75.0,
    )  # fmt: skip
    assert [(each.from_uid, each.to_uid) for each in of(Relation, found)[1:]] == [
        ("p-1", "w-1"),
        ("c-1", "w-1"),
    ]
    assert [code for code, _ in problems(found)] == ["label_no_address", "label_relation_ends"]


def test_pools_of_both_shapes() -> None:
    new, old = records("pools-list.json"), records("pools.json")
    tags = [each.subject for each in of(StatementDraft, new) if each.subject_kind is SubjectKind.COINBASE_TAG]
    assert tags == ["/example/", " Mined by (example)", "八宝池"]
    assert problems(new)[0] == (
        "invalid_address_wrong_network", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx",
    )  # fmt: skip
    assert [code for code, _ in problems(new)[1:]] == ["label_pool", "label_pool"]
    assert [each.subject for each in of(StatementDraft, old)] == ["/example/", "/other/", BURN]
    assert [each.name for each in of(Party, old)] == ["Example Pool", "Other Pool"]


def test_own_csv() -> None:
    found = records("own.csv")
    seized, payment, host, tron = of(StatementDraft, found)
    assert (seized.label, seized.legal_status, seized.legal_date) == (
        'Says "hello",\non two lines', LegalStatus.SEIZED, "2020-11-03",
    )  # fmt: skip
    assert (seized.is_cluster_definer, dict(seized.extra)) == (True, {"colour": "red"})
    assert [each.place.line for each in (seized, payment, host, tron)] == [2, 4, 5, 6]
    assert payment.confidence is not None
    assert (payment.subject_kind, payment.confidence.level) == (SubjectKind.TX, 70)
    assert (host.subject, host.is_cluster_definer) == ("203.0.113.0/24", False)
    assert (tron.asset, tron.network, tron.problem) == ("USDT", "tron", None)
    assert [code for code, _ in problems(found)] == ["label_csv_subject"]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_own_csv_with_another_separator(separator: str, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_bytes(b"\xef\xbb\xbf" + separator.join(["Address", "Label"]).encode() + b"\r\n")
    with path.open("ab") as file:
        file.write(f"{BURN}{separator}one, two\r\n".encode())
    assert [(each.subject, each.label) for each in of(StatementDraft, records(path))] == [(BURN, "one, two")]
