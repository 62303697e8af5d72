//! The facts of an error one by one, for programs that must not take its message apart.

/// One fact of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContextValue {
    /// A name, a path, hex digits.
    Text(String),
    /// A count, an offset, a height, a satoshi amount.
    Number(u64),
}

/// The facts of an error by name. The same thing has the same name in all errors: `path`, `offset` (bytes from the
/// start of that file), `received`, `allowed`, `block_hash`, `height`, `address`.
pub type Context = Vec<(&'static str, ContextValue)>;

/// Most characters of a text of unknown origin that an error repeats.
pub const MAX_SHOWN_CHARS: usize = 80;

/// What stands in an error for a text that may be a secret: errors end up in logs and in mail.
pub const NOT_SHOWN: &str = "(not shown: it may be a private key)";

impl From<&str> for ContextValue {
    fn from(text: &str) -> Self {
        ContextValue::Text(text.to_owned())
    }
}

impl From<String> for ContextValue {
    fn from(text: String) -> Self {
        ContextValue::Text(text)
    }
}

impl From<&std::path::Path> for ContextValue {
    fn from(path: &std::path::Path) -> Self {
        // Whole, however long: a path that was cut names nothing.
        ContextValue::Text(path.display().to_string())
    }
}

impl From<crate::hash::Hash32> for ContextValue {
    fn from(hash: crate::hash::Hash32) -> Self {
        ContextValue::Text(hash.to_display())
    }
}

impl From<u64> for ContextValue {
    fn from(number: u64) -> Self {
        ContextValue::Number(number)
    }
}

impl From<u32> for ContextValue {
    fn from(number: u32) -> Self {
        ContextValue::Number(number.into())
    }
}

impl From<usize> for ContextValue {
    fn from(number: usize) -> Self {
        // No platform has more than 64 bits.
        ContextValue::Number(number as u64)
    }
}

/// `text` as far as an error may repeat it: cut if long, left out if it looks like a private key.
#[must_use]
pub fn shown(text: &str) -> String {
    if looks_secret(text) {
        return NOT_SHOWN.to_owned();
    }
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        None => text.to_owned(),
        Some(_) => text.chars().take(MAX_SHOWN_CHARS - 1).chain(['…']).collect(),
    }
}

/// Whether `text` has the form of a private key, or of one with a few characters too many, too few or wrong.
fn looks_secret(text: &str) -> bool {
    // Prefixes of bech32 and codex32 (BIP-0093) texts that hold secrets.
    const PREFIXES: [&str; 4] = ["nsec1", "ms1", "ncryptsec1", "age-secret-key-1"];
    let starts_with = |prefix: &str| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let digits = if starts_with("0x") { &text[2..] } else { text };
    let len = digits.len();
    let is_alphanumeric = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let n_hex = digits.bytes().filter(u8::is_ascii_hexdigit).count();
    // 32 bytes in hex.
    let is_hex = (60..=68).contains(&len) && is_alphanumeric && n_hex + 4 >= len;
    // Wallet import format: 51 or 52 characters of base58, no hex and no bech32.
    let has = |range: std::ops::RangeInclusive<u8>| digits.bytes().any(|byte| range.contains(&byte));
    let is_wif = (49..=54).contains(&len) && is_alphanumeric && has(b'A'..=b'Z') && has(b'a'..=b'z');
    // Mini private keys: 22, 26 or 30 characters of base58 behind an S, with which no address begins.
    let is_mini = (20..=32).contains(&len) && is_alphanumeric && digits.starts_with('S');
    is_hex || is_wif || is_mini || PREFIXES.into_iter().any(starts_with)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_shown_but_never_at_length_and_never_secrets() {
        assert_eq!(shown("1BitcoinEaterAddressDontSendf59kuE"), "1BitcoinEaterAddressDontSendf59kuE");
        assert_eq!(shown("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"), "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5");
        assert_eq!(
            shown("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj1"),
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj1"
        );
        assert_eq!(shown("0x00000000219ab540356cbb839cbe05303d7705fa"), "0x00000000219ab540356cbb839cbe05303d7705fa");
        assert_eq!(shown(&"é".repeat(80)), "é".repeat(80));
        assert_eq!(shown(&"é".repeat(81)), "é".repeat(79) + "…");
        let hex = "0c28fca386c7a227600b2fe50b7cae11ec86d3bf1fbe471be89827e19d72aa1d";
        for secret in [
            hex,
            &hex[1..],
            &format!("0x{hex}"),
            &format!("0X{hex}0"),
            &hex.replace('0', "o"),
            "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyT",
            "S6c56bnXQiBjk9mqSYE7ykVQ7NzrRy",
            "SzavMBLoXU6kDrqtUVmffv",
            "ms10testsxxxxxxxxxxxxxxxxxxxxxxxxxx4nzvca9cmczlw",
            "NSEC1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5",
        ] {
            assert_eq!(shown(secret), NOT_SHOWN, "{secret}");
        }
    }
}
