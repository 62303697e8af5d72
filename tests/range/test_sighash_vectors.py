"""Digests and whole signed transactions against the published examples of BIP-0143 and BIP-0341."""

from __future__ import annotations

import pytest

from coalface.range.keys import Key
from coalface.range.script import Kind, lock_with
from coalface.range.sighash import ALL, ANYONECANPAY, SINGLE, bip143_digest, bip341_digest, legacy_digest
from coalface.range.sign import sign
from coalface.range.tx import Reader, Tx, TxOutput

# BIP-0143, "Native P2WPKH": input 0 is P2PK, input 1 is P2WPKH.
P2WPKH_TX = (
    "0100000002fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f0000000000eeffffff"
    "ef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff"
    "02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac"
    "9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac11000000"
)
P2WPKH_SIGNED = (
    "01000000000102fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f0000000049"
    "4830450221008b9d1dc26ba6a9cb62127b02742fa9d754cd3bebf337f7a55d114c8e5cdd30be0220"
    "40529b194ba3f9281a99f2b1c0a19c0489bc22ede944ccf4ecbab4cc618ef3ed01eeffffff"
    "ef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff"
    "02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac"
    "9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac"
    "000247304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220"
    "573a954c4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee01"
    "21025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee635711000000"
)
P2PK_SECRET = "bbc27228ddcb9209d7fd6f36b02f7dfa6252af40bb2f1cbc7a557da8027ff866"
P2WPKH_SECRET = "619c335025c7f4012e556c2a58b2506e30b8511b53ade95ea316fd8c3286feb9"

# BIP-0143, "P2SH-P2WPKH".
WRAPPED_TX = (
    "0100000001db6b1b20aa0fd7b23880be2ecbd4a98130974cf4748fb66092ac4d3ceb1a54770100000000feffffff"
    "02b8b4eb0b000000001976a914a457b684d7f0d539a46a45bbc043f35b59d0d96388ac"
    "0008af2f000000001976a914fd270b1ee6abcaea97fea7ad0402e8bd8ad6d77c88ac92040000"
)
WRAPPED_SIGNED = (
    "01000000000101db6b1b20aa0fd7b23880be2ecbd4a98130974cf4748fb66092ac4d3ceb1a54770100000017"
    "16001479091972186c449eb1ded22b78e40d009bdf0089feffffff"
    "02b8b4eb0b000000001976a914a457b684d7f0d539a46a45bbc043f35b59d0d96388ac"
    "0008af2f000000001976a914fd270b1ee6abcaea97fea7ad0402e8bd8ad6d77c88ac"
    "02473044022047ac8e878352d3ebbde1c94ce3a10d057c24175747116f8288e5d794d12d482f0220"
    "217f36a485cae903c713331d877c1f64677e3622ad4010726870540656fe9dcb01"
    "2103ad1d8e89212f0b92c74d23bb710c00662ad1470198ac48c43f7d6f93a2a2687392040000"
)
WRAPPED_SECRET = "eb696a065ef48a2192da5b28b694f87544b30fae8327c4510137a922f32c6dcf"

# BIP-0143, "Native P2WSH", first example: SINGLE for input 1 of a transaction with one output.
P2WSH_TX = (
    "0100000002fe3dc9208094f3ffd12645477b3dc56f60ec4fa8e6f5d67c565d1c6b9216b36e0000000000ffffffff"
    "0815cf020f013ed6cf91d29f4202e8a58726b1ac6c79da47c23d1bee0a6925f80000000000ffffffff"
    "0100f2052a010000001976a914a30741f8145e5acadf23f751864167f32e0963f788ac00000000"
)
P2WSH_SCRIPT = (
    "21026dccc749adc2a9d0d89497ac511f760f45c47dc5ed9cf352a58ac706453880aeadab21"
    "0255a9626aebf5e29c0e6538428ba0d1dcf6ca98ffdf086aa8ced5e0d0215ea465ac"
)
P2WSH_P2PK_SECRET = "b8f28a772fccbf9b4f58a4f027e07dc2e35e7cd80529975e292ea34f84c4580c"
P2WSH_P2PK_SIGNATURE = (
    "304402200af4e47c9b9629dbecc21f73af989bdaa911f7e6f6c2e9394588a3aa68f81e9902204f3fcf6a"
    "de7e5abb1295b6774c8e0abd94ae62217367096bc02ee5e435b67da2"
)

# BIP-0143, "Native P2WSH", second example: SINGLE with ANYONECANPAY.
ALONE_TX = (
    "0100000002e9b542c5176808107ff1df906f46bb1f2583b16112b95ee5380665ba7fcfc0010000000000ffffffff"
    "80e68831516392fcd100d186b3c2c7b95c80b53c77e77c35ba03a66b429a2a1b0000000000ffffffff"
    "0280969800000000001976a914de4b231626ef508c9a74a8517e6783c0546d6b2888ac"
    "80969800000000001976a9146648a8cd4531e1ec47f35916de8e259237294d1e88ac00000000"
)

# BIP-0341, wallet test vectors, "keyPathSpending".
TAPROOT_TX = (
    "02000000097de20cbff686da83a54981d2b9bab3586f4ca7e48f57f5b55963115f3b334e9c010000000000000000"
    "d7b7cab57b1393ace2d064f4d4a2cb8af6def61273e127517d44759b6dafdd990000000000ffffffff"
    "f8e1f583384333689228c5d28eac13366be082dc57441760d957275419a418420000000000ffffffff"
    "f0689180aa63b30cb162a73c6d2a38b7eeda2a83ece74310fda0843ad604853b0100000000feffffff"
    "aa5202bdf6d8ccd2ee0f0202afbbb7461d9264a25e5bfd3c5a52ee1239e0ba6c0000000000feffffff"
    "956149bdc66faa968eb2be2d2faa29718acbfe3941215893a2a3446d32acd050000000000000000000"
    "e664b9773b88c09c32cb70a2a3e4da0ced63b7ba3b22f848531bbb1d5d5f4c94010000000000000000"
    "e9aa6b8e6c9de67619e6a3924ae25696bb7b694bb677a632a74ef7eadfd4eabf0000000000ffffffff"
    "a778eb6a263dc090464cd125c466b5a99667720b1c110468831d058aa1b82af10100000000ffffffff"
    "0200ca9a3b000000001976a91406afd46bcdfd22ef94ac122aa11f241244a37ecc88ac"
    "807840cb0000000020ac9a87f5594be208f8532db38cff670c450ed2fea8fcdefcc9a663f78bab962b0065cd1d"
)
TAPROOT_SPENT = [
    ("512053a1f6e454df1aa2776a2814a721372d6258050de330b3c6d10ee8f4e0dda343", 420000000),
    ("5120147c9c57132f6e7ecddba9800bb0c4449251c92a1e60371ee77557b6620f3ea3", 462000000),
    ("76a914751e76e8199196d454941c45d1b3a323f1433bd688ac", 294000000),
    ("5120e4d810fd50586274face62b8a807eb9719cef49c04177cc6b76a9a4251d5450e", 504000000),
    ("512091b64d5324723a985170e4dc5a0f84c041804f2cd12660fa5dec09fc21783605", 630000000),
    ("00147dd65592d0ab2fe0d0257d571abf032cd9db93dc", 378000000),
    ("512075169f4001aa68f15bbed28b218df1d0a62cbbcf1188c6665110c293c907b831", 672000000),
    ("5120712447206d7a5238acc7ff53fbe94a3b64539ad291c7cdbc490b7577e4b17df5", 546000000),
    ("512077e30a5522dd9f894c3f8b8bd4c4b2cf82ca7da8a3ea6a239655c39c050ab220", 588000000),
]
# index, hash type, internal secret, merkle root, tweak, digest, signature
TAPROOT_INPUTS = [
    (
        0,
        3,
        "6b973d88838f27366ed61c9ad6367663045cb456e28335c109e30717ae0c6baa",
        "",
        "b86e7be8f39bab32a6f2c0443abbc210f0edac0e2c53d501b36b64437d9c6c70",
        "2514a6272f85cfa0f45eb907fcb0d121b808ed37c6ea160a5a9046ed5526d555",
        (
            "ed7c1647cb97379e76892be0cacff57ec4a7102aa24296ca39af7541246d8ff1"
            "4d38958d4cc1e2e478e4d4a764bbfd835b16d4e314b72937b29833060b87276c"
        ),
    ),
    (
        1,
        131,
        "1e4da49f6aaf4e5cd175fe08a32bb5cb4863d963921255f33d3bc31e1343907f",
        "5b75adecf53548f3ec6ad7d78383bf84cc57b55a3127c72b9a2481752dd88b21",
        "cbd8679ba636c1110ea247542cfbd964131a6be84f873f7f3b62a777528ed001",
        "325a644af47e8a5a2591cda0ab0723978537318f10e6a63d4eed783b96a71a4d",
        (
            "052aedffc554b41f52b521071793a6b88d6dbca9dba94cf34c83696de0c1ec35"
            "ca9c5ed4ab28059bd606a4f3a657eec0bb96661d42921b5f50a95ad33675b54f"
        ),
    ),
    (
        3,
        1,
        "d3c7af07da2d54f7a7735d3d0fc4f0a73164db638b2f2f7c43f711f6d4aa7e64",
        "c525714a7f49c28aedbbba78c005931a81c234b2f6c99a73e4d06082adc8bf2b",
        "6af9e28dbf9d6aaf027696e2598a5b3d056f5fd2355a7fd5a37a0e5008132d30",
        "bf013ea93474aa67815b1b6cc441d23b64fa310911d991e713cd34c7f5d46669",
        (
            "ff45f742a876139946a149ab4d9185574b98dc919d2eb6754f8abaa59d18b025"
            "637a3aa043b91817739554f4ed2026cf8022dbd83e351ce1fabc272841d2510a"
        ),
    ),
    (
        4,
        0,
        "f36bb07a11e469ce941d16b63b11b9b9120a84d9d87cff2c84a8d4affb438f4e",
        "ccbd66c6f7e8fdab47b3a486f59d28262be857f30d4773f2d5ea47f7761ce0e2",
        "b57bfa183d28eeb6ad688ddaabb265b4a41fbf68e5fed2c72c74de70d5a786f4",
        "4f900a0bae3f1446fd48490c2958b5a023228f01661cda3496a11da502a7f7ef",
        (
            "b4010dd48a617db09926f729e79c33ae0b4e94b79f04a1ae93ede6315eb3669d"
            "e185a17d2b0ac9ee09fd4c64b678a0b61a0a86fa888a273c8511be83bfd6810f"
        ),
    ),
    (
        6,
        2,
        "415cfe9c15d9cea27d8104d5517c06e9de48e2f986b695e4f5ffebf230e725d8",
        "2f6b2c5397b6d68ca18e09a3f05161668ffe93a988582d55c6f07bd5b3329def",
        "6579138e7976dc13b6a92f7bfd5a2fc7684f5ea42419d43368301470f3b74ed9",
        "15f25c298eb5cdc7eb1d638dd2d45c97c4c59dcaec6679cfc16ad84f30876b85",
        (
            "a3785919a2ce3c4ce26f298c3d51619bc474ae24014bcdd31328cd8cfbab2eff"
            "3395fa0a16fe5f486d12f22a9cedded5ae74feb4bbe5351346508c5405bcfee0"
        ),
    ),
    (
        7,
        130,
        "c7b0e81f0a9a0b0499e112279d718cca98e79a12e2f137c72ae5b213aad0d103",
        "6c2dc106ab816b73f9d07e3cd1ef2c8c1256f519748e0813e4edd2405d277bef",
        "9e0517edc8259bb3359255400b23ca9507f2a91cd1e4250ba068b4eafceba4a9",
        "cd292de50313804dabe4685e83f923d2969577191a3e1d2882220dca88cbeb10",
        (
            "ea0c6ba90763c2d3a296ad82ba45881abb4f426b3f87af162dd24d5109edc1cd"
            "d11915095ba47c3a9963dc1e6c432939872bc49212fe34c632cd3ab9fed429c4"
        ),
    ),
    (
        8,
        129,
        "77863416be0d0665e517e1c375fd6f75839544eca553675ef7fdf4949518ebaa",
        "ab179431c28d3b68fb798957faf5497d69c883c6fb1e1cd9f81483d87bac90cc",
        "639f0281b7ac49e742cd25b7f188657626da1ad169209078e2761cefd91fd65e",
        "cccb739eca6c13a8a89e6e5cd317ffe55669bbda23f2fd37b0f18755e008edd2",
        (
            "bbc9584a11074e83bc8c6759ec55401f0ae7b03ef290c3139814f545b58a9f81"
            "27258000874f44bc46db7646322107d4d86aec8e73b8719a61fff761d75b5dd9"
        ),
    ),
]


def key(secret: str) -> Key:
    return Key(bytes.fromhex(secret))


def tx(text: str) -> Tx:
    return Reader(bytes.fromhex(text)).tx()


@pytest.mark.parametrize("text", [P2WPKH_TX, P2WPKH_SIGNED, WRAPPED_SIGNED, P2WSH_TX, TAPROOT_TX])
def test_transactions_read_and_write_back_to_the_same_bytes(text: str) -> None:
    assert tx(text).serialize().hex() == text


def test_bip143_native_p2wpkh_signs_to_the_published_transaction() -> None:
    locks = [
        lock_with(Kind.P2PK, [key(P2PK_SECRET)], "x"),
        lock_with(Kind.P2WPKH, [key(P2WPKH_SECRET)], "x"),
    ]
    signed = sign(tx(P2WPKH_TX), locks, [625_000_000, 600_000_000])
    assert signed.serialize().hex() == P2WPKH_SIGNED
    script_code = bytes.fromhex("76a9141d0f172a0ecb48aee1be1f2687d2963ae33f71a188ac")
    digest = bip143_digest(tx(P2WPKH_TX), 1, script_code, 600_000_000)
    assert digest.hex() == "c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670"


def test_bip143_wrapped_p2wpkh_signs_to_the_published_transaction() -> None:
    lock = lock_with(Kind.P2SH_P2WPKH, [key(WRAPPED_SECRET)], "x")
    assert lock.script_pubkey.hex() == "a9144733f37cf4db86fbc2efed2500b4f4e49f31202387"
    assert sign(tx(WRAPPED_TX), [lock], [1_000_000_000]).serialize().hex() == WRAPPED_SIGNED


def test_bip143_single_without_its_output() -> None:
    whole, rest = bytes.fromhex(P2WSH_SCRIPT), bytes.fromhex(P2WSH_SCRIPT[-70:])
    first = bip143_digest(tx(P2WSH_TX), 1, whole, 4_900_000_000, SINGLE)
    second = bip143_digest(tx(P2WSH_TX), 1, rest, 4_900_000_000, SINGLE)
    assert first.hex() == "82dde6e4f1e94d02c2b7ad03d2115d691f48d064e9d52f58194a6637e4194391"
    assert second.hex() == "fef7bd749cce710c5c052bd796df1af0d935e59cea63736268bcbe2d2134fc47"


def test_bip143_single_and_anyonecanpay() -> None:
    tail = "68210392972e2eb617b2388771abe27235fd5ac44af8e61693261550447a4c3e39da98ac"
    whole, rest = bytes.fromhex("0063ab" + tail), bytes.fromhex(tail)
    first = bip143_digest(tx(ALONE_TX), 0, whole, 16_777_215, SINGLE | ANYONECANPAY)
    second = bip143_digest(tx(ALONE_TX), 1, rest, 16_777_215, SINGLE | ANYONECANPAY)
    assert first.hex() == "e9071e75e25b8a1e298a72f0d2e9f4f95a0f5cdf86a533cda597eb402ed13b3a"
    assert second.hex() == "cd72f1f1a433ee9df816857fad88d8ebd97e09a75cd481583eb841c330275e54"


def test_legacy_digest_gives_the_published_signature() -> None:
    signer = key(P2WSH_P2PK_SECRET)
    script = lock_with(Kind.P2PK, [signer], "x").script_pubkey
    assert script.hex() == "21036d5c20fa14fb2f635474c1dc4ef5909d4568e5569b79fc94d3448486e14685f8ac"
    digest = legacy_digest(tx(P2WSH_TX), 0, script, ALL)
    assert signer.sign_ecdsa(digest).hex() == P2WSH_P2PK_SIGNATURE


@pytest.mark.parametrize("example", TAPROOT_INPUTS, ids=[f"hash-type-{each[1]}" for each in TAPROOT_INPUTS])
def test_bip341_key_path(example: tuple[int, int, str, str, str, str, str]) -> None:
    index, hash_type, secret, merkle_root, tweak, digest, signature = example
    spent = [TxOutput(value_sat, bytes.fromhex(script)) for script, value_sat in TAPROOT_SPENT]
    internal, root = key(secret), bytes.fromhex(merkle_root)
    assert internal.tap_tweak(root).hex() == tweak
    assert "5120" + internal.tweaked(root).x_only.hex() == TAPROOT_SPENT[index][0]
    assert bip341_digest(tx(TAPROOT_TX), index, spent, hash_type).hex() == digest
    assert internal.tweaked(root).sign_schnorr(bytes.fromhex(digest)).hex() == signature


def test_single_without_its_output_is_refused_where_it_would_sign_a_constant() -> None:
    unsigned = tx(P2WSH_TX)
    with pytest.raises(ValueError, match="SINGLE needs output 1"):
        legacy_digest(unsigned, 1, b"", SINGLE)
    with pytest.raises(ValueError, match="SINGLE needs output 1"):
        bip341_digest(unsigned, 1, [TxOutput(1, b""), TxOutput(1, b"")], SINGLE)
