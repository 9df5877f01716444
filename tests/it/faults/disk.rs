//! A file of SQLite for which there is no room, that may not be written, or that is broken.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use migrate_core::plan::Direction;
use tokio::process::Command;

use super::site::{Ended, Site, ended};
use crate::support::db::Db;

within!(sqlite, Sqlite:
    no_room_for_a_larger_file,
    killed_for_a_file_that_is_too_large,
    a_full_disk,
    a_disk_that_may_not_be_written,
    what_is_no_database_stays_as_it_is,
    a_damaged_database_is_named,
);

const fn limit() -> u64 {
    60
}

/// Calls the tool from a shell that sets limits first; the file may have so many KiB.
async fn limited(site: &Site, transaction: &str, before: &str) -> Ended {
    let tool = site.env.command(&["upgrade", "--transaction", transaction]);
    let mut shell = Command::from(site.env.shell(&format!("{before}; exec \"$0\" \"$@\"")));
    shell.arg(tool.get_program()).args(tool.get_args());
    shell.stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    ended(shell.spawn().unwrap()).await
}

/// A file may grow to so many KiB and no further: what is written beyond fails.
async fn no_room_for_a_larger_file(db: Db) {
    let mut site = Site::new(db).await;
    let mut failed = 0;
    for transaction in ["all", "each"] {
        for room in (12..80).step_by(8) {
            site.reset().await;
            let ended =
                limited(&site, transaction, &format!("trap '' XFSZ; ulimit -f {room}")).await;
            if ended.code != Some(0) {
                failed += 1;
                assert_eq!(ended.code, Some(1), "{}", ended.stderr);
                let said = &ended.stderr;
                assert!(said.contains("disk I/O error") || said.contains("is full"), "{said}");
            }
            site.verify(Direction::Up).await;
            site.finish(Direction::Up).await;
        }
    }
    println!("{failed} runs without room");
    assert!(failed > 4 && site.repairs == 0);
}

async fn killed_for_a_file_that_is_too_large(db: Db) {
    let mut site = Site::new(db).await;
    let mut killed = 0;
    for room in (12..80).step_by(8) {
        site.reset().await;
        let ended = limited(&site, "each", &format!("ulimit -c 0; ulimit -f {room}")).await;
        killed += usize::from(ended.code.is_none());
        site.verify(Direction::Up).await;
        site.finish(Direction::Up).await;
    }
    println!("{killed} runs killed in the middle of a write");
    assert!(killed > 2);
}

/// A disk of its own; unmounted when dropped.
struct Disk(PathBuf);

impl Disk {
    /// `None`, and a word about it, for who may not mount.
    fn of(folder: &Path, kib: u32) -> Option<Self> {
        let path = folder.join("disk");
        fs::create_dir(&path).unwrap();
        let disk = Self(path);
        if disk.mount(&["-t", "tmpfs", "-o", &format!("size={kib}k"), "none"]) {
            return Some(disk);
        }
        println!("skipped: only root mounts a disk");
        None
    }

    fn mount(&self, args: &[&str]) -> bool {
        let mut mount = std::process::Command::new("mount");
        mount.args(args).arg(&self.0).stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// The site's database on a disk of so many KiB.
async fn on_disk(mut db: Db, kib: u32) -> Option<(Site, Disk)> {
    let disk = Disk::of(db.folder(), kib)?;
    db.url = format!("sqlite:{}?mode=rwc", disk.0.join("app.db").display());
    Some((Site::new(db).await, disk))
}

async fn a_full_disk(db: Db) {
    let Some((mut site, disk)) = on_disk(db, 128).await else { return };
    let ballast = disk.0.join("ballast");
    for (transaction, left) in [("all", 24), ("all", 40), ("each", 24), ("each", 56)] {
        site.reset().await;
        fs::write(&ballast, vec![1; (128 - left) * 1024]).unwrap();
        let ended = site.call(&["upgrade", "--transaction", transaction]).await;
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        assert!(ended.stderr.contains("database or disk is full"), "{}", ended.stderr);
        site.verify(Direction::Up).await;
        fs::remove_file(&ballast).unwrap();
        site.finish(Direction::Up).await;
    }
    assert_eq!(site.repairs, 0);
}

async fn a_disk_that_may_not_be_written(db: Db) {
    let Some((mut site, disk)) = on_disk(db, 1024).await else { return };
    assert_eq!(site.call(&["upgrade", "+2"]).await.code, Some(0));
    assert!(disk.mount(&["-o", "remount,ro"]));
    let ended = site.call(&["upgrade"]).await;
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    let said = &ended.stderr;
    assert!(said.contains("readonly") || said.contains("unable to open"), "{said}");
    site.asking_works(2).await;
    assert!(disk.mount(&["-o", "remount,rw"]));
    assert_eq!(site.verify(Direction::Up).await, 2);
    site.finish(Direction::Up).await;
}

async fn what_is_no_database_stays_as_it_is(db: Db) {
    let site = Site::new(db).await;
    let file = site.db.folder().join("app.db");
    for content in [&b"Dear reader, this is a letter and no database at all."[..], &[0x53; 5000]] {
        fs::write(&file, content).unwrap();
        for command in ["upgrade", "current", "pending"] {
            let ended = site.call(&[command]).await;
            assert_eq!(ended.code, Some(1), "{command}: {}", ended.stderr);
            assert!(ended.stderr.contains("file is not a database"), "{}", ended.stderr);
        }
        assert_eq!(fs::read(&file).unwrap(), content);
    }
}

async fn a_damaged_database_is_named(db: Db) {
    let site = Site::new(db).await;
    assert_eq!(site.call(&["upgrade", "+2"]).await.code, Some(0));
    let file = site.db.folder().join("app.db");
    let mut bytes = fs::read(&file).unwrap();
    // All but the first page, which holds the names of the tables.
    bytes[4096..].fill(0x5a);
    fs::write(&file, &bytes).unwrap();
    for command in ["upgrade", "current"] {
        let ended = site.call(&[command]).await;
        assert_eq!(ended.code, Some(1), "{command}: {}", ended.stderr);
        assert!(ended.stderr.contains("malformed"), "{}", ended.stderr);
    }
    assert!(fs::read(&file).unwrap() == bytes, "a damaged file was written");
}
