"""Sizes on the command line: ``350M``, ``4G``."""

import re

import click

__all__ = ["SIZE"]

_BYTES_BY_UNIT = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_PATTERN = re.compile(r"([0-9]{1,15})([KMGT]?)(?:I?B)?", re.ASCII)


class _Size(click.ParamType[int]):
    """A number of bytes, with K, M, G or T for powers of 1,024."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, context: click.Context | None) -> int:
        """Number of bytes."""
        if isinstance(value, int):
            return value
        match = _PATTERN.fullmatch(value.strip().upper())
        if match is None:
            self.fail(f"`{value}` is not a size such as 350M or 4G", param, context)
        return int(match[1]) * _BYTES_BY_UNIT[match[2]]


SIZE = _Size()
