"""The one shape of errors that readers raise: file, line, reason, code, hint."""

from pathlib import Path

from coalface.errors import IoFailure, LabelFileError

__all__ = ["SHOWN_CHARACTERS", "io_failure", "refused", "shown"]

SHOWN_CHARACTERS = 80
"""Characters of a file's text that a message repeats."""


def refused(
    path: Path,
    reason: str,
    *,
    code: str,
    line: int | None = None,
    hint: str | None = None,
    **facts: str | int | None,
) -> LabelFileError:
    """Error that says why a file cannot be read as its format.

    Parameters
    ----------
    path
        The file.
    reason
        What is wrong, with the values received and allowed.
    code
        Stable name, beginning with ``label_``.
    line
        Line of the file, from 1.
    hint
        What the user can do.
    **facts
        What else the context holds.
    """
    where = f"`{path}`" if line is None else f"`{path}`, line {line}"
    context: dict[str, str | int | None] = {"path": str(path)}
    if line is not None:
        context["line"] = line
    return LabelFileError(f"{where}: {reason}", code=code, hint=hint, context={**context, **facts})


def io_failure(path: Path, error: OSError | ValueError) -> IoFailure:
    """Failure of the file system as an error of the tree."""
    reason = error.strerror if isinstance(error, OSError) else str(error)
    codes = {FileNotFoundError: "file_not_found", PermissionError: "permission_denied"}
    code = codes.get(type(error), "io") if isinstance(error, OSError) else "io"
    return IoFailure(f"cannot read `{path}`: {reason}", code=code, context={"path": str(path)})


def shown(text: str) -> str:
    r"""Start of a text of the file, for a message: one line of printable characters.

    Examples
    --------
    >>> shown("a\nb")
    'a\\nb'
    """
    start = text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in start)
