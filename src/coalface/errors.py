"""Every error that Coalface raises on purpose, in one tree.

::

    CoalfaceError(Exception)                  anything below
    ├── UsageError(ValueError)                arguments that do not fit together
    ├── InvalidAddress(ValueError)            no address: bad checksum, other network, unknown form
    ├── InvalidReference(ValueError)          no txid, outpoint, height, block hash or date
    ├── NotFound(LookupError)                 well-formed, but not in this store
    ├── SourceError(OSError)                  block files: damaged, wrong key, mixed networks
    ├── StoreNotFound(FileNotFoundError)      the folder holds no store
    ├── StoreLocked(OSError)                  another process is writing to the store
    ├── UnsupportedStore                      a store of another format version, network or byte order
    ├── CorruptStore(OSError)                 bytes of the store contradict each other or their checksum
    ├── StaleSnapshot(RuntimeError)           the chain was reorganised below an answer that was being read
    ├── LimitExceeded                         a declared bound (memory, rows, ids) would be passed
    ├── LabelFileError(ValueError)            a label or list file that cannot be read as one
    ├── TxJsonError(ValueError)               a transaction in JSON that is none, or lacks what it spends
    ├── UnitError(ValueError)                 a quantity with a wrong or missing unit, or out of range
    ├── FactsError(ValueError)                a table, pack, scenario or price file that cannot be read as one
    ├── RangeFileError(ValueError)            truth of a made-up chain, or answers about one, likewise
    ├── Cancelled                             the user asked to stop
    └── IoFailure(OSError)                    any other file that cannot be read or written

An error carries a stable `code` for programs, a message that says what, where, which value was received and
which are allowed, a `context` with the same facts one by one, and a `hint` where the user can do something.
The classes answer "what kind of trouble"; the code, of which a class has several, answers "which exactly".
"""

from collections.abc import Mapping
from typing import ClassVar

__all__ = [
    "Cancelled",
    "CoalfaceError",
    "CorruptStore",
    "FactsError",
    "InvalidAddress",
    "InvalidReference",
    "IoFailure",
    "LabelFileError",
    "LimitExceeded",
    "NotFound",
    "RangeFileError",
    "SourceError",
    "StaleSnapshot",
    "StoreLocked",
    "StoreNotFound",
    "TxJsonError",
    "UnitError",
    "UnsupportedStore",
    "UsageError",
]

Context = Mapping[str, str | int | None]


class CoalfaceError(Exception):
    """Anything that Coalface raises on purpose.

    Parameters
    ----------
    message
        What is wrong, where, the value received and the values allowed; one line without a final full stop.
    code
        Stable snake_case name; the class's own code unless given.
    hint
        What the user can do about it.
    context
        The facts of the message one by one.
    """

    default_code: ClassVar[str] = "error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        context: Context | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = self.default_code if code is None else code
        self.hint = hint
        self.context: dict[str, str | int | None] = dict(context or {})

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.code, self.hint, self.context)

    def as_dict(self) -> dict[str, object]:
        """Code, message, context and hint, in the shape that every surface shows."""
        return {"code": self.code, "message": self.message, "context": self.context, "hint": self.hint}


class UsageError(CoalfaceError, ValueError):
    """Arguments that do not fit together."""

    default_code = "usage"


class InvalidAddress(CoalfaceError, ValueError):
    """Text that is no address: bad checksum, other network, unknown form."""

    default_code = "invalid_address"


class InvalidReference(CoalfaceError, ValueError):
    """Text that is no txid, outpoint, height, block hash or date."""

    default_code = "invalid_reference"


class NotFound(CoalfaceError, LookupError):
    """A well-formed subject that this store does not hold."""

    default_code = "not_found"


class SourceError(CoalfaceError, OSError):
    """Block files that cannot be indexed: damaged, wrong key, mixed networks."""

    default_code = "source"


class StoreNotFound(CoalfaceError, FileNotFoundError):
    """A folder that holds no store."""

    default_code = "store_not_found"


class StoreLocked(CoalfaceError, OSError):
    """A store that another process is writing to."""

    default_code = "store_locked"


class UnsupportedStore(CoalfaceError):
    """A store of another format version, network or byte order."""

    default_code = "store_unsupported"


class CorruptStore(CoalfaceError, OSError):
    """A store whose bytes contradict each other or their checksum."""

    default_code = "store_corrupt"


class StaleSnapshot(CoalfaceError, RuntimeError):
    """A chain that was reorganised below an answer that was being read; asking again helps."""

    default_code = "stale_snapshot"


class LimitExceeded(CoalfaceError):
    """A declared bound (memory, rows, ids) that would be passed."""

    default_code = "limit"


class LabelFileError(CoalfaceError, ValueError):
    """A label or list file that cannot be read as one."""

    default_code = "label_file"


class TxJsonError(CoalfaceError, ValueError):
    """A transaction in JSON that cannot be read as one, or does not say what its inputs spend."""

    default_code = "tx_json_invalid"


class UnitError(CoalfaceError, ValueError):
    """A quantity whose unit is wrong or missing, or whose value is out of range."""

    default_code = "unit"


class FactsError(CoalfaceError, ValueError):
    """A table of facts, data pack, scenario or price file that cannot be read as one, or does not reach."""

    default_code = "facts"


class RangeFileError(CoalfaceError, ValueError):
    """A file of a made-up chain's truth, or of answers to an exercise, that cannot be read as one."""

    default_code = "range"


class Cancelled(CoalfaceError):
    """A call that the user asked to stop."""

    default_code = "cancelled"


class IoFailure(CoalfaceError, OSError):
    """A file that cannot be read or written, for a reason that lies outside Coalface."""

    default_code = "io"


# Code of the engine, or the words it begins with -> class; the longest match wins.
_CLASS_BY_CODE: dict[str, type[CoalfaceError]] = {
    "usage": UsageError,
    "invalid_address": InvalidAddress,
    "invalid": InvalidReference,
    "not_found": NotFound,
    "source": SourceError,
    "store_not_found": StoreNotFound,
    "store_locked": StoreLocked,
    "store_unsupported": UnsupportedStore,
    "store_corrupt": CorruptStore,
    "stale_snapshot": StaleSnapshot,
    "limit": LimitExceeded,
    "label": LabelFileError,
    "tx_json": TxJsonError,
    "unit": UnitError,
    "facts": FactsError,
    "range": RangeFileError,
    "cancelled": Cancelled,
    "io": IoFailure,
    "file_not_found": IoFailure,
    "permission_denied": IoFailure,
    "disk_full": IoFailure,
}


def _class_of(code: str) -> type[CoalfaceError] | None:
    """Class of the longest run of leading words of `code` that the table knows."""
    words = code.split("_")
    for count in range(len(words), 0, -1):
        found = _CLASS_BY_CODE.get("_".join(words[:count]))
        if found is not None:
            return found
    return None


def _from_core(code: str, message: str, hint: str | None, context: Context) -> CoalfaceError:
    """Error to raise for one of the engine; the bindings call this, and nothing else does."""
    return (_class_of(code) or CoalfaceError)(message, code=code, hint=hint, context=context)


def _rebuild(
    kind: type[CoalfaceError],
    message: str,
    code: str,
    hint: str | None,
    context: Context,
) -> CoalfaceError:
    """Error as it was before it was pickled (a process pool sends its errors so)."""
    return kind(message, code=code, hint=hint, context=context)
