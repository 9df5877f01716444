//! What goes wrong around the tool: it is killed, cut off, out of room, without rights. After each
//! fault nothing is lost, nothing has happened twice, the state is told truly, and what the tool
//! itself advises leads to the end.
//!
//! `MIGRATE_TEST_KILLS` and `MIGRATE_TEST_CUTS` say how many there are, `MIGRATE_TEST_SEED` which.
//! Many runners at once are in `scenarios/locks.rs`, those that wait while an index is made
//! concurrently in `scenarios/concurrently.rs`.

/// Makes a test of each function, which takes a fresh database, and bounds it by the `limit` of its
/// file, in seconds.
macro_rules! within {
    ($module:ident, $dialect:ident: $($test:ident),+ $(,)?) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    let dialect = migrate_core::dialect::Dialect::$dialect;
                    if let Some(db) = crate::support::db::Db::fresh(dialect).await {
                        crate::faults::bounded(super::limit(), super::$test(db)).await;
                    }
                }
            )+
        }
    };
}

mod batch_kills;
mod cuts;
mod disk;
mod galera;
mod interrupts;
mod kills;
mod locks;
mod pooler;
mod proxy;
mod repeated;
mod rights;
mod servers;
mod site;
mod standby;
mod step_kills;

use std::sync::mpsc;
use std::time::Duration;

/// How long a test may take to clean up when its time is over.
const GRACE: Duration = Duration::from_secs(20);

/// Runs a test for so many seconds at most. What does not even end when it is dropped takes the
/// process with it.
async fn bounded(seconds: u64, test: impl Future<Output = ()>) {
    let limit = Duration::from_secs(seconds);
    let (ended, end) = mpsc::channel::<()>();
    std::thread::spawn(move || {
        if end.recv_timeout(limit + GRACE) == Err(mpsc::RecvTimeoutError::Timeout) {
            println!("not ended {} s after the bound of {seconds} s", GRACE.as_secs());
            std::process::abort();
        }
    });
    let in_time = tokio::time::timeout(limit, test).await.is_ok();
    assert!(in_time, "not done within {seconds} s");
    drop(ended);
}

/// A number from the environment.
fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| {
        text.parse().unwrap_or_else(|error| panic!("{variable}={text}: {error}"))
    })
}

/// Random numbers that come again with the same seed (splitmix64).
struct Dice(u64);

impl Dice {
    /// Seeded, and the seed told.
    fn new() -> Self {
        let seed = number("MIGRATE_TEST_SEED", 20_261_121);
        println!("MIGRATE_TEST_SEED={seed}");
        Self(seed)
    }

    /// A number below another.
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit.max(1)
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    /// A part of a time.
    fn part_of(&mut self, whole: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(whole.as_micros()).unwrap()))
    }
}
