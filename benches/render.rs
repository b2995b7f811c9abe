//! Times the engine on chart cases in the way `goracle bench` times Helm's library: `hack/bench-render.sh` runs both.
//!
//! `render --cases FILE [--runs N] [--budget SECONDS]` prints one JSON object per line of FILE, with medians of
//! - (a) `loaded_us`: a chart in memory; dependencies, coalescing, schema and all templates, and freeing the outcome;
//! - `sort_us`: what follows, documents split, read and sorted for installation;
//! - (b) `full_us`: everything from the folder on, in a new engine, down to the sorted documents, and freeing it all.
//!
//! `loaded_cpu_us` and `full_cpu_us` are means of the processor time; the latter includes reading the user's values.
//! `render --cases FILE --memory` loads and renders every chart of FILE once and says what keeping them all takes.
#![expect(clippy::print_stdout, reason = "a program")]

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use govalue::Map;
use helm_chart::{Chart, Overrides};
use helm_engine::{Engine, RENDER_STACK, Rendered, Request};
use helm_release::sort_manifests;
use serde_json::{Value, json};

fn main() -> Result<()> {
    let options = Options::read(env::args().skip(1))?;
    let work = move || {
        if options.memory {
            memory(&options)
        } else {
            times(&options)
        }
    };
    let thread = thread::Builder::new().stack_size(RENDER_STACK).spawn(work)?;
    thread.join().map_err(|_| anyhow!("a render panicked"))?
}

/// What is asked for on the command line.
struct Options {
    cases: PathBuf,
    /// Timed runs per case and measure, after one that is not timed.
    runs: usize,
    /// After this long, a measure is not repeated.
    budget: Duration,
    memory: bool,
}

impl Options {
    fn read(mut args: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self {
            cases: PathBuf::new(),
            runs: 11,
            budget: Duration::from_secs(5),
            memory: false,
        };
        while let Some(flag) = args.next() {
            let mut value = || args.next().with_context(|| format!("{flag} needs a value"));
            match flag.as_str() {
                "--cases" => options.cases = value()?.into(),
                "--runs" => options.runs = value()?.parse().context("--runs is a number")?,
                "--budget" => {
                    let seconds = value()?.parse().context("--budget is seconds")?;
                    options.budget = Duration::try_from_secs_f64(seconds)?;
                }
                "--memory" => options.memory = true,
                // Cargo says so when it runs benchmarks.
                "--bench" => {}
                _ => bail!("unknown argument {flag}"),
            }
        }
        ensure!(
            !options.cases.as_os_str().is_empty() && options.runs > 0,
            "--cases FILE is needed, and a run"
        );
        Ok(options)
    }

    fn cases(&self) -> Result<Vec<Case>> {
        let text = fs::read_to_string(&self.cases).with_context(|| format!("no cases at {}", self.cases.display()))?;
        let lines = text.lines().filter(|line| !line.is_empty());
        lines.map(|line| Case::read(&serde_json::from_str(line)?)).collect()
    }
}

/// One line of the cases file.
struct Case {
    id: String,
    chart: PathBuf,
    overrides: Overrides,
    request: Request,
}

impl Case {
    fn read(line: &Value) -> Result<Self> {
        let text = |field: &str| line[field].as_str().unwrap_or_default().to_owned();
        let list = |field: &str| {
            let items = line[field].as_array().into_iter().flatten();
            items.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
        };
        let files = list("values").into_iter().map(|name| {
            let contents = fs::read(&name).with_context(|| format!("no values at {name}"))?;
            Ok((name, contents))
        });
        let overrides = Overrides {
            files: files.collect::<Result<_>>()?,
            set: list("set"),
            ..Overrides::default()
        };
        Ok(Self {
            id: text("id"),
            chart: text("chart").into(),
            overrides,
            request: Request::new(text("name"), text("namespace")),
        })
    }

    fn values(&self) -> Result<Map> {
        Ok(self
            .overrides
            .join(|path| fs::read(path).map_err(|error| error.to_string()))?)
    }
}

fn times(options: &Options) -> Result<()> {
    for case in options.cases()? {
        let line = match measure(&case, options) {
            Ok(line) => line,
            Err(error) => json!({"id": case.id, "err": format!("{error:#}")}),
        };
        println!("{line}");
    }
    Ok(())
}

fn measure(case: &Case, options: &Options) -> Result<Value> {
    let (loaded, loaded_cpu) = loaded(case, options)?;
    let (full, full_cpu) = full(case, options)?;
    Ok(json!({
        "id": case.id,
        "bytes": loaded[0].bytes,
        "runs": loaded.len().min(full.len()),
        "loaded_us": median(loaded.iter().map(|run| run.render)),
        "sort_us": median(loaded.iter().map(|run| run.sort)),
        "full_us": median(full.into_iter()),
        "loaded_cpu_us": loaded_cpu,
        "full_cpu_us": full_cpu,
        "peak_kb": status("VmHWM")?,
    }))
}

/// One run of measure (a).
struct Run {
    render: Duration,
    sort: Duration,
    /// The size of the rendered files.
    bytes: usize,
}

/// Measure (a), and the processor time of a run's rendering and sorting.
fn loaded(case: &Case, options: &Options) -> Result<(Vec<Run>, Option<f64>)> {
    let engine = Engine::new();
    let chart = helm_chart::load(&case.chart)?.chart;
    let values = case.values()?;
    repeat(options, || {
        let values = values.clone();
        let (rendered, render) = timed(|| engine.render(&chart, values, &case.request));
        let rendered = rendered?;
        let bytes = rendered.files.values().map(String::len).sum();
        let (sorted, sort) = timed(|| sort_manifests(&rendered.files).map(drop));
        sorted?;
        let ((), free) = timed(|| drop(rendered));
        Ok(Run {
            render: render + free,
            sort,
            bytes,
        })
    })
}

/// Measure (b), and the processor time of a run with the reading of the user's values.
fn full(case: &Case, options: &Options) -> Result<(Vec<Duration>, Option<f64>)> {
    repeat(options, || {
        let values = case.values()?;
        let (outcome, time) = timed(|| from_folder(&case.chart, values, &case.request));
        outcome?;
        Ok(time)
    })
}

fn from_folder(folder: &Path, values: Map, request: &Request) -> Result<()> {
    let chart = helm_chart::load(folder)?.chart;
    let rendered = Engine::new().render(&chart, values, request)?;
    sort_manifests(&rendered.files)?;
    Ok(())
}

/// Runs `work` once for nothing and then as often as `options` say; also the mean processor time of a run in
/// microseconds, where the system tells it.
fn repeat<T>(options: &Options, mut work: impl FnMut() -> Result<T>) -> Result<(Vec<T>, Option<f64>)> {
    work()?;
    let begin = Instant::now();
    let cpu = processor_time();
    let mut runs = Vec::new();
    while runs.is_empty() || (runs.len() < options.runs && begin.elapsed() < options.budget) {
        runs.push(work()?);
    }
    let cpu = processor_time().zip(cpu).map(|(end, begin)| end.saturating_sub(begin));
    let count = u32::try_from(runs.len())?;
    Ok((runs, cpu.map(|total| micros(total) / f64::from(count))))
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begin = Instant::now();
    let result = work();
    (result, begin.elapsed())
}

/// What this thread has used of the processor.
fn processor_time() -> Option<Duration> {
    // The count is as old as the thread's last switch, so make one.
    thread::yield_now();
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn median(times: impl Iterator<Item = Duration>) -> f64 {
    let mut sorted: Vec<f64> = times.map(micros).collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    } else {
        sorted[middle]
    }
}

/// Loads and renders each chart once with an engine for all, and keeps everything.
fn memory(options: &Options) -> Result<()> {
    let engine = Engine::new();
    let cases = options.cases()?;
    let before = status("VmRSS")?;
    let mut kept: Vec<(Chart, &Case)> = Vec::new();
    let mut seen = HashSet::new();
    for case in &cases {
        if seen.insert(&case.chart) {
            kept.push((helm_chart::load(&case.chart)?.chart, case));
        }
    }
    let loaded = status("VmRSS")?;
    let mut growth = Vec::new();
    for (chart, case) in &kept {
        let start = status("VmRSS")?;
        // Parses the templates; what it renders is not kept.
        let _: Rendered = engine.render(chart, case.values()?, &case.request)?;
        growth.push(status("VmRSS")?.saturating_sub(start));
    }
    let line = json!({
        "charts": kept.len(),
        "before_kb": before,
        "loaded_kb": loaded.saturating_sub(before),
        "prepared_kb": status("VmRSS")?.saturating_sub(loaded),
        "largest_growth_kb": growth.iter().max(),
        "peak_kb": status("VmHWM")?,
    });
    println!("{line}");
    Ok(())
}

/// A size in this process' status, in KiB.
fn status(field: &str) -> Result<u64> {
    let text = fs::read_to_string("/proc/self/status").context("no status of this process")?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let size = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    size.with_context(|| format!("no {field} in this process' status"))
}
