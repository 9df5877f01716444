//! Scratch databases: databases beside another one in which anything may happen.
//!
//! The program that made one holds a lock in its name, which ends with the program. A scratch database
//! without its lock was left by a program that was killed, and is dropped by the next one.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::restore::{Copy, scratch_name};
use super::{backup, program};
use migrate_core::command::Command;

use crate::database::Database;
use crate::driver::{self, Connection, DumpPart};
use crate::error::Error;

/// What stands between the name of the original and two numbers.
const MARK: &str = "_scratch_";

/// The length of the numbers, so that all names of scratch databases are cut at the same place.
const DIGITS: [usize; 2] = [10, 9];

/// Where the contents of a scratch database come from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum RehearsalSource {
    /// A database, which is only read.
    Database(Database),
    /// A file that [`Database::backup`] wrote.
    Dump(PathBuf),
}

/// A scratch database.
pub(crate) struct Scratch {
    pub(crate) database: Database,
    guard: Guard,
}

/// The lock of a scratch database.
enum Guard {
    Server(Connection<'static>),
    /// A locked file beside the database file.
    File(File, PathBuf),
}

impl Database {
    /// Makes the name and the lock of a scratch database beside this one. It does not exist yet.
    pub(crate) async fn scratch(&self) -> Result<Scratch, Error> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
        let suffix = format!("{MARK}{:010}_{now:09}", std::process::id());
        let name = scratch_name(self.dialect(), &self.named()?, &suffix);
        let database = Self { source: driver::with_name(&self.source, &name)? };
        let guard = match self.lock_scratch(&name).await? {
            Some(guard) => guard,
            None => {
                return Err(Error::Unsafe {
                    message: format!("{database} is in use by another program"),
                    help: vec!["try again".into()],
                });
            }
        };
        Ok(Scratch { database, guard })
    }

    /// Drops the scratch databases that killed programs left beside this one. Returns their names.
    pub(crate) async fn reap_scratch(&self) -> Result<Vec<String>, Error> {
        let mut reaped = Vec::new();
        for name in self.scratch_names().await? {
            let Some(guard) = self.lock_scratch(&name).await? else { continue };
            let database = Self { source: driver::with_name(&self.source, &name)? };
            Scratch { database, guard }.end().await?;
            reaped.push(name);
        }
        Ok(reaped)
    }

    /// The scratch databases beside this one, also those in use.
    async fn scratch_names(&self) -> Result<Vec<String>, Error> {
        let suffix = format!("{MARK}{}_{}", "0".repeat(DIGITS[0]), "0".repeat(DIGITS[1]));
        let name = scratch_name(self.dialect(), &self.named()?, &suffix);
        let prefix = &name[..name.len() - suffix.len() + MARK.len()];
        let names = match self.server().await? {
            Some(mut server) => {
                let sql =
                    server.templates.named.replace("{}", &self.dialect().safe_literal(prefix));
                let rows = server.connection.rows(&sql).await;
                let rows = server.end(rows, "looking for scratch databases").await?;
                rows.into_iter().flatten().flatten().collect()
            }
            None => files_of(prefix),
        };
        Ok(names.into_iter().filter(|name| is_scratch(name, prefix)).collect())
    }

    /// Takes the lock of a scratch database; `None` if another program has it.
    async fn lock_scratch(&self, name: &str) -> Result<Option<Guard>, Error> {
        let Some(templates) = self.dialect().lock() else {
            let path = PathBuf::from(format!("{name}{LOCK}"));
            let failed = |source| Error::File { path: path.clone(), source };
            let mut options = OpenOptions::new();
            let file = options.write(true).create(true).truncate(false).open(&path);
            let file = file.map_err(failed)?;
            return Ok(file.try_lock().is_ok().then_some(Guard::File(file, path)));
        };
        let mut connection = Connection::maintenance(&self.source, name).await?;
        let locked = async {
            if let Some(prepare) = templates.prepare {
                connection.execute(prepare).await?;
            }
            connection.ask(&(templates.try_lock)(name)).await
        };
        let locked = locked.await.map_err(|e| Error::database("locking a scratch database", e))?;
        if locked.as_deref() == Some("yes") {
            return Ok(Some(Guard::Server(connection)));
        }
        let _ = connection.close().await;
        Ok(None)
    }
}

/// The end of the name of a lock file.
const LOCK: &str = ".lock";

/// The scratch files with a prefix: those with a lock file.
fn files_of(prefix: &str) -> Vec<String> {
    let prefix = Path::new(prefix);
    let folder = prefix.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let of_parent = prefix.parent().map(Path::to_owned).unwrap_or_default();
    let locked = names.filter_map(|name| Some(name.strip_suffix(LOCK)?.to_owned()));
    locked.map(|name| of_parent.join(name).to_string_lossy().into_owned()).collect()
}

/// Returns `true` if what follows a prefix are the two numbers.
fn is_scratch(name: &str, prefix: &str) -> bool {
    let numbers = name.strip_prefix(prefix).and_then(|numbers| numbers.split_once('_'));
    let is_number = |text: &str, digits: usize| {
        text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    numbers.is_some_and(|(one, two)| is_number(one, DIGITS[0]) && is_number(two, DIGITS[1]))
}

impl Database {
    /// Copies a source into this scratch database. Returns how it was copied, in a word.
    pub(crate) async fn fill_scratch(
        &self,
        source: &RehearsalSource,
        beside: &Self,
        schema_only: bool,
    ) -> Result<&'static str, Error> {
        let dialect = self.dialect();
        match source {
            RehearsalSource::Dump(path) => {
                let copy = Copy::open(dialect, path)?;
                self.create_empty(beside).await?;
                self.load(&copy, true).await?;
                Ok("dump")
            }
            RehearsalSource::Database(source) if source.dialect() != dialect => {
                Err(Error::Unsafe {
                    message: format!(
                        "a database of {} cannot be copied to {dialect}",
                        source.dialect()
                    ),
                    help: vec!["name a server of the same kind".into()],
                })
            }
            RehearsalSource::Database(source) => match dialect.admin().backup {
                Some(_) if schema_only => Err(Error::Unsafe {
                    message: format!("a database of {dialect} is copied whole"),
                    help: vec!["leave out `--schema-only`".into()],
                }),
                Some(sql) => self.copy_file(source, sql).await,
                None => self.copy_on_server(source, beside, schema_only).await,
            },
        }
    }

    async fn copy_file(&self, source: &Self, sql: &str) -> Result<&'static str, Error> {
        let path = PathBuf::from(self.named()?);
        drop(backup::create(&path)?);
        if !source.copy_itself(sql, &path).await? {
            return Err(no_database(source));
        }
        Ok("file")
    }

    async fn copy_on_server(
        &self,
        source: &Self,
        beside: &Self,
        schema_only: bool,
    ) -> Result<&'static str, Error> {
        let is_here = beside.source.url() == source.source.url();
        if is_here && !schema_only && self.copy_template(source).await? {
            return Ok("template");
        }
        if is_here {
            let Some(mut server) = source.server().await? else { return Err(no_database(source)) };
            let exists = server.exists().await;
            if !server.end(exists, "looking for the database").await? {
                return Err(no_database(source));
            }
        }
        self.create_empty(beside).await?;
        let part = if schema_only { DumpPart::Schema } else { DumpPart::Whole };
        self.copy_part(source, beside, part).await?;
        Ok("dump")
    }

    /// Copies a part of a database into this scratch database, by the programs of the servers.
    pub(crate) async fn copy_part(
        &self,
        source: &Self,
        beside: &Self,
        part: DumpPart,
    ) -> Result<(), Error> {
        let is_here = beside.source.url() == source.source.url();
        let dump = driver::dump(&source.source, part)?;
        program::pipe(dump, driver::load(&self.source, !is_here)?).await
    }

    /// Creates this scratch database, empty.
    #[cfg(feature = "inspect")]
    pub(crate) async fn create_scratch(&self, beside: &Self) -> Result<(), Error> {
        match self.dialect().admin().backup {
            Some(_) => backup::create(&PathBuf::from(self.named()?)).map(drop),
            None => self.create_empty(beside).await,
        }
    }

    /// Lets the server copy the database, which it does only while nobody is connected to it, and locks
    /// out who would connect. Returns `false` where that is not possible, or not wanted.
    async fn copy_template(&self, source: &Self) -> Result<bool, Error> {
        let Some(mut server) = source.server().await? else { return Ok(false) };
        let Some(copy) = server.templates.copy.filter(|_| source.production().is_none()) else {
            return server.end(Ok(false), "copying the database").await;
        };
        let name = source.dialect().quote(&self.named()?);
        let sql = copy.replace("{from}", &server.quoted()).replace("{to}", &name);
        let alone = server.staying().await.is_ok_and(|others| others.is_empty());
        // Another way is left if the server refuses.
        let copied = alone && server.connection.execute(&sql).await.is_ok();
        server.end(Ok(copied), "copying the database").await
    }

    /// Creates the empty database, with the options of the one beside it if that exists. A file is created
    /// when it is opened.
    pub(super) async fn create_empty(&self, beside: &Self) -> Result<(), Error> {
        let Some(mut server) = beside.server().await? else { return Ok(()) };
        let created = server.create_like(&self.named()?).await;
        server.end(created, "creating a scratch database").await
    }
}

impl Scratch {
    /// Drops the database after its work, if it still has its name. An error of the work comes first.
    pub(crate) async fn end_with<T>(self, worked: Result<T, Error>) -> Result<T, Error> {
        let ended = self.end().await;
        worked.and_then(|worked| ended.map(|()| worked))
    }

    /// Drops the database.
    pub(crate) async fn end(self) -> Result<(), Error> {
        match self.guard {
            Guard::Server(connection) => {
                let dropped = self.database.drop(true).await;
                let _ = connection.close().await;
                dropped.map(|_| ())
            }
            Guard::File(file, path) => {
                let database = self.database.named()?;
                for suffix in ["", "-wal", "-shm", "-journal"] {
                    let _ = fs::remove_file(format!("{database}{suffix}"));
                }
                let removed = fs::remove_file(&path);
                let _ = file.unlock();
                removed.map_err(|source| Error::File { path, source })
            }
        }
    }
}

pub(crate) fn no_database(source: &Database) -> Error {
    Error::Unsafe {
        message: format!("there is no database {source}"),
        help: vec![Command::DbCreate.help("creates it")],
    }
}

#[cfg(test)]
mod tests {
    use migrate_core::dialect::Dialect;

    use super::*;

    #[test]
    fn only_names_with_both_numbers_are_of_scratch_databases() {
        let prefix = "app_scratch_";
        assert!(is_scratch("app_scratch_0000000012_000000034", prefix));
        for name in ["app_scratch_12_34", "app_scratch_old", "app_scratch_", "app"] {
            assert!(!is_scratch(name, prefix), "{name}");
        }
        let long =
            scratch_name(Dialect::Postgres, &"x".repeat(63), &format!("{MARK}{:010}_{:09}", 1, 2));
        assert_eq!(long.len(), 63);
    }

    #[tokio::test]
    async fn a_scratch_file_without_its_lock_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("app.db");
        let database = Database::from_url(&format!("sqlite:{}", path.display())).unwrap();
        let scratch = database.scratch().await.unwrap();
        let name = scratch.database.named().unwrap();
        fs::write(&name, "half a copy").unwrap();
        assert!(database.reap_scratch().await.unwrap().is_empty(), "one in use was removed");
        drop(scratch);
        assert_eq!(database.reap_scratch().await.unwrap(), [name]);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
