//! A Galera cluster of three nodes, each in a container of its own. All of them accept writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use migrate_core::dialect::Dialect;
use migrate_core::plan::Direction;
use migrate_db::{Database, Event, Migrator, Options};
use sqlx::Connection as _;

use super::bounded;
use super::servers::{Server, docker};
use super::site::{Site, ended};
use crate::scenarios::{applied, chain, events, history, options, revision};
use crate::support::db::{Db, with_name};
use crate::support::server::execute;

const PROVIDER: &str = "/usr/lib/galera/libgalera_smm.so";

/// Starts a cluster; `None`, and a word about it, where the image has no Galera.
async fn cluster() -> Option<[Server; 3]> {
    let image = std::env::var("MIGRATE_TEST_MYSQL_IMAGE").unwrap();
    if docker(&["run", "--rm", "--entrypoint", "ls", &image, PROVIDER]).await.is_err() {
        println!("skipped: {image} has no Galera; tests/images/make makes one that has");
        return None;
    }
    let first =
        Server::start_with(Dialect::Mysql, "a", &node("", &["--wsrep-new-cluster"])).await?;
    let address = first.address().await;
    let join = node(&address, &[]);
    let join = ["b", "c"].map(|name| Server::start_with(Dialect::Mysql, name, &join));
    let [second, third] = join;
    let (second, third) = tokio::join!(second, third);
    let nodes = [first, second?, third?];
    for node in &nodes {
        synced(node, 3).await;
    }
    Some(nodes)
}

/// The arguments of a node.
fn node(join: &str, more: &[&str]) -> Vec<String> {
    let fixed = [
        "mariadbd",
        "--binlog-format=ROW",
        "--innodb-autoinc-lock-mode=2",
        "--innodb-flush-log-at-trx-commit=0",
        "--wsrep-on=ON",
        "--wsrep-sst-method=rsync",
    ];
    let provider = format!("--wsrep-provider={PROVIDER}");
    let address = format!("--wsrep-cluster-address=gcomm://{join}");
    let args = fixed.iter().chain(more).map(|arg| (*arg).to_owned());
    args.chain([provider, address]).collect()
}

/// Waits until a node has joined so many.
async fn synced(node: &Server, size: usize) {
    let db = |sql| async move {
        let status = ["exec", &node.name, "mariadb", "-N", "-e", sql];
        docker(&status).await.unwrap_or_default()
    };
    loop {
        let count = db("SHOW STATUS LIKE 'wsrep_cluster_size'").await;
        let state = db("SHOW STATUS LIKE 'wsrep_local_state_comment'").await;
        if count.ends_with(&format!("\t{size}")) && state.ends_with("Synced") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runners_on_all_nodes_do_each_step_once() {
    bounded(240, async {
        let Some(nodes) = cluster().await else { return };
        let db = Db::on(Dialect::Mysql, &nodes[0].url).await;
        arrived(&db, &nodes).await;
        thirty_apply_a_history_once(&db, &nodes).await;
        reads_are_repeated_under_changes_of_other_nodes(&db, &nodes).await;
        conflicts_with_other_nodes_are_tried_again(&nodes).await;
        a_rolling_schema_upgrade_is_refused(&nodes).await;
        a_lent_connection_has_no_lock_for_all_nodes(&nodes).await;
    })
    .await;
}

/// Waits until the nodes have applied that a database was created.
async fn arrived(db: &Db, nodes: &[Server; 3]) {
    for node in nodes {
        while execute(&with_name(&node.url, &db.name), "SELECT 1").await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

async fn thirty_apply_a_history_once(db: &Db, nodes: &[Server; 3]) {
    const STEPS: usize = 12;
    let history = Arc::new(chain(Dialect::Mysql, STEPS));
    let mut runners = Vec::new();
    for n in 0..30 {
        let history = history.clone();
        let database = Database::from_url(&with_name(&nodes[n % 3].url, &db.name)).unwrap();
        let options = Options { lock_wait: Duration::from_secs(100), ..options() };
        runners.push(tokio::spawn(async move {
            let mut migrator = Migrator::new(&history).options(options);
            migrator.upgrade(&database, &"head".parse().unwrap()).await.map(|r| r.steps.len())
        }));
    }
    let mut steps = 0;
    for runner in runners {
        steps += runner.await.unwrap().unwrap();
    }
    assert_eq!(steps, STEPS);
    assert_eq!(applied(db, &history).await.len(), STEPS);
    let events = events(db, &history).await;
    let ups = events.iter().filter(|event| event.starts_with("upgrade")).count();
    assert_eq!(ups, STEPS, "{events:?}");
    // GET_LOCK is granted once on each node: the lock is the row, and nobody had to ask for it.
    assert_eq!(db.column("SELECT COUNT(*) FROM migrate_version_lock").await, ["0"]);
    for n in 0..STEPS {
        assert_eq!(db.column(&format!("SELECT 'x' FROM t{n:03}")).await, ["x"]);
    }
}

/// Another node changes the version table itself: a reader that uses the table at that moment is
/// ended with the error of a deadlock.
async fn reads_are_repeated_under_changes_of_other_nodes(db: &Db, nodes: &[Server; 3]) {
    let history = Arc::new(chain(Dialect::Mysql, 12));
    let ends = Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    for n in 0..8 {
        let (history, ends) = (history.clone(), ends.clone());
        let database = Database::from_url(&with_name(&nodes[1 + n % 2].url, &db.name)).unwrap();
        readers.push(tokio::spawn(async move {
            let mut reads = 0;
            while !ends.load(Ordering::Relaxed) {
                let migrator = Migrator::new(&history).options(options());
                let status = migrator.status(&database).await.unwrap();
                assert_eq!(status.pending.len(), 0);
                reads += 1;
            }
            reads
        }));
    }
    for n in 0..60 {
        let change = format!("ALTER TABLE migrate_version COMMENT = '{n}'");
        execute(&db.url, &change).await.unwrap();
    }
    ends.store(true, Ordering::Relaxed);
    for reader in readers {
        assert!(reader.await.unwrap() > 0);
    }
}

/// Another node changes the row that each step changes: one of the two transactions is refused when
/// it is certified.
async fn conflicts_with_other_nodes_are_tried_again(nodes: &[Server; 3]) {
    const STEPS: usize = 20;
    let db = Db::on(Dialect::Mysql, &nodes[0].url).await;
    let change = "UPDATE counter SET own = own + 1 WHERE id = 1;\n";
    let steps = format!("{change}DO SLEEP(0.02);\n{change}");
    let files: Vec<_> = (0..STEPS)
        .map(|n| {
            let parent = n.checked_sub(1).map(|n| format!("u{n:02}")).unwrap_or_default();
            revision(&format!("u{n:02}"), &parent, &steps, "SELECT 1;")
        })
        .collect();
    let history = history(Dialect::Mysql, &files);
    db.execute(
        "CREATE TABLE counter (id INTEGER PRIMARY KEY, own INTEGER, other INTEGER); \
         INSERT INTO counter VALUES (1, 0, 0)",
    )
    .await;
    let ends = Arc::new(AtomicBool::new(false));
    let mut others = Vec::new();
    for node in &nodes[1..] {
        let (url, ends) = (with_name(&node.url, &db.name), ends.clone());
        others.push(tokio::spawn(async move {
            let mut done = 0;
            while !ends.load(Ordering::Relaxed) {
                // Refused too, now and then.
                let change = "UPDATE counter SET other = other + 1 WHERE id = 1";
                done += usize::from(execute(&url, change).await.is_ok());
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
            done
        }));
    }
    let retries = AtomicUsize::new(0);
    let patient = Options { lock_wait: Duration::from_secs(60), ..options() };
    let mut migrator = Migrator::new(&history).options(patient).on_event(|event| {
        retries.fetch_add(usize::from(matches!(event, Event::Retried { .. })), Ordering::Relaxed);
    });
    let report = migrator.upgrade(&db.database(), &"head".parse().unwrap()).await;
    drop(migrator);
    ends.store(true, Ordering::Relaxed);
    let mut done = 0;
    for other in others {
        done += other.await.unwrap();
    }
    let retries = retries.into_inner();
    println!("{retries} conflicts lost and tried again, {done} changes of others");
    assert!(retries > 0, "no transaction was refused: the test tries nothing");
    assert_eq!(report.unwrap().steps.len(), STEPS);
    let own = (STEPS * 2).to_string();
    assert_eq!(db.column("SELECT CAST(own AS CHAR) FROM counter").await, [own]);
    assert_eq!(db.column("SELECT CAST(other AS CHAR) FROM counter").await, [done.to_string()]);
}

/// With RSU, the DDL stays on one node and the version rows do not.
async fn a_rolling_schema_upgrade_is_refused(nodes: &[Server; 3]) {
    let mut site = Site::new(Db::on(Dialect::Mysql, &nodes[0].url).await).await;
    site.env.write("migrate.toml", "session = [\"SET SESSION wsrep_OSU_method = 'RSU'\"]\n");
    let refused = site.call(&["upgrade", "+1"]).await;
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("`wsrep_OSU_method` is RSU"), "{}", refused.stderr);
    assert!(site.db.tables().await.iter().all(|table| table == "journal"));
    // On each node the SQL of the revision, then one row for all of them.
    site.env.write("migrate.toml", "");
    for node in nodes {
        let ddl = "SET SESSION wsrep_OSU_method = 'RSU'; CREATE TABLE t00 (id INTEGER); \
            ALTER TABLE t00 ADD CONSTRAINT c00 CHECK (id > 0)";
        execute(&with_name(&node.url, &site.db.name), ddl).await.unwrap();
    }
    site.db.execute("INSERT INTO journal VALUES ('up 00'), ('after 00')").await;
    assert_eq!(site.call(&["stamp", "r00"]).await.code, Some(0));
    for node in nodes {
        site.env.set("DATABASE_URL", &with_name(&node.url, &site.db.name));
        site.asking_works(1).await;
    }
    let finished = site.call(&["upgrade"]).await;
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_killed_loses_nothing() {
    bounded(240, async {
        let Some([first, second, third]) = cluster().await else { return };
        let mut site = Site::new(Db::on(Dialect::Mysql, &second.url).await).await;
        let time = site.time(&["upgrade"]).await;
        site.reset().await;
        // A runner on the node that goes, and others that wait on those that stay.
        let name = site.db.name.clone();
        site.env.set("DATABASE_URL", &with_name(&first.url, &name));
        let killed = site.start(&["upgrade", "--lock-wait", "2s"]);
        tokio::time::sleep(time / 2).await;
        let url = with_name(&third.url, &name);
        site.env.set("DATABASE_URL", &url);
        let waiting = site.start(&["upgrade", "--lock-wait", "50s"]);
        docker(&["kill", &first.name]).await.unwrap();
        let killed = ended(killed).await;
        println!("the run on the killed node: {:?}\n{}", killed.code, killed.stderr);
        let waiting = ended(waiting).await;
        println!("the run that waited: {:?}\n{}", waiting.code, waiting.stderr);
        for node in [&second, &third] {
            synced(node, 2).await;
        }
        site.verify_beside(Direction::Up).await;
        site.env.set("DATABASE_URL", &with_name(&second.url, &name));
        site.finish(Direction::Up).await;
        // A node that lost the majority answers no query.
        docker(&["kill", &third.name]).await.unwrap();
        // It waits five seconds for the other, and longer on a loaded machine.
        let mut alone = site.call(&["current", "--connect-timeout", "0s"]).await;
        for _ in 0..20 {
            if alone.code != Some(0) {
                break;
            }
            tokio::time::sleep(Duration::from_secs(2)).await;
            alone = site.call(&["current", "--connect-timeout", "0s"]).await;
        }
        assert_eq!(alone.code, Some(1), "{}", alone.stderr);
        assert!(alone.stderr.contains("lost the majority"), "{}", alone.stderr);
    })
    .await;
}

/// GET_LOCK excludes the sessions of one node, and the lock table needs a second connection.
async fn a_lent_connection_has_no_lock_for_all_nodes(nodes: &[Server; 3]) {
    let db = Db::on(Dialect::Mysql, &nodes[0].url).await;
    let history = chain(Dialect::Mysql, 1);
    let mut lent = sqlx::MySqlConnection::connect(&db.url).await.unwrap();
    let head = "head".parse().unwrap();
    let error = Migrator::new(&history).upgrade(&mut lent, &head).await.unwrap_err();
    assert!(matches!(error, migrate_db::Error::Lent { .. }), "{error:?}");
    assert_eq!(db.tables().await, [""; 0]);
    let options = Options { lock: migrate_db::Locking::None, ..options() };
    let mut migrator = Migrator::new(&history).options(options);
    assert_eq!(migrator.upgrade(&mut lent, &head).await.unwrap().steps.len(), 1);
}
