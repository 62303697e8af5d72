"""Lists of mining pools: texts that they write into coinbases, and addresses that they are paid to.

Two shapes are about: a list of pools (`pool-list.json`, `pools-v2.json`), and the older object of
`coinbase_tags` and `payout_addresses` (`pools.json`). A tag is kept letter by letter: one reader takes it as
plain text, another as a regular expression, and the list does not say which.
"""

from collections.abc import Iterator
from pathlib import Path

from coalface.labels.draft import (
    DEFAULT_OPTIONS,
    Claim,
    Json,
    Party,
    PartyName,
    Place,
    Problem,
    ReadOptions,
    Record,
    SourceFacts,
    SubjectKind,
)
from coalface.labels.formats.json_document import compact, read_json
from coalface.labels.formats.refuse import refused
from coalface.labels.formats.source_file import SourceFile
from coalface.labels.formats.statement import Details, address_statement, plain_statement

__all__ = ["FORMAT", "OLD_KEYS", "read_pools"]

FORMAT = "pools"
OLD_KEYS = ("coinbase_tags", "payout_addresses")
CATEGORY = "miner"
"""The taxonomy has no pool; a miner is nearest."""


def read_pools(path: Path, options: ReadOptions = DEFAULT_OPTIONS, /) -> Iterator[Record]:
    """A party for each pool of a list, and a statement for each of its tags and addresses.

    Raises
    ------
    LabelFileError
        If the file is no JSON, or neither shape.
    """
    with SourceFile(path, options.keep) as source:
        document = read_json(source)
        if isinstance(document, list):
            yield SourceFacts(FORMAT, extra={"shape": "list"})
            yield from _listed_pools(document, path, options)
        elif isinstance(document, dict) and any(key in document for key in OLD_KEYS):
            yield SourceFacts(FORMAT, extra={"shape": "tags_and_addresses"})
            yield from _keyed_pools(document, path, options)
        else:
            raise refused(
                path,
                "neither a list of pools nor an object of `coinbase_tags` and `payout_addresses`",
                code="label_json_shape",
            )


def _listed_pools(document: list[Json], path: Path, options: ReadOptions) -> Iterator[Record]:
    """Records of a list of pools."""
    n_pools = 0
    ids: set[str] = set()
    for index, pool in enumerate(document):
        place = Place(record=f"[{index}]")
        name = pool.get("name") if isinstance(pool, dict) else None
        if not isinstance(pool, dict) or not isinstance(name, str) or not name:
            yield Problem("label_pool", "a pool is an object with a `name`", compact(pool), place)
            continue
        uid = str(pool["id"]) if isinstance(pool.get("id"), int | str) else name
        if uid in ids:
            raise refused(path, f"two pools have the id `{uid}`", code="label_duplicate_uid")
        ids.add(uid)
        n_pools += 1
        link = pool.get("link")
        url = link if isinstance(link, str) and link else None
        yield _party(uid, name, url, place, compact(pool))
        for key in ("tags", "addresses"):
            values = pool.get(key, [])
            if not isinstance(values, list):
                yield Problem("label_pool", f"`{key}` is no list", compact(pool), place)
                continue
            for number, value in enumerate(values):
                at = Place(record=f"[{index}].{key}[{number}]")
                if isinstance(value, str) and value:
                    yield _statement(key, value, uid, name, url, at, options)
                else:
                    yield Problem(
                        "label_pool", f"`{key}` holds something else than texts", compact(value), at
                    )
    if not n_pools:
        raise refused(path, "no pool", code="label_json_shape")


def _keyed_pools(document: dict[str, Json], path: Path, options: ReadOptions) -> Iterator[Record]:
    """Records of the older shape, where tags and addresses are keys."""
    names: set[str] = set()
    n_pools = 0
    for key in OLD_KEYS:
        entries = document.get(key, {})
        if not isinstance(entries, dict):
            raise refused(path, f"`{key}` is no object", code="label_json_shape")
        for subject, entry in entries.items():
            place = Place(record=f"{key}.{subject}")
            name = entry.get("name") if isinstance(entry, dict) else None
            if not isinstance(entry, dict) or not isinstance(name, str) or not name or not subject:
                yield Problem("label_pool", "an entry has a `name`", compact({subject: entry}), place)
                continue
            link = entry.get("link")
            url = link if isinstance(link, str) and link else None
            if name not in names:
                names.add(name)
                yield _party(name, name, url, place, compact({subject: entry}))
            n_pools += 1
            kind = "tags" if key == OLD_KEYS[0] else "addresses"
            yield _statement(kind, subject, name, name, url, place, options)
    for key, rest in document.items():
        if key not in OLD_KEYS:
            yield Problem(
                "label_pool",
                f"a key that pool lists do not have: `{key[:80]}`",
                compact(rest),
                Place(record=key),
            )
    if not n_pools:
        raise refused(path, "no pool", code="label_json_shape")


def _party(uid: str, name: str, url: str | None, place: Place, original: str) -> Party:
    """The pool."""
    return Party(
        uid=uid,
        names=(PartyName(name, is_primary=True),),
        place=place,
        original=original,
        kind="mining_pool",
        categories=(CATEGORY,),
        url=url,
    )


def _statement(
    kind: str, value: str, uid: str, name: str, url: str | None, place: Place, options: ReadOptions
) -> Record:
    """Statement about a tag or an address of a pool."""
    details: Details = {"category": CATEGORY, "actor_id": uid, "actor_name": name, "label": name, "url": url}
    if kind == "tags":
        return plain_statement(
            SubjectKind.COINBASE_TAG,
            value,
            asset="BTC",
            is_asset_written=False,
            claim=Claim.ATTRIBUTED,
            source_type=options.source_type,
            place=place,
            original=compact(value),
            **details,
        )
    return address_statement(
        value,
        asset="BTC",
        is_asset_written=False,
        claim=Claim.ATTRIBUTED,
        source_type=options.source_type,
        place=place,
        original=compact(value),
        **details,
    )
