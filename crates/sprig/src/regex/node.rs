//! A piece of a pattern being put together, with the measures that Go's limits are about.

use regex_syntax::hir::{Capture, Hir, Repetition};

use super::class::Runes;
use super::error::Code;

/// How deep Go lets expressions nest.
const MAX_HEIGHT: u32 = 1000;

/// How many instructions Go lets a program have: 128 MiB of 40 bytes each.
const MAX_SIZE: u64 = (128 << 20) / 40;

/// How often Go lets counted repetitions, those nested in one another multiplied, repeat.
pub(crate) const MAX_REPEAT: u32 = 1000;

/// A piece of a pattern.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) hir: Hir,
    /// Levels of Go's syntax tree.
    height: u32,
    /// Instructions of Go's program, as its parser estimates them.
    size: u64,
    /// The product of counted repetitions nested in it.
    repeats: u64,
    /// For literals, whether they ignore case: Go joins neighbours that agree on it.
    literal: Option<bool>,
}

/// A repetition operator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Repeat {
    pub(crate) min: u32,
    pub(crate) max: Option<u32>,
    pub(crate) greedy: bool,
    /// Whether it was written with braces.
    pub(crate) counted: bool,
}

impl Node {
    /// An anchor, a class or nothing: what has no parts.
    pub(crate) fn leaf(hir: Hir) -> Self {
        Self {
            hir,
            height: 1,
            size: 1,
            repeats: 1,
            literal: None,
        }
    }

    /// One rune.
    pub(crate) fn literal(rune: u32, fold: bool) -> Self {
        let hir = match char::from_u32(rune) {
            Some(_) if fold => Runes::single(rune).folded().to_hir(),
            Some(rune) => Hir::literal(rune.encode_utf8(&mut [0; 4]).as_bytes()),
            // A surrogate: legal, but in no text.
            None => Hir::fail(),
        };
        Self {
            literal: Some(fold),
            ..Self::leaf(hir)
        }
    }

    /// One after another.
    pub(crate) fn concat(nodes: Vec<Self>) -> Result<Self, Code> {
        let mut parts = 0;
        let mut previous = None;
        for node in &nodes {
            if node.literal.is_none() || node.literal != previous {
                parts += 1;
            }
            previous = node.literal;
        }
        Self::join(nodes, parts, 0, Hir::concat)
    }

    /// One or another, earlier ones preferred.
    pub(crate) fn alternate(nodes: Vec<Self>) -> Result<Self, Code> {
        let (parts, extra) = (nodes.len(), nodes.len().saturating_sub(1));
        Self::join(nodes, parts, extra as u64, Hir::alternation)
    }

    fn join(mut nodes: Vec<Self>, parts: usize, extra: u64, make: fn(Vec<Hir>) -> Hir) -> Result<Self, Code> {
        if nodes.len() < 2 {
            return Ok(nodes.pop().unwrap_or_else(|| Self::leaf(Hir::empty())));
        }
        let above = u32::from(parts > 1);
        let node = Self {
            height: nodes.iter().map(|node| node.height).max().unwrap_or(0) + above,
            size: nodes.iter().fold(extra, |sum, node| sum.saturating_add(node.size)),
            repeats: nodes.iter().map(|node| node.repeats).max().unwrap_or(1),
            literal: None,
            hir: make(nodes.into_iter().map(|node| node.hir).collect()),
        };
        node.checked()
    }

    /// A group that is captured.
    pub(crate) fn capture(self, index: u32) -> Result<Self, Code> {
        let capture = Capture {
            index,
            name: None,
            sub: Box::new(self.hir),
        };
        let node = Self {
            hir: Hir::capture(capture),
            height: self.height + 1,
            size: self.size.saturating_add(2),
            literal: None,
            ..self
        };
        node.checked()
    }

    /// A group that is not captured: what is in it, no longer joined with neighbours.
    pub(crate) fn group(self) -> Self {
        Self {
            literal: self.literal.filter(|_| self.size == 1),
            ..self
        }
    }

    /// A repetition of this.
    pub(crate) fn repeat(self, operator: Repeat) -> Result<Self, Code> {
        let Repeat {
            min,
            max,
            greedy,
            counted,
        } = operator;
        let size = match (min, max) {
            (0, None) => self.size.saturating_add(2),
            (min, None) => self.size.saturating_mul(min.into()).saturating_add(1),
            (0, Some(1)) => self.size.saturating_add(1),
            (min, Some(max)) => self
                .size
                .saturating_mul(max.into())
                .saturating_add(u64::from(max.saturating_sub(min))),
        };
        let repeats = match (counted, max.unwrap_or(min)) {
            (true, 0) if max.is_some() => 1,
            (true, times) => self.repeats.saturating_mul(times.max(1).into()),
            (false, _) => self.repeats,
        };
        let node = Self {
            hir: Hir::repetition(Repetition {
                min,
                max,
                greedy,
                sub: Box::new(self.hir),
            }),
            height: self.height + 1,
            size: size.max(1),
            repeats,
            literal: None,
        };
        let node = node.checked()?;
        if counted && (min >= 2 || max.is_some_and(|max| max >= 2)) && repeats > MAX_REPEAT.into() {
            return Err(Code::InvalidRepeatSize);
        }
        Ok(node)
    }

    fn checked(self) -> Result<Self, Code> {
        if self.height > MAX_HEIGHT {
            Err(Code::NestingDepth)
        } else if self.size > MAX_SIZE {
            Err(Code::TooLarge)
        } else {
            Ok(self)
        }
    }
}
