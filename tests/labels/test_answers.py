from collections.abc import Callable
from pathlib import Path

import pytest

from coalface.errors import InvalidAddress, NotFound, StoreNotFound
from coalface.labels import (
    CATEGORIES,
    LabelBook,
    has_labels,
    import_source,
    labels_of,
    listed_addresses,
    service_addresses,
    sources,
)
from coalface.labels.categories import SERVICE_CONCEPTS

GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
HAL = "12c6DSiU4Rq3P4ZxziKxzrL5LmMBrzjrJX"
EATER = "1BitcoinEaterAddressDontSendf59kuE"
SEGWIT = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
TRON = "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq"
NOW = 1_717_243_200  # 2024-06-01T12:00:00Z

Write = Callable[..., Path]
REAL_LISTS = Path(__file__).parents[3] / "shared" / "data" / "labels"


def test_what_the_newest_list_drops_is_history(store: Path, write: Write) -> None:
    import_source(store, write("s-2024-02-01.txt", GENESIS), import_unix=NOW)
    import_source(store, write("s-2024-01-01.txt", GENESIS, HAL), import_unix=NOW)
    import_source(store, write("other-2023-01-01.txt", EATER), import_unix=NOW)
    assert [(label.source, label.is_current) for label in labels_of(store, GENESIS).labels] == [
        ("s-2024-02-01.txt", True),
        ("s-2024-01-01.txt", True),
    ]
    assert [(label.source, label.is_current) for label in labels_of(store, HAL).labels] == [
        ("s-2024-01-01.txt", False)
    ]
    assert [(found.name, found.is_newest) for found in sources(store)] == [
        ("s-2024-02-01.txt", True),
        ("s-2024-01-01.txt", False),
        ("other-2023-01-01.txt", True),
    ]
    assert listed_addresses(store) == {
        GENESIS: "listed identifier on sanctions list `s-2024-02-01.txt` of 2024-02-01",
        EATER: "listed identifier on sanctions list `other-2023-01-01.txt` of 2023-01-01",
    }


def test_as_of_an_earlier_day_the_newest_list_is_another(store: Path, write: Write) -> None:
    import_source(store, write("s-2024-01-01.txt", HAL), import_unix=NOW)
    import_source(store, write("s-2024-02-01.txt", GENESIS), import_unix=NOW)
    january = 1_706_745_599  # 2024-01-31T23:59:59Z
    assert list(listed_addresses(store, january)) == [HAL]
    assert list(listed_addresses(store, january + 1)) == [GENESIS]
    assert listed_addresses(store, 0) == {}
    assert sources(store, as_of_unix=0) == ()
    assert [label.is_current for label in labels_of(store, HAL, as_of_unix=january).labels] == [True]
    assert labels_of(store, GENESIS, as_of_unix=january).labels == ()


def test_a_series_of_another_category_is_another_series(store: Path, write: Write) -> None:
    import_source(store, write("s-2024-01-01.txt", HAL), import_unix=NOW)
    import_source(store, write("s-2024-02-01.txt", GENESIS), category="exchange", import_unix=NOW)
    assert list(listed_addresses(store)) == [HAL]
    assert list(service_addresses(store)) == [GENESIS]


def test_lists_dated_by_their_import_follow_each_other_within_a_day(store: Path, write: Write) -> None:
    import_source(store, write("s.txt", HAL), import_unix=NOW)
    import_source(store, write("s.txt", GENESIS), import_unix=NOW + 1)
    assert listed_addresses(store) == {
        GENESIS: "listed identifier on sanctions list `s.txt` of 2024-06-01, the day of its import"
    }


def test_lists_of_one_series_and_day_hold_together(store: Path, write: Write) -> None:
    import_source(store, write("s-2024-01-01.txt", HAL), import_unix=NOW)
    import_source(store, write("s-2024-01-01.csv", GENESIS), import_unix=NOW + 1)
    assert set(listed_addresses(store)) == {HAL, GENESIS}


@pytest.mark.parametrize("category", [c.name for c in CATEGORIES.values() if c.concept in SERVICE_CONCEPTS])
def test_services_are_reasons_to_stop(store: Path, write: Write, category: str) -> None:
    import_source(store, write("b-2024-03-01.txt", SEGWIT.upper()), category=category, import_unix=NOW)
    assert service_addresses(store) == {
        SEGWIT: f"labelled {category} by list `b-2024-03-01.txt` of 2024-03-01"
    }
    assert listed_addresses(store) == {}


def test_no_labels_is_another_answer_than_no_label(store: Path, write: Write) -> None:
    with pytest.raises(StoreNotFound):
        sources(store)
    store.mkdir()
    assert not has_labels(store)
    for ask in (sources, service_addresses, listed_addresses, lambda at: labels_of(at, HAL)):
        with pytest.raises(NotFound) as error:
            ask(store)
        assert error.value.code == "not_found_labels"
    (store / "labels.sqlite").touch()  # what a crash before the first commit leaves
    assert not has_labels(store)
    import_source(store, write("s.txt", GENESIS), import_unix=NOW)
    assert has_labels(store)
    assert labels_of(store, HAL).labels == ()


def test_no_address_and_on_no_list(store: Path, write: Write) -> None:
    import_source(store, write("s.txt", GENESIS), import_unix=NOW)
    for text, code in (
        (f"{GENESIS[:-1]}b", "invalid_address_base58_checksum"),
        ("\udcff", "invalid_address_bad_character"),
        ("x" * 10_000, "invalid_address_too_long"),
    ):
        with pytest.raises(InvalidAddress) as error:
            labels_of(store, text)
        assert error.value.code == code


def test_an_opened_book_does_not_change(store: Path, write: Write) -> None:
    import_source(store, write("s-2024-01-01.txt", GENESIS), import_unix=NOW)
    with LabelBook(store) as book:
        import_source(store, write("s-2024-02-01.txt", HAL), import_unix=NOW)
        assert len(book.sources) == 1
        assert book.labels_of(HAL) == ()
        assert [label.is_current for label in book.labels_of(GENESIS)] == [True]
    assert len(sources(store)) == 2


def test_categories_say_what_they_mean() -> None:
    assert [name for name, each in CATEGORIES.items() if each.claim == "listed"] == ["sanctions"]
    assert all(each.meaning and each.name == name for name, each in CATEGORIES.items())


PUBLIC = sorted(REAL_LISTS.glob("ofac-xbt-*.txt"))


@pytest.fixture
def made_up(write: Write) -> list[Path]:
    """Three dates of one list: each adds to the one before, the last a line that is no address."""
    lines = [[GENESIS], [HAL, GENESIS], [HAL, SEGWIT, TRON, GENESIS]]
    days = ("2022-09-03", "2023-05-24", "2024-09-27")
    return [write(f"made-{day}.txt", *each) for day, each in zip(days, lines, strict=True)]


# Public lists are read where a folder `shared` stands beside the project.
@pytest.mark.parametrize(
    ("public", "counts"),
    [
        ([], [(1, 0), (2, 0), (4, 1)]),
        *([(PUBLIC, [(277, 0), (361, 0), (435, 1)])] if PUBLIC else []),
    ],
)
def test_three_dates_of_a_list(
    store: Path, made_up: list[Path], public: list[Path], counts: list[tuple[int, int]]
) -> None:
    files = public or made_up
    reports = [import_source(store, file) for file in files]
    assert [(report.source.n_statements, report.source.n_problems) for report in reports] == counts
    (bad,) = reports[-1].problems
    assert (bad.text, bad.code) == (TRON, "label_address_other_chain")
    assert len(listed_addresses(store)) == counts[-1][0] - 1
    known: set[str] = set()
    for file in files:
        lines = set(file.read_text("utf-8").split())
        for address in sorted(lines - known):
            dates = [label.list_date for label in labels_of(store, address).labels]
            assert min(dates) == file.stem[-10:]
        known |= lines
