//! Upper, lower and title case.

use govalue::Str;

use crate::rune::{is_digit, is_letter, is_lower, is_title, is_upper, map_runes, to_lower, to_title, to_upper};

pub(super) fn upper(text: &Str) -> Str {
    if text.iter().any(|byte| !byte.is_ascii()) {
        return map_runes(text, to_upper).into();
    }
    if text.iter().any(u8::is_ascii_lowercase) {
        text.as_bytes().to_ascii_uppercase().into()
    } else {
        text.clone()
    }
}

pub(super) fn lower(text: &Str) -> Str {
    if text.iter().any(|byte| !byte.is_ascii()) {
        return map_runes(text, to_lower).into();
    }
    if text.iter().any(u8::is_ascii_uppercase) {
        text.as_bytes().to_ascii_lowercase().into()
    } else {
        text.clone()
    }
}

/// Go's `strings.Title`: a word starts after anything but a letter, digit or underscore, beyond ASCII after white space.
pub(super) fn title(text: &Str) -> String {
    let mut previous = ' ';
    map_runes(text, |rune| {
        let starts_word = is_separator(std::mem::replace(&mut previous, rune));
        if starts_word { to_title(rune) } else { rune }
    })
}

fn is_separator(rune: char) -> bool {
    if rune.is_ascii() {
        return !rune.is_ascii_alphanumeric() && rune != '_';
    }
    !is_letter(rune) && !is_digit(rune) && rune.is_whitespace()
}

pub(super) fn untitle(text: &Str) -> String {
    let mut starts_word = true;
    map_runes(text, |rune| {
        if rune.is_whitespace() {
            starts_word = true;
            return rune;
        }
        if std::mem::take(&mut starts_word) {
            to_lower(rune)
        } else {
            rune
        }
    })
}

pub(super) fn swapcase(text: &Str) -> String {
    let mut starts_word = true;
    map_runes(text, |rune| {
        if is_upper(rune) || is_title(rune) {
            starts_word = false;
            return to_lower(rune);
        }
        if is_lower(rune) {
            return if std::mem::take(&mut starts_word) {
                to_title(rune)
            } else {
                to_upper(rune)
            };
        }
        starts_word = rune.is_whitespace();
        rune
    })
}
