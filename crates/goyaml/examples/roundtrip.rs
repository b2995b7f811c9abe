//! Reads YAML files and says what became of them: per file the documents read and written again, at the end the speed.
//!
//! `cargo run --release -p goyaml --example roundtrip -- FILE...`

#![allow(clippy::print_stdout, reason = "a program for developers")]

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use govalue::Value;

/// How long each speed is measured.
const TIME: Duration = Duration::from_secs(2);

fn main() -> Result<(), Box<dyn Error>> {
    let mut texts = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    let (mut stable, mut failed) = (0, 0);
    for file in std::env::args().skip(1) {
        let text = std::fs::read(&file)?;
        for document in goyaml::documents(&text) {
            match document {
                Err(error) => {
                    failed += 1;
                    println!("{file}: {error}");
                }
                Ok(value) => {
                    let written = goyaml::to_string(&value)?;
                    stable += usize::from(goyaml::from_str(&written)? == value);
                    values.push(value);
                }
            }
        }
        texts.push(text);
    }
    println!(
        "{} documents, {stable} the same after writing and reading, {failed} not read",
        values.len()
    );
    let size = texts.iter().map(Vec::len).sum();
    report("read", size, || {
        for text in &texts {
            black_box(goyaml::documents(text).count());
        }
    });
    let mut out = Vec::new();
    values.iter().try_for_each(|value| goyaml::write(value, &mut out))?;
    report("write", out.len(), || {
        out.clear();
        for value in &values {
            let _ = black_box(goyaml::write(value, &mut out));
        }
    });
    Ok(())
}

/// Repeats `work`, which handles `size` bytes, and prints its speed.
fn report(name: &str, size: usize, mut work: impl FnMut()) {
    let start = Instant::now();
    let mut rounds = 0_u32;
    while start.elapsed() < TIME {
        work();
        rounds += 1;
    }
    #[expect(clippy::cast_precision_loss, reason = "a speed for people")]
    let speed = size as f64 * f64::from(rounds) / start.elapsed().as_secs_f64() / 1e6;
    println!("{name}: {speed:.0} MB/s over {size} bytes");
}
