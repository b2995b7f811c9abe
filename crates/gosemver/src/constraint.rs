//! Constraints: what they mean, and why a version does not meet them.

use std::cmp::Ordering;
use std::fmt;

use crate::segment::{self, Operator, Term};
use crate::version::compare_prereleases;
use crate::{Error, Version};

/// The longest constraint text that is read, in bytes.
const MAX_LEN: usize = 512;

/// The most groups a constraint may have.
const MAX_GROUPS: usize = 32;

/// A constraint: groups joined by `||`, of which one must hold as a whole.
#[derive(Clone, Debug)]
pub struct Constraints {
    groups: Vec<Group>,
}

/// Terms that must all hold.
#[derive(Clone, Debug)]
struct Group {
    terms: Vec<Constraint>,
    /// Whether an operand has a pre-release; only then may a pre-release meet the group.
    has_prerelease: bool,
}

/// One operator with its operand.
#[derive(Clone, Debug)]
struct Constraint {
    sign: &'static str,
    operator: Operator,
    version: Version,
    /// The operand as written, for messages.
    operand: String,
    wildcard: Wildcard,
}

/// The first segment of an operand that is missing or a wildcard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wildcard {
    None,
    Major,
    Minor,
    Patch,
}

/// Why a term refuses a version.
#[derive(Clone, Copy, Debug)]
enum Refusal {
    Prerelease,
    Equal,
    NotEqual,
    LessOrEqual,
    GreaterOrEqual,
    Less,
    Greater,
    Major,
    MajorMinor,
    Minor,
    MinorOfZero,
    PatchOfZero,
}

impl Constraints {
    /// Reads a constraint such as `>=1.2 <2 || ~3.1`, as Go's `NewConstraint` does.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.len() > MAX_LEN {
            return Err(Error::ConstraintTooLong);
        }
        let text = segment::rewrite_ranges(text);
        if text.split("||").count() > MAX_GROUPS {
            return Err(Error::TooManyConstraintGroups);
        }
        let groups = text.split("||").map(Group::parse).collect::<Result<_, _>>()?;
        Ok(Self { groups })
    }

    /// Whether a version meets the constraint; a pre-release does so only where the constraint names one.
    pub fn check(&self, version: &Version) -> bool {
        let meets = |group: &Group| {
            group
                .terms
                .iter()
                .all(|term| term.check(version, group.has_prerelease).is_ok())
        };
        self.groups.iter().any(meets)
    }

    /// Checks a version and, when no group holds, says why: one sentence per refusing term, in order.
    pub fn validate(&self, version: &Version) -> Result<(), Vec<String>> {
        let mut reasons = Vec::new();
        let mut told_prerelease = false;
        for group in &self.groups {
            let before = reasons.len();
            if !group.has_prerelease && !version.prerelease().is_empty() {
                if !told_prerelease {
                    reasons.push(Refusal::Prerelease.reason(version, ""));
                }
                told_prerelease = true;
                continue;
            }
            let refusals = group.terms.iter().filter_map(|term| {
                let refusal = term.check(version, group.has_prerelease).err()?;
                Some(refusal.reason(version, &term.operand))
            });
            reasons.extend(refusals);
            if reasons.len() == before {
                return Ok(());
            }
        }
        Err(reasons)
    }
}

impl fmt::Display for Constraints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, group) in self.groups.iter().enumerate() {
            if index > 0 {
                f.write_str(" || ")?;
            }
            for (index, term) in group.terms.iter().enumerate() {
                let space = if index > 0 { " " } else { "" };
                write!(f, "{space}{}{}", term.sign, term.operand)?;
            }
        }
        Ok(())
    }
}

impl Group {
    fn parse(text: &str) -> Result<Self, Error> {
        let terms = segment::terms(text).ok_or_else(|| Error::ImproperConstraint(text.to_owned()))?;
        let terms: Vec<_> = terms.into_iter().map(Constraint::new).collect::<Result<_, _>>()?;
        let has_prerelease = terms.iter().any(|term| !term.version.prerelease().is_empty());
        Ok(Self { terms, has_prerelease })
    }
}

impl Constraint {
    fn new(term: Term<'_>) -> Result<Self, Error> {
        let operand = term.operand;
        let pre = if operand.pre.is_empty() {
            String::new()
        } else {
            format!("-{}", operand.pre)
        };
        let (wildcard, text) = if is_wildcard(operand.major) {
            (Wildcard::Major, format!("0.0.0{pre}"))
        } else if is_wildcard(operand.minor) {
            (Wildcard::Minor, format!("{}.0.0{pre}", operand.major))
        } else if is_wildcard(operand.patch) {
            (Wildcard::Patch, format!("{}.{}.0{pre}", operand.major, operand.minor))
        } else {
            (Wildcard::None, operand.text.to_owned())
        };
        let version = Version::parse(&text).map_err(|_| Error::ConstraintParser)?;
        let operand = operand.text.to_owned();
        Ok(Self {
            sign: term.sign,
            operator: term.operator,
            version,
            operand,
            wildcard,
        })
    }

    fn check(&self, version: &Version, with_prereleases: bool) -> Result<(), Refusal> {
        if !version.prerelease().is_empty() && !with_prereleases {
            return Err(Refusal::Prerelease);
        }
        let order = version.compare(&self.version);
        match self.operator {
            Operator::Equal if self.wildcard != Wildcard::None => self.tilde(version, order),
            Operator::Equal => holds(order.is_eq(), Refusal::NotEqual),
            Operator::NotEqual => holds(self.differs(version, order), Refusal::Equal),
            Operator::Greater => holds(self.exceeded(version, order), Refusal::LessOrEqual),
            Operator::Less => holds(order.is_lt(), Refusal::GreaterOrEqual),
            Operator::GreaterEqual => holds(order.is_ge(), Refusal::Less),
            Operator::LessEqual => holds(self.bounds(version, order), Refusal::Greater),
            Operator::Tilde => self.tilde(version, order),
            Operator::Caret => self.caret(version, order),
        }
    }

    fn differs(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        match self.wildcard {
            Wildcard::None => order.is_ne(),
            _ if own.major() != version.major() => true,
            Wildcard::Minor => false,
            _ if own.minor() != version.minor() => true,
            Wildcard::Patch => {
                let (left, right) = (version.prerelease(), own.prerelease());
                (!left.is_empty() || !right.is_empty()) && compare_prereleases(left, right).is_ne()
            }
            // `!=*`: the patch is compared here although every other operator takes the star for anything.
            Wildcard::Major => own.patch() != version.patch() || order.is_ne(),
        }
    }

    fn exceeded(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        match (self.wildcard, version.major().cmp(&own.major())) {
            (Wildcard::None, _) | (Wildcard::Major, Ordering::Equal) => order.is_gt(),
            (Wildcard::Minor, Ordering::Equal) => false,
            (Wildcard::Patch, Ordering::Equal) => version.minor() > own.minor(),
            (_, majors) => majors.is_gt(),
        }
    }

    fn bounds(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        match (self.wildcard, version.major().cmp(&own.major())) {
            (Wildcard::None, _) => order.is_le(),
            (Wildcard::Minor, Ordering::Equal) => true,
            (_, Ordering::Equal) => version.minor() <= own.minor(),
            (_, majors) => majors.is_lt(),
        }
    }

    fn tilde(&self, version: &Version, order: Ordering) -> Result<(), Refusal> {
        let own = &self.version;
        let is_zero = own.major() == 0 && own.minor() == 0 && own.patch() == 0;
        let segments_given = !matches!(self.wildcard, Wildcard::Minor | Wildcard::Patch);
        if order.is_lt() {
            return Err(Refusal::Less);
        }
        if is_zero && segments_given {
            return Ok(());
        }
        holds(version.major() == own.major(), Refusal::Major)?;
        holds(
            version.minor() == own.minor() || self.wildcard == Wildcard::Minor,
            Refusal::MajorMinor,
        )
    }

    fn caret(&self, version: &Version, order: Ordering) -> Result<(), Refusal> {
        let own = &self.version;
        if order.is_lt() {
            return Err(Refusal::Less);
        }
        if own.major() > 0 || self.wildcard == Wildcard::Minor {
            return holds(version.major() == own.major(), Refusal::Major);
        }
        holds(version.major() == 0, Refusal::Major)?;
        if own.minor() > 0 || self.wildcard == Wildcard::Patch {
            return holds(version.minor() == own.minor(), Refusal::MinorOfZero);
        }
        holds(version.minor() == 0, Refusal::Minor)?;
        holds(version.patch() == own.patch(), Refusal::PatchOfZero)
    }
}

impl Refusal {
    fn reason(self, version: &Version, operand: &str) -> String {
        let between = match self {
            Self::Prerelease => {
                return format!(
                    "\"{version}\" is a prerelease version and the constraint is only looking for release versions"
                );
            }
            Self::Equal => "is equal to",
            Self::NotEqual => "is not equal to",
            Self::LessOrEqual => "is less than or equal to",
            Self::GreaterOrEqual => "is greater than or equal to",
            Self::Less => "is less than",
            Self::Greater => "is greater than",
            Self::Major => "does not have same major version as",
            Self::MajorMinor => "does not have same major and minor version as",
            Self::Minor | Self::MinorOfZero => "does not have same minor version as",
            Self::PatchOfZero => "does not equal",
        };
        let after = match self {
            Self::MinorOfZero => ". Expected minor versions to match when constraint major version is 0",
            Self::PatchOfZero => ". Expect version and constraint to equal when major and minor versions are 0",
            _ => "",
        };
        format!("\"{version}\" {between} \"{operand}\"{after}")
    }
}

fn is_wildcard(segment: &str) -> bool {
    matches!(segment, "" | "x" | "X" | "*")
}

fn holds(condition: bool, refusal: Refusal) -> Result<(), Refusal> {
    if condition { Ok(()) } else { Err(refusal) }
}
