//! Bitcoin's variable-length encodings, writing side.

/// Appends a compact size.
pub(super) fn compact_size(n: u64, out: &mut Vec<u8>) {
    match n {
        0..=0xfc => out.push(n as u8),
        0xfd..=0xffff => {
            out.push(0xfd);
            out.extend_from_slice(&(n as u16).to_le_bytes());
        }
        0x1_0000..=0xffff_ffff => {
            out.push(0xfe);
            out.extend_from_slice(&(n as u32).to_le_bytes());
        }
        _ => {
            out.push(0xff);
            out.extend_from_slice(&n.to_le_bytes());
        }
    }
}

/// Appends `bytes` behind their compact size.
pub(super) fn sized(bytes: &[u8], out: &mut Vec<u8>) {
    compact_size(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

/// Appends the opcode that pushes the next `len` bytes in the shortest form; `len` is below 65,536 here.
pub(super) fn push_prefix(len: usize, out: &mut Vec<u8>) {
    match len {
        0..=75 => out.push(len as u8),
        76..=255 => out.extend_from_slice(&[0x4c, len as u8]),
        _ => {
            out.push(0x4d);
            out.extend_from_slice(&(len as u16).to_le_bytes());
        }
    }
}

/// Appends a push of `bytes`.
pub(super) fn push(bytes: &[u8], out: &mut Vec<u8>) {
    push_prefix(bytes.len(), out);
    out.extend_from_slice(bytes);
}

/// Appends the height that BIP-0034 wants first in a coinbase: `OP_1` to `OP_16`, else the shortest script number.
pub(super) fn push_height(height: u32, out: &mut Vec<u8>) {
    if (1..=16).contains(&height) {
        out.push(0x50 + height as u8);
        return;
    }
    let mut bytes = height.to_le_bytes().to_vec();
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    if bytes.last().is_some_and(|top| top & 0x80 != 0) {
        bytes.push(0); // the sign bit
    }
    push(&bytes, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn height(n: u32) -> Vec<u8> {
        let mut out = Vec::new();
        push_height(n, &mut out);
        out
    }

    #[test]
    fn heights_as_core_writes_them() {
        assert_eq!(height(1), [0x51]);
        assert_eq!(height(16), [0x60]);
        assert_eq!(height(17), [1, 17]);
        assert_eq!(height(127), [1, 127]);
        assert_eq!(height(128), [2, 128, 0]);
        assert_eq!(height(32_768), [3, 0, 128, 0]);
        assert_eq!(height(800_000), [3, 0x00, 0x35, 0x0c]);
    }

    #[test]
    fn compact_sizes() {
        for (n, bytes) in
            [(252, vec![252]), (253, vec![253, 253, 0]), (65_535, vec![253, 255, 255]), (65_536, vec![254, 0, 0, 1, 0])]
        {
            let mut out = Vec::new();
            compact_size(n, &mut out);
            assert_eq!(out, bytes);
        }
    }
}
