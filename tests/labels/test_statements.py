"""What is said stays beside what contradicts it: conflicts, dates, withdrawals, parties."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from coalface.chain.reference import parse_time
from coalface.errors import NotFound, UsageError
from coalface.labels import (
    LabelBook,
    diff_series,
    import_source,
    labels_of,
    listed_addresses,
    search,
    service_addresses,
    sources,
    withdraw,
)
from labels.formats.reading import CONSTRUCTED

GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
HAL = "12c6DSiU4Rq3P4ZxziKxzrL5LmMBrzjrJX"
EATER = "1BitcoinEaterAddressDontSendf59kuE"
TRON = "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq"
NOW = 1_717_243_200  # 2024-06-01T12:00:00Z

HEAD = "address,category,label,confidence"

Write = Callable[..., Path]


def test_sources_that_contradict_each_other_stand_side_by_side(store: Path, write: Write) -> None:
    import_source(store, write("v-2024-01-01.csv", HEAD, f"{HAL},gambling,X,forensic"))
    import_source(store, write("w-2024-02-01.csv", HEAD, f"{HAL},market,Y,"))
    found = labels_of(store, HAL).labels
    assert [(label.category, label.label, label.is_current) for label in found] == [
        ("market", "Y", True),
        ("gambling", "X", True),
    ]
    assert (found[1].confidence, found[1].confidence_level, found[0].confidence) == ("forensic", 50, None)


def test_one_source_may_say_several_things_of_a_subject(store: Path, write: Write) -> None:
    rows = [f"{HAL},exchange,A", f"{HAL},gambling,B", f"{HAL},exchange,A"]
    report = import_source(store, write("v.csv", "address,category,label", *rows), import_unix=NOW)
    assert (report.source.n_statements, report.source.n_duplicates) == (3, 1)
    assert [(label.line, label.label) for label in labels_of(store, HAL).labels] == [(2, "A"), (3, "B")]


def test_a_later_state_that_says_something_else_makes_the_earlier_history(store: Path, write: Write) -> None:
    head = "address,category,actor_name"
    import_source(store, write("v-2024-01-01.csv", head, f"{HAL},exchange,A", f"{GENESIS},exchange,A"))
    import_source(store, write("v-2024-02-01.csv", head, f"{HAL},exchange,B", f"{GENESIS},exchange,A"))
    assert [(label.actor, label.standing) for label in labels_of(store, HAL).labels] == [
        ("B", "current"),
        ("A", "history"),
    ]
    assert [label.standing for label in labels_of(store, GENESIS).labels] == ["current", "current"]


def test_legal_status_is_kept_with_authority_and_date(store: Path, write: Write) -> None:
    head = "address,claim,legal_status,legal_authority,legal_date,source_type,url"
    row = f"{HAL},attributed,seized,a court,2023-05-01,court_filing,https://example.org/x"
    import_source(store, write("v.csv", head, row), import_unix=NOW)
    (label,) = labels_of(store, HAL).labels
    assert (label.legal_status, label.legal_authority, label.legal_date) == (
        "seized",
        "a court",
        "2023-05-01",
    )
    assert (label.claim, label.source_type, label.url) == (
        "attributed",
        "court_filing",
        "https://example.org/x",
    )
    assert listed_addresses(store) == {}  # seized is not listed


def test_a_statement_counts_within_its_validity(store: Path, write: Write) -> None:
    row = f"{HAL},exchange,2024-02-01,2024-03-31"
    import_source(store, write("v-2024-01-01.csv", "address,category,valid_from,valid_until", row))
    days = {
        "2024-01-31": "not_valid",
        "2024-02-01": "current",
        "2024-03-31": "current",
        "2024-04-01": "not_valid",
    }
    for day, standing in days.items():
        with LabelBook(store, as_of_unix=parse_time(day)) as book:
            assert [label.standing for label in book.labels_of(HAL)] == [standing]
    assert [label.standing for label in labels_of(store, HAL).labels] == ["not_valid"]  # today


def test_a_withdrawn_statement_is_left_out_from_then_on(store: Path, write: Write) -> None:
    file = write("e-2024-03-01.txt", HAL, GENESIS)
    report = import_source(store, file, category="exchange", import_unix=NOW)
    first = labels_of(store, HAL).labels[0]
    assert first.id == f"{report.source.id}:1"
    done = withdraw(store, first.id, reason="not theirs", author="me", now_unix=NOW + 100)
    assert (done.changed, done.withdrawn.reason) == (True, "not theirs")
    assert not withdraw(store, first.id, reason="again", author="you", now_unix=NOW + 200).changed
    (label,) = labels_of(store, HAL).labels
    assert (label.standing, label.withdrawn) == ("withdrawn", done.withdrawn)
    assert list(service_addresses(store)) == [GENESIS]
    with LabelBook(store, as_of_unix=NOW + 99) as book:  # as it was said then
        assert [label.standing for label in book.labels_of(HAL)] == ["current"]
    assert not import_source(store, file, category="exchange", import_unix=NOW).imported


def test_a_withdrawn_source_leaves_the_one_before_it_the_newest(store: Path, write: Write) -> None:
    import_source(store, write("s-2024-01-01.txt", HAL), import_unix=NOW)
    newer = import_source(store, write("s-2024-02-01.txt", GENESIS), import_unix=NOW)
    withdraw(store, newer.source.id, reason="cut short", author="me")
    assert list(listed_addresses(store)) == [HAL]
    assert [(each.is_newest, each.withdrawn is None) for each in sources(store)] == [
        (False, False),
        (True, True),
    ]


def test_withdrawing_what_is_not_there(store: Path, write: Write) -> None:
    report = import_source(store, write("s.txt", HAL), import_unix=NOW)
    for missing in (f"{report.source.id}:2", "0123456789ab", "0123456789ab:1"):
        with pytest.raises(NotFound):
            withdraw(store, missing, reason="r", author="a")
    for bad in ("", HAL, f"{report.source.id}:0", f"{report.source.id}:x"):
        with pytest.raises(UsageError):
            withdraw(store, bad, reason="r", author="a")
    for reason, author in ((" ", "a"), ("r", "a" * 1001)):
        with pytest.raises(UsageError):
            withdraw(store, report.source.id, reason=reason, author=author)


def test_ids_do_not_depend_on_the_order_of_imports(tmp_path: Path, write: Write) -> None:
    files = [write("a-2024-01-01.txt", HAL), write("b-2024-01-01.txt", HAL, GENESIS)]
    ids = []
    for n, order in enumerate((files, files[::-1])):
        for file in order:
            import_source(tmp_path / f"s{n}", file, import_unix=NOW + n)
        with LabelBook(tmp_path / f"s{n}") as book:
            ids.append(([label.id for label in book.labels_of(HAL)], book.digest))
    assert ids[0] == ids[1]


def test_parties_come_with_their_relations_and_no_status_goes_over_these(store: Path, write: Write) -> None:
    entities = [
        {"id": "a", "schema": "Person", "properties": {"name": ["Ann Example"], "topics": ["sanction"]}},
        {"id": "b", "schema": "Company", "properties": {"name": ["Example Ltd"]}},
        {
            "id": "o",
            "schema": "Ownership",
            "properties": {"owner": ["a"], "asset": ["b"], "percentage": ["60"]},
        },
        {
            "id": "w",
            "schema": "CryptoWallet",
            "properties": {"publicKey": [HAL], "currency": ["XBT"], "holder": ["b"]},
        },
    ]
    file = write("e.ftm.json", *(json.dumps(each) for each in entities))
    report = import_source(store, file, import_unix=NOW)
    assert (report.source.n_parties, report.source.n_relations) == (2, 1)
    found = labels_of(store, HAL)
    (party,) = found.parties
    (relation,) = party.relations
    assert (party.name, party.legal_status) == ("Example Ltd", "none")
    assert (relation.kind, relation.direction, relation.other_name) == ("ownership", "from", "Ann Example")
    assert (relation.share_min_percent, relation.share) == (Decimal(60), "60")
    assert {label.legal_status for label in found.labels} == {"none"}
    (hit,) = search(store, "ann ex")
    assert (hit.what, hit.name, hit.id) == ("party", "Ann Example", "a")


@pytest.mark.parametrize(
    "name", sorted(path.name for path in CONSTRUCTED.iterdir() if path.name != "README.md")
)
def test_every_format_is_imported_and_counted(store: Path, name: str) -> None:
    from coalface.labels.draft import Party, Relation, StatementDraft
    from labels.formats.reading import of, records

    report = import_source(store, CONSTRUCTED / name, import_unix=NOW)
    found = records(name)
    source = report.source
    assert (source.n_statements, source.n_parties, source.n_relations) == (
        len(of(StatementDraft, found)),
        len(of(Party, found)),
        len(of(Relation, found)),
    )
    assert not import_source(store, CONSTRUCTED / name, import_unix=NOW).imported
    with LabelBook(store) as book:
        (row,) = book.rows
        texts = [(each.subject_kind, each.text) for each in book.rows_of(row)]
    assert texts == [(each.subject_kind, each.original) for each in of(StatementDraft, found)]


def test_other_subjects_than_addresses(store: Path, write: Write) -> None:
    txid = "ab" * 32
    rows = [f"{txid.upper()},tx,theft", "203.0.113.0/24,netblock,hosting", "/pool/,coinbase_tag,miner"]
    import_source(store, write("v.csv", "subject,kind,category", *rows), import_unix=NOW)
    assert [label.subject_kind for label in labels_of(store, txid).labels] == ["tx"]
    assert [label.category for label in labels_of(store, "203.0.113.0/24").labels] == ["hosting"]
    assert [label.category for label in labels_of(store, "/pool/").labels] == ["miner"]


def test_search_takes_no_wildcards(store: Path, write: Write) -> None:
    rows = [f"{HAL},100% sure", f"{GENESIS},under_score", f"{EATER},Überbank"]
    import_source(store, write("v.csv", "address,label", *rows), import_unix=NOW)
    assert [found.first_subject for found in search(store, "%")] == [HAL]
    assert [found.first_subject for found in search(store, "r_s")] == [GENESIS]
    assert [found.first_subject for found in search(store, "ÜBER")] == [EATER]
    assert list(search(store, "nobody")) == []


def test_differences_go_from_state_to_state(store: Path, write: Write) -> None:
    for day, lines in (("01", [HAL]), ("02", [HAL, GENESIS, TRON]), ("03", [GENESIS])):
        import_source(store, write(f"s-2024-{day}-01.txt", *lines), import_unix=NOW)
    found = [(each.date, each.change, each.subject) for each in diff_series(store, "s")]
    assert found == [
        ("2024-02-01", "added", GENESIS),
        ("2024-02-01", "added", TRON),
        ("2024-03-01", "removed", HAL),
        ("2024-03-01", "removed", TRON),
    ]
    assert [each[1:] for each in found[2:]] == [
        (each.change, each.subject) for each in diff_series(store, "s", from_date="2024-02-15")
    ]
    assert len(list(diff_series(store, "s", to_date="2024-02-01"))) == 2
    for days in ({"from_date": "2024-03-01"}, {"to_date": "2024-01-01"}):
        with pytest.raises(NotFound):
            list(diff_series(store, "s", **days))
    with pytest.raises(NotFound):
        list(diff_series(store, "t"))


def test_labels_of_a_made_up_chain_are_imported_as_they_are(store: Path, write: Write) -> None:
    address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"
    rows = [f"{address},aurora,exchange,own announcement", f"{address},till,payment_service,own announcement"]
    file = write("labels.csv", "address,actor,category,source", *rows)
    report = import_source(store, file, network="regtest", import_unix=NOW)
    assert (report.source.n_addresses, report.source.n_problems) == (2, 0)
    found = labels_of(store, address).labels
    assert [(label.actor, label.category) for label in found] == [
        ("aurora", "exchange"),
        ("till", "payment_processor"),
    ]
    assert found[0].extra == {"source": "own announcement"}
    assert list(service_addresses(store)) == [address]
