//! Whether values meet a schema.

use std::cell::Cell;

use govalue::{Map, Str, Value};

use super::instance::{are_distinct, equal, is_exact};
use super::{Bound, Check, Combination, Conditional, Dependent, Entries, Instance, Plain, SchemaId};

/// The most schemas within schemas that are tried; some refer to themselves.
const MAX_DEPTH: usize = 200;

/// The most schemas that are tried, before the validator is to say.
const MAX_TRIALS: usize = 1_000_000;

/// A check under way. Everything answers `None` if the validator is to say.
struct Trial<'s> {
    plain: &'s Plain,
    left: Cell<usize>,
    depth: Cell<usize>,
}

impl Plain {
    /// Whether a value meets a schema; `None` if the validator is to say.
    pub(super) fn meets(&self, schema: SchemaId, instance: Instance<'_>) -> Option<bool> {
        let trial = Trial {
            plain: self,
            left: Cell::new(MAX_TRIALS),
            depth: Cell::new(0),
        };
        trial.meets(schema, instance)
    }
}

impl Trial<'_> {
    fn meets(&self, schema: SchemaId, instance: Instance<'_>) -> Option<bool> {
        self.left.set(self.left.get().checked_sub(1)?);
        if self.depth.get() == MAX_DEPTH || matches!(instance, Instance::Number(number) if !is_exact(number)) {
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        let checks = self.plain.schemas.get(schema.0)?;
        let met = all(checks, |check| self.passes(check, instance))?;
        self.depth.set(self.depth.get() - 1);
        Some(met)
    }

    fn passes(&self, check: &Check, instance: Instance<'_>) -> Option<bool> {
        match (check, instance) {
            (Check::Never, _) => Some(false),
            (Check::Type(types), instance) => Some(types.contain(instance)),
            (Check::AmongValues(allowed), instance) => any(allowed, |allowed| equal(allowed.into(), instance)),
            (Check::Within(bound, limit), instance) => Some(bound.allows(*limit, instance)),
            (Check::MultipleOf(divisor), Instance::Number(number)) => Some(number % divisor == 0.0),
            (Check::Pattern(pattern), Instance::String(text)) => pattern.matches(text),
            (Check::Format(format), Instance::String(text)) => format.plainly_fits(text.to_str()?).then_some(true),
            (Check::Unique, Instance::List(items)) => are_distinct(items),
            (Check::Items(schema), Instance::List(items)) => all(items, |item| self.meets(*schema, item.into())),
            (Check::Contains(schema), Instance::List(items)) => any(items, |item| self.meets(*schema, item.into())),
            (Check::Required(names), Instance::Map(map)) => Some(has_all(map, names)),
            (Check::Entries(entries), Instance::Map(map)) => all(map, |(key, value)| self.fits(entries, key, value)),
            (Check::Names(schema), Instance::Map(map)) => {
                all(map.keys(), |name| self.meets(*schema, Instance::String(name)))
            }
            (Check::Dependent(name, dependent), Instance::Map(map)) if map.contains_key(name) => match dependent {
                Dependent::Required(names) => Some(has_all(map, names)),
                Dependent::Meets(schema) => self.meets(*schema, instance),
            },
            (Check::Combined(combination, schemas), instance) => self.meets_some(*combination, schemas, instance),
            (Check::Conditional(conditional), instance) => self.follows(conditional, instance),
            _ => Some(true),
        }
    }

    fn fits(&self, entries: &Entries, key: &Str, value: &Value) -> Option<bool> {
        let mut known = false;
        if let Some(schema) = entries.properties.get(key) {
            known = true;
            if !self.meets(*schema, value.into())? {
                return Some(false);
            }
        }
        for (pattern, schema) in &entries.patterns {
            if pattern.matches(key)? {
                known = true;
                if !self.meets(*schema, value.into())? {
                    return Some(false);
                }
            }
        }
        match entries.additional {
            Some(schema) if !known => self.meets(schema, value.into()),
            _ => Some(true),
        }
    }

    fn meets_some(&self, combination: Combination, schemas: &[SchemaId], instance: Instance<'_>) -> Option<bool> {
        let meets = |schema: &SchemaId| self.meets(*schema, instance);
        match combination {
            Combination::All => all(schemas, meets),
            Combination::Any => any(schemas, meets),
            Combination::None => any(schemas, meets).map(|met| !met),
            Combination::One => {
                let mut met = 0;
                for schema in schemas {
                    met += usize::from(meets(schema)?);
                }
                Some(met == 1)
            }
        }
    }

    fn follows(&self, conditional: &Conditional, instance: Instance<'_>) -> Option<bool> {
        let consequence = if self.meets(conditional.condition, instance)? {
            conditional.then
        } else {
            conditional.otherwise
        };
        consequence.map_or(Some(true), |schema| self.meets(schema, instance))
    }
}

impl Bound {
    fn allows(self, limit: f64, instance: Instance<'_>) -> bool {
        match (self, instance) {
            (Self::Minimum, Instance::Number(number)) => number >= limit,
            (Self::Maximum, Instance::Number(number)) => number <= limit,
            (Self::Above, Instance::Number(number)) => number > limit,
            (Self::Below, Instance::Number(number)) => number < limit,
            (Self::MinLength, Instance::String(text)) => characters(text) >= limit,
            (Self::MaxLength, Instance::String(text)) => characters(text) <= limit,
            (Self::MinItems, Instance::List(items)) => float(items.len()) >= limit,
            (Self::MaxItems, Instance::List(items)) => float(items.len()) <= limit,
            (Self::MinProperties, Instance::Map(map)) => float(map.len()) >= limit,
            (Self::MaxProperties, Instance::Map(map)) => float(map.len()) <= limit,
            _ => true,
        }
    }
}

/// Whether all items pass; the first that does not, or that the validator is to look at, decides.
fn all<T>(items: impl IntoIterator<Item = T>, mut passes: impl FnMut(T) -> Option<bool>) -> Option<bool> {
    for item in items {
        if !passes(item)? {
            return Some(false);
        }
    }
    Some(true)
}

/// Whether an item passes; the first that does, or that the validator is to look at, decides.
fn any<T>(items: impl IntoIterator<Item = T>, mut passes: impl FnMut(T) -> Option<bool>) -> Option<bool> {
    all(items, |item| passes(item).map(|passed| !passed)).map(|none| !none)
}

fn has_all(map: &Map, names: &[Str]) -> bool {
    names.iter().all(|name| map.contains_key(name))
}

fn characters(text: &Str) -> f64 {
    float(text.to_lossy().chars().count())
}

#[expect(clippy::cast_precision_loss, reason = "nothing in memory is that long")]
fn float(length: usize) -> f64 {
    length as f64
}
