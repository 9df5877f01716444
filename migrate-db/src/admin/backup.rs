//! Consistent copies of a database.
//!
//! SQLite copies itself. The dump program of a server makes its copy; it gets the password through
//! its environment and never as an argument. A copy gets its name when it is complete.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::program;
use crate::database::Database;
use crate::driver::{self, Connection, DumpPart};
use crate::error::Error;

impl Database {
    /// Copies the database into a new file. Returns `false` if there is no database. The file is an
    /// SQLite database, an archive for `pg_restore`, or SQL for `mariadb`.
    ///
    /// # Errors
    /// When the file exists or cannot be written, the server's program (`pg_dump`,
    /// `mariadb-dump`) is missing or fails, or the database is a pool.
    pub async fn backup(&self, to: &Path) -> Result<bool, Error> {
        let failed = |source| Error::File { path: to.to_owned(), source };
        if to.exists() {
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        }
        // A killed copy leaves its file, so each has a name of its own.
        let part = part_of(to);
        let file = create(&part)?;
        let copied = self.copy(file, &part).await;
        let named = match copied {
            Ok(true) => name(&part, to).map_err(failed).map(|()| true),
            copied => copied,
        };
        if !matches!(named, Ok(true)) {
            let _ = std::fs::remove_file(&part);
        }
        named
    }

    /// Copies the database into a folder, which is created if needed. The file is named after the
    /// database and the time. Returns its path; `None` if there is no database.
    ///
    /// # Errors
    /// As [`Database::backup`].
    pub async fn backup_into(&self, folder: &Path) -> Result<Option<PathBuf>, Error> {
        let name = self.name();
        let stem = Path::new(&name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        self.backup_as(folder, &stem.unwrap_or(name)).await
    }

    /// As [`Database::backup_into`], with the name that the file begins with.
    pub(crate) async fn backup_as(
        &self,
        folder: &Path,
        stem: &str,
    ) -> Result<Option<PathBuf>, Error> {
        let failed = |source| Error::File { path: folder.to_owned(), source };
        let is_new = !folder.exists();
        std::fs::create_dir_all(folder).map_err(failed)?;
        let now = SystemTime::now();
        let extension = self.dialect().admin().backup_extension;
        let mut files = (1..).map(|n| folder.join(file_name(stem, now, n, extension)));
        let mut file;
        let copied = loop {
            file = files.next().unwrap_or_default();
            match self.backup(&file).await {
                // Another copy was made in the same second.
                Err(Error::File { source, .. })
                    if source.kind() == io::ErrorKind::AlreadyExists => {}
                copied => break copied,
            }
        };
        if is_new && !matches!(copied, Ok(true)) {
            let _ = std::fs::remove_dir(folder);
        }
        Ok(copied?.then_some(file))
    }

    async fn copy(&self, file: File, to: &Path) -> Result<bool, Error> {
        match self.dialect().admin().backup {
            Some(sql) => self.copy_itself(sql, to).await,
            None => {
                let commands = driver::dump(&self.source, DumpPart::Whole)?;
                program::run_first(commands, None, Some((to, &file))).await?;
                file.sync_all().map_err(|source| Error::File { path: to.to_owned(), source })?;
                Ok(true)
            }
        }
    }

    pub(super) async fn copy_itself(&self, sql: &str, to: &Path) -> Result<bool, Error> {
        let Some(mut connection) = Connection::open(&self.source, false).await? else {
            return Ok(false);
        };
        let sql = sql.replace("{}", &self.dialect().literal(&to.to_string_lossy()));
        let copied = connection.execute(&sql).await;
        let closed = connection.close().await;
        copied.and(closed).map_err(|e| Error::database("copying the database", e))?;
        Ok(true)
    }
}

/// Gives a complete copy its name, unless another copy has it by now.
fn name(part: &Path, to: &Path) -> io::Result<()> {
    match std::fs::hard_link(part, to) {
        Ok(()) => std::fs::remove_file(part),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // Not every file system has links.
        Err(_) => std::fs::rename(part, to),
    }
}

/// Returns a name in the same folder that no other copy uses.
pub(super) fn part_of(file: &Path) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.subsec_nanos());
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut part = file.to_owned().into_os_string();
    part.push(format!(".{}-{count}-{nanos}.part", std::process::id()));
    PathBuf::from(part)
}

/// Creates an empty file that only its owner may read, as it will hold all data.
pub(super) fn create(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|source| Error::File { path: path.to_owned(), source })
}

/// `app-20260102T030405Z.dump`, so that files of one database sort by age; the second one of the
/// same second has `-2` behind it.
fn file_name(stem: &str, at: SystemTime, number: u32, extension: &str) -> String {
    let fit = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let stem: String = stem.chars().map(fit).collect();
    let seconds = at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let number = if number > 1 { format!("-{number}") } else { String::new() };
    let time = format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z");
    format!("{stem}-{time}{number}.{extension}")
}

/// Returns the date a number of days after 1970-01-01. A year is counted from March, so that the
/// leap day is its last.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_file_is_named_after_database_and_moment() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(file_name("app", at(0), 1, "dump"), "app-19700101T000000Z.dump");
        assert_eq!(file_name("app", at(951_782_400), 2, "db"), "app-20000229T000000Z-2.db");
        assert_eq!(
            file_name("a/../b c", at(1_767_323_045), 1, "sql"),
            "a_.._b_c-20260102T030405Z.sql"
        );
        assert_eq!(file_name("app", at(4_107_542_399), 1, "sql"), "app-21000228T235959Z.sql");
        assert_eq!(file_name("app", at(4_107_542_400), 1, "sql"), "app-21000301T000000Z.sql");
    }

    #[test]
    fn a_copy_takes_no_name_that_another_one_got_meanwhile() {
        let dir = tempfile::tempdir().unwrap();
        let [one, other, to] = ["1.part", "2.part", "x.db"].map(|name| dir.path().join(name));
        std::fs::write(&one, "one").unwrap();
        std::fs::write(&other, "other").unwrap();
        name(&one, &to).unwrap();
        assert_eq!(name(&other, &to).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(
            (std::fs::read_to_string(&to).unwrap(), one.exists()),
            ("one".to_owned(), false)
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_copy_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let file = create(&dir.path().join("x.part")).unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
