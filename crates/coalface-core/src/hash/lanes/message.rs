//! A message on its way through SHA-256, as blocks of 64 bytes.

/// What is left of one message.
pub struct Message<'a> {
    /// Whole blocks of the message that lie in one piece.
    direct: &'a [u8],
    /// The other blocks, with the end of the message.
    rest: Vec<u8>,
    /// Next block of `rest`.
    at: usize,
}

/// A message that is done.
impl Default for Message<'_> {
    fn default() -> Self {
        Message { direct: &[], rest: vec![0; 64], at: 64 }
    }
}

impl<'a> Message<'a> {
    /// Begins with the concatenation of `parts`.
    pub fn start(&mut self, parts: [&'a [u8]; 3]) {
        let len: usize = parts.iter().map(|part| part.len()).sum();
        let is_whole = parts[1].is_empty() && parts[2].is_empty();
        let direct = if is_whole { parts[0].len() / 64 * 64 } else { 0 };
        let (whole, cut) = parts[0].split_at(direct);
        self.direct = whole;
        self.rest.clear();
        for part in [cut, parts[1], parts[2]] {
            self.rest.extend_from_slice(part);
        }
        self.end(len);
    }

    /// Begins with a message that is a hash.
    pub fn start_with(&mut self, hash: &[u8; 32]) {
        self.direct = &[];
        self.rest.clear();
        self.rest.extend_from_slice(hash);
        self.end(32);
    }

    fn end(&mut self, len: usize) {
        self.at = 0;
        self.rest.push(0x80);
        let end = (self.rest.len() + 8).next_multiple_of(64);
        self.rest.resize(end - 8, 0);
        self.rest.extend_from_slice(&(len as u64 * 8).to_be_bytes());
    }

    /// Blocks that are left.
    pub fn n_blocks(&self) -> usize {
        (self.direct.len() + self.rest.len() - self.at) / 64
    }

    /// Whether every block has been taken.
    pub fn is_done(&self) -> bool {
        self.direct.is_empty() && self.at == self.rest.len()
    }

    /// The next block; of a message that is done, its last again.
    #[inline]
    pub fn block(&mut self) -> &[u8; 64] {
        if let Some((block, rest)) = self.direct.split_first_chunk() {
            self.direct = rest;
            return block;
        }
        let at = self.at.min(self.rest.len() - 64);
        self.at = at + 64;
        self.rest[at..].first_chunk().expect("the end of a message fills its last block")
    }
}
