//! The password of a PostgreSQL server is not sent in clear text over a network.
//!
//! sqlx answers every way of asking for the password. So a server on another machine is asked
//! first, on a connection of its own that ends before any password is sent: whether it has TLS, and
//! how it asks. Where TLS is there and optional, it is required from then on. An attacker who can
//! answer two connections differently is not detected: `sslmode=verify-full` is for that.

use std::io;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The code of a start-up message that asks for TLS.
const SSL_REQUEST: i32 = 80_877_103;

/// Version 3.0 of the protocol.
const PROTOCOL: i32 = 196_608;

/// The code of an authentication request for the password in clear text.
const CLEARTEXT: i32 = 3;

/// How a server answers before it knows a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Login {
    /// It has TLS.
    Tls,
    /// It asks for the password in clear text, without TLS.
    Cleartext,
    /// It asks in another way, for nothing, or refuses.
    Other,
}

/// The options to connect with; `None` when the server would get the password in clear text.
pub(super) async fn protect(options: PgConnectOptions) -> sqlx::Result<Option<PgConnectOptions>> {
    let optional =
        matches!(options.get_ssl_mode(), PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer);
    if !optional || options.get_socket().is_some() || is_loopback(options.get_host()) {
        return Ok(Some(options));
    }
    match ask(&options).await? {
        Login::Tls => Ok(Some(options.ssl_mode(PgSslMode::Require))),
        Login::Other => Ok(Some(options)),
        Login::Cleartext => Ok(None),
    }
}

/// Whether what is sent to a host stays on this machine.
fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

async fn ask(options: &PgConnectOptions) -> io::Result<Login> {
    let host = options.get_host().trim_start_matches('[').trim_end_matches(']');
    let mut stream = TcpStream::connect((host, options.get_port())).await?;
    // Without TLS of its own sqlx does not ask for it.
    if cfg!(feature = "tls") && matches!(options.get_ssl_mode(), PgSslMode::Prefer) {
        stream.write_all(&message(SSL_REQUEST, &[])).await?;
        if stream.read_u8().await? == b'S' {
            return Ok(Login::Tls);
        }
    }
    let user = options.get_username();
    let database = options.get_database().unwrap_or(user);
    stream.write_all(&message(PROTOCOL, &["user", user, "database", database, ""])).await?;
    // A message has a letter, its length, and here a number that says how the server asks.
    let is_authentication = stream.read_u8().await? == b'R';
    let _length = stream.read_i32().await?;
    let is_cleartext = is_authentication && stream.read_i32().await? == CLEARTEXT;
    Ok(if is_cleartext { Login::Cleartext } else { Login::Other })
}

/// A start-up message: its length, a code, and texts that end with a NUL byte.
fn message(code: i32, texts: &[&str]) -> Vec<u8> {
    let length = 8 + texts.iter().map(|text| text.len() + 1).sum::<usize>();
    let mut bytes = i32::try_from(length).unwrap_or(i32::MAX).to_be_bytes().to_vec();
    bytes.extend(code.to_be_bytes());
    for text in texts {
        bytes.extend(text.as_bytes());
        bytes.push(0);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// A server that answers a request for TLS with a letter, and a start-up message with bytes;
    /// what it has received is returned when the client has gone.
    async fn server(
        tls: u8,
        answer: &'static [u8],
    ) -> (PgConnectOptions, tokio::task::JoinHandle<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut received = Vec::new();
            let mut piece = [0; 1024];
            while let Ok(count @ 1..) = stream.read(&mut piece).await {
                received.extend_from_slice(&piece[..count]);
                let asks_tls = piece[..count].ends_with(&SSL_REQUEST.to_be_bytes());
                let reply = if asks_tls { &[tls][..] } else { answer };
                stream.write_all(reply).await.unwrap();
            }
            received
        });
        let options = PgConnectOptions::new_without_pgpass();
        let options = options.host("127.0.0.1").port(port).username("ada").password("s3cret");
        (options.database("app"), serving)
    }

    #[tokio::test]
    async fn a_server_that_asks_for_clear_text_is_recognised_and_gets_no_password() {
        for mode in [PgSslMode::Disable, PgSslMode::Allow, PgSslMode::Prefer] {
            let (options, serving) = server(b'N', b"R\0\0\0\x08\0\0\0\x03").await;
            assert_eq!(ask(&options.ssl_mode(mode)).await.unwrap(), Login::Cleartext);
            let received = String::from_utf8_lossy(&serving.await.unwrap()).into_owned();
            assert!(received.contains("user\0ada\0database\0app\0\0"), "{received:?}");
            assert!(!received.contains("s3cret"), "{received:?}");
        }
    }

    #[tokio::test]
    async fn other_servers_are_left_to_sqlx() {
        for answer in [
            &b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0"[..],
            b"R\0\0\0\x08\0\0\0\0",
            b"E\0\0\0\x08SX\0\0",
        ] {
            let (options, _serving) = server(b'N', answer).await;
            assert_eq!(ask(&options).await.unwrap(), Login::Other);
        }
        let (options, _serving) = server(b'N', b"").await;
        assert!(protect(options).await.unwrap().is_some(), "this machine is not asked");
    }

    #[cfg(feature = "tls")]
    #[tokio::test]
    async fn tls_that_is_there_is_used() {
        let (options, _serving) = server(b'S', b"").await;
        assert_eq!(ask(&options.ssl_mode(PgSslMode::Prefer)).await.unwrap(), Login::Tls);
    }

    #[test]
    fn only_this_machine_is_exempt() {
        for host in ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["db", "10.0.0.1", "localhost.example.org", "fe80::1"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
