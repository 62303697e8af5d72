"""Measures Coalface beside other programs, in one run on the same block files; every answer is compared.

``make bench`` runs it after the other benches. A peer that does not build or run is a line in the table. The
first run builds the Rust peers under ``build/peers``, which takes minutes; later ones only measure.

    python benches/peers.py                  everything, on 2,200,000 transactions
    python benches/peers.py --only slices    peers whose name has that word, and the index
    python benches/peers.py --blocks FOLDER --network bitcoin
                                             on block files of a node, instead of a bulk chain
    python benches/peers.py --only union-find --addresses 100000000 --multi-txs 30000000
                                             the union-find alone, at another size
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from coalface import _core
from peers.answer import Facts, PeerError, compare
from peers.catalogue import BINARIES, FLOOR, INDEX, NOT_TRIED, PEERS, Peer, Place
from peers.chain_files import Totals, as_mainnet, input_addresses, totals
from peers.measure import Run, last_words, run
from peers.table import Row, grid, markdown
from peers.union_find import save, synthetic

HERE = Path(__file__).parent
BUILD = HERE.parent / "build" / "peers"
MANIFEST = HERE / "peers" / "rust" / "Cargo.toml"
ENV = {"PYTHONPATH": str(HERE), "RUST_BACKTRACE": "0"}
REPEATS = 3
ENOUGH_S = 20.0
THREADS = 2
START_S = 120.0


def main() -> None:
    """Build, measure, compare, print."""
    options = parse_options()
    work = BUILD / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    wanted = [FLOOR, *(peer for peer in PEERS if options.only in peer.name)]
    if options.build_limit:
        build_all(wanted, options.build_limit)
    blocks = options.blocks or write_chain(work / "blocks", options.txs)
    n_bytes = sum(path.stat().st_size for path in blocks.glob("blk*.dat"))
    print(f"processor: {processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    place = Place(
        blocks, work / "mainnet", work / "scratch", options.network, BUILD / "target" / "release",
        sys.executable, n_outputs=0, tip_hash="",
    )  # fmt: skip
    store = work / "store"
    index_run = measure(INDEX, place, options.limit, None)
    shutil.move(place.scratch / "store", store)
    expected = totals(store)
    compare(index_run.answer.facts, expected.whole, INDEX.claims)
    place = replace(place, n_outputs=expected.whole["outputs"], tip_hash=expected.tip_hash)
    as_mainnet(blocks, place.mainnet)
    print(
        f"chain: {expected.whole['txs']:,} tx, {n_bytes / 1e9:.2f} GB, {expected.whole['blocks']} blocks",
        flush=True,
    )
    rows = [row_of(INDEX, index_run)]
    for peer in wanted:
        rows.append(tried(peer, place, expected, options))
        print(f"  {rows[-1].name}: {rows[-1].absent or f'{rows[-1].seconds:.2f} s'}", flush=True)
    if not options.only:
        rows += [looked_for(name) for name in BINARIES]
        rows += [Row(*what, absent=why) for *what, why in NOT_TRIED]
    rows = [replace(row, n_bytes=n_bytes, n_txs=expected.whole["txs"]) for row in rows]
    rows.sort(key=lambda row: float("inf") if row.seconds is None else row.seconds)
    print(markdown(rows, index_run.answer.seconds))
    if options.only in "union-find":
        print(union_finds(store, work, options))
    shutil.rmtree(work)


def parse_options() -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description="Coalface beside other programs on the same block files.")
    parser.add_argument("--txs", type=int, default=int(os.environ.get("COALFACE_BENCH_TXS", "2200000")))
    parser.add_argument(
        "--blocks", type=Path, help="folder of block files, all of one chain in order from genesis on"
    )
    parser.add_argument("--network", default="regtest", help="network of --blocks")
    parser.add_argument("--only", default="", help="word in the names of the peers to run")
    parser.add_argument("--limit", type=float, default=300, help="seconds that a run may take")
    parser.add_argument(
        "--build-limit",
        type=float,
        default=3600,
        help="seconds that the building of a peer may take; 0: use what is built",
    )
    parser.add_argument(
        "--addresses", type=int, default=8_000_000, help="addresses of the synthetic union-find"
    )
    parser.add_argument("--multi-txs", type=int, default=4_000_000, help="its transactions")
    return parser.parse_args()


def processor() -> str:
    """Name of the processor."""
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"


def write_chain(folder: Path, n_txs: int) -> Path:
    """A bulk chain, with a key as nodes write them."""
    _core.write_bulk(folder, n_txs=n_txs, seed=1, xor_key=b"coalface", threads=THREADS)
    return folder


def tried(peer: Peer, place: Place, expected: Totals, options: argparse.Namespace) -> Row:
    """The row of a peer, whether it ran or not."""
    facts = expected.but_last if peer.but_last else expected.whole
    try:
        if peer.feature:
            build(peer.feature, peer.binary, options.build_limit)
        if not peer.node:
            return row_of(peer, measure(peer, place, options.limit, facts))
        with node(peer, place) as url:
            return row_of(peer, measure(peer, replace(place, url=url), options.limit, facts))
    except (PeerError, OSError, subprocess.CalledProcessError) as error:
        return Row(peer.name, peer.does, peer.lacks, peer.licence, absent=f"did not run: {error}")


def build_all(wanted: list[Peer], limit_s: float) -> None:
    """Build what can be built before anything is measured; what cannot is asked again, and says why."""
    programs = dict.fromkeys((peer.feature, peer.binary) for peer in wanted if peer.feature)
    for feature, binary in [*programs, ("slices", "spent"), ("forest", "forest")]:
        with suppress(PeerError):
            build(feature, binary, limit_s)


def build(feature: str, binary: str, limit_s: float) -> None:
    """Build a Rust program, if it is not built."""
    if not limit_s:
        return
    command = ["cargo", "build", "--quiet", "--release", "--locked", "--manifest-path", str(MANIFEST)]
    command += ["--target-dir", str(BUILD / "target"), "--features", feature, "--bin", binary]
    cargo(command, limit_s)


def cargo(command: list[str], limit_s: float) -> None:
    """Run cargo; `PeerError` says why it failed."""
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **clang()},
            timeout=limit_s,
            capture_output=True,
            text=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PeerError(f"not built within {limit_s:.0f} s") from None
    if done.returncode:
        raise PeerError(last_words(done.stderr))


def clang() -> dict[str, str]:
    """Variables with which the builder of `bindex` finds the reader of C headers that pip installed."""
    found: dict[str, str] = {}
    for folder in Path(sys.prefix).glob("lib/python*/site-packages/clang/native"):
        found["LIBCLANG_PATH"] = str(folder)
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler:
        asked = [compiler, "-print-file-name=include"]
        headers = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
        found["BINDGEN_EXTRA_CLANG_ARGS"] = f"-I{headers}"
    return found


@contextmanager
def node(peer: Peer, place: Place) -> Iterator[str]:
    """The address at which `node.py` answers for the blocks that the peer reads."""
    folder = place.scratch.with_name("node")
    folder.mkdir(exist_ok=True)
    port = folder / "port"
    port.unlink(missing_ok=True)
    command = [place.python, "-m", "peers.node", str(place.blocks), str(port)]
    if peer.feature == "bindex":
        spent = [str(place.programs / "spent"), str(place.blocks), str(folder)]
        subprocess.run(spent, check=True)
        command.append(str(folder))
    serving = subprocess.Popen(command, env={**os.environ, **ENV})
    try:
        end = time.monotonic() + START_S
        while not port.exists():
            if serving.poll() is not None or time.monotonic() > end:
                raise PeerError("the node's stand-in did not start")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port.read_text('ascii')}"
    finally:
        serving.terminate()
        serving.wait()


def measure(peer: Peer, place: Place, limit_s: float, expected: Facts | None) -> Run:
    """The fastest of some runs; no further one once they took long enough."""
    best: Run | None = None
    begin = time.monotonic()
    for _ in range(REPEATS):
        shutil.rmtree(place.scratch, ignore_errors=True)
        place.scratch.mkdir()
        found = run(peer.command(place), ENV, limit_s)
        if expected is not None:
            compare(found.answer.facts, expected, peer.claims)
        if best is None or found.answer.seconds < best.answer.seconds:
            best = found
        if time.monotonic() - begin > ENOUGH_S:
            break
    assert best is not None
    return best


def row_of(peer: Peer, found: Run) -> Row:
    """The row of a peer that ran."""
    return Row(
        peer.name,
        peer.does,
        peer.lacks,
        peer.licence,
        found.answer.seconds,
        found.cpu_s,
        found.own_mb,
        found.resident_mb,
    )


def looked_for(name: str) -> Row:
    """The row of a program that the registry may have one day."""
    licence, does, lacks, obstacle = BINARIES[name]
    try:
        cargo(["cargo", "install", "--quiet", "--locked", "--root", str(BUILD), name], 1800)
    except PeerError as error:
        obstacle = str(error)
    return Row(name, does, lacks, licence, absent=f"did not run: {obstacle}")


def union_finds(store: Path, work: Path, options: argparse.Namespace) -> str:
    """Table of the two union-finds on the store's own arrays and on made-up ones."""
    lines = [
        [
            "input addresses",
            "inputs",
            "graphsense-clustering 0.2.0 (MIT)",
            "coalface forest, with reasons",
            "ratio",
        ]
    ]
    offsets, addresses, n_addresses = input_addresses(store)
    save(work, offsets, addresses)
    lines.append(beside("of the chain above", len(addresses), n_addresses, store, work, options))
    del offsets, addresses
    for local in (True, False):
        n_inputs = synthetic(options.addresses, options.multi_txs, local, work)
        what = f"made up, {'local' if local else 'uniform'}"
        lines.append(beside(what, n_inputs, options.addresses, store, work, options))
    return grid(lines, n_text=1)


def beside(
    what: str, n_inputs: int, n_addresses: int, store: Path, work: Path, options: argparse.Namespace
) -> list[str]:
    """Cells of one comparison; both must find the same number of clusters."""
    head = [f"{what}, {n_addresses / 1e6:.1f} M addresses", f"{n_inputs / 1e6:.1f} M"]
    files = [str(work / "offsets"), str(work / "addresses"), str(n_addresses)]
    try:
        build("forest", "forest", options.build_limit)
        commands = [
            [sys.executable, "-m", "peers.union_find", *files],
            [str(BUILD / "target" / "release" / "forest"), str(store), *files],
        ]
        found = [min_run(command, options.limit) for command in commands]
        compare(found[1].answer.facts, found[0].answer.facts, ("clusters",))
    except (PeerError, OSError) as error:
        return [*head, f"did not run: {error}", "", ""]
    theirs, ours = (each.answer.seconds for each in found)
    cells = [
        f"{seconds:.2f} s, {n_inputs / seconds / 1e6:.1f} M/s, {each.own_mb:,.0f} MB"
        for seconds, each in zip((theirs, ours), found, strict=True)
    ]
    return [*head, *cells, f"{theirs / ours:.2f}"]


def min_run(command: list[str], limit_s: float) -> Run:
    """The fastest of some runs of a command."""
    return min((run(command, ENV, limit_s) for _ in range(REPEATS)), key=lambda found: found.answer.seconds)


if __name__ == "__main__":
    main()
