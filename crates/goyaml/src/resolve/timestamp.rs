//! The dates go-yaml recognises, by the rules of Go's `time.Parse`.

/// Whether go-yaml reads `text` as a timestamp: `2001-1-2`, `2001-01-02 15:04:05.9` or `2001-01-02T15:04:05Z`.
pub(crate) fn is_timestamp(text: &[u8]) -> bool {
    let year_digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if year_digits != 4 || text.get(4) != Some(&b'-') {
        return false;
    }
    parse(text).is_some()
}

fn parse(text: &[u8]) -> Option<()> {
    let mut rest = Rest(text);
    let year = rest.digits(4)?;
    rest.literal(b'-')?;
    let month = rest.short_number(1, 12)?;
    rest.literal(b'-')?;
    rest.short_number(1, days_in(year, month))?;
    match rest.0 {
        [] => Some(()),
        [b'T' | b't', time @ ..] => {
            rest = Rest(time);
            rest.clock()?;
            rest.zone()
        }
        [b' ', ..] => {
            let spaces = rest.0.iter().take_while(|byte| **byte == b' ').count();
            rest = Rest(&rest.0[spaces..]);
            rest.clock()?;
            rest.0.is_empty().then_some(())
        }
        _ => None,
    }
}

/// What is left to read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn literal(&mut self, byte: u8) -> Option<()> {
        self.0 = self.0.strip_prefix(&[byte])?;
        Some(())
    }

    /// Exactly `count` digits.
    fn digits(&mut self, count: usize) -> Option<u32> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        head.iter()
            .try_fold(0, |sum, byte| Some(sum * 10 + char::from(*byte).to_digit(10)?))
    }

    /// One or two digits, between the bounds.
    fn short_number(&mut self, least: u32, most: u32) -> Option<u32> {
        let count = if self.0.get(1).is_some_and(u8::is_ascii_digit) {
            2
        } else {
            1
        };
        self.digits(count).filter(|number| (least..=most).contains(number))
    }

    /// `15:4:5`, with a fraction of any length.
    fn clock(&mut self) -> Option<()> {
        self.short_number(0, 23)?;
        self.literal(b':')?;
        self.short_number(0, 59)?;
        self.literal(b':')?;
        self.short_number(0, 59)?;
        if let [b'.' | b',', rest @ ..] = self.0
            && rest.first().is_some_and(u8::is_ascii_digit)
        {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            self.0 = &rest[digits..];
        }
        Some(())
    }

    /// `Z` or `+07:00`, and nothing after it.
    fn zone(&mut self) -> Option<()> {
        match self.0 {
            [b'Z'] => Some(()),
            [b'+' | b'-', rest @ ..] => {
                self.0 = rest;
                self.digits(2).filter(|hours| *hours <= 24)?;
                self.literal(b':')?;
                self.digits(2).filter(|minutes| *minutes <= 60)?;
                self.0.is_empty().then_some(())
            }
            _ => None,
        }
    }
}

fn days_in(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_dates_go_can_parse_are_timestamps() {
        for text in [
            "2001-01-01",
            "2001-1-2",
            "2000-02-29",
            "2001-12-14 21:59:43.10",
            "2001-12-14   1:5:3",
            "2001-12-14t21:59:43.1+05:00",
            "2001-12-14T21:59:43,123456789012Z",
        ] {
            assert!(is_timestamp(text.as_bytes()), "{text:?}");
        }
        for text in [
            "2001-13-01",
            "2001-02-29",
            "2001-12-14 21:59:43.10 -5",
            "2001-12-14T21:59:43",
            "2001-12-14 24:00:00",
            "2001-12-14T21:59:43z",
            "20011-1-1",
            "2001-",
            "2001-1-1 ",
        ] {
            assert!(!is_timestamp(text.as_bytes()), "{text:?}");
        }
    }
}
