//! Times in lock files.

/// What Go's `time` package objects to in a text that should be in RFC 3339.
pub(super) fn time_problem(text: &str) -> Option<String> {
    let mut rest = text;
    for (digits, mark, layout) in [
        (4, "-", "2006"),
        (2, "-", "01"),
        (2, "T", "02"),
        (2, ":", "15"),
        (2, ":", "04"),
        (2, "", "05"),
    ] {
        let is_number = rest.len() >= digits && rest.bytes().take(digits).all(|byte| byte.is_ascii_digit());
        if !is_number {
            return Some(format!(
                "cannot parse {} as \"{layout}\"",
                govalue::quote(rest.as_bytes())
            ));
        }
        rest = &rest[digits..];
        let Some(after) = rest.strip_prefix(mark) else {
            return Some(format!(
                "cannot parse {} as \"{mark}\"",
                govalue::quote(rest.as_bytes())
            ));
        };
        rest = after;
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    let offset = rest.strip_prefix(['+', '-']).is_some_and(|offset| {
        let bytes = offset.as_bytes();
        bytes.len() == 5
            && bytes
                .iter()
                .enumerate()
                .all(|(i, byte)| if i == 2 { *byte == b':' } else { byte.is_ascii_digit() })
    });
    if rest != "Z" && !offset {
        return Some(format!(
            "cannot parse {} as \"Z07:00\"",
            govalue::quote(rest.as_bytes())
        ));
    }
    out_of_range(text)
}

/// The first part of a well-formed time that no calendar or clock has.
fn out_of_range(text: &str) -> Option<String> {
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse::<u32>().ok());
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let parts = [
        ("month", (1..=12).contains(&month)),
        ("day", (1..=days).contains(&day)),
        ("hour", number(11..13)? < 24),
        ("minute", number(14..16)? < 60),
        ("second", number(17..19)? < 60),
    ];
    parts
        .into_iter()
        .find(|(_, fits)| !fits)
        .map(|(part, _)| format!("{part} out of range"))
}
