"""The fields of answers are those that docs/answers.md documents: all of them, and no others.

Answers come from the story's store, from a partial one (the same chain without its first blocks), from one
that holds labels only, and from a damaged one, so that every field that may be null is seen so and otherwise.
Those of the energy model come from its tables: with and without fuel, price, ceilings, and of amounts that
are impossible.
"""

import contextlib
import io
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from coalface.chain import QUERIES, index, open_chain
from coalface.cli import main
from coalface.cli.output import plain
from coalface.coinjoin import Lineage, ScannedTx, judge
from coalface.errors import UsageError
from coalface.labels import import_source
from coalface.range import write_block_files
from coalface.range.hashes import sha256d
from story import Story, build_story
from story.truth_folder import write_story_truth

DOCUMENT = Path(__file__).parent.parent / "docs" / "answers.md"
FIRST_PAYMENT = DOCUMENT.parents[1] / "crates/coalface-core/tests/support/first_payment.json"
NEVER = "\N{EN DASH}"
CUT = 200
NOBODY = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"
"""An address of BIP-0173's example key, in regtest's spelling; nobody in the story has it."""
TRON = "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq"
ETHEREUM = "0x" + "ab" * 20
UNITS = {"_sat": "satoshi", "_bytes": "bytes", "_wu": "weight units", "_unix": "seconds"}
ESTIMATE_UNITS = {
    "_phs": "PH/s", "_mwh": "MWh", "_mw": "MW", "_usd": "USD", "_btc": "BTC", "_t": "t", "_j_per_th": "J/TH",
    "_usd_per_kwh": "USD/kWh", "_usd_per_btc": "USD/BTC",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A row of a table."""

    type: str
    unit: str
    null: str


def shapes() -> dict[str, dict[str, Field]]:
    """Fields by shape: every table below a heading that is a name in backticks."""
    found: dict[str, dict[str, Field]] = {}
    for heading, body in re.findall(
        r"^##+ `([^`]+)`\n(.*?)(?=^##+ |\Z)", DOCUMENT.read_text("utf-8"), re.MULTILINE | re.DOTALL
    ):
        lines = [line for line in body.splitlines() if line.startswith("|")]
        head, _, *table = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
        assert head == ["field", "type", "unit", "null", "meaning"], heading
        found[heading] = {
            name: Field(re.sub(r"\[`([^`]+)`\]\(#[^)]+\)", r"\1", row[1]), row[2], row[3])
            for row in table
            for name in re.findall(r"`([^`]+)`", row[0])
        }
    return found


SHAPES = shapes()
ANSWERS = {
    "index", "events", "info", "check", "block", "tx", "address", "address --txs", "cluster",
    "clusters build", "clusters list", "clusters diff", "clusters merges",
    "clusters held", "clusters decisions", "explain", "explain --why-not",
    "change", "coinjoin", "coinjoin --scan", "coinjoin --scan --count",
    "trace", "compare", "path", "meet", "pooled", "scan",
    "labels import", "labels list", "labels show", "labels search", "labels diff", "labels withdraw",
    "screen", "prices import", "prices list", "prices show", "range bulk", "range compare", "range score",
    "range story", "range exercise", "range grade", "version", "error", "energy scenario",
    "energy scenario --list", "energy payouts",
    "energy worth", "energy breakeven", "energy facts", "energy facts difficulty",
    "energy facts machines", "energy facts fees", "energy facts prices", "energy facts coal-trade",
    "energy facts events", "energy facts fuel:coal",
}  # fmt: skip


class Comparison:
    """What is wrong with answers, and which fields were seen null and not null."""

    def __init__(self) -> None:
        self.wrong: set[str] = set()
        self.seen: dict[tuple[str, str], set[bool]] = defaultdict(set)

    def check(self, shape: str, value: object) -> None:
        """Compare one object with the table of its shape."""
        if not isinstance(value, dict):
            self.wrong.add(f"`{shape}` is a {type(value).__name__}")
            return
        documented = SHAPES[shape]
        self.wrong |= {f"`{shape}.{name}` is not documented" for name in value.keys() - documented.keys()}
        self.wrong |= {f"`{shape}.{name}` is not there" for name in documented.keys() - value.keys()}
        for name in value.keys() & documented.keys():
            field = documented[name]
            self.seen[shape, name].add(value[name] is None)
            if value[name] is not None:
                self._check_type(f"{shape}.{name}", field.type, value[name])
            elif field.null == NEVER:
                self.wrong.add(f"`{shape}.{name}` is null")

    def _check_type(self, place: str, kind: str, value: object) -> None:
        if kind.startswith("array of "):
            if not isinstance(value, list):
                self.wrong.add(f"`{place}` is no array")
                return
            for item in value:
                self._check_type(place, kind.removeprefix("array of "), item)
        elif kind.startswith("map to "):
            allowed = kind.removeprefix("map to ").replace(" or ", ", ").split(", ")
            if not isinstance(value, dict):
                self.wrong.add(f"`{place}` is no map")
                return
            for item in value.values():
                if isinstance(item, dict) and (
                    shape := next((each for each in allowed if each in SHAPES), "")
                ):
                    self.check(shape, item)
                elif not any(is_of(plain, item) for plain in allowed if plain not in SHAPES):
                    self.wrong.add(f"`{place}` holds {item!r}")
        elif kind in SHAPES:
            self.check(kind, value)
        elif not is_of(kind, value):
            self.wrong.add(f"`{place}` is {value!r}, documented as {kind}")


def is_of(kind: str, value: object) -> bool:
    """Whether `value` is of a plain type."""
    match kind:
        case "text":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "decimal":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "null":
            return value is None
        case "object":
            return isinstance(value, dict | list)
    raise AssertionError(f"no such type: {kind}")


@pytest.fixture(scope="module")
def story() -> Story:
    return build_story()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, story: Story) -> Path:
    """`whole`, `partial`, `rootless` (a run of unknown heights), `damaged` and `labels`: five stores."""
    folder = tmp_path_factory.mktemp("answers")
    write_block_files([*story.blocks, *story.stale], folder / "all", xor_key=None)
    index([folder / "all"], folder / "whole")
    known = {"sanctions": ("sanctions", story.labels.listed)}
    known |= {name: ("exchange", addresses) for name, addresses in story.labels.exchanges.items()}
    for name, (category, addresses) in known.items():
        public = folder / f"{name}-{story.labels.listed_on}.txt"
        public.write_text("".join(f"{address}\n" for address in addresses))
        import_source(folder / "whole", public, category=category)
    blocks = story.blocks[CUT:]
    # A gap: two segments. A block whose transactions are not those of its header: refused.
    blocks = [*blocks[:50], *blocks[52:-1], blocks[-1][:-1] + bytes([blocks[-1][-1] ^ 1])]
    write_block_files(blocks, folder / "pruned", xor_key=None)
    index([folder / "pruned"], folder / "partial")
    (folder / "loose").mkdir()
    # Header version 1: its coinbase is not asked for the height. Regtest's work is found by trying.
    (folder / "loose" / "one.blk").write_bytes(with_version_1(story.blocks[CUT]))
    index([folder / "loose"], folder / "rootless", network="regtest")
    shutil.copytree(folder / "whole", folder / "damaged")
    first_tx = folder / "damaged" / "columns" / "block.first_tx"
    first_tx.write_bytes(bytes(reversed(first_tx.read_bytes())))
    old, new = folder / "authority-2020-01-01.txt", folder / "authority-2020-02-01.txt"
    listed = story.truth.listed_address
    old.write_text(f"{NOBODY}\n{listed}\n{TRON}\n")
    new.write_text(f"{listed}\n{TRON}\n")
    for file in (old, new):
        import_source(folder / "labels", file, network="regtest")
        import_source(folder / "whole", file)
    return folder


def with_version_1(block: bytes) -> bytes:
    """The block with another header version, its proof of work found anew."""
    for nonce in range(1000):
        header = (1).to_bytes(4, "little") + block[4:76] + nonce.to_bytes(4, "little")
        if sha256d(header)[::-1] < bytes.fromhex("7fffff" + 29 * "00"):
            return header + block[80:]
    raise AssertionError("no work found")


def ask(*arguments: str | Path) -> Iterator[Any]:
    """The answers of one command."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        status = main([*map(str, arguments), "--format", "jsonl"])
    assert status in {0, 1, 3, 4, 5}, stderr.getvalue()
    assert stdout.getvalue(), stderr.getvalue()
    for line in stdout.getvalue().splitlines():
        yield json.loads(line)


def compare_range(folder: Path, story: Story, found: Comparison) -> None:
    """Answers about made-up chains: of one whose truth says everything, and of one that says little."""
    compare_merges(folder, story, found)
    theft = write_story_truth(folder / "theft", story, 7)
    store, case = theft / "store", folder / "case"
    index([theft / "blocks"], store)

    def compare(verb: str, *arguments: str | Path) -> None:
        for answer in ask("range", verb, *arguments):
            found.check(f"range {verb}", answer)

    compare("story", theft)
    compare("score", store, theft, "--hold-out", "0-150")
    compare("exercise", theft, case)
    with (case / "answers.csv").open("a") as answers:
        answers.write(f"coinjoins,{story.truth.deeds.theft_txid}\n")
    compare("grade", case, case / "answers.csv")
    (theft / "scenario.json").write_text('{"name": "untold", "seed": 7}')
    compare("score", store, theft)


def compare_coinjoins(found: Comparison, folder: Path, txids: tuple[str, str]) -> None:
    """Answers of a store, of a partial one, and in JSON; with a lineage that breaks; and scans."""
    for store in (folder / "whole", folder / "partial", folder / "rootless"):
        last = next(ask("info", store))["tip"]["hash"]
        subjects = [next(ask("block", store, last))["coinbase_txid"]]
        for answer in ask("coinjoin", store, *subjects, *(txids if store.name != "rootless" else ())):
            found.check("coinjoin", answer)
    for store in (folder / "whole", folder / "partial"):
        for answer in ask("coinjoin", store, "--scan"):
            found.check("coinjoin --scan", answer)
        for answer in ask("coinjoin", store, "--scan", "--count"):
            found.check("coinjoin --scan --count", answer)
    found.check("coinjoin --scan", plain(ScannedTx("00" * 32, "undecided", None, False, ())))
    (folder / "tx.json").write_text(FIRST_PAYMENT.read_text("utf-8"))
    for answer in ask("coinjoin", "--tx", folder / "tx.json"):
        found.check("coinjoin", answer)
    answer = judge(open_chain(folder / "whole"), txids[0])
    for broken in (None, txids):
        lineage = Lineage("whirlpool_lineage/1", "no", 1, 0, 0, is_cut=False, broken=broken)
        found.check("coinjoin", plain(replace(answer, protocol="whirlpool", lineage=lineage)))


def compare_merges(folder: Path, story: Story, found: Comparison) -> None:
    """Change of old and recent transactions, with a memo among them, of coinbases and in partial chains."""
    txids = {
        name: [tx.txid for tx in story.truth.ledger.txs if tx.height in heights]
        for name, heights in (
            ("whole", {*range(102, 125), 310}),
            ("partial", range(CUT, CUT + 40)),
            ("rootless", {CUT}),
        )
    }
    for name, asked in txids.items():
        for answer in ask("change", folder / name, *asked):
            found.check("change", answer)


def compare_rule_sets(found: Comparison, folder: Path, story: Story) -> None:
    """Answers by named rule sets: of a whole chain, of partial ones, and of a damaged set."""

    def compare(shape: str, *arguments: str | Path) -> list[Any]:
        answers = list(ask(*arguments))
        for answer in answers:
            found.check(shape, answer)
        return answers

    ledger = story.truth.ledger
    owned = [ledger.addresses_of(owner) for owner in sorted(set(ledger.owners.values()))]
    for store, source in (
        (folder / "whole", "all"),
        (folder / "rootless", "loose"),
        (folder / "partial", "pruned"),
    ):
        compare("clusters list", "clusters", "list", store)
        for rule_set in ("keyed", "standard", "wide"):
            compare("clusters build", "clusters", "build", store, "--rule-set", rule_set)
            first = next(ask("info", store))["coverage"]["segments"][0]["last_hash"]
            compare("clusters merges", "clusters", "merges", store, "--rule-set", rule_set, "--from", first)
        compare("clusters list", "clusters", "list", store)
        compare("clusters diff", "clusters", "diff", store, "strict", "wide", "--limit", "3")
        compare("index", "index", folder / source, store, "--network", "regtest")
    store = folder / "whole"
    compare("clusters diff", "clusters", "diff", store, "wide", "strict")
    compare(
        "clusters merges", "clusters", "merges", store, "--rule-set", "wide", "--from", "0", "--least", "1"
    )
    for addresses in owned:
        one, other = addresses[0], addresses[-1]
        compare("cluster", "cluster", store, one, "--rule-set", "wide")
        for name in ("keyed", "wide"):
            compare("explain", "explain", store, one, other, "--rule-set", name)
        compare("explain", "explain", store, one, other, "--rule-set", "wide", "--shortest")
        compare("explain --why-not", "explain", store, one, owned[0][0], "--why-not")
        compare("explain --why-not", "explain", folder / "partial", one, NOBODY, "--why-not")
    thief = ledger.outputs[story.truth.deeds.theft_outputs[1]].address or ""
    victim = ledger.addresses_of(story.truth.victim)[-1]
    compare("explain --why-not", "explain", store, victim, thief, "--why-not")
    compare("explain --why-not", "explain", store, thief, victim, "--why-not")
    manifest = store / "clusters" / "keyed" / "manifest.json"
    sound = manifest.read_text()
    manifest.write_text("{")
    compare("clusters list", "clusters", "list", store)
    compare("index", "index", folder / "all", store)
    compare("check", "check", store)
    manifest.write_text(sound)


def compare_overlay(found: Comparison, folder: Path, story: Story) -> None:
    """Answers with the cut overlay: of guards, and of decisions that contradict each other."""

    def compare(shape: str, *arguments: str | Path) -> None:
        for answer in ask(*arguments):
            found.check(shape, answer)

    ledger = story.truth.ledger
    owned = [ledger.addresses_of(owner) for owner in sorted(set(ledger.owners.values()))]
    said = ("--reason", "r", "--source", "s", "--author", "a")
    one, other = owned[0][0], owned[-1][0]
    for name in ("whole", "rootless"):
        store = folder / name
        for verb in ("merge", "split"):
            compare("clusters decisions", "clusters", verb, store, one, other, *said)
            compare("cluster", "cluster", store, one, "--overlay", "--large", "0")
        for rule_set in ("strict", "wide"):
            for large in ("0", "1"):
                options = ("--large", large, "--rule-set", rule_set)
                compare("clusters held", "clusters", "held", store, *options)
                for addresses in owned:
                    compare("cluster", "cluster", store, addresses[0], "--overlay", *options)
                    compare("explain", "explain", store, addresses[0], addresses[-1], "--overlay", *options)
        compare("clusters decisions", "clusters", "withdraw", store, "1", *said)
        compare("clusters decisions", "clusters", "decisions", store)


ENTITIES = (
    {"id": "a", "schema": "Person", "properties": {"name": ["Ann Example"], "alias": ["A. E."]}},
    {"id": "b", "schema": "Company", "properties": {"name": ["Example Ltd"], "topics": ["sanction"]}},
    {"id": "n", "schema": "Company", "properties": {}},
    {"id": "o", "schema": "Ownership", "properties": {"owner": ["a"], "asset": ["b"], "percentage": ["60"]}},
    {"id": "d", "schema": "Directorship", "properties": {"director": ["x"], "organization": ["b"]}},
    {"id": "w", "schema": "CryptoWallet", "properties": {"publicKey": [NOBODY], "holder": ["b"]}},
    {"id": "v", "schema": "CryptoWallet", "properties": {"publicKey": [NOBODY], "holder": ["n"]}},
)
"""Parties, relations (one to nobody that is known), and a wallet of two of them."""


def compare_labels(found: Comparison, folder: Path, listed: str) -> None:
    """Answers about labels that say much, or little."""
    store, own, entities = folder / "said", folder / "own-2024-01-01.csv", folder / "e.ftm.json"
    own.write_text(f"subject,kind,category\n{listed},address,exchange\n203.0.113.0/24,netblock,\nx,actor,\n")
    entities.write_text("".join(f"{json.dumps(each)}\n" for each in ENTITIES))

    def compare(shape: str, *arguments: str | Path) -> None:
        for answer in ask("labels", *arguments):
            found.check(shape, answer)

    compare("labels import", "import", store, own, "--network", "regtest")
    compare("labels import", "import", store, entities)
    later = folder / "own-2024-02-01.csv"
    later.write_text(f"subject,kind,category\n{NOBODY},address,exchange\n")
    compare("labels import", "import", store, later)
    compare("labels show", "show", store, listed, NOBODY, "203.0.113.0/24", "x")
    compare("labels search", "search", store, "ex")
    compare("labels search", "search", store, "a. e.")
    compare("labels search", "search", store, "b")
    compare("labels diff", "diff", store, "own")
    (shown,) = ask("labels", "show", store, NOBODY)
    statement = shown["labels"][0]["id"]
    found.check("label", next(ask("labels", "show", store, statement)))
    for _ in range(2):
        compare("labels withdraw", "withdraw", store, statement, "--reason", "r", "--author", "a")
    compare("labels withdraw", "withdraw", store, statement[:12], "--reason", "r", "--author", "a")
    compare("labels show", "show", store, NOBODY)
    compare("labels list", "list", store)
    (folder / "scratch.txt").write_text(f"{listed}\nno address\n")
    scratch = (folder / "labels", folder / "scratch.txt", "--input-format", "plain")
    compare("labels import", "import", *scratch, "--category", "other")
    array, listing = folder / "array.json", folder / "sdn.csv"
    array.write_text(f'["{listed}", "no address"]')
    compare("labels import", "import", folder / "array", array, "--network", "regtest")
    compare("labels show", "show", folder / "array", listed)
    nobody = "-0- ," * 7
    listing.write_text(f'1,"NOBODY",-0- ,"CYBER2",{nobody}"Digital Currency Address - ETH {ETHEREUM}."\n')
    compare("labels import", "import", folder / "listing", listing)
    compare("labels show", "show", folder / "listing", ETHEREUM)
    compare_prices(found, folder)


def compare_prices(found: Comparison, folder: Path) -> None:
    """Answers about prices, known and unknown."""
    (folder / "daily.csv").write_text("date,close\n2017-09-01,4834.91\n2017-09-03,4582.96\n")
    store = folder / "priced"
    for verb, *arguments in (
        ("import", folder / "daily.csv"),
        ("list",),
        ("show", "2017-09-01", "2017-09-02", "2017-09-09"),
    ):
        for answer in ask("prices", verb, store, *arguments):
            found.check(f"prices {verb}", answer)


def compare_scans(found: Comparison, store: Path) -> None:
    """Every question about the whole chain; the shape of a result has the question's name."""
    for query in QUERIES:
        (answer,) = ask("scan", store, query)
        found.check("scan", answer)
        rows = answer["result"] if isinstance(answer["result"], list) else [answer["result"]]
        for row in rows:
            found.check(f"scan {query}", row)


@pytest.fixture(scope="module")
def compared(folder: Path, story: Story) -> Comparison:  # noqa: PLR0915 - a statement an answer
    """All answers, compared with the document."""
    truth = story.truth
    theft, listed, dusted = truth.deeds.theft_txid, truth.listed_address, truth.dusted_address
    loot = truth.ledger.outputs[truth.deeds.theft_outputs[1]].address or ""
    memo = next(
        tx.txid for tx in truth.ledger.txs for each in tx.made if not truth.ledger.outputs[each].address
    )
    whole, partial, labels = folder / "whole", folder / "partial", folder / "labels"
    found = Comparison()

    def compare(shape: str, *arguments: str | Path) -> None:
        for answer in ask(*arguments):
            found.check(shape, answer)

    compare("version", "version")
    compare("range bulk", "range", "bulk", folder / "bulk", "--txs", "150")
    compare("range compare", "range", "compare", whole, partial)
    compare("index", "index", folder / "pruned", folder / "again")
    followed = folder / "followed"
    assert main(["follow", str(followed), "--datadir", str(folder / "all"), "--once"]) == 0
    compare("events", "events", followed)
    compare_labels(found, folder, listed)
    compare("labels list", "labels", "list", whole)
    compare("labels show", "labels", "show", labels, listed, NOBODY, TRON)
    compare("screen", "screen", labels, listed, NOBODY, TRON)
    compare("screen", "screen", whole, listed, loot, NOBODY, dusted, "nonsense")
    compare("screen", "screen", whole, listed, "--as-of", "2024-03-20", "--max-list-age", "9")
    compare_coinjoins(found, folder, (truth.deeds.coinjoin_txid, memo))
    for store in (whole, partial, folder / "rootless"):
        compare_scans(found, store)
        compare("info", "info", store)
        compare("check", "check", store)
        last = next(ask("info", store))["tip"]["hash"]
        compare("block", "block", store, last)
        in_block = next(ask("block", store, last))["coinbase_txid"]
        compare("tx", "tx", store, in_block)
        made = next(ask("tx", store, in_block))["outputs"][0]["address"]
        compare("address", "address", store, made, NOBODY)
        compare("address --txs", "address", store, made, "--txs")
        compare("cluster", "cluster", store, made, NOBODY)
        compare("explain", "explain", store, made, NOBODY)
    compare("check", "check", folder / "damaged")
    compare("tx", "tx", whole, theft, memo)
    compare("tx", "tx", partial, *(tx.txid for tx in truth.ledger.txs if tx.height in range(CUT, CUT + 50)))
    for store in (whole, partial):
        compare("address", "address", store, listed, dusted)
        compare("address --txs", "address", store, listed, dusted, "--txs")
        compare("explain", "explain", store, listed, loot)
        compare("trace", "trace", store, f"{theft}:0", listed)
        compare("trace", "trace", store, theft, "--max-txs", "2")
        compare("trace", "trace", store, theft, "--through-coinjoins")
        miner = next(ask("tx", store, next(ask("block", store, "230"))["coinbase_txid"]))["outputs"][0][
            "address"
        ]
        compare_traces(compare, store, (theft, loot, miner), folder)
        hot = truth.ledger.addresses_of(truth.victim)[-1]
        compare("cluster", "cluster", store, hot, "--members", "3")
    compare_rule_sets(found, folder, story)
    compare_overlay(found, folder, story)
    compare_energy(found, folder)
    compare_range(folder, story, found)
    for error in (UsageError("m", hint="h", context={"n": 1, "x": None, "s": "s"}), UsageError("m")):
        found.check("error", error.as_dict())
    return found


def compare_traces(
    compare: Callable[..., None], store: Path, places: tuple[str, str, str], folder: Path
) -> None:
    """Traces by other methods and directions, and the questions that rest on them."""
    theft, loot, miner = places
    legs = folder / "legs.toml"
    legs.write_text(LEGS.format(theft=theft))
    both = ("--through-coinjoins", "--robustness", "--through", loot, "--stop", NOBODY)
    compare("trace", "trace", store, f"{theft}:0=5000@1", "--method", "fifo", *both)
    compare("trace", "trace", store, f"cluster:{loot}", "--backward", "--method", "lifo")
    compare("trace", "trace", store, theft, "--legs", legs, "--edges", folder / "edges.jsonl", "--stop", loot)
    question = (store, theft, "--at-least", "1")
    compare("compare", "compare", *question, "--reached", loot, "--stop", loot, "--max-traces", "9")
    compare("path", "path", store, theft, loot)
    compare("path", "path", store, loot, f"{theft}:0")
    compare("meet", "meet", store, f"{theft}:0", f"{theft}:1", "--through-coinjoins", "--no-labels")
    compare("pooled", "pooled", store, theft, "--account", loot)
    compare("pooled", "pooled", store, f"{theft}:0", "--account", miner)


LEGS = """[[leg]]
out = "{theft}:0"
asset = "XMR"
amount = "1"
time = "2020-01-01"
source = "made up for this test"
grade = "match"
followable = false
"""
SCENARIO = """format = 1
title = "a finding"
question = "was it?"
amount = "500 PH/s"
country = "kp"
draws = 100
[window]
from = 2018-01-01
to = 2018-01-31
[fuel]
pack = "coal"
[[finding]]
says = "a power station was seen at work"
source = "a satellite"
date = "2018-01-05"
"""


def compare_energy(found: Comparison, folder: Path) -> None:
    """Compare the answers of the energy model."""

    def compare(shape: str, *arguments: str | Path) -> None:
        for answer in ask("energy", *arguments):
            found.check(shape, answer)

    (folder / "finding.toml").write_text(SCENARIO)
    (folder / "prices.csv").write_text("date,close\n2017-09-01,4834.91\n")
    answer, few = "energy scenario", ("--draws", "100")
    day, month = (
        ("--from", "2017-09-01", "--to", "2017-09-01"),
        ("--from", "2017-09-01", "--to", "2017-09-30"),
    )
    # No prices are known of 2010, and no machine was on sale.
    early = ("--from", "2010-01-01", "--to", "2010-01-31")
    compare(answer, "scenario", "unsold_coal_2017", *few)
    compare(answer, "scenario", folder / "finding.toml")
    compare(answer, "forward", "1 GWh", *month, *few, "--fuel", "hydro", "--sold-price", "50 USD/MWh")
    compare(answer, "forward", "1 t", *early, *few, "--efficiency", "1e6 J/TH")
    compare(answer, "forward", "1 t", *month, *few, "--prices", folder / "prices.csv")
    compare(answer, "inverse", "5 blocks", *day, *few)
    compare(answer, "inverse", "5 blocks", *day, *few, "--unattributed", "40")
    compare(answer, "inverse", "1000000 BTC", *day, *few, "--country", "kp")
    compare("energy scenario --list", "scenario", "--list")
    (folder / "payouts.csv").write_text("date,btc\n2017-09-01,2.5\n2017-09-02,900000\n")
    for options in ((), ("--fuel", "hydro")):
        paid = ("payouts", folder / "payouts.csv", "--from", "2017-09-01", *few, *options)
        compare("energy payouts", *paid)
    compare("energy worth", "worth", *month, *few, "--sold-price", "52.5 USD/t")
    compare("energy worth", "worth", *early, *few, "--efficiency", "1e6 J/TH")
    compare("energy breakeven", "breakeven", *month, "--by", "day")
    compare("energy breakeven", "breakeven", *month, "--electricity-price", "0 USD/kWh")
    compare("energy breakeven", "breakeven", *early)
    compare("energy facts", "facts")
    for row in ask("energy", "facts"):
        name = row["table"]
        compare("energy facts fuel:coal" if ":" in name else f"energy facts {name}", "facts", name)


def test_answers_are_as_documented(compared: Comparison) -> None:
    assert not sorted(compared.wrong), "\n".join(sorted(compared.wrong))


def test_every_shape_was_seen(compared: Comparison) -> None:
    seen = {shape for shape, _ in compared.seen}
    assert sorted(set(SHAPES) - seen) == []
    assert seen >= ANSWERS


NOT_SHOWN_NULL = {
    # need a run of blocks of unknown height with spends between them; `rootless` has one block
    ("tie", "height"),
    ("tie", "known_height"),
    ("merge", "known_height"),
    ("contact", "height"),
    ("edge", "height"),
    ("terminal", "address"),  # needs an OP_RETURN output that holds value
    ("party", "kind"),  # sources with statements about parties say of each what it is
    ("step of a way", "address"),
    ("actor total", "address"),  # suspects come from Python only
    ("meeting", "height"),  # as that of an edge
    ("pooled event", "height"),
}


def test_every_null_that_is_documented_can_be_seen(compared: Comparison) -> None:
    documented = {
        (shape, name)
        for shape, fields in SHAPES.items()
        for name, field in fields.items()
        if field.null != NEVER
    }
    seen = {place for place, kinds in compared.seen.items() if True in kinds}
    assert sorted(documented - seen - NOT_SHOWN_NULL) == []


def test_units_follow_from_names() -> None:
    for shape, fields in SHAPES.items():
        for name, field in fields.items():
            for ending, unit in UNITS.items():
                if name.endswith(ending) and field.type == "integer":
                    assert field.unit == unit, f"{shape}.{name}"
            if field.type in {"decimal", "spread"}:
                units = {len(end): unit for end, unit in ESTIMATE_UNITS.items() if f"_{name}".endswith(end)}
                assert not units or field.unit == units[max(units)], f"{shape}.{name}"


def test_links_inside_the_document_lead_to_headings() -> None:
    text = DOCUMENT.read_text("utf-8")
    anchors = {
        re.sub(r"[^\w -]", "", heading).strip().replace(" ", "-").lower()
        for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors


def test_digests_name_every_column_group_and_index(folder: Path) -> None:
    (digests,) = ask("check", folder / "whole", "--digest")
    (about,) = ask("info", folder / "whole")
    sets = {f"clusters_{name}" for name in ("keyed", "standard", "wide")}
    assert digests.keys() - sets == about["group_bytes"].keys()
    assert all(re.fullmatch(r"[0-9a-f]{32}(?:[0-9a-f]{32})?", digest) for digest in digests.values())


def test_the_fields_that_programs_rely_on(folder: Path, story: Story) -> None:
    (tx,) = ask("tx", folder / "whole", story.truth.deeds.theft_txid)
    assert {
        "txid", "height", "block_hash", "time_unix", "coinbase", "size_bytes", "weight_wu", "fee_sat",
        "inputs", "outputs",
    } <= tx.keys()  # fmt: skip
    assert {
        "n", "txid", "vout", "value_sat", "address", "script_type", "external",
    } <= tx["inputs"][0].keys()  # fmt: skip
    assert {"n", "value_sat", "address", "script_type", "spent_by"} <= tx["outputs"][0].keys()
    assert tx["outputs"][0]["spent_by"].keys() == {"txid", "n"}
    (address,) = ask("address", folder / "whole", story.truth.listed_address)
    assert address.keys() - {"coverage", "provenance"} == {
        "address", "script_type", "balance_sat", "received_sat", "sent_sat", "n_outputs", "n_txs",
        "first_seen", "last_seen", "cluster",
    }  # fmt: skip
    assert address["first_seen"].keys() == address["last_seen"].keys() == {"height", "time_unix"}
    assert address["cluster"].keys() == {"anchor", "n_addresses"}
    (info,) = ask("info", folder / "whole")
    assert {"network", "tip", "coverage"} <= info.keys()
    assert info["tip"].keys() == {"height", "hash"}
