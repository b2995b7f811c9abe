//! A control plane lives exactly as long as its holder.

#![expect(clippy::unwrap_used, reason = "a test ends by panicking")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use testkit::ControlPlane;

#[test]
fn two_run_side_by_side_and_one_ends_alone_when_dropped() {
    let (first, second) = (ControlPlane::start().unwrap(), ControlPlane::start().unwrap());
    assert_ne!(first.server(), second.server());
    let (first_state, second_state) = (first.state().to_owned(), second.state().to_owned());
    assert_eq!(
        running_in(&first_state),
        5,
        "etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok"
    );

    drop(first);
    assert_eq!(running_in(&first_state), 0);
    assert!(!first_state.exists());
    assert_eq!(running_in(&second_state), 5);
}

#[test]
fn nothing_is_left_when_its_holder_is_killed() {
    let mut holder = Command::new(env!("CARGO_BIN_EXE_hold-control-plane"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    let mut line = || lines.next().unwrap().unwrap();
    let (kubeconfig, state) = (PathBuf::from(line()), PathBuf::from(line()));
    let supervisor = Path::new("/proc").join(line());
    assert!(kubeconfig.exists() && supervisor.exists());
    assert_eq!(running_in(&state), 5);

    holder.kill().unwrap();
    holder.wait().unwrap();
    let started = Instant::now();
    while supervisor.exists() || running_in(&state) > 0 {
        assert!(started.elapsed() < Duration::from_secs(10), "something still runs");
        thread::sleep(Duration::from_millis(20));
    }
    assert!(!state.exists());
}

/// How many processes have `folder` as their working directory, as all components have their state folder.
fn running_in(folder: &Path) -> usize {
    let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    processes
        .filter(|process| fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == folder))
        .count()
}
