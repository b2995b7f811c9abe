//! The oracle: real Go, one JSON request per line.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use govalue::{Map, Value, json};

/// A running oracle.
pub(crate) struct Oracle {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Oracle {
    /// Starts the oracle in the folder that `CHARTWRIGHT_ORACLE` names, if it names one.
    pub(crate) fn start() -> Option<Self> {
        let program = PathBuf::from(std::env::var_os("CHARTWRIGHT_ORACLE")?).join("goracle");
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Some(Self { child, input, output })
    }

    /// Asks one question.
    pub(crate) fn ask(&mut self, request: &Value) -> Map {
        let mut line = json::to_string(request).unwrap();
        line.push('\n');
        self.input.as_mut().unwrap().write_all(line.as_bytes()).unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        json::from_str(&answer).unwrap().into_map().unwrap()
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        self.input = None;
        self.child.wait().unwrap();
    }
}
