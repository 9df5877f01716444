//! A run is asked to stop, or its connection goes silent, while the server works for it.

use std::net::ToSocketAddrs as _;

use migrate_core::dialect::Dialect;
use migrate_core::plan::Direction;

use super::locks::{hold_the_journal, signal, wait_for};
use super::proxy::Proxy;
use super::site::{Site, ended};
use crate::support::db::{Db, Place};

within!(postgres, Postgres: an_interrupted_statement_is_cancelled, a_silent_connection_is_replaced);
within!(mysql, Mysql: an_interrupted_statement_is_cancelled, a_silent_connection_is_replaced);

fn limit() -> u64 {
    180
}

/// Statements that the server executes, or that wait for a lock.
async fn at_work(db: &Db) -> Vec<String> {
    let question = match db.dialect {
        Dialect::Postgres => {
            "SELECT query FROM pg_stat_activity WHERE datname = current_database() \
             AND state = 'active' AND query LIKE '%INSERT INTO journal VALUES%' \
             AND pid <> pg_backend_pid()"
        }
        _ => {
            "SELECT info FROM information_schema.processlist WHERE db = DATABASE() \
             AND info LIKE 'INSERT INTO journal%'"
        }
    };
    db.column(question).await
}

async fn an_interrupted_statement_is_cancelled(db: Db) {
    let mut site = Site::new(db).await;
    for name in ["INT", "TERM"] {
        site.reset().await;
        let journal = hold_the_journal(&site.db).await;
        let run = site.start(&["upgrade"]);
        wait_for(&site.db, 1, "INSERT INTO journal").await;
        signal(&run, name).await;
        let run = ended(run).await;
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        assert!(run.stderr.contains("interrupted: the database is at base"), "{}", run.stderr);
        // The lock is still held: what was not cancelled would still wait for it.
        assert_eq!(at_work(&site.db).await, Vec::<String>::new());
        drop(journal);
        assert_eq!(site.verify(Direction::Up).await, 0);
        site.finish(Direction::Up).await;
    }
    assert_eq!(site.repairs, 0);
}

async fn a_silent_connection_is_replaced(db: Db) {
    let place = Place::of(&db.url);
    let mut addresses = (place.host.as_str(), place.port).to_socket_addrs().unwrap();
    let proxy = Proxy::to(addresses.next().unwrap()).await;
    let own = format!("{}:{}", place.host, place.port);
    let url = db.url.replace(&own, &format!("127.0.0.1:{}", proxy.port));
    let mut site = Site::new(db).await;
    site.env.set("DATABASE_URL", &url);
    let journal = hold_the_journal(&site.db).await;
    let run = site.start(&["upgrade"]);
    wait_for(&site.db, 1, "INSERT INTO journal").await;
    // The first connection is the one that works; the lock has another.
    proxy.silence(0);
    drop(journal);
    let run = ended(run).await;
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("the connection was lost"), "{}", run.stderr);
    proxy.hang_up();
    let own = site.db.url.clone();
    site.env.set("DATABASE_URL", &own);
    site.finish(Direction::Up).await;
}
