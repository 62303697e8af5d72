"""Numbers with units, read from text: what is written wrongly is refused rather than guessed.

The text is hostile input. A number and a product of unit names are taken out of it by grammar; pint, with
a small table of units of our own, only knows what the names mean and how they convert. Nothing is evaluated.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from coalface.errors import UnitError

if TYPE_CHECKING:
    import pint

__all__ = ["BEST_EFFICIENCY_J_PER_TH", "MAX_TEXT", "WORST_EFFICIENCY_J_PER_TH", "quantity"]

MAX_TEXT: Final = 100
"""Characters of a quantity's text."""
BEST_EFFICIENCY_J_PER_TH: Final = 5.0
"""Lower values are J/GH read wrongly: the best machine of the table `machines` needs 29.55 J/TH."""
WORST_EFFICIENCY_J_PER_TH: Final = 20e6
"""Higher values are no mining: a processor of 100 W and 5 MH/s (assumed) needs 20 million J/TH."""
_WORST_J_PER_GH: Final = 10.0
"""Values in J/GH from here on are J/TH read wrongly: no specialised machine was so poor (assumed)."""

_DEFINITIONS = """
nano- = 1e-9 = n-
micro- = 1e-6 = µ- = u-
milli- = 1e-3 = m-
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
tera- = 1e12 = T-
peta- = 1e15 = P-
exa- = 1e18 = E-
zetta- = 1e21 = Z-
gram = [mass] = g
second = [time] = s = sec
joule = [energy] = J
hash = [hash] = H = hashes
USD = [dollar]
BTC = [bitcoin]
metre = [length] = m = meter
bit = [information]
byte = 8 * bit = B
share = [share] = count
tonne = 1000000 * gram = t = metric_ton
short_ton = 907184.74 * gram
long_ton = 1016046.9088 * gram
pound = 453.59237 * gram = lb
minute = 60 * second = min
hour = 3600 * second = h = hr
day = 86400 * second = d
week = 604800 * second
year = 31557600 * second = yr = a
watt = joule / second = W
watt_hour = 3600 * joule = Wh
calorie = 4.1868 * joule = cal
Btu = 1055.05585262 * joule = BTU
cent = 0.01 * USD
satoshi = 0.00000001 * BTC = sat
litre = 0.001 * metre ** 3 = L = liter
percent = 0.01 * count / count = pct
thousand = 1000 * count / count
million = 1000000 * count / count
billion = 1000000000 * count / count = bn
""".strip()

_NUMBER = re.compile(r"([+-]?)(\d[\d_]{0,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE]([+-]?\d{1,3})(?![\d.]))?")
_TERM = re.compile(r"\s*([*/·]?)\s*([A-Za-zµ_]{1,24}|%)\s*(?:(?:\^|\*\*)\s*(-?[1-3])(?!\d)|([23²³])(?!\d))?")
_RAISED = {"2": 2, "3": 3, "²": 2, "³": 3}
_POWER_PER_RATE = re.compile(r"([kMG]?W)\s*/\s*\(?\s*([kMGTPEZ]?H)\s*/\s*s\s*\)?")
_RATES_WORD = re.compile(r"(?<![A-Za-z])(gross|gcv|hhv|gar|higher)(?![A-Za-z])", re.IGNORECASE)
_NET_WORD = re.compile(r"(?<![A-Za-z])(net|ncv|lhv|nar|lower)(?![A-Za-z])", re.IGNORECASE)
_GROUP_COMMA = re.compile(r"\d,\d")
_SHORT_TON_WORDS = frozenset({"ton", "tons", "st", "sht", "kton", "Mton", "kst", "Mst", "short"})
_MILLI_TRAPS = frozenset({"mW", "mWh", "mJ", "mGJ", "mtonne", "mtonnes", "mshort_ton", "mshort_tons", "mm3"})
_MAX_TERMS = 6

_TON_HINT = "write `t` for tonnes (1,000 kg), or `short_ton` to convert from 907.18474 kg"


def quantity(
    text: str, unit: str, *, name: str, low: float | None = None, high: float | None = None
) -> float:
    """Value of a text such as ``1 Mt`` or ``24 GJ/t``, in `unit`.

    Parameters
    ----------
    text
        A number and its unit. A number alone is refused, except for a share (`unit` is ``1``); that may be
        written as ``85 %``.
    unit
        Unit of the result. A year has 365.25 days, a calorie 4.1868 J; hash, USD and BTC are units too.
    name
        What the quantity is, for messages.
    low, high
        Smallest and largest value allowed, in `unit`; the smallest is never below 0.

    Raises
    ------
    UnitError
        If the text is no quantity, has no unit, an ambiguous one or one of another kind; if it is a gross
        heating value, negative, too large for a float or out of range. The code says which.

    Examples
    --------
    >>> quantity("1 Mt", "t", name="coal")
    1000000.0
    >>> quantity("0.098 J/GH", "J/TH", name="efficiency")
    98.0
    >>> quantity("1 TWh/yr", "MW", name="power", high=1e6)
    114.0771161305...
    """
    reader = _Reader(text, unit, name)
    value = reader.value()
    reader.check_range(value, low, high)
    return value


class _Reader:
    """One text being read; knows what to say when that fails."""

    def __init__(self, text: str, unit: str, name: str) -> None:
        self.text, self.unit, self.name = text, unit, name

    def error(self, code: str, problem: str, hint: str | None = None) -> UnitError:
        """Error that says what the quantity is, and what was received."""
        shown = self.text if len(self.text) <= MAX_TEXT else f"{self.text[:40]}…"
        shown = _printable(shown)
        return UnitError(
            _printable(f"{self.name} `{shown}`: {problem}"),
            code=code,
            hint=hint,
            context={"name": self.name, "value": shown, "unit": self.unit},
        )

    def value(self) -> float:
        """Value in the wanted unit, with all that does not depend on a range checked."""
        if len(self.text) > MAX_TEXT:
            raise self.error("unit_number", f"{len(self.text)} characters, at most {MAX_TEXT} are allowed")
        number, written = self._split()
        if not written:
            if self.unit != "1":
                raise self.error(
                    "unit_missing",
                    "a number without a unit",
                    f"write the unit: `{self.text.strip()} {self.unit}`",
                )
            return self._finite(number)
        written = self._without_rank(written)
        factor = self._factor(written)
        value = self._finite(number * factor)
        if self._is_like("J/TH"):
            self._check_efficiency(number, written, value)
        return value

    def _split(self) -> tuple[Decimal, str]:
        """Number and the text behind it."""
        text = self.text.strip()
        if _GROUP_COMMA.search(text):
            raise self.error(
                "unit_number", "a comma in a number can be read in two ways", "write 1000 or 1_000"
            )
        found = _NUMBER.match(text)
        if found is None:
            raise self.error(
                "unit_number", "this is no number with a unit", f"write for example `12.5 {self._example()}`"
            )
        rest = text[found.end() :].strip()
        if rest[:1].isdigit() or rest[:1] in {".", "*", "+", "-", "/", "^", "(", "_"}:
            raise self.error(
                "unit_number",
                "one number and one unit are allowed, no arithmetic",
                f"write for example `12.5 {self._example()}`",
            )
        sign, digits, exponent = found.groups()
        number = Decimal(f"{digits.replace('_', '')}E{exponent or 0}")
        if sign == "-" and number:
            raise self.error("unit_negative", "negative; an amount is 0 or more")
        return number, rest

    def _example(self) -> str:
        return "%" if self.unit == "1" else self.unit

    def _finite(self, number: Decimal) -> float:
        value = float(number)
        if value == float("inf") or (value == 0 and number != 0):
            raise self.error("unit_range", f"not a size that a number of {self._example()} can have")
        return value

    def _without_rank(self, written: str) -> str:
        """Unit without the word for the kind of heating value; the gross one is refused."""
        if _RATES_WORD.search(written):
            raise self.error(
                "unit_gross_heating_value",
                "a gross (higher) heating value, and the net (lower) one is needed",
                "look for the net value (NCV, LHV, NAR); as a rule (recalled from IPCC, not read there) "
                "it is about 5 % below the gross one for coal and oil, 10 % for gas",
            )
        if self._is_like("J/g"):
            return _NET_WORD.sub(" ", written).strip()
        return written

    def _is_like(self, unit: str) -> bool:
        """Whether the wanted unit measures the same kind of thing as another."""
        try:
            return _same_kind(self.unit, unit)
        except _Trouble as trouble:
            raise self.error(trouble.code, trouble.problem, trouble.hint) from trouble

    def _factor(self, written: str) -> Decimal:
        """What one of the written unit is in the wanted one."""
        try:
            return _factor(written, self.unit)
        except _Trouble as trouble:
            raise self.error(trouble.code, trouble.problem, trouble.hint) from trouble

    def _check_efficiency(self, number: Decimal, written: str, value: float) -> None:
        """Refuse what can only be J/GH where J/TH is meant, and the other way round."""
        value_j_per_th = value * float(_factor(self.unit, "J/TH"))
        if 0 < value_j_per_th < BEST_EFFICIENCY_J_PER_TH:
            raise self.error(
                "unit_implausible",
                f"{value_j_per_th:g} J/TH is below {BEST_EFFICIENCY_J_PER_TH:g} J/TH: no machine is so good",
                f"1 J/GH = 1000 J/TH: if J/GH is meant, write `{float(number):g} J/GH`",
            )
        if value_j_per_th > WORST_EFFICIENCY_J_PER_TH:
            raise self.error(
                "unit_implausible",
                f"{value_j_per_th:g} J/TH is above {WORST_EFFICIENCY_J_PER_TH:g} J/TH: a processor is better",
                "1 J/GH = 1000 J/TH: write the efficiency in J/TH",
            )
        is_per_giga = re.search(r"/\s*\(?\s*GH", written) is not None
        if is_per_giga and value_j_per_th >= _WORST_J_PER_GH * 1000:
            raise self.error(
                "unit_implausible",
                f"{value_j_per_th:g} J/TH is worse than any specialised machine",
                f"1 J/GH = 1000 J/TH: if J/TH is meant, write `{float(number):g} J/TH`; for older hardware "
                f"write `{value_j_per_th:g} J/TH`",
            )

    def check_range(self, value: float, low: float | None, high: float | None) -> None:
        """Refuse a value out of the range that the caller allows."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        if (low is not None and value < low) or (high is not None and value > high):
            least = "0" if low is None else f"{low:g}"
            most = "any size" if high is None else f"{high:g}"
            is_percent = self.unit == "1" and high is not None and high <= 1 < value <= 100
            raise self.error(
                "unit_range",
                f"{value:g}{unit} is out of range; allowed are {least} to {most}{unit}",
                f"if percent are meant, write `{value:g} %`" if is_percent else None,
            )


def _printable(text: str) -> str:
    """Text without the letters that would move a cursor or end a line."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


class _Trouble(Exception):
    """Why a unit cannot be used, before it is known for which quantity."""

    def __init__(self, code: str, problem: str, hint: str | None = None) -> None:
        super().__init__(problem)
        self.code, self.problem, self.hint = code, problem, hint


@cache
def _registry() -> pint.UnitRegistry[Any]:
    """Units of the table above and no others."""
    import pint  # noqa: PLC0415 - takes a quarter of a second, which only those who read quantities pay

    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None, non_int_type=Decimal)
    registry.load_definitions(_DEFINITIONS.splitlines())
    return registry


@lru_cache(maxsize=256)
def _factor(written: str, wanted: str) -> Decimal:
    """What one of the written unit is in the wanted one."""
    source, target = _parsed(written), _parsed(wanted)
    if source.dimensionality != target.dimensionality:
        hint = f"a unit such as `{'%' if wanted == '1' else wanted}` is needed"
        raise _Trouble(
            "unit_mismatch", f"`{written}` cannot be converted to {wanted!r}".replace("'", "`"), hint
        )
    return Decimal(source.to(target).magnitude)


@lru_cache(maxsize=256)
def _same_kind(one: str, other: str) -> bool:
    """Whether two units measure the same kind of thing."""
    return bool(_parsed(one).dimensionality == _parsed(other).dimensionality)


def _parsed(text: str) -> Any:  # noqa: ANN401 - pint's quantities have no type that says more
    """One of a unit, as a quantity of pint."""
    registry = _registry()
    product = registry.Quantity(Decimal(1), registry.UnitsContainer({}))
    if text == "1":
        return product
    for n_terms, (is_divisor, name, exponent) in enumerate(_terms(text)):
        if n_terms >= _MAX_TERMS:
            raise _Trouble("unit_unknown", f"a unit of more than {_MAX_TERMS} parts")
        one = registry.Quantity(Decimal(1), _named(name))
        product = product / one**exponent if is_divisor else product * one**exponent
    return product


def _terms(text: str) -> list[tuple[bool, str, int]]:
    """Parts of a unit: whether it is divided by it, its name, its power."""
    text = re.sub(r"(?<![A-Za-z])per(?![A-Za-z])", "/", text)
    text = _POWER_PER_RATE.sub(r"\1*s/\2", text)  # watts per terahash a second are joules per terahash
    terms: list[tuple[bool, str, int]] = []
    place, was_divided = 0, False
    while place < len(text):
        found = _TERM.match(text, place)
        if found is None:
            raise _Trouble(
                "unit_unknown",
                f"`{text[place:].strip()}` is no unit",
                "units are names joined by `/` and `*`",
            )
        sign, name, power, raised = found.groups()
        if terms and sign != "/" and was_divided:
            raise _Trouble(
                "unit_ambiguous",
                f"`{text}` multiplies behind a `/`, which can be read in two ways",
                "write one name, as in `USD/kWh`, or divide twice",
            )
        if not terms and sign:
            raise _Trouble("unit_unknown", f"`{text}` is no unit", "a unit begins with a name")
        is_divisor = sign == "/"
        was_divided = was_divided or is_divisor
        terms.append((is_divisor, name, int(power) if power else _RAISED.get(raised, 1)))
        place = found.end()
        if text[place:].strip() == "":
            break
    return terms


def _named(name: str) -> Any:  # noqa: ANN401 - as above
    """The unit of a name, with the traps among the names refused."""
    import pint  # noqa: PLC0415 - as above

    if name in _SHORT_TON_WORDS or name.lower() == "tons":
        raise _Trouble("unit_ambiguous", f"`{name}` may be a tonne or a short ton", _TON_HINT)
    if name == "mt":
        raise _Trouble("unit_ambiguous", "`mt` may be millions of tonnes or metric tons", "write `Mt` or `t`")
    if name in _MILLI_TRAPS:
        large = f"M{name[1:]}"
        raise _Trouble(
            "unit_ambiguous",
            f"`{name}` is a thousandth, which nobody means here",
            f"write `{large}` for millions",
        )
    if name == "%":
        name = "percent"
    try:
        return _registry().parse_units(name)
    except (pint.PintError, ValueError, AttributeError, TypeError) as error:
        raise _Trouble(
            "unit_unknown",
            f"`{name}` is no unit known here",
            "upper and lower case differ: `Mt`, `GJ`, `kWh`, `MW`, `TH`, `PH/s`, `USD`, `BTC`",
        ) from error
