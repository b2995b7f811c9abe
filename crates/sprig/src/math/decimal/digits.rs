//! Whole numbers of any size as decimal digits.

use std::cmp::Ordering;
use std::fmt;

/// A whole number: its digits 0 to 9, the last one first, without leading zeros; none for zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Digits(Vec<u8>);

impl Digits {
    /// Reads ASCII digits, the first one first.
    pub(super) fn parse(text: impl IntoIterator<Item = u8, IntoIter: DoubleEndedIterator>) -> Self {
        Self(text.into_iter().rev().map(|byte| byte - b'0').collect()).trimmed()
    }

    pub(super) fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// Multiplies with ten so many times.
    pub(super) fn shift(&mut self, zeros: usize) {
        if !self.is_zero() {
            self.0.splice(0..0, std::iter::repeat_n(0, zeros));
        }
    }

    pub(super) fn plus(&self, other: &Self) -> Self {
        let mut carry = 0;
        let mut sum = Vec::with_capacity(self.0.len().max(other.0.len()) + 1);
        for place in 0..self.0.len().max(other.0.len()) {
            let digit = self.at(place) + other.at(place) + carry;
            sum.push(digit % 10);
            carry = digit / 10;
        }
        sum.push(carry);
        Self(sum).trimmed()
    }

    /// The difference to a number that isn't greater.
    pub(super) fn minus(&self, other: &Self) -> Self {
        let mut borrow = 0;
        let mut difference = Vec::with_capacity(self.0.len());
        for place in 0..self.0.len() {
            let digit = 10 + self.at(place) - other.at(place) - borrow;
            difference.push(digit % 10);
            borrow = 1 - digit / 10;
        }
        Self(difference).trimmed()
    }

    pub(super) fn times(&self, other: &Self) -> Self {
        let mut places = vec![0_u64; self.0.len() + other.0.len() + 1];
        for (left_place, left) in self.0.iter().enumerate() {
            for (right_place, right) in other.0.iter().enumerate() {
                places[left_place + right_place] += u64::from(left * right);
            }
        }
        let mut carry = 0;
        let digits = places.into_iter().map(|place| {
            let sum = place + carry;
            carry = sum / 10;
            (sum % 10) as u8
        });
        Self(digits.collect()).trimmed()
    }

    /// Quotient and remainder of a division by a number other than zero.
    pub(super) fn divided_by(&self, divisor: &Self) -> (Self, Self) {
        let mut quotient = Vec::with_capacity(self.0.len());
        let mut remainder = Self::default();
        for digit in self.0.iter().rev() {
            remainder.0.insert(0, *digit);
            remainder = remainder.trimmed();
            let mut count = 0;
            while remainder >= *divisor {
                remainder = remainder.minus(divisor);
                count += 1;
            }
            quotient.push(count);
        }
        quotient.reverse();
        (Self(quotient).trimmed(), remainder)
    }

    fn at(&self, place: usize) -> u8 {
        self.0.get(place).copied().unwrap_or(0)
    }

    fn trimmed(mut self) -> Self {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        self
    }
}

impl Ord for Digits {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

impl PartialOrd for Digits {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("0");
        }
        self.0.iter().rev().try_for_each(|digit| write!(f, "{digit}"))
    }
}
