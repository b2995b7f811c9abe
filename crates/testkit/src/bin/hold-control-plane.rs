//! Starts a control plane, prints its kubeconfig, state folder and supervisor's process id, one per line, and keeps it
//! until killed.

use std::thread;

use testkit::ControlPlane;

#[expect(clippy::print_stdout, reason = "its output is what the program is for")]
fn main() -> anyhow::Result<()> {
    let plane = ControlPlane::start()?;
    println!(
        "{}\n{}\n{}",
        plane.kubeconfig().display(),
        plane.state().display(),
        plane.pid()
    );
    loop {
        thread::park();
    }
}
