//! The five Bitcoin networks: how to tell them apart and what differs between them.

use crate::hash::Hash32;

/// One Bitcoin network. A store holds exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Network {
    /// The real one.
    Mainnet,
    /// testnet3.
    Testnet3,
    /// testnet4 (BIP-0094).
    Testnet4,
    /// signet (BIP-0325), default challenge.
    Signet,
    /// A private test chain.
    Regtest,
}

impl Network {
    /// All networks.
    pub const ALL: [Network; 5] =
        [Network::Mainnet, Network::Testnet3, Network::Testnet4, Network::Signet, Network::Regtest];

    /// Name used in stores, options and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Network::Mainnet => "mainnet",
            Network::Testnet3 => "testnet3",
            Network::Testnet4 => "testnet4",
            Network::Signet => "signet",
            Network::Regtest => "regtest",
        }
    }

    /// The network of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Network> {
        Network::ALL.into_iter().find(|network| network.name() == name)
    }

    /// The four bytes before every record of a block file (Bitcoin Core `kernel/chainparams.cpp`).
    #[must_use]
    pub fn magic(self) -> [u8; 4] {
        match self {
            Network::Mainnet => [0xf9, 0xbe, 0xb4, 0xd9],
            Network::Testnet3 => [0x0b, 0x11, 0x09, 0x07],
            Network::Testnet4 => [0x1c, 0x16, 0x3f, 0x28],
            Network::Signet => [0x0a, 0x03, 0xcf, 0x40],
            Network::Regtest => [0xfa, 0xbf, 0xb5, 0xda],
        }
    }

    /// The network whose block files start with `magic`.
    #[must_use]
    pub fn from_magic(magic: [u8; 4]) -> Option<Network> {
        Network::ALL.into_iter().find(|network| network.magic() == magic)
    }

    /// Folder below a Core data directory that holds this network (empty for mainnet).
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Network::Mainnet => "",
            other => other.name(),
        }
    }

    /// Blocks between two halvings of the subsidy.
    #[must_use]
    pub fn halving_interval(self) -> u32 {
        match self {
            Network::Regtest => 150,
            _ => 210_000,
        }
    }

    /// Easiest allowed target in compact form (`powLimit` of Bitcoin Core's chain parameters).
    #[must_use]
    pub fn pow_limit_bits(self) -> u32 {
        match self {
            Network::Mainnet | Network::Testnet3 | Network::Testnet4 => 0x1d00_ffff,
            Network::Signet => 0x1e03_77ae,
            Network::Regtest => 0x207f_ffff,
        }
    }

    /// Hash of the first block, in internal byte order.
    #[must_use]
    pub fn genesis_hash(self) -> Hash32 {
        let display = match self {
            Network::Mainnet => "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
            Network::Testnet3 => "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943",
            Network::Testnet4 => "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043",
            Network::Signet => "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6",
            Network::Regtest => "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206",
        };
        Hash32::from_display(display).expect("a literal of 64 hex digits")
    }

    /// Version byte of P2PKH addresses (base58check).
    #[must_use]
    pub fn p2pkh_version(self) -> u8 {
        if self == Network::Mainnet {
            0x00
        } else {
            0x6f
        }
    }

    /// Version byte of P2SH addresses (base58check).
    #[must_use]
    pub fn p2sh_version(self) -> u8 {
        if self == Network::Mainnet {
            0x05
        } else {
            0xc4
        }
    }

    /// Human-readable part of segwit addresses (BIP-0173, BIP-0350).
    #[must_use]
    pub fn bech32_hrp(self) -> &'static str {
        match self {
            Network::Mainnet => "bc",
            Network::Testnet3 | Network::Testnet4 | Network::Signet => "tb",
            Network::Regtest => "bcrt",
        }
    }
}
