//! `CamelCase`, `snake_case` and `kebab-case` by the rules of the Go library xstrings.

use govalue::{Str, decode_rune};

use crate::rune::{is_letter, is_number, is_punct, is_upper, runes, to_lower, to_upper};

/// What a word is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    /// Nothing, or bytes that are no characters.
    Invalid,
    Number,
    /// Capitals, or one capital and what follows it.
    Upper,
    Alphabet,
    /// Hyphens, underscores and white space.
    Connector,
    Punct,
    Other,
}

pub(super) fn snakecase(text: &Str) -> Vec<u8> {
    lower_words(text, '_')
}

pub(super) fn kebabcase(text: &Str) -> Vec<u8> {
    lower_words(text, '-')
}

/// Joins words without their connectors, each with a capital; connectors at the start and all but one of several stay.
pub(super) fn camelcase(text: &Str) -> String {
    let mut runes = runes(text).map(|(rune, _)| rune).peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(connector) = runes.next_if(|rune| is_connector(*rune)) {
        out.push(connector);
    }
    let Some(first) = runes.next() else {
        // The last of connectors alone is written twice.
        out.extend(out.chars().next_back());
        return out;
    };
    let mut in_capitals = is_upper(first);
    let mut last = to_upper(first);
    for mut rune in runes {
        match (is_connector(last), is_connector(rune)) {
            (true, true) => out.push(last),
            (true, false) => {
                in_capitals = is_upper(rune);
                rune = to_upper(rune);
            }
            (false, _) => {
                if in_capitals && is_upper(rune) {
                    rune = to_lower(rune);
                } else {
                    in_capitals = false;
                }
                out.push(last);
            }
        }
        last = rune;
    }
    out.push(last);
    out
}

/// All words in lower case with `connector` between them; digits stay with the letters they follow.
fn lower_words(text: &[u8], connector: char) -> Vec<u8> {
    let mut lowered = Lowered {
        out: Vec::with_capacity(text.len() + 8),
        connector,
    };
    let mut words = Words::new(text);
    while !words.rest.is_empty() {
        if words.kind != Word::Connector {
            lowered.push(words.kind, words.word);
        }
        let (previous, last) = (words.kind, words.word);
        words.advance();
        match previous {
            Word::Number => lowered.push_attached(&mut words),
            Word::Connector => lowered.push(previous, last),
            Word::Punct => {}
            Word::Invalid | Word::Upper | Word::Alphabet | Word::Other => lowered.push_boundary(&mut words),
        }
    }
    lowered.push(words.kind, words.word);
    lowered.out
}

struct Lowered {
    out: Vec<u8>,
    connector: char,
}

impl Lowered {
    fn push_rune(&mut self, rune: char) {
        self.out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn push(&mut self, kind: Word, word: &[u8]) {
        if !matches!(kind, Word::Upper | Word::Connector) {
            self.out.extend_from_slice(word);
            return;
        }
        for (rune, _) in runes(word) {
            self.push_rune(if is_connector(rune) {
                self.connector
            } else if is_upper(rune) {
                to_lower(rune)
            } else {
                rune
            });
        }
    }

    /// Writes the letters and digits that follow a number, then a connector if a word follows.
    fn push_attached(&mut self, words: &mut Words<'_>) {
        while matches!(words.kind, Word::Alphabet | Word::Number) {
            self.push(words.kind, words.word);
            words.advance();
        }
        if !matches!(words.kind, Word::Invalid | Word::Punct | Word::Connector) {
            self.push_rune(self.connector);
        }
    }

    /// Writes what stands between a word and the one that `words` is at: a number may belong to either.
    fn push_boundary(&mut self, words: &mut Words<'_>) {
        if words.kind != Word::Number {
            self.push_connector_unless_separated(words.kind);
            return;
        }
        if words.rest.is_empty() {
            return;
        }
        let number = words.word;
        words.advance();
        if words.kind == Word::Alphabet {
            self.push_rune(self.connector);
            self.push(Word::Number, number);
            self.push_attached(words);
        } else {
            self.push(Word::Number, number);
            self.push_connector_unless_separated(words.kind);
        }
    }

    fn push_connector_unless_separated(&mut self, next: Word) {
        if !matches!(next, Word::Connector | Word::Punct) {
            self.push_rune(self.connector);
        }
    }
}

/// A text, word by word.
struct Words<'a> {
    kind: Word,
    word: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Words<'a> {
    fn new(text: &'a [u8]) -> Self {
        let mut words = Self {
            kind: Word::Invalid,
            word: b"",
            rest: text,
        };
        words.advance();
        words
    }

    fn advance(&mut self) {
        let (kind, size) = measure(self.rest);
        let (word, rest) = self.rest.split_at(size);
        *self = Self { kind, word, rest };
    }
}

/// The kind and the size of the first word.
fn measure(text: &[u8]) -> (Word, usize) {
    let (first, size) = next_valid(text, None);
    let Some(first) = first else {
        return (Word::Invalid, size);
    };
    let run = |in_word: fn(char) -> bool| extend(text, size, first, in_word).0;
    if is_connector(first) {
        (Word::Connector, run(is_connector))
    } else if is_punct(first) {
        (Word::Punct, run(is_punct))
    } else if is_upper(first) {
        (Word::Upper, measure_upper(text, size, first))
    } else if is_alphabet(first) {
        (Word::Alphabet, run(is_small))
    } else if is_number(first) {
        (Word::Number, run(is_number))
    } else {
        (Word::Other, run(is_other))
    }
}

/// The size of a word that starts with a capital: all capitals but the one that starts the next word, or one capital
/// and the small letters after it.
fn measure_upper(text: &[u8], first_size: usize, first: char) -> usize {
    let (second, second_size) = next_valid(&text[first_size..], Some(first));
    let Some(second) = second.filter(|_| second_size > 0) else {
        return first_size;
    };
    let end = first_size + second_size;
    if !is_upper(second) {
        return if is_alphabet(second) {
            extend(text, end, second, is_small).0
        } else {
            first_size
        };
    }
    let (end, last, last_size) = extend_counting(text, end, second, second_size, is_upper);
    if end < text.len() && last.is_some_and(is_alphabet) {
        end - last_size
    } else {
        end
    }
}

/// Goes on from `end` while characters are `in_word`: where that ends, and the character that ended it, if any.
fn extend(text: &[u8], end: usize, previous: char, in_word: fn(char) -> bool) -> (usize, Option<char>) {
    let (end, last, _) = extend_counting(text, end, previous, 0, in_word);
    (end, last)
}

/// As [`extend`], with the size of the last character of the word; `size` is that of the one before `end`.
fn extend_counting(
    text: &[u8],
    mut end: usize,
    mut previous: char,
    mut size: usize,
    in_word: fn(char) -> bool,
) -> (usize, Option<char>, usize) {
    while end < text.len() {
        let (rune, rune_size) = next_valid(&text[end..], Some(previous));
        match rune {
            Some(rune) if in_word(rune) => {
                (previous, size) = (rune, rune_size);
                end += rune_size;
            }
            other => return (end, other, size),
        }
    }
    (end, None, size)
}

/// The first character that is one, with the size of it and of all bytes before it; `previous` if there is none.
fn next_valid(text: &[u8], previous: Option<char>) -> (Option<char>, usize) {
    let mut size = 0;
    while size < text.len() {
        let (rune, rune_size) = decode_rune(&text[size..]);
        size += rune_size;
        if let Some(rune) = rune.filter(|rune| *rune != char::REPLACEMENT_CHARACTER) {
            return (Some(rune), size);
        }
    }
    (previous, size)
}

fn is_connector(rune: char) -> bool {
    rune == '-' || rune == '_' || rune.is_whitespace()
}

fn is_small(rune: char) -> bool {
    is_alphabet(rune) && !is_upper(rune)
}

fn is_other(rune: char) -> bool {
    !(is_connector(rune) || is_alphabet(rune) || is_number(rune) || is_punct(rune))
}

/// A letter that isn't a Chinese character.
fn is_alphabet(rune: char) -> bool {
    let chinese = matches!(rune, '\u{3400}'..='\u{4d85}' | '\u{4e00}'..='\u{9fcc}' | '\u{20000}'..='\u{2b81d}');
    !chinese && is_letter(rune)
}
