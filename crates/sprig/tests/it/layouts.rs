//! Random layouts and times, compared with Go's: `SPRIG_CALLS=50000 TZ=Europe/Paris cargo test -p sprig random_layouts`.
//!
//! Each time is written after the layout, then what was written, or something like it, is read.

use govalue::quote;

use crate::data::data;
use crate::differential::{Random, lossless};
use crate::oracle::Oracle;
use crate::render::{Answer, functions, render};

const ELEMENTS: &[&str] = &[
    "January",
    "Jan",
    "1",
    "01",
    "Monday",
    "Mon",
    "2",
    "_2",
    "02",
    "__2",
    "002",
    "15",
    "3",
    "03",
    "4",
    "04",
    "5",
    "05",
    "2006",
    "06",
    "PM",
    "pm",
    "MST",
    "Z0700",
    "Z07:00",
    "Z07",
    "Z070000",
    "Z07:00:00",
    "-0700",
    "-07:00",
    "-07",
    "-070000",
    "-07:00:00",
    ".000",
    ".999",
    ".0",
    ".999999999",
    ",000",
    ".000000000",
    ",9",
];

const NOISE: &[&str] = &[
    "-", "/", " ", "T", ":", ".", ",", "  ", "x", "Month", "é", "_", "at ", "Janet", "Z", "0", "00", "7", "20", "JST",
    "p",
];

const LAYOUTS: &[&str] = &[
    "2006-01-02T15:04:05Z07:00",
    "2006-01-02T15:04:05.999999999Z07:00",
    "Mon Jan _2 15:04:05 2006",
    "Mon Jan _2 15:04:05 MST 2006",
    "02 Jan 06 15:04 -0700",
    "Mon, 02 Jan 2006 15:04:05 MST",
    "3:04PM",
    "2006-01-02 15:04:05",
    "2006-01-02",
    "20060102150405",
    "2006-01-02 15:04:05.999999999 -0700 MST",
    "2006-002",
];

const ZONES: &[&str] = &[
    "UTC",
    "Local",
    "Europe/Paris",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Africa/Monrovia",
    "Pacific/Apia",
    "Europe/Dublin",
    "",
    "Etc/GMT+5",
    "EST",
    "Nowhere",
];

const CHANGES: &[&str] = &[
    "0", "1", "2", "6", "9", " ", ":", ".", "-", "+", "T", "Z", "P", "A", "M", "a", "p", "m", ",", "é", "GMT+3",
    " CEST",
];

fn layout(random: &mut Random) -> String {
    if random.below(5) < 2 {
        return random.pick(LAYOUTS).to_owned();
    }
    let pieces = 1 + random.below(8);
    (0..pieces)
        .map(|_| {
            if random.below(5) < 3 {
                random.pick(ELEMENTS)
            } else {
                random.pick(NOISE)
            }
        })
        .collect()
}

fn seconds(random: &mut Random) -> i64 {
    let below = |random: &mut Random, limit: i64| i64::try_from(random.below(1 << 31)).expect("31 bits fit") % limit;
    match random.below(5) {
        0..3 => below(random, 2_000_000_000) * 2,
        3 => (below(random, 2_000_000_000) - 500_000_000) * 100,
        _ => below(random, 2_000_000_000) - 2_000_000_000,
    }
}

/// The text with a byte or two of it changed.
fn changed(random: &mut Random, mut text: String) -> String {
    for _ in 0..random.below(3) {
        let at = random.below(text.len() + 1);
        let at = (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        if random.below(2) == 0 && at < text.len() {
            text.remove(at);
        }
        text.insert_str(at, random.pick(CHANGES));
    }
    text
}

#[test]
fn random_layouts_are_written_and_read_as_in_go() {
    let Some(calls) = std::env::var("SPRIG_CALLS").ok().and_then(|calls| calls.parse().ok()) else {
        return;
    };
    let (mut random, mut oracle, ours) = (Random(0x9e37_79b9_7f4a_7c15), Oracle::start(), functions());
    let mut failures = Vec::new();
    for _ in 0..calls {
        let layout = quote(layout(&mut random).as_bytes());
        let zone = quote(random.pick(ZONES).as_bytes());
        let write = format!("{{{{ dateInZone {layout} {} {zone} }}}}", seconds(&mut random));
        let (expected, answer) = (oracle.render(&write), render(&write, data(), &ours));
        let mut compare = |template: &str, expected: &Answer, answer: &Answer| {
            if lossless(answer) != lossless(expected) {
                failures.push(format!(
                    "{template}\n  Go:   {}\n  here: {}",
                    expected.to_line(),
                    answer.to_line()
                ));
            }
        };
        compare(&write, &expected, &answer);
        let Answer::Output(text) = expected else { continue };
        let text = quote(changed(&mut random, text.to_lossy().into_owned()).as_bytes());
        let read = format!("{{{{ mustToDate {layout} {text} }}}}");
        compare(&read, &oracle.render(&read), &render(&read, data(), &ours));
    }
    let shown = failures.len().min(20);
    assert!(
        failures.is_empty(),
        "{} of {calls} differ:\n{}",
        failures.len(),
        failures[..shown].join("\n")
    );
}
