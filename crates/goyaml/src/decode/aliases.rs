//! The limit on what aliases may multiply.

use crate::error::Problem;

/// go-yaml's guard against documents that grow without bounds through their aliases.
#[derive(Default)]
pub(crate) struct AliasBudget {
    decoded: u32,
    from_aliases: u32,
}

impl AliasBudget {
    /// Up to this many nodes nearly all may come from aliases, ...
    const LOW: u32 = 400_000;
    /// ... and beyond this many a tenth.
    const HIGH: u32 = 4_000_000;

    /// Counts one node decoded, perhaps by following an alias.
    pub(crate) fn count(&mut self, in_alias: bool) -> Result<(), Problem> {
        self.decoded = self.decoded.saturating_add(1);
        if !in_alias {
            return Ok(());
        }
        self.from_aliases = self.from_aliases.saturating_add(1);
        let ratio = f64::from(self.from_aliases) / f64::from(self.decoded);
        if self.from_aliases > 100 && self.decoded > 1000 && ratio > self.allowed_ratio() {
            return Err(Problem::yaml(None, "document contains excessive aliasing"));
        }
        Ok(())
    }

    fn allowed_ratio(&self) -> f64 {
        match self.decoded {
            ..=Self::LOW => 0.99,
            Self::HIGH.. => 0.10,
            decoded => 0.99 - 0.89 * (f64::from(decoded - Self::LOW) / f64::from(Self::HIGH - Self::LOW)),
        }
    }
}
