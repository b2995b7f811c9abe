//! `*`, `+`, `?` and `{min,max}`, greedy or lazy.

use super::{Code, Parser, SWAP_GREED, SyntaxError};
use crate::regex::node::{MAX_REPEAT, Repeat};

impl<'p> Parser<'p> {
    pub(super) fn repetition(&mut self, before: &'p [u8], last_repeat: Option<&'p [u8]>) -> Result<(), SyntaxError> {
        let (min, max, mut after) = match before[0] {
            b'*' => (0, None, &before[1..]),
            b'+' => (1, None, &before[1..]),
            b'?' => (0, Some(1), &before[1..]),
            _ => match counts(before) {
                // Braces that are no repetition stand for themselves.
                None => return self.literal(),
                Some((min, max, after)) => {
                    let fits = |count: u32| count <= MAX_REPEAT;
                    if !fits(min) || !max.is_none_or(fits) || max.is_some_and(|max| min > max) {
                        return Err(SyntaxError::new(
                            Code::InvalidRepeatSize,
                            &before[..before.len() - after.len()],
                        ));
                    }
                    (min, max, after)
                }
            },
        };
        let mut greedy = !self.has(SWAP_GREED);
        if after.first() == Some(&b'?') {
            after = &after[1..];
            greedy = !greedy;
        }
        if let Some(last) = last_repeat {
            return Err(SyntaxError::new(
                Code::InvalidRepeatOp,
                &last[..last.len() - after.len()],
            ));
        }
        let operator = &before[..before.len() - after.len()];
        let Some(item) = self.group().items.pop() else {
            return Err(SyntaxError::new(Code::MissingRepeatArgument, operator));
        };
        let repeat = Repeat {
            min,
            max,
            greedy,
            counted: before[0] == b'{',
        };
        let node = item.repeat(repeat).map_err(|code| {
            let part = if code == Code::InvalidRepeatSize {
                operator
            } else {
                self.whole
            };
            SyntaxError::new(code, part)
        })?;
        self.push(node);
        self.rest = after;
        self.last_repeat = Some(before);
        Ok(())
    }
}

/// `{min}`, `{min,}` or `{min,max}` and what is after it; numbers too big are over the limit, whatever they are.
fn counts(text: &[u8]) -> Option<(u32, Option<u32>, &[u8])> {
    let (min, rest) = count(&text[1..])?;
    match rest.first()? {
        b'}' => Some((min, Some(min), &rest[1..])),
        b',' if rest.get(1) == Some(&b'}') => Some((min, None, &rest[2..])),
        b',' => {
            let (max, rest) = count(&rest[1..])?;
            (rest.first() == Some(&b'}')).then(|| (min, Some(max), &rest[1..]))
        }
        _ => None,
    }
}

/// A decimal number without leading zeros.
fn count(text: &[u8]) -> Option<(u32, &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(length);
    if digits.is_empty() || (digits.len() > 1 && digits[0] == b'0') {
        return None;
    }
    let value = digits.iter().fold(0u32, |value, digit| {
        value.saturating_mul(10).saturating_add(u32::from(digit - b'0'))
    });
    Some((value, rest))
}
