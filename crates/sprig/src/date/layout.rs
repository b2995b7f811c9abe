//! The elements of Go's layouts: the parts of the reference time, `Mon Jan 2 15:04:05 MST 2006`.

/// An element of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    /// `January`
    LongMonth,
    /// `Jan`
    Month,
    /// `1`
    NumMonth,
    /// `01`
    ZeroMonth,
    /// `Monday`
    LongWeekday,
    /// `Mon`
    Weekday,
    /// `2`
    Day,
    /// `_2`
    UnderDay,
    /// `02`
    ZeroDay,
    /// `__2`
    UnderYearDay,
    /// `002`
    ZeroYearDay,
    /// `15`
    Hour,
    /// `3`
    Hour12,
    /// `03`
    ZeroHour12,
    /// `4`
    Minute,
    /// `04`
    ZeroMinute,
    /// `5`
    Second,
    /// `05`
    ZeroSecond,
    /// `2006`
    LongYear,
    /// `06`
    Year,
    /// `PM`
    UpperPm,
    /// `pm`
    LowerPm,
    /// `MST`
    ZoneName,
    /// `-0700` and its like; those with a `Z` print that for UTC.
    Offset { z: bool, shape: Shape },
    /// `.000`: a fraction with all its zeros.
    Fraction { digits: usize, separator: u8 },
    /// `.999`: a fraction without trailing zeros.
    ShortFraction { digits: usize, separator: u8 },
}

/// How an offset is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `070000`
    Seconds,
    /// `07:00:00`
    ColonSeconds,
    /// `0700`
    Minutes,
    /// `07:00`
    ColonMinutes,
    /// `07`
    Hours,
}

/// The spellings of offsets, in the order in which they are looked for.
const SHAPES: [(&[u8], Shape); 5] = [
    (b"070000", Shape::Seconds),
    (b"07:00:00", Shape::ColonSeconds),
    (b"0700", Shape::Minutes),
    (b"07:00", Shape::ColonMinutes),
    (b"07", Shape::Hours),
];

/// A layout taken apart at its first element.
pub(super) struct Chunk<'l> {
    /// The text before the element.
    pub(super) prefix: &'l [u8],
    /// The element, if there is one, and how it is written.
    pub(super) element: Option<(Element, &'l [u8])>,
    /// The layout after it.
    pub(super) suffix: &'l [u8],
}

/// Finds the first element of a layout.
pub(super) fn next_chunk(layout: &[u8]) -> Chunk<'_> {
    for start in 0..layout.len() {
        if let Some((element, skip, length)) = element_at(&layout[start..]) {
            let start = start + skip;
            return Chunk {
                prefix: &layout[..start],
                element: Some((element, &layout[start..start + length])),
                suffix: &layout[start + length..],
            };
        }
    }
    Chunk {
        prefix: layout,
        element: None,
        suffix: b"",
    }
}

/// The element at the start of a text, which is not empty: how many bytes before it are literal, and its length.
fn element_at(text: &[u8]) -> Option<(Element, usize, usize)> {
    let found = |element, length| Some((element, 0, length));
    match text[0] {
        b'J' => word(text, b"January", Element::LongMonth, Element::Month),
        b'M' if text.starts_with(b"MST") => found(Element::ZoneName, 3),
        b'M' => word(text, b"Monday", Element::LongWeekday, Element::Weekday),
        b'0' => match text.get(1)? {
            b'1' => found(Element::ZeroMonth, 2),
            b'2' => found(Element::ZeroDay, 2),
            b'3' => found(Element::ZeroHour12, 2),
            b'4' => found(Element::ZeroMinute, 2),
            b'5' => found(Element::ZeroSecond, 2),
            b'6' => found(Element::Year, 2),
            b'0' if text.get(2) == Some(&b'2') => found(Element::ZeroYearDay, 3),
            _ => None,
        },
        b'1' if text.get(1) == Some(&b'5') => found(Element::Hour, 2),
        b'1' => found(Element::NumMonth, 1),
        b'2' if text.starts_with(b"2006") => found(Element::LongYear, 4),
        b'2' => found(Element::Day, 1),
        // A year after an underscore, which is none of a padded day.
        b'_' if text.starts_with(b"_2006") => Some((Element::LongYear, 1, 4)),
        b'_' if text.starts_with(b"_2") => found(Element::UnderDay, 2),
        b'_' if text.starts_with(b"__2") => found(Element::UnderYearDay, 3),
        b'3' => found(Element::Hour12, 1),
        b'4' => found(Element::Minute, 1),
        b'5' => found(Element::Second, 1),
        b'P' if text.starts_with(b"PM") => found(Element::UpperPm, 2),
        b'p' if text.starts_with(b"pm") => found(Element::LowerPm, 2),
        sign @ (b'-' | b'Z') => {
            let (digits, shape) = SHAPES.iter().find(|(digits, _)| text[1..].starts_with(digits))?;
            found(
                Element::Offset {
                    z: sign == b'Z',
                    shape: *shape,
                },
                1 + digits.len(),
            )
        }
        b'.' | b',' => fraction(text),
        _ => None,
    }
}

/// A name in full, or its first three letters unless a small letter follows.
fn word(text: &[u8], name: &[u8], long: Element, short: Element) -> Option<(Element, usize, usize)> {
    if text.starts_with(name) {
        return Some((long, 0, name.len()));
    }
    let is_short = text.starts_with(&name[..3]) && !text.get(3).is_some_and(u8::is_ascii_lowercase);
    is_short.then_some((short, 0, 3))
}

/// Zeros or nines after a point or comma, and no other digit after them.
fn fraction(text: &[u8]) -> Option<(Element, usize, usize)> {
    let (separator, digit) = (text[0], *text.get(1)?);
    if !matches!(digit, b'0' | b'9') {
        return None;
    }
    let run = text[1..].iter().take_while(|byte| **byte == digit).count();
    if text.get(1 + run).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    // Go keeps the number in twelve bits.
    let digits = run & 0xfff;
    let element = if digit == b'0' {
        Element::Fraction { digits, separator }
    } else {
        Element::ShortFraction { digits, separator }
    };
    Some((element, 0, 1 + run))
}
