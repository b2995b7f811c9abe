//! Checking an IPv6 address, in the words of Go's `net/netip`.

use bstr::ByteSlice as _;

use super::error::Reason;

/// Why a text is no IPv6 address, and the rest of it at which that shows.
struct Refusal<'a>(&'static str, &'a [u8]);

pub(super) fn check_ipv6(text: &[u8]) -> Result<(), Reason> {
    let refusal = match text.iter().find(|byte| matches!(byte, b'.' | b':' | b'%')) {
        Some(b':') => ipv6(text),
        Some(b'.') => match ipv4(text) {
            Ok(()) => return Err(Reason::Text("invalid IP-literal")),
            refusal => refusal,
        },
        Some(_) => Err(Refusal("missing IPv6 address", b"")),
        None => Err(Refusal("unable to parse IP", b"")),
    };
    refusal.map_err(|Refusal(message, at)| Reason::Address {
        text: text.to_vec(),
        message,
        at: at.to_vec(),
    })
}

fn ipv6(text: &[u8]) -> Result<(), Refusal<'_>> {
    let (mut rest, zone) = text
        .find_byte(b'%')
        .map_or((text, None), |at| (&text[..at], Some(&text[at + 1..])));
    if zone == Some(b"") {
        return Err(Refusal("zone must be a non-empty string", b""));
    }
    // How many of the eight fields there are, and whether `::` stands for more of them.
    let (mut fields, mut gap) = (0, false);
    if let Some(after) = rest.strip_prefix(b"::") {
        gap = true;
        rest = after;
        if rest.is_empty() {
            return Ok(());
        }
    }
    while fields < 8 {
        let digits = hexadecimal_digits(rest)?;
        if rest.get(digits) == Some(&b'.') {
            embedded_ipv4(rest, fields, gap)?;
            (rest, fields) = (b"", fields + 2);
            break;
        }
        fields += 1;
        rest = &rest[digits..];
        match rest {
            [] => break,
            [b':'] => return Err(Refusal("colon must be followed by more characters", rest)),
            [b':', b':', ..] if gap => return Err(Refusal("multiple :: in address", &rest[1..])),
            [b':', b':', after @ ..] => {
                gap = true;
                rest = after;
                if rest.is_empty() {
                    break;
                }
            }
            [b':', after @ ..] => rest = after,
            _ => return Err(Refusal("unexpected character, want colon", rest)),
        }
    }
    match (rest.is_empty(), fields < 8, gap) {
        (false, ..) => Err(Refusal("trailing garbage after address", rest)),
        (_, true, false) => Err(Refusal("address string too short", b"")),
        (_, false, true) => Err(Refusal("the :: must expand to at least one field of zeros", b"")),
        _ => Ok(()),
    }
}

/// How many hexadecimal digits a field has.
fn hexadecimal_digits(text: &[u8]) -> Result<usize, Refusal<'_>> {
    match text
        .iter()
        .position(|byte| !byte.is_ascii_hexdigit())
        .unwrap_or(text.len())
    {
        0 => Err(Refusal("each colon-separated field must have at least one digit", text)),
        digits @ 1..=4 => Ok(digits),
        _ => Err(Refusal("each group must have 4 or less digits", text)),
    }
}

fn embedded_ipv4(text: &[u8], fields: usize, gap: bool) -> Result<(), Refusal<'_>> {
    if !gap && fields != 6 {
        return Err(Refusal(
            "embedded IPv4 address must replace the final 2 fields of the address",
            text,
        ));
    }
    if fields > 6 {
        return Err(Refusal(
            "too many hex fields to fit an embedded IPv4 at the end of the address",
            text,
        ));
    }
    ipv4(text)
}

fn ipv4(text: &[u8]) -> Result<(), Refusal<'_>> {
    let (mut fields, mut value, mut digits) = (1, 0_u32, 0);
    for (index, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                if digits == 1 && value == 0 {
                    return Err(Refusal("IPv4 field has octet with leading zero", b""));
                }
                value = value * 10 + u32::from(byte - b'0');
                digits += 1;
                if value > 255 {
                    return Err(Refusal("IPv4 field has value >255", b""));
                }
            }
            b'.' if index == 0 || index + 1 == text.len() || text[index - 1] == b'.' => {
                return Err(Refusal("IPv4 field must have at least one digit", &text[index..]));
            }
            b'.' if fields == 4 => return Err(Refusal("IPv4 address too long", b"")),
            b'.' => (fields, value, digits) = (fields + 1, 0, 0),
            _ => return Err(Refusal("unexpected character", &text[index..])),
        }
    }
    if fields < 4 {
        Err(Refusal("IPv4 address too short", b""))
    } else {
        Ok(())
    }
}
