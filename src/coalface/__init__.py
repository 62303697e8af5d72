"""Coalface: who mined this bitcoin, whose hands did it pass through, where did it go, and how sure are we?

One local store, built from the block files of your own Bitcoin node, answers look-ups, clusters, traces and
screenings. Importing this package is cheap: the engine and numpy load with the first name that needs them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from coalface.errors import CoalfaceError

if TYPE_CHECKING:
    from coalface._core import build_info as build_info
    from coalface.chain import open_chain as open

__version__ = "0.1.0"

__all__ = ["CoalfaceError", "__version__", "build_info", "open"]

# Public name -> the module that defines it, imported when the name is first asked for.
_LAZY = {
    "build_info": ("coalface._core", "build_info"),
    "open": ("coalface.chain", "open_chain"),
}


def __getattr__(name: str) -> object:
    """Public object ``name``, imported from the room that defines it."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_LAZY[name][0]), _LAZY[name][1])
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Every public name, loaded or not."""
    return sorted(__all__)
