"""What a script is and how its address reads, decided once more: slowly, and with another library's encoders."""

from __future__ import annotations

import hashlib

from embit import base58, bech32
from embit.networks import NETWORKS
from embit.script import Script

EMBIT_NETWORKS = {"mainnet": "main", "testnet3": "test", "signet": "signet", "regtest": "regtest"}
_MAX_KEYS = 20
_KEY_SIZES = {2: 33, 3: 33, 4: 65, 6: 65, 7: 65}


def pushes_and_opcodes(script: bytes) -> list[bytes | int] | None:
    """The script's pushed data and other opcodes in order; None if a push runs past the end."""
    found: list[bytes | int] = []
    place = 0
    while place < len(script):
        opcode = script[place]
        place += 1
        if opcode > 0x4E or opcode == 0:
            found.append(opcode)
            continue
        size = opcode
        if opcode >= 0x4C:
            width = 1 << (opcode - 0x4C)
            if place + width > len(script):
                return None
            size = int.from_bytes(script[place : place + width], "little")
            place += width
        if place + size > len(script):
            return None
        found.append(script[place : place + size])
        place += size
    return found


def is_key(item: bytes | int) -> bool:
    """Whether the item is data with the header and the length of a public key."""
    return isinstance(item, bytes) and len(item) > 0 and _KEY_SIZES.get(item[0]) == len(item)


def number(item: bytes | int) -> int:
    """The number 1 to 20 that the item pushes in its shortest form; else 0."""
    if isinstance(item, int):
        return item - 0x50 if 0x51 <= item <= 0x60 else 0
    return item[0] if len(item) == 1 and 17 <= item[0] <= _MAX_KEYS else 0


def is_multisig(script: bytes) -> bool:
    """Whether the script is m keys n OP_CHECKMULTISIG and nothing else."""
    items = pushes_and_opcodes(script)
    if items is None or len(items) < 4 or items[-1] != 0xAE:
        return False
    keys = items[1:-2]
    return all(map(is_key, keys)) and 1 <= number(items[0]) <= len(keys) == number(items[-2])


def witness_program(script: bytes) -> tuple[int, bytes] | None:
    """Version and program, as BIP-0141 defines them."""
    if not 4 <= len(script) <= 42 or script[1] != len(script) - 2:
        return None
    if script[0] != 0 and not 0x51 <= script[0] <= 0x60:
        return None
    return (script[0] - 0x50 if script[0] else 0), script[2:]


def script_type(script: bytes) -> str:
    """The kind of an output script, by its bytes."""
    if not script:
        return "empty"
    if script[0] == 0x6A:
        return "op_return"
    standard = Script(script).script_type()
    if standard is not None:
        return str(standard)
    program = witness_program(script)
    if program is not None:
        if program[0] == 0:
            return "nonstandard"
        return "anchor" if script == bytes.fromhex("51024e73") else "witness_unknown"
    items = pushes_and_opcodes(script)
    if items is not None and len(items) == 2 and items[1] == 0xAC and is_key(items[0]):
        data = items[0]
        # only the one-byte push is the template
        if isinstance(data, bytes) and len(script) == len(data) + 2:
            return "p2pk"
    return "multisig" if is_multisig(script) else "nonstandard"


def address(network: str, script: bytes) -> str | None:
    """The address as another library writes it; ``script:…`` where no standard has an encoding."""
    names = NETWORKS[EMBIT_NETWORKS[network]]
    kind = script_type(script)
    if kind == "op_return":
        return None
    if Script(script).script_type() is not None:
        return str(Script(script).address(names))
    if kind in ("anchor", "witness_unknown"):
        version, program = witness_program(script) or (0, b"")
        return str(bech32.encode(names["bech32"], version, program))
    return f"script:{kind}:{hashlib.sha256(script).hexdigest()}"


def p2sh(network: str, redeem_script: bytes) -> str:
    """The P2SH address of a redeem script."""
    digest = hashlib.new("ripemd160", hashlib.sha256(redeem_script).digest()).digest()
    return str(base58.encode_check(NETWORKS[EMBIT_NETWORKS[network]]["p2sh"] + digest))
