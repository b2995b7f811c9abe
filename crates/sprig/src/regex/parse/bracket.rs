//! Classes in brackets, and Unicode's classes by name.

use super::{Code, FOLD, MAX_RANGES, Parser, Runes, SyntaxError, check_utf8, class, escape, next_rune};

impl Parser<'_> {
    /// A class in brackets.
    pub(super) fn class(&mut self) -> Result<(), SyntaxError> {
        let whole = self.rest;
        let fold = self.has(FOLD);
        let mut rest = &whole[1..];
        let negate = rest.first() == Some(&b'^');
        if negate {
            rest = &rest[1..];
        }
        let mut runes = Runes::default();
        let mut first = true;
        while first || rest.first() != Some(&b']') {
            first = false;
            rest = class_item(rest, whole, fold, &mut runes)?;
            if runes.len() > MAX_RANGES {
                return Err(SyntaxError::new(Code::TooLarge, self.whole));
            }
        }
        self.rest = &rest[1..];
        self.push_class(&if negate { runes.negated() } else { runes })
    }
}

/// Reads one element of a class in brackets and returns what is after it.
fn class_item<'p>(text: &'p [u8], whole: &[u8], fold: bool, runes: &mut Runes) -> Result<&'p [u8], SyntaxError> {
    let name_end = if text.len() > 2 && text.starts_with(b"[:") {
        text[2..].windows(2).position(|pair| pair == b":]")
    } else {
        None
    };
    if let Some(end) = name_end {
        let (name, rest) = text.split_at(end + 4);
        let known = class::posix(&name[2..end + 2], fold);
        runes.extend(&known.ok_or_else(|| SyntaxError::new(Code::InvalidCharRange, name))?);
        return Ok(rest);
    }
    if text.starts_with(br"\p") || text.starts_with(br"\P") {
        let (class, rest) = unicode_class(text, fold)?;
        runes.extend(&class);
        return Ok(rest);
    }
    if let Some(class) = text
        .strip_prefix(b"\\")
        .and_then(<[u8]>::first)
        .and_then(|&letter| class::perl(letter, fold))
    {
        runes.extend(&class);
        return Ok(&text[2..]);
    }
    let (low, mut rest) = class_rune(text, whole)?;
    let mut high = low;
    if rest.len() >= 2 && rest[0] == b'-' && rest[1] != b']' {
        (high, rest) = class_rune(&rest[1..], whole)?;
        if high < low {
            return Err(SyntaxError::new(
                Code::InvalidCharRange,
                &text[..text.len() - rest.len()],
            ));
        }
    }
    let mut range = Runes::default();
    range.add(low, high);
    runes.extend(&if fold { range.folded() } else { range });
    Ok(rest)
}

fn class_rune<'p>(text: &'p [u8], whole: &[u8]) -> Result<(u32, &'p [u8]), SyntaxError> {
    match text.first() {
        None => Err(SyntaxError::new(Code::MissingBracket, whole)),
        Some(b'\\') => escape::read(text),
        Some(_) => next_rune(text),
    }
}

/// `\pN`, `\p{Name}`, `\P...`, `\p{^Name}`.
pub(super) fn unicode_class(text: &[u8], fold: bool) -> Result<(Runes, &[u8]), SyntaxError> {
    let mut negate = text[1] == b'P';
    let (letter, after) = if text.len() > 2 {
        next_rune(&text[2..])?
    } else {
        (0, &text[2..])
    };
    let (sequence, mut name, rest) = if letter == u32::from(b'{') {
        let Some(end) = text.iter().position(|&byte| byte == b'}') else {
            check_utf8(text)?;
            return Err(SyntaxError::new(Code::InvalidCharRange, text));
        };
        check_utf8(&text[3..end])?;
        (&text[..=end], &text[3..end], &text[end + 1..])
    } else {
        let sequence = &text[..text.len() - after.len()];
        (sequence, &sequence[2..], after)
    };
    if let Some(negated) = name.strip_prefix(b"^") {
        negate = !negate;
        name = negated;
    }
    let runes = class::unicode(name, negate, fold).ok_or_else(|| SyntaxError::new(Code::InvalidCharRange, sequence))?;
    Ok((runes, rest))
}
