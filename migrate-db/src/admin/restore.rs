//! Restores a database from a copy.
//!
//! The copy is first loaded into a *scratch* database beside the target: a file in the same
//! directory, or a database on the same server. The target is replaced only after that succeeded, so
//! a damaged copy loses nothing.
//!
//! Limits. MySQL and MariaDB cannot rename a database: the copy is loaded twice there, and if the
//! second load fails, the target is incomplete. What belongs to the database itself on PostgreSQL and not
//! to its objects (its privileges, `ALTER DATABASE .. SET`) is not part of a copy.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use migrate_core::dialect::Dialect;

use super::scratch::Scratch;
use super::{Server, program};
use crate::database::Database;
use crate::driver::{self, Connection};
use crate::error::Error;

/// How far from its end a copy must have the mark of a complete one.
const END: u64 = 256;

impl Database {
    /// Returns the number of tables; 0 if the database does not exist.
    ///
    /// # Errors
    /// When the database cannot be reached or read.
    #[doc(hidden)]
    pub async fn count_tables(&self) -> Result<u64, Error> {
        match self.server().await? {
            Some(mut server) => {
                let exists = server.exists().await;
                if !server.end(exists, "looking for the database").await? {
                    return Ok(0);
                }
            }
            None if !driver::holds_database(&self.source) => return Ok(0),
            None => {}
        }
        let counted = self.ask(self.dialect().admin().count_tables, "counting tables").await?;
        Ok(counted.and_then(|count| count.parse().ok()).unwrap_or_default())
    }

    /// Replaces the database by the copy in a file that [`Database::backup`] wrote, and creates it
    /// if it does not exist. Returns the number of its tables.
    ///
    /// # Errors
    /// When the file is not a complete copy of a database of this kind, the copy cannot be loaded,
    /// or others are connected to the database, unless `force` closes their connections. The
    /// database is unchanged then, except where the module's limits say otherwise.
    pub async fn restore(&self, file: &Path, force: bool) -> Result<u64, Error> {
        let copy = Copy::open(self.dialect(), file)?;
        let others = if force { Vec::new() } else { self.connected().await? };
        if !others.is_empty() {
            return Err(Error::Connected(others));
        }
        let scratch = self.load_scratch(&copy).await?;
        let replaced = match scratch.database.count_tables().await {
            Ok(count) => self.replace_with(&scratch.database, &copy, force).await.map(|()| count),
            Err(error) => Err(error),
        };
        scratch.end_with(replaced).await
    }

    /// Loads the copy in a file into a scratch database, calls `check` with it, and drops it.
    ///
    /// # Errors
    /// When the file is not a complete copy of a database of this kind, or cannot be loaded; and
    /// what `check` returns.
    #[doc(hidden)]
    pub async fn with_restored<T>(
        &self,
        file: &Path,
        check: impl AsyncFnOnce(&Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let scratch = self.load_scratch(&Copy::open(self.dialect(), file)?).await?;
        let checked = check(&scratch.database).await;
        scratch.end_with(checked).await
    }

    /// Creates an empty database like this one beside it, calls `work` with it, and drops it.
    ///
    /// # Errors
    /// When the server does not allow it, or the database is a pool; and what `work` returns.
    #[doc(hidden)]
    pub async fn with_scratch<T>(
        &self,
        work: impl AsyncFnOnce(&Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.reap_scratch().await?;
        let scratch = self.scratch().await?;
        let worked = match scratch.database.create_empty(self).await {
            Ok(()) => work(&scratch.database).await,
            Err(error) => Err(error),
        };
        scratch.end_with(worked).await
    }

    async fn load_scratch(&self, copy: &Copy<'_>) -> Result<Scratch, Error> {
        self.reap_scratch().await?;
        let scratch = self.scratch().await?;
        let loaded = match scratch.database.create_empty(self).await {
            Ok(()) => scratch.database.load(copy, false).await,
            Err(error) => Err(error),
        };
        match loaded {
            Ok(()) => Ok(scratch),
            Err(error) => scratch.end_with(Err(error)).await,
        }
    }

    /// Loads a copy into this database, which is empty or does not exist yet. Elsewhere the accounts
    /// of the original may be missing.
    pub(super) async fn load(&self, copy: &Copy<'_>, is_elsewhere: bool) -> Result<(), Error> {
        if self.dialect().admin().databases.is_some() {
            let input = Some((copy.path, &copy.rewound()?));
            let programs = driver::load(&self.source, is_elsewhere)?;
            return program::run_first(programs, input, None).await;
        }
        let path = PathBuf::from(self.named()?);
        let failed = |source| Error::File { path: path.clone(), source };
        let mut file = File::create_new(&path).map_err(failed)?;
        io::copy(&mut copy.rewound()?, &mut file).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        self.check_integrity(copy.path).await
    }

    /// Checks the storage of this database, which was copied from a file.
    async fn check_integrity(&self, from: &Path) -> Result<(), Error> {
        let Some(question) = self.dialect().admin().integrity else { return Ok(()) };
        match self.ask(question, "checking the copy").await?.as_deref() {
            Some("ok") => Ok(()),
            answer => {
                Err(unsafe_copy(from, format!("is damaged: {}", answer.unwrap_or("no answer"))))
            }
        }
    }

    /// Puts a scratch database in the place of this one.
    async fn replace_with(
        &self,
        scratch: &Self,
        copy: &Copy<'_>,
        force: bool,
    ) -> Result<(), Error> {
        let Some(mut server) = self.server().await? else {
            return driver::replace(&self.source, Path::new(&scratch.named()?));
        };
        let replaced = server.replace_with(&scratch.named()?, force).await;
        let is_renamed = server.end(replaced, "replacing the database").await?;
        if !is_renamed {
            self.load(copy, false).await?;
        }
        Ok(())
    }

    async fn ask(&self, question: &str, doing: &str) -> Result<Option<String>, Error> {
        let Some(mut connection) = Connection::open(&self.source, false).await? else {
            return Ok(None);
        };
        let answer = connection.ask(question).await;
        let closed = connection.close().await;
        answer.and_then(|answer| closed.map(|()| answer)).map_err(|e| Error::database(doing, e))
    }
}

impl Server {
    /// Creates a database with the options of this one.
    pub(super) async fn create_like(&mut self, name: &str) -> sqlx::Result<()> {
        let question = self.templates.create_like.replace("{}", &self.literal());
        let options = self.connection.ask(&question).await?.unwrap_or_default();
        let create = self.templates.create.replace("{}", &self.dialect.quote(name));
        self.connection.execute(&format!("{create}{options}")).await.map(|_| ())
    }

    /// Drops the database, and gives its name to the scratch database. Where the server cannot
    /// rename, an empty database is created like the scratch one, and the result is `false`.
    async fn replace_with(&mut self, scratch: &str, force: bool) -> sqlx::Result<bool> {
        let like = self.templates.create_like.replace("{}", &self.dialect.safe_literal(scratch));
        self.drop(force).await?;
        let (from, to) = (self.dialect.quote(scratch), self.quoted());
        match self.templates.rename {
            Some(rename) => {
                let sql = rename.replace("{from}", &from).replace("{to}", &to);
                self.connection.execute(&sql).await.map(|_| true)
            }
            None => {
                let options = self.connection.ask(&like).await?.unwrap_or_default();
                let create = self.templates.create.replace("{}", &to);
                self.connection.execute(&format!("{create}{options}")).await.map(|_| false)
            }
        }
    }
}

/// A copy in a file, which was found to be complete.
pub(super) struct Copy<'p> {
    path: &'p Path,
    file: File,
}

impl<'p> Copy<'p> {
    pub(super) fn open(dialect: Dialect, path: &'p Path) -> Result<Self, Error> {
        let failed = |error| unreadable(path, &error);
        // Opening anything else than a regular file may wait without end.
        if !std::fs::metadata(path).map_err(failed)?.is_file() {
            return Err(unsafe_copy(path, "is not a regular file".to_owned()));
        }
        let mut file = File::open(path).map_err(failed)?;
        let mut start = Vec::new();
        file.by_ref().take(64).read_to_end(&mut start).map_err(failed)?;
        match Dialect::ALL.into_iter().find(|of| starts_like(*of, &start)) {
            Some(of) if of == dialect => {}
            Some(of) => {
                let why = format!("is a copy of a database of {of}, not of {dialect}");
                return Err(unsafe_copy(path, why));
            }
            None => {
                return Err(unsafe_copy(path, format!("is not a copy of a database of {dialect}")));
            }
        }
        let copy = Self { path, file };
        copy.check_end(dialect)?;
        copy.check_companion(dialect)?;
        Ok(copy)
    }

    fn check_end(&self, dialect: Dialect) -> Result<(), Error> {
        let Some(mark) = dialect.admin().backup_end else { return Ok(()) };
        let failed = |error| unreadable(self.path, &error);
        let mut file = &self.file;
        let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
        file.seek(SeekFrom::Start(length.saturating_sub(END))).map_err(failed)?;
        let mut end = Vec::new();
        file.read_to_end(&mut end).map_err(failed)?;
        if String::from_utf8_lossy(&end).contains(mark) {
            return Ok(());
        }
        Err(unsafe_copy(self.path, format!("is not complete: it does not end with `{mark}`")))
    }

    /// A database file that was copied while it was open may have a log beside it, whose changes
    /// are not in the file.
    fn check_companion(&self, dialect: Dialect) -> Result<(), Error> {
        let mut log = self.path.to_owned().into_os_string();
        log.push("-wal");
        let is_file = dialect.admin().databases.is_none();
        if is_file && std::fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
            let log = Path::new(&log).display();
            return Err(unsafe_copy(self.path, format!("lacks the changes in {log}")));
        }
        Ok(())
    }

    fn rewound(&self) -> Result<File, Error> {
        let failed = |error| unreadable(self.path, &error);
        let mut file = self.file.try_clone().map_err(failed)?;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        Ok(file)
    }
}

fn starts_like(dialect: Dialect, start: &[u8]) -> bool {
    dialect.admin().backup_starts.iter().any(|mark| start.starts_with(mark.as_bytes()))
}

fn unsafe_copy(path: &Path, why: String) -> Error {
    Error::Unsafe {
        message: format!("{} {why}", path.display()),
        help: vec!["nothing was changed".into()],
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    unsafe_copy(path, format!("cannot be read: {error}"))
}

/// The name of a scratch database beside the one of a name, or the path of its file.
pub(super) fn scratch_name(dialect: Dialect, name: &str, suffix: &str) -> String {
    let limit = dialect.admin().databases.as_ref().map_or(usize::MAX, |of| of.name_limit);
    let end = limit.saturating_sub(suffix.len());
    let kept = name.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|at| *at <= end);
    let kept = kept.last().unwrap_or(0);
    format!("{}{suffix}", &name[..kept])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scratch_name_fits_into_the_limit() {
        let suffix = format!("_restore_{}", std::process::id());
        assert_eq!(scratch_name(Dialect::Postgres, "app", &suffix), format!("app{suffix}"));
        let long = scratch_name(Dialect::Postgres, &"ü".repeat(31), &suffix);
        assert!(long.len() <= 63 && long.ends_with(&suffix), "{long}");
        assert!(scratch_name(Dialect::Sqlite, &"x".repeat(200), &suffix).len() > 200);
    }

    #[test]
    fn a_file_that_is_no_complete_copy_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("copy");
        let refused = |dialect, text: &str| {
            std::fs::write(&path, text).unwrap();
            Copy::open(dialect, &path).err().map(|error| error.to_string()).unwrap_or_default()
        };
        assert!(
            refused(Dialect::Mysql, "PGDMP..")
                .ends_with("is a copy of a database of postgres, not of mysql")
        );
        assert!(refused(Dialect::Sqlite, "").ends_with("is not a copy of a database of sqlite"));
        let half = refused(Dialect::Mysql, "-- MariaDB dump 10.19\nCREATE TABLE t (");
        assert!(
            half.ends_with("is not complete: it does not end with `-- Dump completed`"),
            "{half}"
        );
        assert_eq!(refused(Dialect::Mysql, "-- MySQL dump\n-- Dump completed on ..\n"), "");
        std::fs::write(dir.path().join("copy-wal"), "x").unwrap();
        assert!(refused(Dialect::Sqlite, "SQLite format 3\0").contains("lacks the changes in"));
        assert!(Copy::open(Dialect::Sqlite, dir.path()).is_err());
    }
}
