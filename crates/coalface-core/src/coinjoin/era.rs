//! From and to which heights of mainnet a protocol was in use. On other networks, eras mean nothing.

use super::gate::{Allowed, Gate};
use crate::network::Network;

/// Whether heights are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Eras {
    /// Every protocol may occur at any height.
    #[default]
    Off,
    /// Heights are those of mainnet.
    Mainnet,
}

impl Eras {
    /// What fits a network.
    #[must_use]
    pub fn of(network: Network) -> Eras {
        match network {
            Network::Mainnet => Eras::Mainnet,
            _ => Eras::Off,
        }
    }

    /// Whether a height lies between `from` and `to`, both included. Unknown where the height is.
    #[must_use]
    pub fn gate(self, height: Option<u32>, from: u32, to: u32) -> Gate {
        let allowed = Allowed::Between(i64::from(from), i64::from(to));
        match self {
            Eras::Off => {
                let value = height.map(i64::from);
                Gate { name: "height", passed: Some(true), value, allowed: Allowed::Text("any: eras are off") }
            }
            Eras::Mainnet => Gate::of_known("height", height.map(i64::from), allowed),
        }
    }

    /// Whether `height` is known to be below `bound` on mainnet.
    #[must_use]
    pub fn is_before(self, height: Option<u32>, bound: u32) -> bool {
        self == Eras::Mainnet && height.is_some_and(|height| height < bound)
    }
}

/// The last height there may be.
pub const OPEN: u32 = u32::MAX - 1;
