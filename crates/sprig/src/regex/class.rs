//! Sets of runes: what a character class, an escape such as `\d` or a name such as `\p{Greek}` stands for in Go.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};

/// The greatest rune.
const MAX: u32 = 0x10_ffff;

/// A set of runes as ranges, ends included. Surrogates may be in it: Go's classes hold them, and no text does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Runes(Vec<(u32, u32)>);

impl Runes {
    pub(crate) fn single(rune: u32) -> Self {
        Self(vec![(rune, rune)])
    }

    pub(crate) fn any() -> Self {
        Self(vec![(0, MAX)])
    }

    pub(crate) fn add(&mut self, low: u32, high: u32) {
        self.0.push((low, high));
    }

    pub(crate) fn extend(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// How many ranges there are, for bounds on memory.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// All other runes.
    pub(crate) fn negated(&self) -> Self {
        let mut ranges = self.0.clone();
        ranges.sort_unstable();
        let mut others = Vec::with_capacity(ranges.len() + 1);
        let mut next = 0;
        for (low, high) in ranges {
            if next < low {
                others.push((next, low - 1));
            }
            next = next.max(high + 1);
        }
        if next <= MAX {
            others.push((next, MAX));
        }
        Self(others)
    }

    /// These and all that differ from one of them in case only, by Unicode's simple folding.
    pub(crate) fn folded(&self) -> Self {
        let mut class = self.to_class();
        // It fails only where the crate was built without folding tables, and then folding is not asked for.
        let _ = class.try_case_fold_simple();
        let mut folded = Self::from(&class);
        folded.extend(self);
        folded
    }

    pub(crate) fn to_hir(&self) -> Hir {
        Hir::class(Class::Unicode(self.to_class()))
    }

    /// Without surrogates, which no text has.
    fn to_class(&self) -> ClassUnicode {
        let ranges = self
            .0
            .iter()
            .flat_map(|&(low, high)| [(low, high.min(0xd7ff)), (low.max(0xe000), high)]);
        let ranges = ranges.filter(|(low, high)| low <= high);
        ClassUnicode::new(
            ranges.filter_map(|(low, high)| Some(ClassUnicodeRange::new(char::from_u32(low)?, char::from_u32(high)?))),
        )
    }
}

impl From<&ClassUnicode> for Runes {
    fn from(class: &ClassUnicode) -> Self {
        Self(
            class
                .iter()
                .map(|range| (range.start().into(), range.end().into()))
                .collect(),
        )
    }
}

impl FromIterator<(u8, u8)> for Runes {
    fn from_iter<I: IntoIterator<Item = (u8, u8)>>(ranges: I) -> Self {
        Self(
            ranges
                .into_iter()
                .map(|(low, high)| (low.into(), high.into()))
                .collect(),
        )
    }
}

const DIGIT: &[(u8, u8)] = &[(b'0', b'9')];
const SPACE: &[(u8, u8)] = &[(b'\t', b'\n'), (b'\x0c', b'\r'), (b' ', b' ')];
const WORD: &[(u8, u8)] = &[(b'0', b'9'), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z')];

/// Ranges of bytes, ends included.
type Ranges = &'static [(u8, u8)];

/// The POSIX classes; all of them are ASCII.
const POSIX: &[(&[u8], Ranges)] = &[
    (b"alnum", &[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z')]),
    (b"alpha", &[(b'A', b'Z'), (b'a', b'z')]),
    (b"ascii", &[(0, 0x7f)]),
    (b"blank", &[(b'\t', b'\t'), (b' ', b' ')]),
    (b"cntrl", &[(0, 0x1f), (0x7f, 0x7f)]),
    (b"digit", DIGIT),
    (b"graph", &[(b'!', b'~')]),
    (b"lower", &[(b'a', b'z')]),
    (b"print", &[(b' ', b'~')]),
    (b"punct", &[(b'!', b'/'), (b':', b'@'), (b'[', b'`'), (b'{', b'~')]),
    (b"space", &[(b'\t', b'\r'), (b' ', b' ')]),
    (b"upper", &[(b'A', b'Z')]),
    (b"word", WORD),
    (b"xdigit", &[(b'0', b'9'), (b'A', b'F'), (b'a', b'f')]),
];

/// What `\d`, `\D`, `\s`, `\S`, `\w` and `\W` stand for, given their letter.
pub(crate) fn perl(letter: u8, fold: bool) -> Option<Runes> {
    let ranges = match letter.to_ascii_lowercase() {
        b'd' => DIGIT,
        b's' => SPACE,
        b'w' => WORD,
        _ => return None,
    };
    Some(group(ranges, letter.is_ascii_uppercase(), fold))
}

/// What `[:name:]` stands for; a leading `^` negates.
pub(crate) fn posix(name: &[u8], fold: bool) -> Option<Runes> {
    let (negate, name) = name.strip_prefix(b"^").map_or((false, name), |name| (true, name));
    let (_, ranges) = POSIX.iter().find(|(known, _)| *known == name)?;
    Some(group(ranges, negate, fold))
}

fn group(ranges: &[(u8, u8)], negate: bool, fold: bool) -> Runes {
    let runes: Runes = ranges.iter().copied().collect();
    finish(runes, negate, fold)
}

/// Folds, then negates: in this order, as Go does.
pub(crate) fn finish(runes: Runes, negate: bool, fold: bool) -> Runes {
    let runes = if fold { runes.folded() } else { runes };
    if negate { runes.negated() } else { runes }
}

/// The general categories that Go knows, in canonical spelling.
const CATEGORIES: &[&str] = &[
    "C", "Cc", "Cf", "Cn", "Co", "Cs", "L", "Lc", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl",
    "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
];

/// Longer names of categories, in canonical spelling.
const ALIASES: &[(&str, &str)] = &[
    ("Casedletter", "Lc"),
    ("Closepunctuation", "Pe"),
    ("Combiningmark", "M"),
    ("Connectorpunctuation", "Pc"),
    ("Control", "Cc"),
    ("Currencysymbol", "Sc"),
    ("Dashpunctuation", "Pd"),
    ("Decimalnumber", "Nd"),
    ("Enclosingmark", "Me"),
    ("Finalpunctuation", "Pf"),
    ("Format", "Cf"),
    ("Initialpunctuation", "Pi"),
    ("Letter", "L"),
    ("Letternumber", "Nl"),
    ("Lineseparator", "Zl"),
    ("Lowercaseletter", "Ll"),
    ("Mark", "M"),
    ("Mathsymbol", "Sm"),
    ("Modifierletter", "Lm"),
    ("Modifiersymbol", "Sk"),
    ("Nonspacingmark", "Mn"),
    ("Number", "N"),
    ("Openpunctuation", "Ps"),
    ("Other", "C"),
    ("Otherletter", "Lo"),
    ("Othernumber", "No"),
    ("Otherpunctuation", "Po"),
    ("Othersymbol", "So"),
    ("Paragraphseparator", "Zp"),
    ("Privateuse", "Co"),
    ("Punctuation", "P"),
    ("Separator", "Z"),
    ("Spaceseparator", "Zs"),
    ("Spacingmark", "Mc"),
    ("Surrogate", "Cs"),
    ("Symbol", "S"),
    ("Titlecaseletter", "Lt"),
    ("Unassigned", "Cn"),
    ("Uppercaseletter", "Lu"),
    ("Cntrl", "Cc"),
    ("Digit", "Nd"),
    ("Punct", "P"),
];

/// The scripts that Go finds. Those of several words are in its tables, but its look-up never finds them.
const SCRIPTS: &str = "Adlam Ahom Arabic Armenian Avestan Balinese Bamum Batak Bengali Bhaiksuki Bopomofo Brahmi \
    Braille Buginese Buhid Carian Chakma Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot Cyrillic Deseret \
    Devanagari Dogra Duployan Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati Gurmukhi Han \
    Hangul Hanunoo Hatran Hebrew Hiragana Inherited Javanese Kaithi Kannada Katakana Kawi Kharoshthi Khmer Khojki \
    Khudawadi Lao Latin Lepcha Limbu Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen \
    Medefaidrin Miao Modi Mongolian Mro Multani Myanmar Nabataean Nandinagari Newa Nko Nushu Ogham Oriya Osage Osmanya \
    Palmyrene Phoenician Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham Sinhala Sogdian Soyombo Sundanese \
    Syriac Tagalog Tagbanwa Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai \
    Vithkuqi Wancho Yezidi Yi";

/// What `\p{name}` stands for.
pub(crate) fn unicode(name: &[u8], negate: bool, fold: bool) -> Option<Runes> {
    let name = canonical(name);
    let runes = match name.as_str() {
        "Any" => Runes::any(),
        "Ascii" => Runes(vec![(0, 0x7f)]),
        "Assigned" => category("Cn")?.negated(),
        name if CATEGORIES.contains(&name) => category(name)?,
        name if SCRIPTS.split(' ').any(|script| script == name) => script(name)?,
        name => category(ALIASES.iter().find(|(alias, _)| *alias == name)?.1)?,
    };
    Some(finish(runes, negate, fold))
}

/// Go's look-up spelling: a capital first, then small letters, without spaces, hyphens and underscores.
fn canonical(name: &[u8]) -> String {
    let kept = name.iter().filter(|byte| !matches!(byte, b'_' | b'-' | b' '));
    let cased = kept.enumerate().map(|(index, byte)| {
        if index == 0 {
            byte.to_ascii_uppercase()
        } else {
            byte.to_ascii_lowercase()
        }
    });
    String::from_utf8_lossy(&cased.collect::<Vec<_>>()).into_owned()
}

/// A general category as of Unicode 15.0, the version of Go's tables.
fn category(name: &str) -> Option<Runes> {
    match name {
        "Cs" => Some(Runes(vec![(0xd800, 0xdfff)])),
        "C" | "Cn" => {
            let mut runes = property(name)?;
            runes.extend(&property("age=15.0")?.negated());
            if name == "Cn" {
                // A negation of what texts can have has surrogates too, but those are assigned.
                runes.0 = runes.negated().0;
                runes.add(0xd800, 0xdfff);
                runes.0 = runes.negated().0;
            }
            Some(runes)
        }
        "Lc" => {
            let mut runes = category("Lu")?;
            runes.extend(&category("Ll")?);
            runes.extend(&category("Lt")?);
            Some(runes)
        }
        _ => property(&format!("gc={name}")).and_then(|runes| as_of_go(&runes)),
    }
}

fn script(name: &str) -> Option<Runes> {
    property(&format!("sc={name}")).and_then(|runes| as_of_go(&runes))
}

/// Leaves out what was assigned after Unicode 15.0.
fn as_of_go(runes: &Runes) -> Option<Runes> {
    let mut others = runes.negated();
    others.extend(&property("age=15.0")?.negated());
    Some(others.negated())
}

/// A property as the tables of `regex-syntax` have it.
pub(crate) fn property(query: &str) -> Option<Runes> {
    let hir = regex_syntax::parse(&format!(r"\p{{{query}}}")).ok()?;
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => Some(Runes::from(class)),
        HirKind::Literal(literal) => {
            let mut chars = std::str::from_utf8(&literal.0).ok()?.chars();
            chars.next().map(|only| Runes::single(only.into()))
        }
        _ => None,
    }
}

impl Runes {
    /// Whether a rune is in a set whose ranges are sorted, as those of [`property`] are.
    pub(crate) fn contains(&self, rune: u32) -> bool {
        let after = self.0.partition_point(|&(low, _)| low <= rune);
        after
            .checked_sub(1)
            .and_then(|index| self.0.get(index))
            .is_some_and(|&(_, high)| rune <= high)
    }
}
