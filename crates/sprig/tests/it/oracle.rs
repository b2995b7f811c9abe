//! Real Sprig, as a process that answers JSON lines.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use govalue::{Str, Value, json};

use crate::data::DATA;
use crate::render::Answer;

/// The running oracle.
pub(crate) struct Oracle {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    data: Value,
}

impl Oracle {
    /// Builds the oracle if needed, and starts it.
    pub(crate) fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../hack/build-oracle.sh");
        let built = Command::new(script)
            .arg("goracle")
            .stderr(Stdio::inherit())
            .output()
            .expect("the oracle builds");
        let printed = String::from_utf8(built.stdout).expect("the script prints a path");
        let folder = printed.lines().last().expect("the script prints the oracle's folder");
        let mut process = Command::new(format!("{folder}/goracle"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the oracle starts");
        let input = process.stdin.take().expect("its input is a pipe");
        let output = BufReader::new(process.stdout.take().expect("its output is a pipe"));
        Self {
            process,
            input,
            output,
            data: json::from_str(DATA).expect("the data are JSON"),
        }
    }

    /// What real Sprig makes of a template.
    pub(crate) fn render(&mut self, text: &str) -> Answer {
        let request = Value::from_iter([
            ("op", Value::from("template")),
            ("funcs", Value::from("sprig")),
            ("text", Value::from(text)),
            ("data", self.data.clone()),
        ]);
        let mut line = json::to_string(&request).expect("a request is JSON");
        line.push('\n');
        self.input.write_all(line.as_bytes()).expect("the oracle reads");
        let mut answer = String::new();
        self.output.read_line(&mut answer).expect("the oracle answers");
        let answer = json::from_str(&answer).expect("the oracle answers with JSON");
        let text = |key| answer.get(key).and_then(Value::as_str);
        match (text("ok"), text("ok_b64")) {
            (Some(output), _) => Answer::Output(output.into()),
            (_, Some(encoded)) => Answer::Output(decoded(encoded)),
            _ => Answer::Error(text("err").expect("an answer has a result or an error").to_owned()),
        }
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // The process ends by itself when its input does; a failure to end it sooner changes nothing.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn decoded(encoded: &str) -> Str {
    let value = Value::from_iter([("$str_b64", Value::from(encoded))]);
    crate::data::tagged(&value).as_string().expect("a string").clone()
}
