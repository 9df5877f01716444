//! A web service that upgrades its database at start-up. Any number of replicas may start at once:
//! one applies the revisions, the others wait.
//!
//! `DATABASE_URL=postgres://.. LISTEN=127.0.0.1:3000 cargo run -p axum-postgres`. `GET /notes` lists
//! the notes, `GET /health` reports pending revisions.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example")]

use std::error::Error;
use std::process::ExitCode;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use migrate_db::Event;
use sqlx::PgPool;
use tokio::net::TcpListener;

static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!();

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            explain(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn Error + Send + Sync>> {
    let variable = |name, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let pool = PgPool::connect(&variable("DATABASE_URL", "postgres://localhost/notes")).await?;

    // The service starts only after the database is at the head.
    let head = "head".parse().map_err(migrate_db::Error::from)?;
    let mut migrator = MIGRATIONS.migrator().on_event(|event| {
        if let Event::Waiting { holder, waited } = event {
            println!("waiting   {} s for {holder}", waited.as_secs());
        }
    });
    let report = migrator.upgrade(&pool, &head).await?;
    for step in &report.steps {
        println!("applied   {}  {}", step.revision, step.message);
    }
    println!("current   {}", report.heads_after.join(", "));

    let app = Router::new()
        .route("/notes", get(notes))
        .route("/health", get(health))
        .with_state(pool.clone());
    let listener = TcpListener::bind(variable("LISTEN", "127.0.0.1:3000")).await?;
    println!("listening {}", listener.local_addr()?);
    axum::serve(listener, app).with_graceful_shutdown(interrupted()).await?;
    pool.close().await;
    Ok(())
}

async fn notes(State(pool): State<PgPool>) -> Result<String, (StatusCode, String)> {
    let query = "SELECT body FROM notes ORDER BY pinned DESC, written_at";
    let notes: Vec<String> = sqlx::query_scalar(query).fetch_all(&pool).await.map_err(|error| {
        eprintln!("error     {error}");
        (StatusCode::INTERNAL_SERVER_ERROR, "the notes cannot be read\n".to_owned())
    })?;
    Ok(notes.join("\n") + "\n")
}

/// Answers 200 if the database is at the head, and 503 if revisions are pending or the database
/// cannot be reached, so that a load balancer avoids the replica.
async fn health(State(pool): State<PgPool>) -> Response {
    let asked = async { Ok((MIGRATIONS.current(&pool).await?, MIGRATIONS.pending(&pool).await?)) };
    let asked: Result<_, migrate_db::Error> = asked.await;
    let (status, body) = match asked {
        Ok((head, pending)) => {
            let (status, word) = match pending.is_empty() {
                true => (StatusCode::OK, "ok"),
                false => (StatusCode::SERVICE_UNAVAILABLE, "pending"),
            };
            let (head, pending) = (list(&head), list(&pending));
            (status, format!(r#"{{"status":"{word}","head":{head},"pending":{pending}}}"#))
        }
        Err(error) => {
            explain(&error);
            (StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"unreachable"}"#.to_owned())
        }
    };
    (status, [(CONTENT_TYPE, "application/json")], body + "\n").into_response()
}

/// Formats ids as JSON. Ids contain no characters that need escaping.
fn list(ids: &[String]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
    format!("[{}]", ids.join(","))
}

/// Prints an error with its causes and help.
fn explain(error: &(dyn Error + 'static)) {
    eprintln!("error     {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        eprintln!("because   {cause}");
        source = cause.source();
    }
    if let Some(error) = error.downcast_ref::<migrate_db::Error>() {
        for line in error.help() {
            eprintln!("help      {line}");
        }
    }
}

async fn interrupted() {
    // Without the signal handler the process ends immediately.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
