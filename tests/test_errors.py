import inspect
import pickle
import re
from pathlib import Path

import pytest

from coalface import errors
from coalface.errors import CoalfaceError, IoFailure, SourceError, _class_of, _from_core

LEAVES = [getattr(errors, name) for name in errors.__all__ if name != "CoalfaceError"]


def test_the_drawing_shows_the_whole_tree() -> None:
    drawn = re.findall(r"[├└]── (\w+)(?:\((\w+)\))?", errors.__doc__ or "")
    real = [(kind.__name__, kind.__bases__[1].__name__ if len(kind.__bases__) > 1 else "") for kind in LEAVES]
    assert sorted(drawn) == sorted(real)


@pytest.mark.parametrize("kind", LEAVES)
def test_every_class_has_a_code_of_its_own_that_leads_back_to_it(kind: type[CoalfaceError]) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", kind.default_code)
    assert _class_of(kind.default_code) is kind
    assert [other for other in LEAVES if other.default_code == kind.default_code] == [kind]
    assert inspect.getdoc(kind)


@pytest.mark.parametrize("kind", [CoalfaceError, *LEAVES])
def test_an_error_keeps_its_facts(kind: type[CoalfaceError]) -> None:
    error = kind("`x` is bad", code="some_code", hint="try `y`", context={"path": "x", "offset": 7})
    assert str(error) == error.message == "`x` is bad"
    assert error.as_dict() == {
        "code": "some_code",
        "message": "`x` is bad",
        "context": {"path": "x", "offset": 7},
        "hint": "try `y`",
    }
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert copy.as_dict() == error.as_dict()


def test_defaults() -> None:
    error = SourceError("no magic at byte 0")
    assert (error.code, error.hint, error.context) == ("source", None, {})
    assert isinstance(error, OSError)


def test_the_longest_run_of_words_decides() -> None:
    assert type(_from_core("invalid_address", "m", None, {})) is errors.InvalidAddress
    assert type(_from_core("invalid_txid", "m", None, {})) is errors.InvalidReference
    assert type(_from_core("source_mixed_networks", "m", None, {})) is SourceError
    assert type(_from_core("disk_full", "m", "free some space", {"path": "x"})) is IoFailure
    assert type(_from_core("sourcery", "m", None, {})) is CoalfaceError


def test_an_unknown_code_is_still_an_error_of_ours() -> None:
    error = _from_core("brand_new", "m", None, {})
    assert type(error) is CoalfaceError
    assert error.code == "brand_new"


def engine_codes(crates: Path) -> dict[str, str]:
    """Code -> file, of every literal inside a `fn code(&self)` of the engine and the bindings."""
    found = {}
    for path in sorted(crates.rglob("src/**/*.rs")):
        if path.name == "fault.rs":  # names of rules that a block breaks, which are data and never raised
            continue
        text = path.read_text("utf-8")
        for start in re.finditer(r"fn code\(&self\)[^{]*", text):
            depth, end = 0, start.end()
            for end in range(start.end(), len(text)):
                depth += {"{": 1, "}": -1}.get(text[end], 0)
                if depth == 0:
                    break
            for code in re.findall(r'"([^"]*)"', text[start.end() : end]):
                found[code] = path.name
    return found


def test_every_code_of_the_engine_has_a_class(project: Path) -> None:
    codes = engine_codes(project / "crates")
    assert {"io", "disk_full", "cancelled"} <= set(codes)
    assert {code: file for code, file in codes.items() if _class_of(code) is None} == {}
    assert [code for code in codes if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", code)] == []
