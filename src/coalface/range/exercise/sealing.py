"""Right answers, kept so that they can be compared with and not read.

Each is kept as a salted hash. That guards against a glance, not against somebody who hashes every address of
the chain: an exercise is for people who want to learn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

__all__ = ["normal", "seal"]


def normal(answer: str) -> str:
    """An answer in the spelling that is compared: without blanks around it, hex and bech32 in lower case.

    Examples
    --------
    >>> normal(" BCRT1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KYGT080 ")
    'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080'
    >>> normal("mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn")
    'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn'
    """
    text = answer.strip()
    is_hex = len(text) == 64 and all(sign in "0123456789abcdefABCDEF" for sign in text)
    if is_hex or (text.startswith("BCRT1") and text.upper() == text):
        return text.lower()
    return text


def seal(right: Mapping[str, int], question: str, salt: str) -> dict[str, int]:
    """Weights of right answers by their seal.

    Parameters
    ----------
    right
        Weight by answer.
    question
        Id of the question: one answer has another seal in each.
    salt
        Of the exercise.
    """
    return {sealed(answer, question, salt): weight for answer, weight in sorted(right.items())}


def sealed(answer: str, question: str, salt: str) -> str:
    """Seal of one answer."""
    return hashlib.sha256(f"{salt}\0{question}\0{normal(answer)}".encode("utf-8", "replace")).hexdigest()
