//! A wire between the tool and a server that can be cut at any byte.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Where the wire is cut.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    /// How many bytes pass before it, counted from the last one.
    pub(super) after: u64,
    pub(super) place: Place,
    /// Whether every connection is cut, or only the one that it happened on.
    pub(super) all: bool,
    /// Whether the ends hear of it by a reset, or by an orderly end.
    pub(super) reset: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the middle of a request.
    Request,
    /// Behind a whole request, before its answer: the server does the work, and nobody hears of it.
    BeforeAnswer,
    /// In the middle of an answer.
    Answer,
}

/// A wire to a server.
pub(super) struct Proxy {
    pub(super) port: u16,
    wire: Arc<Mutex<Wire>>,
    task: JoinHandle<()>,
}

struct Wire {
    /// Where new connections lead.
    server: SocketAddr,
    /// Bytes since the last cut: to the server, and from it.
    passed: [u64; 2],
    total: [u64; 2],
    /// The connection whose request is through and whose answer is not to arrive.
    mute: Option<u64>,
    cuts: VecDeque<Cut>,
    /// The connection on which nothing passes any more, and nobody hears of it.
    silent: Option<u64>,
    done: usize,
    /// Tells every connection of a cut.
    cut: watch::Sender<usize>,
}

impl Proxy {
    /// A wire that is whole.
    pub(super) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let wire = Arc::new(Mutex::new(Wire {
            server,
            passed: [0; 2],
            total: [0; 2],
            mute: None,
            cuts: VecDeque::new(),
            silent: None,
            done: 0,
            cut: watch::channel(0).0,
        }));
        let shared = wire.clone();
        let task = tokio::spawn(async move {
            for number in 0.. {
                let Ok((client, _)) = listener.accept().await else { return };
                let server = shared.lock().unwrap().server;
                let Ok(server) = TcpStream::connect(server).await else { continue };
                let (wire, cut) = (shared.clone(), shared.lock().unwrap().cut.subscribe());
                tokio::spawn(carry(client, server, number, wire, cut));
            }
        });
        Self { port, wire, task }
    }

    /// Cuts the wire here and there from now on.
    pub(super) fn cut(&self, cuts: impl IntoIterator<Item = Cut>) {
        let mut wire = self.wire.lock().unwrap();
        wire.cuts = cuts.into_iter().collect();
        (wire.passed, wire.total, wire.mute, wire.done) = ([0; 2], [0; 2], None, 0);
    }

    /// Lets nothing pass any more on a connection, without a word to its ends.
    pub(super) fn silence(&self, number: u64) {
        self.wire.lock().unwrap().silent = Some(number);
    }

    /// Leads new connections to another server.
    pub(super) fn lead_to(&self, server: SocketAddr) {
        self.wire.lock().unwrap().server = server;
    }

    /// Ends every connection.
    pub(super) fn hang_up(&self) {
        self.wire.lock().unwrap().cut.send_modify(|count| *count += 1);
    }

    /// Mends it; how often it was cut.
    pub(super) fn mend(&self) -> usize {
        let done = self.wire.lock().unwrap().done;
        self.cut([]);
        done
    }

    /// How many bytes passed since it was mended: to the server, and from it.
    pub(super) fn total(&self) -> [u64; 2] {
        self.wire.lock().unwrap().total
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Wire {
    /// How many of the bytes pass, and the cut behind them.
    fn pass(&mut self, number: u64, from_server: bool, count: usize) -> (usize, Option<Cut>) {
        if self.mute == Some(number) && from_server {
            return (0, self.next());
        }
        let at = usize::from(from_server);
        let before = self.passed[at];
        self.passed[at] += count as u64;
        self.total[at] += count as u64;
        let Some(cut) = self.cuts.front().copied() else { return (count, None) };
        let here = match cut.place {
            Place::Request | Place::BeforeAnswer => !from_server,
            Place::Answer => from_server,
        };
        if !here || self.passed[at] <= cut.after || self.mute.is_some() {
            return (count, None);
        }
        if cut.place == Place::BeforeAnswer {
            self.mute = Some(number);
            return (count, None);
        }
        (usize::try_from(cut.after.saturating_sub(before)).unwrap(), self.next())
    }

    fn next(&mut self) -> Option<Cut> {
        let cut = self.cuts.pop_front()?;
        (self.passed, self.mute) = ([0; 2], None);
        self.done += 1;
        Some(cut)
    }
}

/// Carries bytes both ways until somebody ends it, or it is cut.
async fn carry(
    mut client: TcpStream,
    mut server: TcpStream,
    number: u64,
    wire: Arc<Mutex<Wire>>,
    mut cuts: watch::Receiver<usize>,
) {
    let (mut up, mut down) = ([0; 4096], [0; 4096]);
    loop {
        let (from_server, read) = tokio::select! {
            read = client.read(&mut up) => (false, read),
            read = server.read(&mut down) => (true, read),
            _ = cuts.changed() => return,
        };
        if wire.lock().unwrap().silent == Some(number) {
            let _ = cuts.changed().await;
            return;
        }
        let Ok(count @ 1..) = read else { break };
        let (count, cut) = wire.lock().unwrap().pass(number, from_server, count);
        let written = if from_server {
            client.write_all(&down[..count]).await
        } else {
            server.write_all(&up[..count]).await
        };
        if let Some(cut) = cut {
            if cut.reset {
                let _ = client.set_zero_linger();
            }
            if cut.all {
                wire.lock().unwrap().cut.send_modify(|count| *count += 1);
            }
            return;
        }
        if written.is_err() {
            break;
        }
    }
    // Where the request went through and its end hangs up, no answer is awaited any more.
    let mut wire = wire.lock().unwrap();
    if wire.mute == Some(number) {
        wire.next();
    }
}
