"""The compiled engine, private to the package. ``mypy.stubtest`` compares this file with the built module."""

from typing import TypedDict, type_check_only

__all__ = ["build_info"]

@type_check_only
class BuildInfo(TypedDict):
    """Where the compiled module comes from."""

    version: str
    profile: str
    rustc: str

def build_info() -> BuildInfo:
    """Version, cargo profile and compiler of the engine."""
