//! What was measured, and the table of it.

use std::fmt;
use std::time::Duration;

/// What a figure is of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Amount {
    /// A time.
    Time(Duration),
    /// Memory, in bytes.
    Memory(u64),
    /// A number of things.
    Count(f64),
}

/// One line of a subject.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    pub(crate) what: String,
    pub(crate) amount: Amount,
}

/// What was measured of one subject, in the order in which it was.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures(Vec<Figure>);

impl Figures {
    pub(crate) fn push(&mut self, what: impl Into<String>, amount: Amount) {
        let what = what.into();
        eprintln!("  {what}: {amount}");
        self.0.push(Figure { what, amount });
    }

    pub(crate) fn time(&mut self, what: impl Into<String>, time: Duration) {
        self.push(what, Amount::Time(time));
    }

    #[expect(clippy::cast_precision_loss, reason = "nothing here is counted to 2^52")]
    pub(crate) fn count(&mut self, what: impl Into<String>, count: usize) {
        self.push(what, Amount::Count(count as f64));
    }

    /// The median and the greatest of these times.
    pub(crate) fn spread(&mut self, what: &str, mut times: Vec<Duration>) {
        times.sort_unstable();
        if let (Some(median), Some(greatest)) = (times.get(times.len() / 2), times.last()) {
            self.time(format!("{what}, median of {}", times.len()), *median);
            self.time(format!("{what}, greatest"), *greatest);
        }
    }
}

impl fmt::Display for Amount {
    #[expect(clippy::cast_precision_loss, reason = "no machine has 2^52 bytes")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Time(time) if time < Duration::from_secs(1) => write!(f, "{:.1} ms", time.as_secs_f64() * 1e3),
            Self::Time(time) => write!(f, "{:.2} s", time.as_secs_f64()),
            Self::Memory(bytes) => write!(f, "{:.1} MiB", bytes as f64 / 1_048_576.0),
            Self::Count(count) if count.fract() == 0.0 => write!(f, "{count}"),
            Self::Count(count) => write!(f, "{count:.1}"),
        }
    }
}

impl Amount {
    #[expect(clippy::cast_precision_loss, reason = "a ratio needs few digits")]
    fn value(self) -> f64 {
        match self {
            Self::Time(time) => time.as_secs_f64(),
            Self::Memory(bytes) => bytes as f64,
            Self::Count(count) => count,
        }
    }
}

/// All subjects next to each other; ratios are to the first.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<(String, Figures)>);

impl Table {
    pub(crate) fn add(&mut self, subject: &str, figures: Figures) {
        self.0.push((subject.to_owned(), figures));
    }

    fn find(figures: &Figures, what: &str) -> Option<Amount> {
        // A median is told with the number of its samples, which may differ.
        let key = |text: &str| text.split(", median of ").next().unwrap_or_default().to_owned();
        let found = figures.0.iter().find(|figure| key(&figure.what) == key(what))?;
        Some(found.amount)
    }

    fn line(&self, what: &str) -> String {
        let amounts: Vec<_> = self.0.iter().map(|(_, figures)| Self::find(figures, what)).collect();
        let mut line = format!("| {what} |");
        for (index, amount) in amounts.iter().enumerate() {
            let amount_text = amount.map_or(" |".to_owned(), |amount| format!(" {amount} |"));
            line.push_str(&amount_text);
            if index > 0 {
                let ratio = match (amounts[0], amount) {
                    (Some(first), Some(other)) if first.value() > 0.0 => {
                        format!(" {:.1} |", other.value() / first.value())
                    }
                    _ => " |".to_owned(),
                };
                line.push_str(&ratio);
            }
        }
        line
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, figures)) = self.0.first() else {
            return Ok(());
        };
        write!(f, "| |")?;
        for (index, (name, _)) in self.0.iter().enumerate() {
            write!(f, " {name} |")?;
            if index > 0 {
                write!(f, " {name} : {first} |")?;
            }
        }
        writeln!(f, "\n|---|{}", "---|".repeat(self.0.len() * 2 - 1))?;
        for figure in &figures.0 {
            writeln!(f, "{}", self.line(&figure.what))?;
        }
        Ok(())
    }
}
