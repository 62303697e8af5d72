"""Accounting methods: how a transaction hands tainted value on. They are law, not taste."""

from dataclasses import dataclass

from coalface.errors import UsageError

__all__ = ["METHODS", "Method", "method_named"]


@dataclass(frozen=True)
class Method:
    """One accounting method."""

    name: str
    version: str
    """Name and version, as answers give it; a change of results is a new version."""
    rounding: str
    """How satoshi are shared, in words."""
    has_backward: bool = True
    conserves: bool = True
    """Whether what goes in comes out: all but poison."""
    has_places: bool = False
    """Whether it tells which coins, not only how much."""


_ALL = (
    Method("haircut", "haircut/1", "drawing rule: tainted first, outputs in index order, fee last"),
    Method(
        "fifo",
        "fifo/1",
        "none: inputs in index order as a line, cut into outputs in index order, then the fee",
        has_places=True,
    ),
    Method(
        "lifo",
        "lifo/1",
        "none: inputs in reverse index order as a line, cut into outputs in index order, then the fee",
        has_places=True,
    ),
    Method(
        "tiho",
        "tiho/1",
        "none: tainted first into the largest output, equal ones in index order, fee last",
        has_backward=False,
    ),
    Method(
        "poison",
        "poison/1",
        "none: every output of a touched transaction is tainted as a whole",
        conserves=False,
    ),
)
_BY_NAME = {method.name: method for method in _ALL}
METHODS = tuple(_BY_NAME)
"""Names of the accounting methods."""


def method_named(name: str, direction: str) -> Method:
    """The method of that name, if it is defined in that direction.

    Raises
    ------
    UsageError
        If there is no such method or direction, or the method is not defined in it.
    """
    if direction not in {"forward", "backward"}:
        raise UsageError(
            f"direction `{direction[:40]}` is not known, known are forward and backward",
            code="usage_direction",
        )
    if name not in _BY_NAME:
        raise UsageError(
            f"method `{name[:40]}` is not known, known are {', '.join(METHODS)}", code="usage_method"
        )
    method = _BY_NAME[name]
    if direction == "backward" and not method.has_backward:
        raise UsageError(
            f"method `{name}` is not defined backward",
            code="usage_method_direction",
            hint=f"trace backward by {', '.join(each.name for each in _ALL if each.has_backward)}",
        )
    return method
