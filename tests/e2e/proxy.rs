//! A way to the API server that can be cut.

use std::path::{Path, PathBuf};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::cluster::control_plane;

/// A TCP port of this machine that leads to the API server while it is open.
pub(crate) struct Proxy {
    port: u16,
    target: String,
    task: Option<JoinHandle<()>>,
}

impl Proxy {
    /// A port that nobody listens on yet.
    pub(crate) async fn closed() -> Self {
        let server = control_plane().await.server();
        let target = server.trim_start_matches("https://").to_owned();
        let port = TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        Self {
            port,
            target,
            task: None,
        }
    }

    /// Lets connections through.
    pub(crate) async fn open(&mut self) {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await.unwrap();
        let target = self.target.clone();
        self.task = Some(tokio::spawn(async move {
            // Dropped with the task, and the connections with it.
            let mut connections = JoinSet::new();
            while let Ok((mut client, _)) = listener.accept().await {
                let target = target.clone();
                connections.spawn(async move {
                    if let Ok(mut server) = TcpStream::connect(target).await {
                        let _ = copy_bidirectional(&mut client, &mut server).await;
                    }
                });
            }
        }));
    }

    /// Cuts all connections and lets no new ones through.
    pub(crate) async fn close(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
            let _ = task.await;
        }
    }

    /// Writes a kubeconfig that leads through here.
    pub(crate) async fn kubeconfig(&self, folder: &Path) -> PathBuf {
        let plane = control_plane().await;
        let text = std::fs::read_to_string(plane.kubeconfig()).unwrap();
        let text = text.replace(plane.server(), &format!("https://127.0.0.1:{}", self.port));
        let path = folder.join("kubeconfig");
        std::fs::write(&path, text).unwrap();
        path
    }
}
