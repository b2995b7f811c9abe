//! Reads lines of a constraint and a version, parted by U+001F, and prints how both are read and whether they meet:
//! the other half of a comparison with the Go library.

use std::io::{self, BufRead, Write};

use gosemver::{Constraints, Error, Version};

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (constraint, version) = line.split_once('\u{1f}').unwrap_or((&line, ""));
        writeln!(out, "{}", report(constraint, version))?;
    }
    Ok(())
}

fn report(constraint: &str, version: &str) -> String {
    let lenient = Version::parse(version);
    let mut fields = vec![
        lenient
            .as_ref()
            .map_err(Error::clone)
            .and_then(increments)
            .unwrap_or_else(|error| format!("E {error}")),
        Version::parse_strict(version).map_or_else(|error| format!("E {error}"), |version| version.to_string()),
    ];
    match (Constraints::parse(constraint), lenient) {
        (Err(error), _) => fields.push(format!("E {error}")),
        (Ok(constraints), Err(_)) => fields.push(constraints.to_string()),
        (Ok(constraints), Ok(version)) => fields.extend([constraints.to_string(), verdict(&constraints, &version)]),
    }
    fields.join("\u{1f}")
}

fn increments(version: &Version) -> Result<String, Error> {
    let next = [version.next_patch()?, version.next_minor()?, version.next_major()?];
    let next = next.map(|version| format!(" {version}/{}", version.original()));
    Ok(format!("{version}{}", next.concat()))
}

fn verdict(constraints: &Constraints, version: &Version) -> String {
    let check = constraints.check(version);
    match constraints.validate(version) {
        Ok(()) => format!("{check} true"),
        Err(reasons) => format!("{check} false; {}", reasons.join("; ")),
    }
}
