import hashlib
import os
import sqlite3
import tracemalloc
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coalface.errors import IoFailure, LabelFileError, UnsupportedStore, UsageError
from coalface.labels import has_labels, import_source, labels_of, listed_addresses, sources
from coalface.labels.database import LABELS

GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
HAL = "12c6DSiU4Rq3P4ZxziKxzrL5LmMBrzjrJX"
EATER = "1BitcoinEaterAddressDontSendf59kuE"
SEGWIT = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
TRON = "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq"
TESTNET = "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"
NOW = 1_717_243_200  # 2024-06-01T12:00:00Z

Write = Callable[..., Path]
import_plain = partial(import_source, file_format="plain")


def test_a_list_is_kept_line_by_line(store: Path, write: Write) -> None:
    file = write("list-2024-05-01.txt", "# a comment", "", GENESIS, f"  {HAL}\t\r", GENESIS, TRON)
    report = import_plain(store, file, import_unix=NOW)
    assert report.imported
    assert (report.source.n_statements, report.source.n_addresses) == (4, 3)
    assert (report.source.n_problems, report.source.n_duplicates) == (1, 1)
    assert [(bad.place.line, bad.text, bad.code) for bad in report.problems] == [
        (6, TRON, "label_address_other_chain")
    ]
    (found,) = sources(store)
    assert (found.name, found.series, found.list_date) == ("list-2024-05-01.txt", "list", "2024-05-01")
    assert (found.n_bytes, found.sha256) == (
        file.stat().st_size,
        hashlib.sha256(file.read_bytes()).hexdigest(),
    )
    (hal,) = labels_of(store, HAL).labels
    assert (hal.line, hal.text, hal.is_current) == (4, f"  {HAL}\t", True)
    assert [label.line for label in labels_of(store, GENESIS).labels] == [3]


def test_what_is_no_address_is_found_by_its_text(store: Path, write: Write) -> None:
    import_plain(store, write("l.txt", GENESIS, TRON), import_unix=NOW)
    found = labels_of(store, TRON)
    assert (found.script_type, found.labels[0].line) == (None, 2)
    rows = rows_of(
        store,
        "SELECT line, s.kind, code FROM statement AS s LEFT JOIN problem AS p USING (line) ORDER BY line",
    )
    assert rows == [(1, "p2pkh", None), (2, None, "label_address_other_chain")]


def test_the_bytes_are_kept_whole(store: Path, tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + b"".join(b"# %d\r\n" % n for n in range(300_000)) + GENESIS.encode()
    file = tmp_path / "large.txt"
    file.write_bytes(content)
    report = import_plain(store, file, import_unix=NOW)
    assert report.source.n_statements == 1
    pieces = [row[0] for row in rows_of(store, "SELECT deflated FROM raw ORDER BY source_id, n")]
    assert len(pieces) > 1
    assert b"".join(zlib.decompress(piece) for piece in pieces if isinstance(piece, bytes)) == content


def test_bom_crlf_and_upper_case_bech32(store: Path, write: Write) -> None:
    import_plain(store, write("l.txt", b"\xef\xbb\xbf" + SEGWIT.upper().encode() + b"\r"), import_unix=NOW)
    found = labels_of(store, SEGWIT)
    assert (found.address, found.script_type, found.labels[0].text) == (SEGWIT, "p2wpkh", SEGWIT.upper())
    assert labels_of(store, SEGWIT.upper()) == found
    assert list(listed_addresses(store)) == [SEGWIT]


def test_the_same_bytes_twice_change_nothing(store: Path, write: Write) -> None:
    file = write("l-2024-05-01.txt", GENESIS)
    first = import_plain(store, file, import_unix=NOW)
    before = LABELS.path(store).read_bytes()
    again = import_plain(store, file, import_unix=NOW + 999)
    assert (first.imported, again.imported) == (True, False)
    assert again.source == first.source
    assert LABELS.path(store).read_bytes() == before
    assert import_plain(store, file, date="2024-05-02", import_unix=NOW).imported
    assert import_plain(store, file, category="theft", import_unix=NOW).imported
    assert import_plain(store, file, name="of somebody else", import_unix=NOW).imported
    assert len(sources(store)) == 4


def test_undated_bytes_are_imported_once_whatever_the_day(store: Path, write: Write) -> None:
    file = write("l.txt", GENESIS)
    assert import_plain(store, file, import_unix=NOW).source.list_date == "2024-06-01"
    again = import_plain(store, file, import_unix=NOW + 5 * 86_400)
    assert (again.imported, again.source.list_date) == (False, "2024-06-01")


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("ofac-xbt-2022-09-03.txt", {}, ("ofac-xbt", "2022-09-03", "file_name")),
        ("2022-09-03_ofac.csv", {}, ("ofac", "2022-09-03", "file_name")),
        ("a-2022-09-03-b.txt", {}, ("a-b", "2022-09-03", "file_name")),
        ("2022-09-03.txt", {}, ("2022-09-03", "2022-09-03", "file_name")),
        ("ofac.txt", {}, ("ofac", "2024-06-01", "import_time")),
        ("ofac-2022-13-45.txt", {}, ("ofac", "2024-06-01", "import_time")),
        ("x-2022-09-03.txt", {"date": "2023-01-01"}, ("x", "2023-01-01", "option")),
        ("x-2022-09-03.txt", {"name": "OFAC XBT"}, ("OFAC XBT", "2022-09-03", "file_name")),
    ],
)
def test_name_series_and_date(
    store: Path, write: Write, name: str, arguments: dict[str, str], expected: tuple[str, str, str]
) -> None:
    report = import_plain(store, write(name, GENESIS), import_unix=NOW, **arguments)
    assert (report.source.series, report.source.list_date, report.source.list_date_source) == expected


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("l.txt", {"date": "2024-6-1"}, "usage_date"),
        ("l.txt", {"date": "2024-02-30"}, "usage_date"),
        ("l.txt", {"date": "2031-01-01"}, "usage_date"),
        ("l-2031-01-01.txt", {}, "usage_date"),
        ("l-2022-01-01-2023-01-01.txt", {}, "usage_date"),
        ("l.txt", {"category": "nonsense"}, "usage_category"),
        ("l.txt", {"name": " "}, "usage_name"),
        ("l.txt", {"name": "n" * 256}, "usage_name"),
        ("l.txt", {"network": "nonsense"}, "usage_network"),
    ],
)
def test_arguments_that_do_not_fit(
    store: Path, write: Write, name: str, arguments: dict[str, str], code: str
) -> None:
    with pytest.raises(UsageError) as error:
        import_plain(store, write(name, GENESIS), import_unix=NOW, **arguments)
    assert error.value.code == code
    assert not store.exists()


@pytest.mark.parametrize(
    ("content", "code", "line", "hint"),
    [
        (b"", "label_no_address", None, "one address a line"),
        (b"# nothing\n\n", "label_no_address", None, "one address a line"),
        (b"name,address\nBob,x\n", "label_no_address", 1, "one address a line"),
        (TESTNET.encode(), "label_no_address", 1, "--network"),
        (f"{GENESIS}\n\xe4\n".encode("latin-1"), "label_not_utf8", 2, "UTF-8"),
        (b"\x1f\x8b\x08\x00abc", "label_control_character", 1, "gzip"),
        (GENESIS.encode("utf-16"), "label_control_character", 1, "UTF-16"),
        (GENESIS.encode("utf-16-le"), "label_control_character", 1, "text"),
        (f"{GENESIS}\n\0\0\0\n".encode(), "label_control_character", 2, "text"),
        (f"{GENESIS}\r{HAL}\r".encode(), "label_control_character", 1, "text"),
        (f"{GENESIS}\n".encode() + b"1" * 10_000_000, "label_line_too_long", 2, "a line"),
        (b"1" * 1025 + b"\n", "label_line_too_long", 1, "a line"),
        (b"PK\x03\x04\n" + GENESIS.encode(), "label_control_character", 1, "text"),
    ],
    ids=range(13),
)
def test_files_that_are_no_list(
    store: Path, tmp_path: Path, content: bytes, code: str, line: int | None, hint: str
) -> None:
    file = tmp_path / "bad.txt"
    file.write_bytes(content)
    with pytest.raises(LabelFileError) as error:
        import_plain(store, file, import_unix=NOW)
    assert (error.value.code, error.value.context.get("line")) == (code, line)
    assert hint in (error.value.hint or "")
    assert not store.exists()  # nothing half-imported


def test_a_line_of_1024_bytes_is_kept(store: Path, write: Write) -> None:
    report = import_plain(
        store, write("l.txt", b"\xef\xbb\xbf" + b"1" * 1024 + b"\r", GENESIS), import_unix=NOW
    )
    assert (report.source.n_addresses, report.source.n_problems) == (1, 1)


def test_a_bad_file_leaves_a_store_as_it_was(store: Path, write: Write) -> None:
    import_plain(store, write("l.txt", GENESIS), import_unix=NOW)
    before = rows_of(store, "SELECT * FROM statement")
    with pytest.raises(LabelFileError):
        import_plain(store, write("m.txt", HAL, b"\xff"), import_unix=NOW)
    assert rows_of(store, "SELECT * FROM statement") == before
    assert len(sources(store)) == 1


def test_pipes_folders_and_missing_files(store: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe",):
        with pytest.raises(LabelFileError) as error:
            import_plain(store, tmp_path / name)
        assert error.value.code == "label_not_a_file"
    with pytest.raises(IoFailure) as failure:
        import_plain(store, tmp_path / "none")
    assert failure.value.code == "file_not_found"
    (tmp_path / "l.txt").write_text(GENESIS)
    with pytest.raises(IoFailure):
        import_plain(tmp_path / "l.txt", tmp_path / "l.txt")
    assert not store.exists()


def test_one_network_a_store(store: Path, write: Write) -> None:
    report = import_plain(store, write("t.txt", TESTNET), network="testnet4", import_unix=NOW)
    assert report.network == "testnet4"
    assert import_plain(store, write("t2.txt", TESTNET), import_unix=NOW).network == "testnet4"
    with pytest.raises(UsageError) as error:
        import_plain(store, write("m.txt", GENESIS), network="mainnet", import_unix=NOW)
    assert error.value.code == "usage_network"


def test_a_name_that_is_no_utf8(store: Path, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/l\xff.txt"
    Path(os.fsdecode(path)).write_text(GENESIS)
    assert import_plain(store, os.fsdecode(path), import_unix=NOW).source.name == "l\\udcff.txt"


@given(content=st.binary(max_size=400))
def test_random_bytes_are_a_list_or_no_list(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("random")
    (folder / "l.txt").write_bytes(content)
    with pytest.raises(LabelFileError):
        import_plain(folder / "store", folder / "l.txt", import_unix=NOW)
    assert not (folder / "store").exists()


LINES = st.sampled_from([GENESIS, HAL, EATER, SEGWIT, SEGWIT.upper(), TRON, "", "# c", "é", "1" * 80])
DAYS = st.sampled_from(["2024-01-01", "2024-01-02", "2024-01-03"])
LISTS = st.lists(st.tuples(st.sampled_from("ab"), DAYS, st.lists(LINES, max_size=5)), min_size=1, max_size=4)


@settings(max_examples=25)
@given(drawn=LISTS)
def test_order_and_repetition_of_imports_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[str, str, list[str]]]
) -> None:
    folder = tmp_path_factory.mktemp("order")
    unique = {(series, day): lines for series, day, lines in drawn}
    files = []
    for (series, day), lines in unique.items():
        path = folder / f"{series}-{day}.txt"
        path.write_text("\n".join([*lines, EATER]), "utf-8")
        files.append(path)
    answers = []
    for n, order in enumerate([files, files[::-1], files + files]):
        store = folder / f"store{n}"
        for path in order:
            import_plain(store, path, import_unix=NOW)
        answers.append(
            (sources(store), *(labels_of(store, text).labels for text in (GENESIS, HAL, EATER, SEGWIT)))
        )
    assert answers[0] == answers[1] == answers[2]


@given(lines=st.lists(LINES, max_size=12))
def test_every_line_that_says_something_is_kept(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    (folder / "l.txt").write_text("\n".join([*lines, EATER]), "utf-8")
    report = import_plain(folder / "store", folder / "l.txt", import_unix=NOW)
    said = [line for line in [*lines, EATER] if line and not line.startswith("#")]
    assert report.source.n_statements == len(said)
    assert [
        row
        for (row,) in rows_of(
            folder / "store", "SELECT coalesce(written, subject) FROM statement ORDER BY line"
        )
    ] == said
    same = [line.lower() if line.lower() == SEGWIT else line for line in said]
    assert report.source.n_duplicates == len(same) - len(set(same))


def test_a_changed_file_is_not_half_imported(
    store: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    from coalface.labels import importing, reading

    file = write("l.txt", GENESIS)
    digest_of = reading.digest_of

    def changed(path: Path, form: str) -> str:
        found = digest_of(path, form)
        file.write_text(HAL)
        return found

    monkeypatch.setattr(importing, "digest_of", changed)
    with pytest.raises(LabelFileError) as error:
        import_plain(store, file, import_unix=NOW)
    assert error.value.code == "label_changed"
    assert not has_labels(store)


def test_a_store_of_another_kind_of_chain(store: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    import_plain(store, write("l.txt", GENESIS), import_unix=NOW)
    monkeypatch.setattr("coalface.labels.network.chain_network", lambda _: "regtest")
    with pytest.raises(UnsupportedStore) as error:
        sources(store)
    assert error.value.code == "store_unsupported_networks"


def rows_of(store: Path, query: str) -> list[tuple[object, ...]]:
    """Rows of the database, read without any of our code."""
    connection = sqlite3.connect(LABELS.path(store))
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@pytest.mark.soak
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    peaks = []
    for n_lines in (12_000, 48_000):
        file = tmp_path / f"{n_lines}.csv"
        file.write_text("address,label\n" + "".join(f"{HAL},label {n}\n" for n in range(n_lines)))
        tracemalloc.start()
        try:
            import_source(tmp_path / f"s{n_lines}", file, import_unix=NOW)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    # Twenty thousand different sayings are remembered at once, and 5000 rows wait.
    assert peaks[1] < 45_000_000
    assert peaks[1] < 2.2 * peaks[0]
