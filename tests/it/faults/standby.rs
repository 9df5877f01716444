//! A PostgreSQL standby that streams from a primary, each in a container of its own.

use migrate_core::dialect::Dialect;
use migrate_core::plan::Direction;

use super::bounded;
use super::servers::{Server, docker};
use super::site::Site;
use crate::support::db::{Db, with_name};
use crate::support::server::execute;

/// Copies the primary at `{primary}`, and follows it.
const FOLLOW: &str = "mkdir -p /run/postgresql && chown -R postgres: $PGDATA /run/postgresql && \
    chmod 700 $PGDATA && exec setpriv --reuid=postgres --regid=postgres --init-groups bash -c \
    'pg_basebackup -R -D $PGDATA -h {primary} -U postgres -c fast && exec postgres'";

/// Starts a standby of a server. Returns it with the address of the primary that it follows.
async fn standby_of(primary: &Server) -> (Server, String) {
    let open = "echo 'host replication all all trust' >> $PGDATA/pg_hba.conf";
    docker(&["exec", &primary.name, "bash", "-c", open]).await.unwrap();
    execute(&primary.url, "SELECT pg_reload_conf()").await.unwrap();
    let address = ["inspect", "--format", "{{.NetworkSettings.IPAddress}}", &primary.name];
    let address = docker(&address).await.unwrap();
    let image = ["inspect", "--format", "{{.Config.Image}}", &primary.name];
    let image = docker(&image).await.unwrap();
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let name = format!("{}-standby", primary.name);
    let publish = format!("127.0.0.1:{port}:5432");
    let follow = FOLLOW.replace("{primary}", &address);
    let run = ["run", "--detach", "--name", &name, "--publish", &publish, &image];
    docker(&[&run[..], &["bash", "-c", &follow]].concat()).await.unwrap();
    let url = format!("postgres://postgres:postgres@127.0.0.1:{port}/postgres");
    let standby = Server { name, url };
    standby.ready().await;
    (standby, format!("{address}:5432"))
}

/// Waits until the standby has replayed what the primary has written.
async fn caught_up(site: &Site) {
    let lag = "SELECT CAST(count(*) AS TEXT) FROM pg_stat_replication \
        WHERE replay_lsn >= pg_current_wal_lsn()";
    while site.db.column(lag).await != ["1"] {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_is_asked_and_not_written_until_it_is_promoted() {
    bounded(120, async {
        let Some(primary) = Server::start(Dialect::Postgres).await else { return };
        let (standby, address) = standby_of(&primary).await;
        let mut site = Site::new(Db::on(Dialect::Postgres, &primary.url).await).await;
        assert_eq!(site.call(&["upgrade", "+3"]).await.code, Some(0));
        caught_up(&site).await;
        let url = with_name(&standby.url, &site.db.name);
        site.env.set("DATABASE_URL", &url);
        let calls = [
            &["upgrade"][..],
            &["upgrade", "--lock", "table"],
            &["upgrade", "--lock", "none"],
            &["downgrade", "base", "--yes"],
            &["stamp", "heads"],
        ];
        for call in calls {
            let ended = site.call(call).await;
            assert_eq!(ended.code, Some(1), "{call:?}: {}", ended.stderr);
            assert!(ended.stderr.contains("this server is a standby"), "{}", ended.stderr);
            assert!(ended.stderr.contains(&address), "{call:?}: {}", ended.stderr);
        }
        site.asking_works(3).await;
        assert_eq!(site.call(&["log"]).await.code, Some(0));
        assert_eq!(site.verify(Direction::Up).await, 3);
        // The primary is gone for good, and what it has committed is on the promoted standby.
        docker(&["kill", &primary.name]).await.unwrap();
        execute(&standby.url, "SELECT pg_promote()").await.unwrap();
        let upgraded = site.call(&["upgrade"]).await;
        assert_eq!(upgraded.code, Some(0), "{}", upgraded.stderr);
        site.asking_works(super::site::REVISIONS).await;
    })
    .await;
}
