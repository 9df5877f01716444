//! A PostgreSQL standby that streams from a primary, each in a container of its own.

use std::time::Duration;

use migrate_core::dialect::Dialect;
use migrate_core::plan::Direction;
use sqlx::Connection as _;

use super::proxy::Proxy;
use super::servers::{Server, docker};
use super::site::{Site, ended};
use super::{Dice, bounded, number};
use crate::support::db::{Db, Place, with_name};
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
    let address = primary.address().await;
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

/// How many revisions a server has recorded.
async fn recorded(site: &Site, server: &Server) -> usize {
    let url = with_name(&server.url, &site.db.name);
    let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
    let count = "SELECT COUNT(*) FROM migrate_version WHERE state = 'applied'";
    let count: i64 = sqlx::query_scalar(count).fetch_one(&mut connection).await.unwrap();
    usize::try_from(count).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_waits_until_standbys_have_applied_each_revision() {
    bounded(150, async {
        let Some(primary) = Server::start(Dialect::Postgres).await else { return };
        let (standby, _) = standby_of(&primary).await;
        let mut site = Site::new(Db::on(Dialect::Postgres, &primary.url).await).await;
        // An archiver has applied nothing, ever, and is no standby.
        let archiver = "mkdir /tmp/wal && exec pg_receivewal -U postgres -D /tmp/wal";
        docker(&["exec", "--detach", &primary.name, "bash", "-c", archiver]).await.unwrap();
        while site.db.column("SELECT pid::text FROM pg_stat_replication").await.len() < 2 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for n in 1..=3 {
            let upgraded = site.call(&["upgrade", "+1", "--wait-for-replicas", "30s"]).await;
            assert_eq!(upgraded.code, Some(0), "{}", upgraded.stderr);
            assert_eq!(recorded(&site, &standby).await, n, "nobody waited");
        }
        // What is asked about rights comes before anything is run.
        site.db.execute("CREATE ROLE app LOGIN PASSWORD 'secret'; GRANT ALL ON ALL TABLES IN SCHEMA public TO app; \
            GRANT ALL ON SCHEMA public TO app").await;
        let url = site.db.url.replace("postgres:postgres@", "app:secret@");
        site.env.set("DATABASE_URL", &url);
        let refused = site.call(&["upgrade", "+1", "--wait-for-replicas", "5s"]).await;
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert!(refused.stderr.contains("`GRANT pg_read_all_stats TO app`"), "{}", refused.stderr);
        site.db.execute("GRANT pg_monitor TO app").await;
        let nothing = site.call(&["upgrade", "r02", "--wait-for-replicas", "20s"]).await;
        assert_eq!(nothing.code, Some(0), "{}", nothing.stderr);
        let url = site.db.url.clone();
        site.env.set("DATABASE_URL", &url);

        let behind = paused(&site, &standby).await;
        assert!(behind.contains("revision r03 (up) is committed"), "{behind}");
        assert!(behind.contains("bytes behind"), "{behind}");
        assert!(behind.contains("done and committed: r03"), "{behind}");
        assert_eq!(site.verify_beside(Direction::Up).await, 4, "the step is committed");
        assert_eq!(recorded(&site, &standby).await, 3, "the standby lags");
        // The next run waits first, and so does one that has nothing else to do.
        for target in ["head", "r03"] {
            let again = site.call(&["upgrade", target, "--wait-for-replicas", "500ms"]).await;
            assert_eq!(again.code, Some(1), "{target}: {}", again.stderr);
            assert!(again.stderr.contains("no step was run"), "{target}: {}", again.stderr);
        }
        assert_eq!(site.verify_beside(Direction::Up).await, 4);
        let hasty = site.call(&["upgrade", "+1", "--wait-for-replicas", "0s"]).await;
        assert_eq!(hasty.code, Some(0), "{}", hasty.stderr);
        assert_eq!(recorded(&site, &standby).await, 3);
        execute(&standby.url, "SELECT pg_wal_replay_resume()").await.unwrap();
        site.env.write("migrate.toml", "wait-for-replicas = \"30s\"\n");
        let upgraded = site.call(&["upgrade"]).await;
        assert_eq!(upgraded.code, Some(0), "{}", upgraded.stderr);
        assert_eq!(recorded(&site, &standby).await, super::site::REVISIONS);
        let reverted = site.call(&["downgrade", "base", "--yes"]).await;
        assert_eq!(reverted.code, Some(0), "{}", reverted.stderr);
        assert_eq!(recorded(&site, &standby).await, 0);
    })
    .await;
}

/// Upgrades by a step while the standby does not replay. Returns what was said.
async fn paused(site: &Site, standby: &Server) -> String {
    for _ in 0..8 {
        execute(&standby.url, "SELECT pg_wal_replay_pause()").await.unwrap();
        let upgraded = site.call(&["upgrade", "+1", "--wait-for-replicas", "2s"]).await;
        assert_eq!(upgraded.code, Some(1), "{}", upgraded.stderr);
        if !upgraded.stderr.contains("before the first step") {
            return upgraded.stderr;
        }
        // The server wrote something of its own after the pause.
        execute(&standby.url, "SELECT pg_wal_replay_resume()").await.unwrap();
    }
    panic!("the primary writes without end");
}

/// A server in a container that is replaced by its standby, with a step that is in progress.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_in_the_middle_of_a_run_ends_in_a_state_that_is_told_truly() {
    bounded(280, async {
        let Some(mut primary) = Server::start(Dialect::Postgres).await else { return };
        let mut dice = Dice::new();
        let mut site = Site::new(Db::on(Dialect::Postgres, &primary.url).await).await;
        let time = site.time(&["upgrade"]).await;
        for round in 0..number("MIGRATE_TEST_FAILOVERS", 3) {
            let (standby, _) = standby_of(&primary).await;
            site.reset().await;
            caught_up(&site).await;
            let run = site.start(&["upgrade", "--lock-wait", "1s", "--connect-timeout", "1s"]);
            tokio::time::sleep(time / 4 + dice.part_of(time / 2)).await;
            docker(&["kill", &primary.name]).await.unwrap();
            let run = ended(run).await;
            execute(&standby.url, "SELECT pg_promote()").await.unwrap();
            site.move_to(&standby.url);
            site.quiet().await;
            // What the new primary records, and what is there: the last commits may be missing, and
            // then both are.
            let applied = site.verify(Direction::Up).await;
            println!("round {round}: the run ended with {:?}, {applied} applied there", run.code);
            site.finish(Direction::Up).await;
            primary = standby;
        }
        println!("{} repairs", site.repairs);
    })
    .await;
}

/// The run itself meets the standby before and after its promotion, and continues.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_waits_for_the_promotion_of_a_standby() {
    bounded(150, async {
        let Some(primary) = Server::start(Dialect::Postgres).await else { return };
        let (standby, _) = standby_of(&primary).await;
        let mut site = Site::new(Db::on(Dialect::Postgres, &primary.url).await).await;
        let at = |server: &Server| {
            let place = Place::of(&server.url);
            std::net::SocketAddr::from(([127, 0, 0, 1], place.port))
        };
        let proxy = Proxy::to(at(&primary)).await;
        let own = format!("127.0.0.1:{}", at(&primary).port());
        let url = site.db.url.replace(&own, &format!("127.0.0.1:{}", proxy.port));
        assert_ne!(url, site.db.url);
        site.env.set("DATABASE_URL", &url);
        caught_up(&site).await;
        // The second step waits for a row lock until the primary is gone.
        let held = super::locks::hold_the_journal(&site.db).await;
        let run = site.start(&["upgrade", "--lock-wait", "40s"]);
        super::locks::wait_for(&site.db, 1, "INSERT INTO journal").await;
        proxy.lead_to(at(&standby));
        docker(&["kill", &primary.name]).await.unwrap();
        drop(held);
        // Long enough for several tries against a server that only reads.
        tokio::time::sleep(Duration::from_secs(3)).await;
        execute(&standby.url, "SELECT pg_promote()").await.unwrap();
        let run = ended(run).await;
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stderr.contains("reconnecting"), "{}", run.stderr);
        site.move_to(&standby.url);
        assert_eq!(site.verify(Direction::Up).await, super::site::REVISIONS);
    })
    .await;
}
