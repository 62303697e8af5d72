"""Hostile files: a clear error with line and reason, in bounded memory; never anything else."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coalface.errors import IoFailure, LabelFileError
from coalface.labels.draft import ReadOptions
from coalface.labels.formats import FORMATS, detect_format, read_records
from labels.formats.reading import CONSTRUCTED, records

BURN = "1BitcoinEaterAddressDontSendf59kuE"
SDN = (CONSTRUCTED / "sdn.xml").read_text("utf-8")
ADVANCED = (CONSTRUCTED / "sdn_advanced.xml").read_text("utf-8")
PACK = f"title: t\ncreator: c\ntags:\n- address: {BURN}\n"
ACTOR = "title: t\ncreator: c\nactors:\n- {id: a, label: A, uri: u}\n"
ENTITY = '{"id":"a","schema":"Person","properties":{}}\n'
LEGACY = '101,"A",-0- ,"X",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'
LAUGHS = (
    '<?xml version="1.0"?>\n<!DOCTYPE sdnList [\n<!ENTITY a "ha">\n'
    + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">\n' for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>\n<sdnList>&i;</sdnList>"
)
ANCHORS = "title: t\ncreator: c\na: &a [x, x]\n" + "".join(
    f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)

CASES: dict[str, tuple[str, str | bytes, str, int | None]] = {
    # XML
    "laughs": ("ofac_sdn_xml", LAUGHS, "label_xml_entities", 2),
    "laughs, advanced": (
        "ofac_advanced_xml", LAUGHS.replace("sdnList", "Sanctions"), "label_xml_entities", 2,
    ),
    "external": (
        "ofac_sdn_xml",
        '<!DOCTYPE sdnList SYSTEM "file:///etc/passwd">\n<sdnList/>',
        "label_xml_entities",
        1,
    ),
    "cut off": ("ofac_sdn_xml", SDN[: SDN.index("</sdnEntry>")], "label_truncated", None),
    "cut off, advanced": ("ofac_advanced_xml", ADVANCED[: len(ADVANCED) // 2], "label_truncated", None),
    "empty": ("ofac_sdn_xml", "", "label_truncated", 1),
    "fewer records": (
        "ofac_sdn_xml", SDN.replace("<Record_Count>2", "<Record_Count>3"), "label_record_count", None,
    ),
    "no number": (
        "ofac_sdn_xml", SDN.replace("<Record_Count>2", "<Record_Count>two"), "label_record_count", 3,
    ),
    "same uid": ("ofac_sdn_xml", SDN.replace("<uid>102</uid>", "<uid>101</uid>"), "label_duplicate_uid", 25),
    "no uid": ("ofac_sdn_xml", SDN.replace("<uid>102</uid>", ""), "label_no_uid", 25),
    "no head": ("ofac_sdn_xml", "<sdnList><sdnEntry><uid>1</uid></sdnEntry></sdnList>", "label_xml_shape", 1),
    "nothing": ("ofac_sdn_xml", "<sdnList/>", "label_xml_shape", None),
    "another root": ("ofac_sdn_xml", "<html/>", "label_xml_root", 1),
    "deep": ("ofac_sdn_xml", "<sdnList>" + "<a>" * 70, "label_too_deep", 1),
    "not closed": ("ofac_sdn_xml", "<sdnList>\n</sdnEntry>", "label_xml", 2),
    "wrong byte": ("ofac_sdn_xml", b"<sdnList>\n\xff</sdnList>", "label_xml", 2),
    "unknown encoding": (
        "ofac_sdn_xml", '<?xml version="1.0" encoding="klingon"?><sdnList/>', "label_xml", 1,
    ),
    "nul": ("ofac_sdn_xml", b"<sdnList>\0</sdnList>", "label_xml", 1),
    "long tag": ("ofac_sdn_xml", "<sdnList a='" + "x" * 2_000_000, "label_too_large", 1),
    "long comment": ("ofac_sdn_xml", "<sdnList><!--" + "x" * 2_000_000, "label_too_large", 1),
    "many elements": (
        "ofac_sdn_xml", "<sdnList><sdnEntry>" + "<a/>" * 300_000, "label_too_large", 1,
    ),
    "same party": (
        "ofac_advanced_xml", ADVANCED.replace('FixedRef="102"', 'FixedRef="101"'), "label_duplicate_uid", 37,
    ),
    "no party": ("ofac_advanced_xml", ADVANCED.replace(' FixedRef="102"', ""), "label_no_uid", 37),
    "two meanings": (
        "ofac_advanced_xml", ADVANCED.replace('<FeatureType ID="8"', '<FeatureType ID="7"'),
        "label_duplicate_uid", 10,
    ),
    "no reference": (
        "ofac_advanced_xml", "<Sanctions><DistinctParties/></Sanctions>", "label_xml_shape", None,
    ),
    # YAML
    "bomb": ("tagpack", ANCHORS + "tags: []\n", "label_yaml_alias", 3),
    "alias": ("tagpack", "title: t\ncreator: c\ntags:\n- *x\n", "label_yaml_alias", 4),
    "tag": ("tagpack", "title: !!python/object/apply:os.system [ls]\n", "label_yaml_tag", 1),
    "harmless tag": ("tagpack", PACK + "- !!map {}\n", "label_yaml_tag", 5),
    "merge key": ("tagpack", PACK + "- <<: {a: b}\n", "label_yaml_key", 5),
    "key twice": ("tagpack", PACK + f"- address: {BURN}\n  address: x\n", "label_yaml_key", 6),
    "header key twice": ("tagpack", "title: a\ntitle: b\n" + PACK, "label_yaml_key", 2),
    "number as key": ("tagpack", "title: t\n7: x\n", "label_yaml_key", 2),
    "second document": ("tagpack", PACK + "---\n" + PACK, "label_pack_shape", 5),
    "deep list": ("tagpack", PACK + "- " + "[" * 40 + "]" * 40 + "\n", "label_too_deep", 5),
    "very deep list": ("tagpack", PACK + "- " + "[" * 100_000, "label_too_deep", 5),
    "many values": ("tagpack", PACK + "- [" + "1," * 60_000 + "1]\n", "label_too_deep", 5),
    "endless value": ("tagpack", PACK + "- '" + "x" * 2_000_000, "label_too_large", None),
    "endless comment": ("tagpack", PACK + "# " + "x" * 2_000_000 + "\n", "label_too_large", None),
    "quote not closed": ("tagpack", PACK + "- 'x\n", "label_yaml", 6),
    "latin-1": ("tagpack", PACK.encode() + b"- label: caf\xe9\n", "label_not_utf8", 5),
    "nul in pack": ("tagpack", PACK.encode() + b"- \0\n", "label_control_character", 5),
    "no tags": ("tagpack", "title: t\ncreator: c\n", "label_pack_shape", None),
    "tags no list": ("tagpack", "title: t\ncreator: c\ntags: x\n", "label_pack_shape", 3),
    "no title": ("tagpack", "creator: c\ntags: []\n", "label_pack_shape", None),
    "no mapping": ("tagpack", "- a\n- b\n", "label_pack_shape", 1),
    "empty pack": ("tagpack", "", "label_pack_shape", 1),
    "same actor": ("actorpack", ACTOR + "- {id: a, label: B, uri: u}\n", "label_duplicate_uid", 5),
    "nul by escape": ("tagpack", PACK + '- {address: "a\\0b"}\n', "label_control_character", 5),
    "endless header": (
        "tagpack", "".join(f"key{n}: x\n" for n in range(1000)) + PACK, "label_too_large", 101,
    ),
    # JSON
    "nul by escape in JSON": ("ftm", '{"id":"a\\u0000","schema":"Person"}', "label_control_character", 1),
    "half a pair": ("ftm", ENTITY + '{"id":"\\ud800","schema":"Person"}', "label_not_utf8", 2),
    "half a pair in a list": ("plain_json", '["\\udc00"]', "label_not_utf8", None),
    "no JSON": ("ftm", ENTITY + ENTITY[:20] + "\n", "label_json", 2),
    "no entity": ("ftm", ENTITY + "[]\n", "label_ftm_shape", 2),
    "no id": ("ftm", '{"schema":"Person"}\n', "label_ftm_shape", 1),
    "same entity": ("ftm", ENTITY + "\n" + ENTITY, "label_duplicate_uid", 3),
    "key of entity twice": ("ftm", '{"id":"a","id":"b","schema":"Person"}', "label_json", 1),
    "no number in JSON": ("ftm", '{"id":"a","schema":"Person","x":NaN}', "label_json", 1),
    "huge number": ("ftm", '{"id":"a","schema":"Person","x":' + "9" * 10_000 + "}", "label_json", 1),
    "deep entity": ("ftm", '{"id":"a","schema":"P","x":' + "[" * 100 + "]" * 100 + "}", "label_json", 1),
    "very deep entity": ("ftm", '{"id":' + "[" * 500_000, "label_json", 1),
    "no entities": ("ftm", "\n\n", "label_no_address", None),
    "pools cut off": ("pools", '[{"name": "a",\n', "label_json", 2),
    "pools of another shape": ("pools", '{"a": 1}', "label_json_shape", None),
    "no pools": ("pools", "[]", "label_json_shape", None),
    "two pools": ("pools", '[{"id":1,"name":"a"},{"id":1,"name":"b"}]', "label_duplicate_uid", None),
    "pools not UTF-8": ("pools", b'[\n"\xff"]', "label_not_utf8", 2),
    "large document": ("pools", b" " * 9_000_000, "label_too_large", None),
    "no array": ("plain_json", "{}", "label_json_shape", None),
    # text
    "long line": ("plain", "x" * 2000, "label_line_too_long", 1),
    "no UTF-8": ("plain", BURN.encode() + b"\n\xff\xfe\n", "label_not_utf8", 2),
    "control character": ("plain", BURN + "\n\x1b[31m\n", "label_control_character", 2),
    "nul in list": ("plain", BURN + "\na\0b\n", "label_control_character", 2),
    "utf-16": ("plain", BURN.encode("utf-16"), "label_control_character", 1),
    "no address": ("plain", "hello\n", "label_no_address", 1),
    "all of another chain": ("plain", "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq\n", "label_no_address", 1),
    "nothing in list": ("plain", "# nothing\n", "label_no_address", None),
    "no header": ("csv", f"{BURN},x\n", "label_csv_header", 1),
    "column twice": ("csv", f"address,label,label\n{BURN},a,b\n", "label_csv_header", 1),
    "more columns": ("csv", f"address,label\n{BURN},a\n{BURN},a,b\n", "label_columns", 3),
    "quote of row not closed": ("csv", f'address,label\n{BURN},"a\n', "label_csv", 2),
    "quote over many lines": ("csv", f'address,label\n{BURN},"a' + "\n" * 2000, "label_csv", 2),
    "text behind quote": ("csv", f'address,label\n{BURN},"a"b\n', "label_csv", 2),
    "no such status": ("csv", f"address,legal_status\n{BURN},guilty\n", "label_csv_value", 2),
    "no such claim": ("csv", f"address,claim\n{BURN},certain\n", "label_csv_value", 2),
    "no such day": ("csv", f"address,legal_date\n{BURN},2023-02-30\n", "label_csv_value", 2),
    "no truth": ("csv", f"address,is_cluster_definer\n{BURN},perhaps\n", "label_csv_value", 2),
    "too sure": ("csv", f"address,confidence\n{BURN},101\n", "label_csv_value", 2),
    "row cut off": ("ofac_legacy", LEGACY + LEGACY[:40], "label_columns", 2),
    "number twice": ("ofac_legacy", LEGACY + LEGACY, "label_duplicate_uid", 2),
    "behind the end": ("ofac_legacy", LEGACY + "\x1a\r\n" + LEGACY, "label_control_character", 3),
    "no number of a party": ("ofac_legacy", "x" + LEGACY, "label_no_uid", 1),
    "no row": ("ofac_legacy", "\x1a", "label_no_address", None),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_refused_with_line_and_reason(case: str, tmp_path: Path) -> None:
    format_name, content, code, line = CASES[case]
    path = tmp_path / "hostile"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    with pytest.raises(LabelFileError) as caught:
        list(read_records(path, format_name))
    error = caught.value
    assert error.code == code
    assert str(path) in error.message
    assert error.context["path"] == str(path)
    if line is not None:
        assert error.context["line"] == line
        assert f"line {line}" in error.message
    assert len(error.message) < 600
    assert error.message.isprintable()


def test_every_format_has_hostile_files() -> None:
    assert {format_name for format_name, *_ in CASES.values()} == set(FORMATS)


@pytest.fixture(scope="module")
def two_gigabytes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A line of 2 GiB, which takes no space on disk."""
    path = tmp_path_factory.mktemp("sparse") / "line"
    with path.open("wb") as file:
        file.truncate(2 << 30)
    return path


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_line_of_two_gigabytes_is_not_read(format_name: str, two_gigabytes: Path) -> None:
    n_read = 0

    def keep(_path: Path, piece: bytes) -> None:
        nonlocal n_read
        n_read += len(piece)

    tracemalloc.start()
    try:
        with pytest.raises(LabelFileError):
            list(read_records(two_gigabytes, format_name, ReadOptions(keep=keep)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert n_read < 10_000_000
    assert peak < 50_000_000


def test_long_good_files_need_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    with path.open("w") as file:
        file.write("title: t\ncreator: c\ncurrency: BTC\ntags:\n")
        file.writelines(f"- {{address: {BURN}, label: '{number:0200}'}}\n" for number in range(2_000))
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_records(path, "tagpack")) == 2_001
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert path.stat().st_size > 400_000
    assert peak < 400_000


@pytest.mark.parametrize(
    ("start", "word"),
    [
        (b"\x1f\x8b\x08", "gzip"),
        (b"PK\x03\x04", "zip"),
        (b"\xff\xfeh\x00", "UTF-16"),
        (b"SQLite format 3\0", "SQLite"),
    ],
)
def test_what_is_no_list_is_named(start: bytes, word: str, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(start + b"\0" * 50)
    with pytest.raises(LabelFileError) as caught:
        detect_format(path)
    assert caught.value.code == "label_format_unknown"
    assert word in (caught.value.hint or "")


def test_what_could_be_two_formats_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_text(PACK + "actors:\n- {id: a, label: A, uri: u}\n")
    with pytest.raises(LabelFileError) as caught:
        detect_format(path)
    assert caught.value.code == "label_format_ambiguous"
    assert caught.value.context["formats"] == "tagpack, actorpack"
    assert "--input-format" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "content", ["", "\n\n", "a, b, c and so on\nd, e and f\n", "<html></html>", '{"a": 1}']
)
def test_what_is_nothing_we_read(content: str, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(content)
    with pytest.raises(LabelFileError) as caught:
        detect_format(path)
    assert caught.value.code == "label_format_unknown"


def test_folders_pipes_and_absent_files(tmp_path: Path) -> None:
    with pytest.raises(IoFailure) as absent:
        detect_format(tmp_path / "absent")
    assert absent.value.code == "file_not_found"
    with pytest.raises(LabelFileError) as folder:
        detect_format(tmp_path)
    assert folder.value.code == "label_format_unknown"
    with pytest.raises(LabelFileError) as no_file:
        list(read_records(tmp_path, "plain"))
    assert no_file.value.code == "label_not_a_file"
    with pytest.raises(LabelFileError):
        list(read_records(Path("/dev/zero"), "plain"))


@pytest.mark.parametrize("name", ["sdn_advanced.xml", "tagpack.yaml"])
def test_a_file_that_changes_between_two_passes(name: str, tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes((CONSTRUCTED / name).read_bytes())
    iterator = read_records(path)
    next(iterator)
    content = path.read_bytes()
    with path.open("r+b") as file:
        file.write(content.replace(b"Example", b"Changed").replace(b"EXAMPLE", b"CHANGED"))
    with pytest.raises(LabelFileError) as caught:
        list(iterator)
    assert caught.value.code == "label_changed"


SAMPLES = [
    (name, path.read_bytes())
    for name, path in (
        ("plain", CONSTRUCTED / "plain.txt"),
        ("plain_json", CONSTRUCTED / "plain.json"),
        ("ofac_sdn_xml", CONSTRUCTED / "sdn.xml"),
        ("ofac_advanced_xml", CONSTRUCTED / "sdn_advanced.xml"),
        ("ofac_legacy", CONSTRUCTED / "legacy" / "sdn.csv"),
        ("tagpack", CONSTRUCTED / "tagpack.yaml"),
        ("actorpack", CONSTRUCTED / "actorpack.yaml"),
        ("ftm", CONSTRUCTED / "entities.ftm.json"),
        ("pools", CONSTRUCTED / "pools-list.json"),
        ("pools", CONSTRUCTED / "pools.json"),
        ("csv", CONSTRUCTED / "own.csv"),
    )
]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sample with some bytes cut out, put in, or doubled; and a format to read it as."""
    name, content = draw(st.sampled_from(SAMPLES))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 200)))
        new = draw(
            st.one_of(st.binary(max_size=8), st.sampled_from([b"\0", b'"', b"&a;", b"*a", b"<", b"\n", b"{"]))
        )
        content = content[:start] + new + content[draw(st.sampled_from([start, end])) :]
    return draw(st.one_of(st.just(name), st.sampled_from(list(FORMATS)))), content


def code_of(path: Path, format_name: str | None) -> str | None:
    """Code of the error with which a file is refused; `None` if it is read."""
    try:
        if format_name is None:
            return None if detect_format(path) in FORMATS else "not a format"
        for record in read_records(path, format_name):
            assert repr(record)
    except LabelFileError as error:
        return error.code
    return None


def check_damage(folder: Path, case: tuple[str, bytes]) -> None:
    """A damaged file is read or refused, and no other error is raised."""
    format_name, content = case
    path = folder / "damaged"
    path.write_bytes(content)
    assert (code_of(path, format_name) or "label_").startswith("label_")
    assert code_of(path, None) in {None, "label_format_unknown", "label_format_ambiguous"}


@given(damaged())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_is_read_or_refused(tmp_path: Path, case: tuple[str, bytes]) -> None:
    check_damage(tmp_path, case)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@given(damaged())
@settings(max_examples=100_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_much_damage_is_read_or_refused(tmp_path: Path, case: tuple[str, bytes]) -> None:
    check_damage(tmp_path, case)


def test_records_of_a_reader_come_before_the_error(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes(f"{BURN}\n".encode() + b"\xff\n")
    iterator = read_records(path, "plain")
    assert [type(next(iterator)).__name__ for _ in range(2)] == ["SourceFacts", "StatementDraft"]
    with pytest.raises(LabelFileError):
        next(iterator)
    assert len(records(CONSTRUCTED / "plain.txt")) == 5
