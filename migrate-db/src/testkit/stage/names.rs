//! The names of test databases.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use migrate_core::sql::Hasher;

/// How all of them begin.
pub(super) const PREFIX: &str = "migrate_test_";

/// How long a name may be: PostgreSQL cuts what is longer than 63 bytes.
const LENGTH: usize = 63;

/// Digits of the hash of a name that had to be changed.
const HASH: usize = 16;

/// Names that hold the day on which they were made up, as days since 1970-01-01. It stays the same
/// as long as a stage is open.
pub(super) struct Names {
    day: u64,
}

impl Names {
    pub(super) fn today() -> Self {
        Self { day: since_1970().as_secs() / 86_400 }
    }

    #[cfg(test)]
    pub(super) fn days_ago(days: u64) -> Self {
        Self { day: Self::today().day - days }
    }

    /// The database's name for a caller's own: small letters, digits and `_`, and not too long.
    pub(super) fn of(&self, name: &str) -> String {
        let prefix = format!("{PREFIX}{}_", self.day);
        let plain = plain(name);
        if plain == name && prefix.len() + name.len() <= LENGTH {
            return prefix + name;
        }
        let mut hasher = Hasher::new();
        hasher.field("name", name);
        let hash = hasher.finish().to_string();
        let room = LENGTH - prefix.len() - HASH - 1;
        let plain = &plain[..plain.len().min(room)];
        format!("{prefix}{plain}_{}", &hash[..HASH])
    }

    /// Whether a database of ours was made before yesterday: more than a day ago.
    pub(super) fn is_old(&self, stored: &str) -> bool {
        let day = stored.strip_prefix(PREFIX).and_then(|rest| rest.split('_').next());
        day.and_then(|day| day.parse::<u64>().ok()).is_some_and(|day| day + 1 < self.day)
    }
}

/// A name that nobody else uses: process, moment and a number behind the words.
pub(super) fn unique(words: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let words = plain(words);
    // The end of a path of modules says more than its beginning.
    let words = &words[words.len().saturating_sub(14)..];
    let moment = since_1970().as_micros() % 1_000_000_000_000;
    format!("{}_{:x}_{moment:x}_{count:x}", words.trim_matches('_'), std::process::id())
}

/// One of sixteen, by name: as many locks are enough.
pub(super) fn slot(name: &str) -> String {
    let mut hasher = Hasher::new();
    hasher.field("name", name);
    hasher.finish().to_string()[..1].to_owned()
}

/// All but small letters and digits replaced.
fn plain(name: &str) -> String {
    let fit = |c: char| match c.to_ascii_lowercase() {
        c if c.is_ascii_alphanumeric() => c,
        _ => '_',
    };
    name.chars().map(fit).collect()
}

fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_enough_and_stay_apart() {
        let names = Names { day: 20_778 };
        assert_eq!(names.of("work_1"), "migrate_test_20778_work_1");
        let long = ["x".repeat(60), "x".repeat(61), "Work-1".into(), "work_1".into(), "ä".into()];
        let stored: Vec<String> = long.iter().map(|name| names.of(name)).collect();
        for (n, name) in stored.iter().enumerate() {
            assert!(name.len() <= 63 && !stored[..n].contains(name), "{name}");
            assert!(
                name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            );
        }
    }

    #[test]
    fn what_is_unique_keeps_its_end() {
        let names = Names { day: 20_778 };
        let [one, two] = [(); 2].map(|()| unique("app::tests::a_user_is_found"));
        assert_ne!(one, two);
        assert!(one.starts_with("a_user_is_found") || one.starts_with("user_is_found"), "{one}");
        assert_eq!(names.of(&one), format!("migrate_test_20778_{one}"));
    }

    #[test]
    fn old_is_what_is_older_than_a_day() {
        let names = Names { day: 20_778 };
        assert!(names.is_old("migrate_test_20776_x"));
        assert!(names.is_old("migrate_test_20776_x.db-wal"));
        for young in ["migrate_test_20777_x", "migrate_test_20778_x", "migrate_test_20779_x"] {
            assert!(!names.is_old(young), "{young}");
        }
        for other in ["migrate_test_", "migrate_test_x", "app", "20776", "t_migrate_test_1_x"] {
            assert!(!names.is_old(other), "{other}");
        }
    }
}
