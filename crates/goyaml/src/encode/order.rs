//! go-yaml's order of map keys: numbers inside them count by value, letters come last.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use govalue::Str;

use super::layout::Dialect;

/// The entries in go-yaml's order, if the byte order of the map is another one.
pub(super) fn rearranged<V>(map: &BTreeMap<Str, V>, dialect: Dialect) -> Option<Vec<(&[u8], &V)>> {
    if map
        .keys()
        .zip(map.keys().skip(1))
        .all(|(key, next)| is_in_order(key, next, dialect))
    {
        return None;
    }
    let is_less = |a: &[u8], b: &[u8]| compare(a, b, dialect) == Ordering::Less;
    let entries = map.iter().map(|(key, value)| (key.as_bytes(), value)).collect();
    Some(merge_sort(entries, &is_less))
}

/// Whether `key`, which is before `next` in byte order, need not go after it.
fn is_in_order(key: &[u8], next: &[u8], dialect: Dialect) -> bool {
    match key.iter().zip(next).find(|(x, y)| x != y) {
        // Most keys part at two letters, which order as their bytes do.
        Some((x, y)) if x.is_ascii_alphabetic() && y.is_ascii_alphabetic() => true,
        _ => compare(next, key, dialect) != Ordering::Less,
    }
}

/// A stable sort that makes no demands on the order: go-yaml's is not a total one for every set of keys.
fn merge_sort<'a, V>(mut entries: Vec<(&'a [u8], V)>, is_less: &impl Fn(&[u8], &[u8]) -> bool) -> Vec<(&'a [u8], V)> {
    if entries.len() < 2 {
        return entries;
    }
    let mut sorted = Vec::with_capacity(entries.len());
    let right = entries.split_off(entries.len() / 2);
    let mut left = merge_sort(entries, is_less).into_iter().peekable();
    let mut right = merge_sort(right, is_less).into_iter().peekable();
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        sorted.extend(if is_less(b.0, a.0) { right.next() } else { left.next() });
    }
    sorted.extend(left);
    sorted.extend(right);
    sorted
}

/// Compares two keys as go-yaml v2 (or, for [`Dialect::Pretty`], v3) does.
fn compare(a: &[u8], b: &[u8], dialect: Dialect) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        return compare_characters(a, b, dialect);
    }
    compare_characters(&characters(a), &characters(b), dialect)
}

/// The runes that Go sees: each byte that is not UTF-8 is one U+FFFD.
fn characters(key: &[u8]) -> Vec<char> {
    let replaced = |bytes: &[u8]| std::iter::repeat_n(char::REPLACEMENT_CHARACTER, bytes.len());
    key.utf8_chunks()
        .flat_map(|chunk| chunk.valid().chars().chain(replaced(chunk.invalid())))
        .collect()
}

/// The zeros of the sets of decimal digits beyond ASCII, those of Unicode 15 as Go's `unicode.IsDigit` knows them; the
/// other nine digits of a set follow its zero.
const ZEROS: &[u32] = &[
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
    0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0,
    0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x1_04a0, 0x1_0d30, 0x1_1066, 0x1_10f0, 0x1_1136, 0x1_11d0,
    0x1_12f0, 0x1_1450, 0x1_14d0, 0x1_1650, 0x1_16c0, 0x1_1730, 0x1_18e0, 0x1_1950, 0x1_1c50, 0x1_1d50, 0x1_1da0,
    0x1_1f50, 0x1_6a60, 0x1_6ac0, 0x1_6b50, 0x1_d7ce, 0x1_d7d8, 0x1_d7e2, 0x1_d7ec, 0x1_d7f6, 0x1_e140, 0x1_e2f0,
    0x1_e4f0, 0x1_e950, 0x1_fbf0,
];

fn is_decimal_digit(character: char) -> bool {
    let code = u32::from(character);
    let set = ZEROS.partition_point(|zero| *zero <= code);
    character.is_ascii_digit() || set.checked_sub(1).is_some_and(|set| code - ZEROS[set] < 10)
}

/// A byte of ASCII or a character.
trait Character: Copy + Ord {
    fn is_letter(self) -> bool;
    /// The value that go-yaml gives a digit: the distance from `0`.
    fn digit(self) -> Option<i64>;
}

impl Character for u8 {
    fn is_letter(self) -> bool {
        self.is_ascii_alphabetic()
    }

    fn digit(self) -> Option<i64> {
        self.is_ascii_digit().then(|| i64::from(self - b'0'))
    }
}

impl Character for char {
    fn is_letter(self) -> bool {
        self.is_alphabetic()
    }

    fn digit(self) -> Option<i64> {
        is_decimal_digit(self).then(|| i64::from(u32::from(self)) - i64::from(u32::from('0')))
    }
}

fn compare_characters<C: Character>(a: &[C], b: &[C], dialect: Dialect) -> Ordering {
    let Some(at) = a.iter().zip(b).position(|(x, y)| x != y) else {
        return a.len().cmp(&b.len());
    };
    let (x, y) = (a[at], b[at]);
    let after_digit = at > 0 && a[at - 1].digit().is_some();
    match (x.is_letter(), y.is_letter()) {
        (true, true) => return x.cmp(&y),
        // v3 puts `a1b` before `a1-`.
        (true, false) if dialect == Dialect::Pretty && after_digit => return Ordering::Less,
        (false, true) if dialect == Dialect::Pretty && after_digit => return Ordering::Greater,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    // Zeros after a digit that counts are part of a longer number.
    let zero = Some(0);
    let inside_number = (x.digit() == zero || y.digit() == zero)
        && a[..at].iter().rev().map_while(|c| c.digit()).any(|digit| digit != 0);
    let start = i64::from(inside_number);
    let (x_value, x_end) = number_at(a, at, start);
    let (y_value, y_end) = number_at(b, at, start);
    x_value.cmp(&y_value).then(x_end.cmp(&y_end)).then(x.cmp(&y))
}

/// The value of the digits from `at`, after a leading `start`, and where they end.
fn number_at<C: Character>(key: &[C], at: usize, start: i64) -> (i64, usize) {
    let mut value = start;
    let mut end = at;
    while let Some(digit) = key.get(end).and_then(|c| c.digit()) {
        value = value.wrapping_mul(10).wrapping_add(digit);
        end += 1;
    }
    (value, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(keys: &[&str], dialect: Dialect) -> Vec<String> {
        let map: BTreeMap<Str, usize> = keys.iter().map(|key| (Str::from(*key), 0)).collect();
        match rearranged(&map, dialect) {
            Some(sorted) => sorted
                .into_iter()
                .map(|(key, _)| String::from_utf8(key.to_vec()).unwrap())
                .collect(),
            None => map.keys().map(Str::to_string).collect(),
        }
    }

    #[test]
    fn numbers_in_keys_count_by_value() {
        assert_eq!(
            sorted(&["a10", "a2", "b1", "a-1"], Dialect::Sigs),
            ["a-1", "a2", "a10", "b1"]
        );
        assert_eq!(
            sorted(&["a_b", "aB", "a0", "a00"], Dialect::Sigs),
            ["a_b", "a0", "a00", "aB"]
        );
    }

    #[test]
    fn ten_thousand_keys_sort_without_delay() {
        let keys: Vec<String> = (0..10_000).map(|n| format!("key{n}")).collect();
        let map: BTreeMap<Str, usize> = keys.iter().map(|key| (Str::from(key.as_str()), 0)).collect();
        let sorted = rearranged(&map, Dialect::Sigs).unwrap();
        assert!(sorted.iter().zip(&keys).all(|(entry, key)| entry.0 == key.as_bytes()));
    }
}
