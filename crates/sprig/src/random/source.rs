//! Random bytes, and numbers made of them without bias.

use gotemplate::FuncError;
use ring::rand::{SecureRandom, SystemRandom};

/// How many bytes are asked of the operating system at once.
const CHUNK: usize = 256;

/// Random numbers for one call, drawn in chunks.
pub(crate) struct Source {
    bytes: [u8; CHUNK],
    used: usize,
}

impl Default for Source {
    fn default() -> Self {
        Self {
            bytes: [0; CHUNK],
            used: CHUNK,
        }
    }
}

/// Fills `bytes` with random ones.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), FuncError> {
    SystemRandom::new()
        .fill(bytes)
        .map_err(|_| FuncError::new("the system has no random numbers"))
}

impl Source {
    /// A number from zero up to, but not including, `bound`; zero for a bound of zero.
    pub(crate) fn below(&mut self, bound: u64) -> Result<u64, FuncError> {
        let mask = bound
            .checked_sub(1)
            .filter(|&greatest| greatest > 0)
            .map_or(0, |greatest| u64::MAX >> greatest.leading_zeros());
        loop {
            let drawn = self.take(mask)? & mask;
            if drawn < bound || bound == 0 {
                return Ok(drawn);
            }
        }
    }

    /// One of the bytes of `alphabet`, which is not empty.
    pub(crate) fn pick(&mut self, alphabet: &[u8]) -> Result<u8, FuncError> {
        let index = usize::try_from(self.below(alphabet.len() as u64)?).unwrap_or(0);
        Ok(alphabet[index])
    }

    /// Random bits, at least as many as `mask` covers.
    fn take(&mut self, mask: u64) -> Result<u64, FuncError> {
        let length = if mask <= 0xff { 1 } else { 8 };
        if self.used + length > CHUNK {
            fill(&mut self.bytes)?;
            self.used = 0;
        }
        let taken = &self.bytes[self.used..self.used + length];
        self.used += length;
        Ok(taken.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }
}
