//! A way to the API server that counts writes, and kills the operator before or after one of them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::header::{ACCEPT_ENCODING, CONNECTION, HOST, TRANSFER_ENCODING};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use kube::Client;
use kube::client::Body;
use tokio::net::{TcpListener, TcpStream};

use crate::cluster::{client, control_plane};

/// When the operator is killed: around which write, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kill {
    /// The number of the write.
    pub(crate) write: usize,
    /// Whether the write reaches the API server.
    pub(crate) after: bool,
}

/// A write that reached the API server, or would have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Write {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// The status code of the answer; 0 for none.
    pub(crate) code: u16,
}

/// The way to the API server of one operator.
pub(crate) struct Gate {
    port: u16,
    state: Arc<Mutex<State>>,
}

struct State {
    writes: Vec<Write>,
    last_write: Instant,
    kill: Option<Kill>,
    process: Option<u32>,
    /// Counts the operator's processes; requests of earlier ones are not let through.
    generation: usize,
    is_dead: bool,
}

impl Gate {
    /// Opens the way; it leads nowhere until a process is let in.
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State {
            writes: Vec::new(),
            last_write: Instant::now(),
            kill: None,
            process: None,
            generation: 0,
            is_dead: false,
        }));
        let client = client().await;
        tokio::spawn(accept(listener, client, Arc::clone(&state)));
        Self { port, state }
    }

    /// Writes a kubeconfig that leads through here.
    pub(crate) async fn kubeconfig(&self, folder: &Path) -> PathBuf {
        let text = std::fs::read_to_string(control_plane().await.kubeconfig()).unwrap();
        let server = control_plane().await.server();
        let text = text.replace(server, &format!("http://127.0.0.1:{}", self.port));
        let path = folder.join("kubeconfig");
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Lets a new process in.
    pub(crate) fn admit(&self, process: u32) {
        let mut state = self.lock();
        state.process = Some(process);
        state.generation += 1;
        state.is_dead = false;
    }

    /// Counts from here on, and kills the process at `kill`.
    pub(crate) fn arm(&self, kill: Option<Kill>) {
        let mut state = self.lock();
        state.writes.clear();
        state.last_write = Instant::now();
        state.kill = kill;
    }

    /// Whether the process was killed and no new one was let in.
    pub(crate) fn has_killed(&self) -> bool {
        self.lock().is_dead
    }

    /// Whether a kill that was asked for is still to come.
    pub(crate) fn is_armed(&self) -> bool {
        self.lock().kill.is_some()
    }

    /// The writes since it was armed.
    pub(crate) fn writes(&self) -> Vec<Write> {
        self.lock().writes.clone()
    }

    /// How long there was no write.
    pub(crate) fn quiet(&self) -> Duration {
        self.lock().last_write.elapsed()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl State {
    /// Kills the process without a warning.
    fn strike(&mut self) {
        self.kill = None;
        self.is_dead = true;
        let process = self.process.unwrap().to_string();
        assert!(
            Command::new("kill")
                .args(["-KILL", &process])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Counts a write. Its place, or `None` if the process is killed in its place.
    fn enter(&mut self, method: &Method, path: &str) -> Option<usize> {
        self.last_write = Instant::now();
        self.writes.push(Write {
            method: method.clone(),
            path: path.to_owned(),
            code: 0,
        });
        let number = self.writes.len();
        let before = Kill {
            write: number,
            after: false,
        };
        if self.kill == Some(before) {
            self.strike();
            return None;
        }
        Some(number)
    }

    /// Notes the answer to a write; kills the process if it shall not see it.
    fn leave(&mut self, number: usize, code: u16) {
        if let Some(write) = self.writes.get_mut(number - 1) {
            write.code = code;
        }
        let after = Kill {
            write: number,
            after: true,
        };
        if self.kill == Some(after) {
            self.strike();
        }
    }
}

async fn accept(listener: TcpListener, client: Client, state: Arc<Mutex<State>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let generation = state.lock().unwrap().generation;
        tokio::spawn(serve(stream, client.clone(), Arc::clone(&state), generation));
    }
}

async fn serve(stream: TcpStream, client: Client, state: Arc<Mutex<State>>, generation: usize) {
    let service = service_fn(|request| forward(request, client.clone(), Arc::clone(&state), generation));
    // A connection that is cut is what this is about.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// The process that asked is no more.
#[derive(Debug, thiserror::Error)]
#[error("killed")]
struct Killed;

async fn forward(
    request: Request<Incoming>,
    client: Client,
    state: Arc<Mutex<State>>,
    generation: usize,
) -> Result<Response<Body>, Killed> {
    let is_dead = || {
        let state = state.lock().unwrap();
        state.is_dead || state.generation != generation
    };
    let (mut parts, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return Err(Killed);
    };
    if is_dead() {
        return Err(Killed);
    }
    // Events tell of work and are none.
    let is_write = parts.method != Method::GET && !parts.uri.path().contains("/events");
    let number = if is_write {
        let place = state.lock().unwrap().enter(&parts.method, parts.uri.path());
        Some(place.ok_or(Killed)?)
    } else {
        None
    };
    for header in [HOST, ACCEPT_ENCODING, CONNECTION, TRANSFER_ENCODING] {
        parts.headers.remove(header);
    }
    let request = Request::from_parts(parts, Body::from(body.to_bytes().to_vec()));
    let answer = client.send(request).await;
    if let Some(number) = number {
        let code = answer.as_ref().map_or(0, |answer| answer.status().as_u16());
        state.lock().unwrap().leave(number, code);
    }
    if is_dead() {
        return Err(Killed);
    }
    let mut answer = answer.map_err(|_| Killed)?;
    for header in [CONNECTION, TRANSFER_ENCODING] {
        answer.headers_mut().remove(header);
    }
    Ok(answer)
}
