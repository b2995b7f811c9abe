//! Simple keys: what may turn out to be a key once a `:` is seen.

use std::collections::VecDeque;

use super::{Mark, Scanner};
use crate::error::Problem;

/// A `:` must follow a simple key within this many characters, on the same line.
const MAX_LENGTH: usize = 1024;

/// A place where a simple key may have begun.
#[derive(Clone, Copy, Default)]
pub(super) struct SimpleKey {
    pub(super) possible: bool,
    /// Whether nothing but a key can stand there.
    pub(super) required: bool,
    /// The number of the token that begins it.
    pub(super) token: usize,
    pub(super) mark: Mark,
}

/// The last possible key of each flow level, and which token begins which.
#[derive(Default)]
pub(super) struct SimpleKeys {
    levels: Vec<SimpleKey>,
    /// Token numbers, ascending, and the levels they were saved for.
    by_token: VecDeque<(usize, usize)>,
}

impl SimpleKeys {
    pub(super) fn push(&mut self, key: SimpleKey) {
        self.levels.push(key);
    }

    /// Leaves a flow level; with it goes what is known about the token its key began with.
    pub(super) fn pop(&mut self) {
        if let Some(key) = self.levels.pop() {
            self.forget_token(key.token);
        }
    }

    pub(super) fn top(&self) -> usize {
        self.levels.len().saturating_sub(1)
    }

    pub(super) fn last(&self) -> SimpleKey {
        self.levels.last().copied().unwrap_or_default()
    }

    fn save(&mut self, key: SimpleKey) {
        let level = self.top();
        if let Some(last) = self.levels.last_mut() {
            *last = key;
        }
        match self.by_token.back_mut() {
            Some(entry) if entry.0 == key.token => entry.1 = level,
            _ => self.by_token.push_back((key.token, level)),
        }
    }

    /// The key at the current level is no more.
    pub(super) fn forget_last(&mut self) {
        if let Some(key) = self.levels.last_mut() {
            key.possible = false;
            let token = key.token;
            self.forget_token(token);
        }
    }

    fn forget_token(&mut self, token: usize) {
        if let Ok(at) = self.by_token.binary_search_by_key(&token, |entry| entry.0) {
            self.by_token.remove(at);
        }
    }

    /// The level whose key the token begins. Earlier tokens are not asked for again.
    pub(super) fn level_of(&mut self, token: usize) -> Option<usize> {
        while self.by_token.front().is_some_and(|entry| entry.0 < token) {
            self.by_token.pop_front();
        }
        self.by_token
            .front()
            .filter(|entry| entry.0 == token)
            .map(|entry| entry.1)
    }
}

impl Scanner<'_> {
    /// Whether the key of `level` is still possible here.
    pub(super) fn check_simple_key(&mut self, level: usize) -> Result<bool, Problem> {
        let now = self.cursor.mark;
        let Some(key) = self.keys.levels.get_mut(level).filter(|key| key.possible) else {
            return Ok(false);
        };
        if key.mark.line < now.line || key.mark.index + MAX_LENGTH < now.index {
            if key.required {
                let context = key.mark;
                return Err(self.problem(context, "could not find expected ':'"));
            }
            key.possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    /// Remembers that a key may begin here.
    pub(super) fn save_simple_key(&mut self) -> Result<(), Problem> {
        if self.simple_key_allowed {
            let key = SimpleKey {
                possible: true,
                required: self.flow_level == 0 && self.indent == self.cursor.column(),
                token: self.next_number(),
                mark: self.cursor.mark,
            };
            self.remove_simple_key()?;
            self.keys.save(key);
        }
        Ok(())
    }

    /// Gives up the key of the current level.
    pub(super) fn remove_simple_key(&mut self) -> Result<(), Problem> {
        let key = self.keys.last();
        if key.possible {
            if key.required {
                return Err(self.problem(key.mark, "could not find expected ':'"));
            }
            self.keys.forget_last();
        }
        Ok(())
    }
}
