//! The connection is cut: in a request, in an answer, between the two.

use std::net::ToSocketAddrs as _;

use migrate_core::plan::Direction;

use super::proxy::{self, Cut, Proxy};
use super::site::{Site, way};
use super::{Dice, number};
use crate::support::db::{Db, Place};

within!(postgres, Postgres: cut_anywhere, cut_with_the_lock_row, cut_behind_every_request);
within!(mysql, Mysql: cut_anywhere, cut_with_the_lock_row, cut_behind_every_request);

fn cuts() -> u64 {
    number("MIGRATE_TEST_CUTS", 16)
}

fn limit() -> u64 {
    120 + cuts() * 3
}

/// A project whose tool reaches its server over a wire.
async fn wired(db: Db) -> (Site, Proxy) {
    let place = Place::of(&db.url);
    let mut addresses = (place.host.as_str(), place.port).to_socket_addrs().unwrap();
    let proxy = Proxy::to(addresses.next().unwrap()).await;
    let own = format!("{}:{}", place.host, place.port);
    let url = db.url.replace(&own, &format!("127.0.0.1:{}", proxy.port));
    assert_ne!(url, db.url, "the URL names no port");
    let mut site = Site::new(db).await;
    site.env.set("DATABASE_URL", &url);
    (site, proxy)
}

async fn cut_anywhere(db: Db) {
    cut(db, cuts(), "").await;
}

async fn cut_with_the_lock_row(db: Db) {
    cut(db, cuts().div_ceil(4), "lock = \"table\"\n").await;
}

async fn cut(db: Db, wanted: u64, settings: &str) {
    let mut dice = Dice::new();
    let (mut site, proxy) = wired(db).await;
    site.env.write("migrate.toml", settings);
    // How much passes when nothing is cut.
    let mut totals = Vec::new();
    for direction in [Direction::Up, Direction::Down] {
        proxy.mend();
        site.call(way(direction)).await;
        totals.push((direction, proxy.total()));
    }
    let (mut count, mut rounds, mut survived, mut lost) = (0, 0, 0, 0);
    while count < wanted {
        rounds += 1;
        assert!(rounds <= wanted * 2 + 20, "it ends before it can be cut");
        site.reset().await;
        for (direction, total) in totals.clone() {
            // More often than a run connects anew, too.
            let most = 1 + dice.below(8);
            proxy.cut((0..most).map(|_| random(&mut dice, total, most)));
            let ended = site.call(way(direction)).await;
            let cuts = proxy.mend();
            count += cuts as u64;
            match ended.code {
                Some(0) => survived += cuts,
                _ => lost += 1,
            }
            assert!(ended.code == Some(0) || cuts > 0, "{}", ended.stderr);
            site.verify(direction).await;
            site.finish(direction).await;
        }
    }
    println!(
        "{count} cuts in {rounds} rounds: {survived} survived by the run itself, \
         {lost} runs given up, {} repairs",
        site.repairs
    );
}

fn random(dice: &mut Dice, total: [u64; 2], parts: u64) -> Cut {
    let place = match dice.below(4) {
        0 => proxy::Place::Request,
        1 => proxy::Place::Answer,
        // The one after which nobody knows.
        _ => proxy::Place::BeforeAnswer,
    };
    let after = dice.below(total[usize::from(place == proxy::Place::Answer)] / parts);
    Cut { after, place, all: dice.coin(), reset: dice.coin() }
}

/// Every request in turn is one whose answer is lost: among them each commit.
async fn cut_behind_every_request(db: Db) {
    let (mut site, proxy) = wired(db).await;
    site.call(way(Direction::Up)).await;
    let [up, _] = proxy.total();
    let step = (up / cuts().max(1)).max(1);
    let mut count = 0;
    for after in (0..up).step_by(usize::try_from(step).unwrap()) {
        site.reset().await;
        let place = proxy::Place::BeforeAnswer;
        proxy.cut([Cut { after, place, all: true, reset: false }]);
        let ended = site.call(way(Direction::Up)).await;
        count += proxy.mend();
        let said = &ended.stderr;
        assert!(
            ended.code == Some(0)
                || said.contains("cannot connect")
                || said.contains("reading the version table failed")
                || said.contains("cargo migrate repair --ran"),
            "one cut comes before the work, is survived, or leaves a doubt that is told: {said}",
        );
        site.verify(Direction::Up).await;
        site.finish(Direction::Up).await;
    }
    println!("{count} answers lost over {up} bytes, {} repairs", site.repairs);
}
