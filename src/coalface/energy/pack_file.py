"""Reading a data pack: TOML with a fixed set of keys, in which every number has unit, source and standing.

The file is hostile input: its size and the length of its lines are bounded, it is walked only as deep as the
keys that are known go, and a key that is not known is refused.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from coalface.energy.distribution import Choice, Distribution, Fixed, Triangular
from coalface.energy.parameter import Parameter, Standing
from coalface.energy.quantity import quantity
from coalface.energy.sampling import Correlation
from coalface.errors import CoalfaceError, FactsError
from coalface.prices.csv_file import read_bounded, refused

__all__ = ["MAX_PACK_BYTES", "Table", "open_pack", "pack_path"]

MAX_PACK_BYTES: Final = 256 << 10
"""Bytes of a pack; the largest that is shipped has 6 thousand."""
MAX_ENTRIES: Final = 1000
"""Entries of one table or list of a pack."""
_MAX_LINE: Final = 600  # the parser's time grows with the square of a line that is one long dotted key
_MAX_TEXT: Final = 500
_MAX_LINES: Final = 10_000
_MAX_VALUES: Final = 100
_FORMAT: Final = 1
_PACKS = Path(__file__).parent / "packs"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ENTRY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_ .-]{0,59}")


def pack_path(name_or_path: str | Path, folder: str) -> Path:
    """File of a shipped pack, or the user's own: a `Path`, or text with a ``/`` or ``.toml`` in it.

    Raises
    ------
    FactsError
        If no pack has that name; the hint lists those there are.
    """
    if isinstance(name_or_path, Path) or "/" in name_or_path or name_or_path.endswith(".toml"):
        return Path(name_or_path)
    path = _PACKS / folder / f"{name_or_path}.toml"
    if not _NAME.fullmatch(name_or_path) or not path.is_file():
        known = ", ".join(sorted(file.stem for file in (_PACKS / folder).glob("*.toml")))
        raise FactsError(
            f"no pack is called {name_or_path[:40]!r}",
            code="facts_pack_unknown",
            hint=f"there are {known}; name a file of your own by its path, as `./own.toml`",
            context={"name": name_or_path[:40]},
        )
    return path


def open_pack(path: Path) -> tuple[Table, str]:
    """Top table of a pack, and the SHA-256 of its bytes in hexadecimal.

    Raises
    ------
    IoFailure
        If the file cannot be read.
    FactsError
        If it is too large, no TOML, or of another format.
    """
    data = read_bounded(path, MAX_PACK_BYTES)
    lines = data.split(b"\n")
    if len(lines) > _MAX_LINES:
        raise refused(path, f"more than {_MAX_LINES:,} lines", code="facts_toml")
    for number, line in enumerate(lines, 1):
        if len(line) > _MAX_LINE:
            raise refused(path, f"more than {_MAX_LINE} bytes", code="facts_toml", line=number)
    try:
        top = Table(path, "", tomllib.loads(data.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        raise refused(path, f"byte {error.start} is no UTF-8", code="facts_encoding") from error
    except RecursionError:
        raise refused(path, "nested too deeply", code="facts_toml") from None
    except ValueError as error:
        raise refused(path, f"no TOML: {str(error)[:200]}", code="facts_toml") from error
    found = top.take("format")
    if isinstance(found, bool) or found != _FORMAT:
        raise top.error("format", f"{_shown(found)} is not the format that is known here, {_FORMAT}")
    return top, hashlib.sha256(data).hexdigest()


class Table:
    """One table of a pack; its keys are taken out one by one, and `finish` refuses what is left."""

    def __init__(self, path: Path, place: str, values: dict[str, Any]) -> None:
        self.path, self.place, self._values = path, place, values

    def error(self, key: str, problem: str) -> FactsError:
        """Error about one key, named with all the tables around it."""
        return refused(self.path, f"`{self._at(key)}`: {problem}", code="facts_pack")

    def _at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def take(self, key: str) -> Any:  # noqa: ANN401 - whatever TOML holds; `None` if the key is absent
        """Value of a key, which then counts as read."""
        return self._values.pop(key, None)

    def has(self, key: str) -> bool:
        """Whether a key is there and not yet read."""
        return key in self._values

    def names(self) -> list[str]:
        """Keys that nobody has read."""
        return list(self._values)

    def peek(self, key: str) -> Any:  # noqa: ANN401 - whatever TOML holds; `None` if the key is absent
        """Value of a key, which stays unread."""
        return self._values.get(key)

    def text(self, key: str, *, default: str | None = None) -> str:
        """Text of a key, on one line and not empty."""
        value = self.take(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, f"{_shown(value)} is no text")
        if len(value) > _MAX_TEXT or not value.isprintable():
            raise self.error(key, f"at most {_MAX_TEXT} characters on one line are allowed")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Texts of a list; empty if the key is absent."""
        values = self.take(key)
        if values is None:
            return ()
        if not isinstance(values, list) or len(values) > _MAX_VALUES:
            raise self.error(key, f"a list of at most {_MAX_VALUES} texts is allowed")
        return tuple(
            Table(self.path, self._at(key), {str(n): each}).text(str(n)) for n, each in enumerate(values)
        )

    def table(self, key: str) -> Table:
        """Table below a key; an empty one if the key is absent."""
        value = self.take(key)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self.error(key, f"{_shown(value)} is no table")
        if len(value) > MAX_ENTRIES:
            raise self.error(key, f"more than {MAX_ENTRIES} entries")
        return Table(self.path, self._at(key), dict(value))

    def tables(self, key: str) -> list[Table]:
        """Tables of a list (``[[key]]``); none if the key is absent."""
        values = self.take(key)
        if values is None:
            return []
        if not isinstance(values, list) or len(values) > MAX_ENTRIES:
            raise self.error(key, f"a list of at most {MAX_ENTRIES} tables is allowed")
        holder = {f"{key}[{n}]": value for n, value in enumerate(values)}
        rows = Table(self.path, self.place, holder)
        return [rows.table(name) for name in list(holder)]

    def numbers(self, key: str) -> dict[str, float]:
        """Numbers above 0 by name, of the table below a key; none if the key is absent."""
        table = self.table(key)
        found = {}
        for name in table.names():
            value = table.take(name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e18:
                raise table.error(name[:60], f"{_shown(value)} is no number above 0")
            found[name] = float(value)
        return found

    def entries(self) -> Iterator[tuple[str, Table]]:
        """Tables below every key that is left, by key."""
        for key in list(self._values):
            if not _ENTRY.fullmatch(key):
                raise self.error(
                    key[:60], "a name of up to 60 letters, digits, `_`, `-`, `.` and blanks is allowed"
                )
            yield key, self.table(key)

    def parameters(self, units: dict[str, tuple[str, float, float]]) -> dict[str, Parameter]:
        """Parameters below the keys that are left, by name.

        Parameters
        ----------
        units
            Names that are allowed, each with its unit, lowest and highest value.
        """
        found = {}
        for key in list(self._values):
            if key not in units:
                raise self.error(key[:60], f"unknown; allowed are {', '.join(sorted(units))}")
            found[key] = self.table(key).parameter(key, *units[key])
        return found

    def parameter(self, name: str, unit: str, low: float, high: float) -> Parameter:
        """The table as one parameter, converted to `unit`, each value from `low` to `high`."""
        written = self.text("unit")

        def number(key: str, value: object) -> float:
            if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e18:
                raise self.error(key, f"{_shown(value)} is no number below 1e18")
            text = f"{value!r}" if written == "1" else f"{value!r} {written}"
            return quantity(text, unit, name=f"{self.path}: `{self._at(key)}`", low=low, high=high)

        found = Parameter(
            name,
            unit,
            self._distribution(number),
            self._standing(),
            self.text("source"),
            self.text("note", default=""),
        )
        self.finish()
        return found

    def _distribution(self, number: Callable[[str, object], float]) -> Distribution:
        """What ``value``, or ``low``, ``mode``, ``high``, or ``values``, ``weights`` say."""
        try:
            if self.has("value"):
                return Fixed(number("value", self.take("value")))
            if self.has("values"):
                values, weights = self._numbers("values"), self._numbers("weights")
                if not all(isinstance(weight, int | float) and 0 < weight < 1e9 for weight in weights):
                    raise self.error("weights", "numbers above 0 and below a thousand million are allowed")
                return Choice(
                    tuple(number("values", value) for value in values),
                    tuple(float(weight) for weight in weights),
                )
            low, mode, high = (number(key, self.take(key)) for key in ("low", "mode", "high"))
            return Triangular(low, mode, high)
        except CoalfaceError:
            raise
        except ValueError as error:
            raise refused(self.path, f"`{self.place}`: {error}", code="facts_pack") from error

    def _numbers(self, key: str) -> list[Any]:
        values = self.take(key)
        if not isinstance(values, list) or not 0 < len(values) <= _MAX_VALUES:
            raise self.error(key, f"a list of 1 to {_MAX_VALUES} numbers is needed")
        return values

    def _standing(self) -> Standing:
        value = self.text("standing")
        if value not in set(Standing):
            raise self.error("standing", f"{_shown(value)}; allowed are {', '.join(Standing)}")
        return Standing(value)

    def correlation(self, known: frozenset[str]) -> Correlation:
        """The table as a rank correlation of two parameters among `known`."""
        a, b = self.text("a"), self.text("b")
        for key, name in (("a", a), ("b", b)):
            if name not in known or a == b:
                raise self.error(key, f"{_shown(name)}; two of {', '.join(sorted(known))} are needed")
        rank = self.take("rank")
        if isinstance(rank, bool) or not isinstance(rank, int | float) or not -1 < rank < 1:
            raise self.error("rank", f"{_shown(rank)} is no number between -1 and 1")
        found = Correlation(a, b, float(rank), self._standing(), self.text("source"))
        self.finish()
        return found

    def finish(self) -> None:
        """Refuse keys that nobody has read."""
        for key in self._values:
            raise self.error(key[:60], "unknown key")


def _shown(value: object) -> str:
    """A value as it may be printed; nothing that is nested is walked through."""
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    if value is None:
        return "nothing"
    if isinstance(value, int) and abs(value) >= 10**18:
        return "a very large number"
    return ascii(value)[:60]
