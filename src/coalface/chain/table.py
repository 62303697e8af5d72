"""Tables of a store for programs that read Arrow, and SQL over them with DuckDB."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from coalface import _core
from coalface.errors import LimitExceeded, UsageError

if TYPE_CHECKING:
    import duckdb

__all__ = ["TABLES", "Table", "run_sql", "table_of"]

TABLES: tuple[str, ...] = tuple(_core.table_names())
"""Names of all tables."""
_KINDS = (
    "p2pk", "p2pkh", "p2sh", "multisig", "p2wpkh", "p2wsh", "p2tr", "anchor", "witness_unknown",
    "op_return", "nonstandard", "empty",
)  # fmt: skip
_REVERSED = "array_to_string(list_reverse(regexp_extract_all(hex(hash), '..')), '')"
_MACROS = (
    f"CREATE MACRO hash_text(hash) AS lower({_REVERSED})",
    f"CREATE MACRO kind_name(kind) AS ({list(_KINDS)!r})[kind + 1]",
)


class Table:
    """A table of a store as of a block, read by anything that knows Arrow's PyCapsule interface.

    Made by `Chain.table`. Cells that lie in the store's files just so are not copied; nulls stand for what
    the store writes as NONE. Each reading is a new stream of batches, in bounded memory.

    Examples
    --------
    ``polars.DataFrame(chain.table("tx"))``, ``pyarrow.table(chain.table("tx"))``.
    """

    def __init__(self, core: _core.Table, name: str) -> None:
        self.core = core
        self.name = name

    def __repr__(self) -> str:
        return f"<Table {self.name} with {len(self)} rows: {', '.join(self.columns)}>"

    def __len__(self) -> int:
        return len(self.core)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of its columns."""
        return tuple(name for name, _ in self.core.columns())

    @property
    def mapped(self) -> tuple[str, ...]:
        """Those that lie in the store's files as they are; the others are made batch by batch."""
        return tuple(name for name, is_mapped in self.core.columns() if is_mapped)

    def __arrow_c_schema__(self) -> object:
        """Names and types, as a capsule."""
        return self.core.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """All rows, as a capsule."""
        return self.core.__arrow_c_stream__(requested_schema)


def table_of(core: _core.Chain, bound: _core.Bound, name: str, columns: Sequence[str] | None = None) -> Table:
    """The table `name` below `bound`."""
    return Table(_core.Table(core, name, bound, columns), name)


def run_sql(
    core: _core.Chain,
    bound: _core.Bound,
    query: str,
    parameters: Sequence[Any] | None,
    *,
    memory: str,
    threads: int | None,
) -> "duckdb.DuckDBPyRelation":
    """What a statement of DuckDB's SQL says about the tables below `bound`, computed and held in memory.

    Raises
    ------
    UsageError
        If DuckDB is not installed, or cannot run the statement.
    StaleSnapshot
        If the chain was reorganised meanwhile.
    """
    try:
        import duckdb
    except ModuleNotFoundError as error:
        raise UsageError(
            "SQL needs DuckDB, which is not installed",
            code="usage_sql_missing",
            hint="`pip install coalface[sql]`; `chain.table(…)` can be read by other programs without it",
        ) from error
    config: dict[str, Any] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "enable_external_access": "false",
        "python_enable_replacements": "false",
        "memory_limit": memory,
        "preserve_insertion_order": "true",
    }
    if threads is not None:
        config["threads"] = str(threads)
    try:
        connection = duckdb.connect(":memory:", config=config)
        for name in TABLES:
            connection.register(name, table_of(core, bound, name))
        for macro in _MACROS:
            connection.execute(macro)
        connection.execute("SET lock_configuration = true")
        relation = connection.sql(query, params=list(parameters)) if parameters else connection.sql(query)
        if relation is None:
            raise UsageError("the statement asks nothing", code="usage_sql", hint="it should be a `SELECT`")
        relation = relation.materialize()
    except duckdb.OutOfMemoryException as error:
        raise LimitExceeded(
            f"the statement needs more than {memory} of memory",
            code="limit_sql_memory",
            hint="give more by `memory=`, or ask for fewer rows",
            context={"allowed": memory},
        ) from error
    except duckdb.Error as error:
        # Rows that were taken back under the query are the better explanation of whatever went wrong.
        core.check_fresh()
        text = str(error).split("\n")[0]
        raise UsageError(f"DuckDB: {text}", code="usage_sql", context={"query": query[:200]}) from error
    core.check_fresh()
    return relation
