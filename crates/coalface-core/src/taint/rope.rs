//! A line of satoshi with tainted stretches, as a balanced tree whose parts are shared: cutting and joining lines of `n`
//! stretches makes O(log n) new nodes, so that a peel of 100,000 hops copies nothing of what it carries on.
//!
//! Neighbouring stretches that continue each other are one: the same line has the same stretches, however it was put
//! together. Depth is at most 1.44 log2 n (trees of Adelson-Velsky and Landis, with values in the leaves only).

use std::cell::Cell;
use std::rc::Rc;

use super::coin::{take_i64, Coin, Run};

/// Origin place of a stretch that is not tainted.
const CLEAN: i64 = -1;

thread_local! {
    static NODES: Cell<u64> = const { Cell::new(0) };
}

#[derive(Debug)]
enum Kind {
    /// One stretch: where it stands in the line of origins, or [`CLEAN`].
    Leaf(i64),
    Branch(Rc<Node>, Rc<Node>),
}

#[derive(Debug)]
struct Node {
    len_sat: i64,
    tainted_sat: i64,
    depth: u8,
    kind: Kind,
}

impl Drop for Node {
    fn drop(&mut self) {
        // The thread may be at its end, when nobody counts any more.
        let _ = NODES.try_with(|nodes| nodes.set(nodes.get() - 1));
    }
}

/// A line, possibly of no satoshi. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Rope(Option<Rc<Node>>);

fn counted(node: Node) -> Rc<Node> {
    NODES.with(|nodes| nodes.set(nodes.get() + 1));
    Rc::new(node)
}

fn leaf(len_sat: i64, origin_sat: i64) -> Rc<Node> {
    let tainted_sat = if origin_sat == CLEAN { 0 } else { len_sat };
    counted(Node { len_sat, tainted_sat, depth: 0, kind: Kind::Leaf(origin_sat) })
}

fn branch(left: Rc<Node>, right: Rc<Node>) -> Rc<Node> {
    counted(Node {
        len_sat: left.len_sat.saturating_add(right.len_sat),
        tainted_sat: left.tainted_sat.saturating_add(right.tainted_sat),
        depth: left.depth.max(right.depth) + 1,
        kind: Kind::Branch(left, right),
    })
}

/// Both under one node; their depths differ by two at the most.
fn balance(left: Rc<Node>, right: Rc<Node>) -> Rc<Node> {
    if left.depth > right.depth + 1 {
        if let Kind::Branch(a, b) = &left.kind {
            if a.depth >= b.depth {
                return branch(a.clone(), branch(b.clone(), right));
            }
            if let Kind::Branch(c, d) = &b.kind {
                return branch(branch(a.clone(), c.clone()), branch(d.clone(), right));
            }
        }
    } else if right.depth > left.depth + 1 {
        if let Kind::Branch(a, b) = &right.kind {
            if b.depth >= a.depth {
                return branch(branch(left, a.clone()), b.clone());
            }
            if let Kind::Branch(c, d) = &a.kind {
                return branch(branch(left, c.clone()), branch(d.clone(), b.clone()));
            }
        }
    }
    branch(left, right)
}

/// Both in order. Recurses once a level of the deeper one.
fn join(left: Rc<Node>, right: Rc<Node>) -> Rc<Node> {
    if left.depth > right.depth + 1 {
        if let Kind::Branch(a, b) = &left.kind {
            return balance(a.clone(), join(b.clone(), right));
        }
    } else if right.depth > left.depth + 1 {
        if let Kind::Branch(a, b) = &right.kind {
            return balance(join(left, a.clone()), b.clone());
        }
    }
    branch(left, right)
}

/// Before and behind satoshi `at`, which is neither end.
fn split(node: &Rc<Node>, at: i64) -> (Rc<Node>, Rc<Node>) {
    match &node.kind {
        Kind::Leaf(origin) => {
            let behind = if *origin == CLEAN { CLEAN } else { origin.saturating_add(at) };
            (leaf(at, *origin), leaf(node.len_sat - at, behind))
        }
        Kind::Branch(left, right) if at < left.len_sat => {
            let (a, b) = split(left, at);
            (a, join(b, right.clone()))
        }
        Kind::Branch(left, right) if at > left.len_sat => {
            let (a, b) = split(right, at - left.len_sat);
            (join(left.clone(), a), b)
        }
        Kind::Branch(left, right) => (left.clone(), right.clone()),
    }
}

fn last(mut node: &Rc<Node>) -> (i64, i64) {
    loop {
        match &node.kind {
            Kind::Leaf(origin) => return (node.len_sat, *origin),
            Kind::Branch(_, right) => node = right,
        }
    }
}

fn first(mut node: &Rc<Node>) -> (i64, i64) {
    loop {
        match &node.kind {
            Kind::Leaf(origin) => return (node.len_sat, *origin),
            Kind::Branch(left, _) => node = left,
        }
    }
}

impl Rope {
    /// A line without taint.
    #[must_use]
    pub fn clean(len_sat: i64) -> Rope {
        Rope((len_sat > 0).then(|| leaf(len_sat, CLEAN)))
    }

    /// A line that is coin of the origins, from `origin_sat` of their line on.
    #[must_use]
    pub fn tainted(len_sat: i64, origin_sat: i64) -> Rope {
        debug_assert!(origin_sat >= 0);
        Rope((len_sat > 0).then(|| leaf(len_sat, origin_sat)))
    }

    /// Satoshi in it.
    #[must_use]
    pub fn len_sat(&self) -> i64 {
        self.0.as_ref().map_or(0, |node| node.len_sat)
    }

    /// Levels of the tree.
    #[must_use]
    pub fn depth(&self) -> u8 {
        self.0.as_ref().map_or(0, |node| node.depth)
    }

    /// This line with another behind it.
    #[must_use]
    pub fn then(self, behind: Rope) -> Rope {
        let (left, right) = match (self.0, behind.0) {
            (Some(left), Some(right)) => (left, right),
            (left, right) => return Rope(left.or(right)),
        };
        let ((end_len, end_origin), (start_len, start_origin)) = (last(&left), first(&right));
        let continues = match (end_origin, start_origin) {
            (CLEAN, CLEAN) => true,
            (CLEAN, _) | (_, CLEAN) => false,
            (end, start) => end.saturating_add(end_len) == start,
        };
        if !continues {
            return Rope(Some(join(left, right)));
        }
        let middle = leaf(end_len.saturating_add(start_len), end_origin);
        let before_len = left.len_sat - end_len;
        let (before, _) = Rope(Some(left)).split(before_len);
        let (_, after) = Rope(Some(right)).split(start_len);
        // Neither end continues the middle: else it would have been one with its old part.
        let joined = match before.0 {
            Some(before) => join(before, middle),
            None => middle,
        };
        Rope(Some(match after.0 {
            Some(after) => join(joined, after),
            None => joined,
        }))
    }

    /// Before and behind satoshi `at`.
    #[must_use]
    pub fn split(self, at: i64) -> (Rope, Rope) {
        match &self.0 {
            Some(node) if at > 0 && at < node.len_sat => {
                let (a, b) = split(node, at);
                (Rope(Some(a)), Rope(Some(b)))
            }
            Some(_) if at <= 0 => (Rope(None), self),
            _ => (self, Rope(None)),
        }
    }

    /// Calls `each` with every stretch in order: satoshi before it, in it, and its origin place unless clean.
    fn walk(&self, each: &mut impl FnMut(i64, i64, i64)) {
        let mut waiting: Vec<&Rc<Node>> = self.0.iter().collect();
        let mut before = 0;
        while let Some(node) = waiting.pop() {
            match &node.kind {
                Kind::Leaf(origin) => {
                    each(before, node.len_sat, *origin);
                    before = i64::saturating_add(before, node.len_sat);
                }
                Kind::Branch(left, right) => waiting.extend([right, left]),
            }
        }
    }
}

impl Coin for Rope {
    fn of_part(value_sat: i64, part: Run) -> Rope {
        let behind = value_sat - part.start_sat - part.len_sat;
        Rope::clean(part.start_sat).then(Rope::tainted(part.len_sat, part.origin_sat)).then(Rope::clean(behind))
    }

    fn sat(&self) -> i64 {
        self.0.as_ref().map_or(0, |node| node.tainted_sat)
    }

    fn merge(self, other: Rope, _value_sat: i64) -> (Rope, i64) {
        let (mut rest, mut taken) = (other, Rope::default());
        let mut both = 0;
        self.walk(&mut |_, len, origin| {
            let (part, behind) = std::mem::take(&mut rest).split(len);
            rest = behind;
            let part = if origin == CLEAN {
                part
            } else {
                both = i64::saturating_add(both, part.sat());
                Rope::tainted(len, origin)
            };
            taken = std::mem::take(&mut taken).then(part);
        });
        (taken.then(rest), both)
    }

    fn heap_bytes() -> u64 {
        // A node behind two counters of 8 bytes, and what an allocation costs.
        NODES.with(Cell::get) * (size_of::<Node>() as u64 + 32)
    }

    fn encode(&self, bytes: &mut Vec<u8>) {
        let at = bytes.len();
        bytes.extend_from_slice(&[0; 8]);
        let mut count = 0i64;
        self.walk(&mut |_, len, origin| {
            bytes.extend_from_slice(&len.to_le_bytes());
            bytes.extend_from_slice(&origin.to_le_bytes());
            count += 1;
        });
        bytes[at..at + 8].copy_from_slice(&count.to_le_bytes());
    }

    fn decode(bytes: &mut &[u8]) -> Option<Rope> {
        let count = take_i64(bytes)?;
        let mut rope = Rope::default();
        for _ in 0..count {
            let (len, origin) = (take_i64(bytes).filter(|len| *len > 0)?, take_i64(bytes)?);
            rope = rope.then(if origin < 0 { Rope::clean(len) } else { Rope::tainted(len, origin) });
        }
        Some(rope)
    }

    fn runs(&self, runs: &mut Vec<Run>) {
        self.walk(&mut |start_sat, len_sat, origin_sat| {
            if origin_sat != CLEAN {
                runs.push(Run { start_sat, len_sat, origin_sat });
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The obvious form: one number a satoshi.
    fn plain(rope: &Rope) -> Vec<i64> {
        let mut all = Vec::new();
        rope.walk(&mut |before, len, origin| {
            assert_eq!(before as usize, all.len());
            all.extend((0..len).map(|n| if origin == CLEAN { CLEAN } else { origin + n }));
        });
        all
    }

    fn is_sound(node: &Rc<Node>) {
        if let Kind::Branch(left, right) = &node.kind {
            assert!(left.depth.abs_diff(right.depth) <= 1);
            assert_eq!(node.depth, left.depth.max(right.depth) + 1);
            assert_eq!(node.len_sat, left.len_sat + right.len_sat);
            assert_eq!(node.tainted_sat, left.tainted_sat + right.tainted_sat);
            is_sound(left);
            is_sound(right);
        }
    }

    #[test]
    fn equals_an_array_of_satoshi() {
        let mut state = 5u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) % below as u64) as usize
        };
        let mut ropes = vec![(Rope::default(), Vec::new())];
        for _ in 0..4_000 {
            let (mut rope, mut array) = ropes[next(ropes.len())].clone();
            match next(3) {
                0 => {
                    let (len, origin) = (next(4) as i64, next(9) as i64 - 1);
                    let more = if origin < 0 { Rope::clean(len) } else { Rope::tainted(len, origin) };
                    array.extend(plain(&more));
                    rope = rope.then(more);
                }
                1 => {
                    let (other, more) = ropes[next(ropes.len())].clone();
                    array.extend(more);
                    rope = rope.then(other);
                }
                _ => {
                    let at = next(array.len() + 1);
                    let behind = array.split_off(at);
                    let (a, b) = rope.split(at as i64);
                    assert_eq!(plain(&b), behind);
                    rope = if next(2) == 0 { a } else { b };
                    array = plain(&rope);
                }
            }
            if let Some(node) = &rope.0 {
                is_sound(node);
            }
            assert_eq!(plain(&rope), array);
            let mut bytes = Vec::new();
            rope.encode(&mut bytes);
            let again = Rope::decode(&mut &bytes[..]).unwrap();
            assert_eq!(plain(&again), array);
            if array.len() < 3000 {
                let n = next(40);
                if ropes.len() < 40 {
                    ropes.push((rope, array));
                } else {
                    ropes[n] = (rope, array);
                }
            }
        }
        drop(ropes);
        assert_eq!(Rope::heap_bytes(), 0, "every node is counted down again");
    }

    #[test]
    fn merging_counts_once() {
        let whole = Rope::of_part(10, Run { start_sat: 2, len_sat: 5, origin_sat: 100 });
        let other = Rope::of_part(10, Run { start_sat: 5, len_sat: 4, origin_sat: 7 });
        let (both, twice) = whole.merge(other, 10);
        assert_eq!(plain(&both), [-1, -1, 100, 101, 102, 103, 104, 9, 10, -1]);
        assert_eq!((both.sat(), twice), (7, 2));
    }

    #[test]
    fn a_long_peel_copies_nothing() {
        let mut rope = Rope::default();
        for n in 0..1000 {
            rope = rope.then(Rope::tainted(1000, n * 5000)).then(Rope::clean(1000));
        }
        assert!(rope.depth() <= 16);
        let made = Rope::heap_bytes();
        let mut kept = Vec::new();
        for _ in 0..1000 {
            let (peel, carry) = rope.split(7);
            kept.push(peel);
            rope = carry;
        }
        assert!(Rope::heap_bytes() < made + 1000 * 20 * 112);
    }
}
