//! Measures a database from beside: its locks while something runs, and its size before and after.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join;
use migrate_core::dialect::Dialect;

use crate::driver::Connection;

/// The time between two samples.
pub(super) const INTERVAL: Duration = Duration::from_millis(10);

/// A lock as it was seen.
pub(super) struct Sample {
    pub(super) at: Instant,
    pub(super) table: String,
    pub(super) mode: String,
    pub(super) is_held: bool,
}

/// Reads the locks of others.
pub(super) struct Sampler {
    connection: Connection<'static>,
    query: Option<&'static str>,
    /// What makes locks visible, where they cannot be seen.
    unseen: Option<&'static str>,
    /// The tables of the tool itself.
    own: [String; 3],
}

impl Sampler {
    /// Creates a sampler on a connection of its own.
    pub(super) async fn new(
        mut connection: Connection<'static>,
        dialect: Dialect,
        own: [String; 3],
    ) -> Self {
        let queries = &dialect.admin().rehearsal;
        let (mut query, mut unseen) = (queries.locks, None);
        if let Some(sql) = query
            && connection.rows(sql).await.is_err()
        {
            (query, unseen) = (None, Some(queries.locks_help));
        }
        Self { connection, query, unseen, own }
    }

    /// Returns what makes locks visible, where they cannot be seen.
    pub(super) const fn unseen(&self) -> Option<&'static str> {
        self.unseen
    }

    /// Reads the locks of others while some work is done.
    pub(super) async fn during<T>(&mut self, work: impl Future<Output = T>) -> (T, Vec<Sample>) {
        let Some(query) = self.query else { return (work.await, Vec::new()) };
        let ended = AtomicBool::new(false);
        let work = async {
            let done = work.await;
            ended.store(true, Ordering::Relaxed);
            done
        };
        let sampling = async {
            let mut samples = Vec::new();
            while !ended.load(Ordering::Relaxed) {
                // What cannot be read now may be read the next time.
                let rows = self.connection.rows(query).await.unwrap_or_default();
                let at = Instant::now();
                for row in rows {
                    let mut cells = row.into_iter().flatten();
                    let (Some(table), Some(mode), Some(held)) =
                        (cells.next(), cells.next(), cells.next())
                    else {
                        continue;
                    };
                    let name = table.rsplit('.').next().unwrap_or_default().trim_matches('"');
                    if !self.own.iter().any(|own| own == name || own.ends_with(&format!(".{name}")))
                    {
                        samples.push(Sample { at, table, mode, is_held: held == "yes" });
                    }
                }
                tokio::time::sleep(INTERVAL).await;
            }
            samples
        };
        join(work, sampling).await
    }

    pub(super) async fn close(self) {
        // What it has seen is known already.
        let _ = self.connection.close().await;
    }
}

/// The sizes of a database at one time.
pub(super) struct Snapshot {
    pub(super) size: u64,
    pub(super) log: Option<u64>,
    /// By key the name of a table and the mark of its storage.
    tables: BTreeMap<String, (String, String)>,
}

impl Snapshot {
    pub(super) async fn read(
        connection: &mut Connection<'_>,
        dialect: Dialect,
    ) -> sqlx::Result<Self> {
        let queries = &dialect.admin().rehearsal;
        let number = |rows: Vec<Vec<Option<String>>>| -> Option<u64> {
            rows.into_iter().flatten().flatten().next()?.parse().ok()
        };
        let size = number(connection.rows(queries.size).await?).unwrap_or_default();
        // An account may not be allowed to ask the rest.
        let log = match queries.log {
            Some(sql) => connection.rows(sql).await.ok().and_then(number),
            None => None,
        };
        let rows = match queries.tables {
            Some(sql) => connection.rows(sql).await.unwrap_or_default(),
            None => Vec::new(),
        };
        let table = |row: Vec<Option<String>>| {
            let [key, name, mark] = <[Option<String>; 3]>::try_from(row).ok()?;
            Some((key?, (name?, mark?)))
        };
        Ok(Self { size, log, tables: rows.into_iter().filter_map(table).collect() })
    }

    /// The tables that are in both and have another storage afterwards.
    pub(super) fn rewritten(&self, after: &Self) -> Vec<String> {
        let is_new = |(key, (name, mark)): (&String, &(String, String))| {
            let (_, now) = after.tables.get(key)?;
            (now != mark).then(|| name.clone())
        };
        self.tables.iter().filter_map(is_new).collect()
    }
}
