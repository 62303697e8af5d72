"""What verbs below `range` need beyond the core: refused at once, with the command that installs it."""

from importlib.util import find_spec

from coalface.errors import UsageError

__all__ = ["need_range_extra", "need_truth_reader"]


def need_truth_reader() -> None:
    """Refuse if nothing is installed that reads Parquet.

    Raises
    ------
    UsageError
        If ``pyarrow`` is missing.
    """
    if find_spec("pyarrow") is None:
        raise UsageError(
            "the truth about a made-up chain is read with `pyarrow`, which is not installed",
            code="usage_range_extra",
            hint="pip install 'coalface[range]'",
            context={"module": "pyarrow"},
        )


def need_range_extra() -> None:
    """Refuse if something is missing that makes a chain and writes its truth.

    Raises
    ------
    UsageError
        If ``coincurve`` or ``pyarrow`` is missing.
    """
    for module, purpose in (("coincurve", "signs the made-up transactions"), ("pyarrow", "writes the truth")):
        if find_spec(module) is None:
            raise UsageError(
                f"`{module}` is not installed; it {purpose}",
                code="usage_range_extra",
                hint="pip install 'coalface[range]'",
                context={"module": module},
            )
