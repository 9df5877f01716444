use super::*;

fn folder() -> (tempfile::TempDir, Directory) {
    let temp = tempfile::tempdir().unwrap();
    let directory = Directory::shown_as(temp.path().join("m"), "m");
    (temp, directory)
}

fn write(name: &str, text: &str) -> Change {
    Change::Write { name: name.into(), text: text.into() }
}

fn names(directory: &Directory) -> Vec<String> {
    let entries = fs::read_dir(directory.path()).unwrap();
    let mut names: Vec<_> =
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn changes_make_the_folder_and_leave_nothing_else_behind() {
    let (_temp, directory) = folder();
    directory.apply(&[write("a.sql", "1"), write("b.sql", "2")]).unwrap();
    directory.apply(&[Change::Remove { name: "a.sql".into() }, write("b.sql", "3")]).unwrap();
    assert_eq!(names(&directory), ["b.sql"]);
    assert_eq!(directory.raw("b.sql").unwrap(), "3");
}

#[test]
fn only_revision_files_and_the_lock_are_read() {
    let (_temp, directory) = folder();
    let all = ["b.sql", "a.SQL", ".hidden.sql", "notes.md", ".sql", "x.sql.bak", FILE_NAME];
    directory.apply(&all.map(|name| write(name, "-- x\r\n"))).unwrap();
    let contents = directory.contents().unwrap();
    let paths: Vec<_> = contents.files.iter().map(SourceFile::path).collect();
    assert_eq!(paths, ["m/a.SQL", "m/b.sql"]);
    assert_eq!(contents.files[0].text(), "-- x\n");
    assert_eq!(contents.lock.unwrap().path(), "m/migrate.lock");
    assert!(contents.unreadable.is_empty());
    assert_eq!(directory.raw("b.sql").unwrap(), "-- x\r\n");
}

#[test]
fn a_file_that_is_no_text_is_a_mistake_of_its_own() {
    let (_temp, directory) = folder();
    directory.apply(&[write("a.sql", "-- x")]).unwrap();
    fs::write(directory.path().join("b.sql"), [0xff, 0xfe, 0x00]).unwrap();
    fs::create_dir(directory.path().join("c.sql")).unwrap();
    let contents = directory.contents().unwrap();
    assert_eq!(contents.files.len(), 1);
    let told: Vec<_> = contents.unreadable.iter().map(|d| (d.code, d.message.as_str())).collect();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0], (Code::UnreadableFile, "m/b.sql cannot be read: it is not UTF-8"));
}

#[test]
fn many_files_are_read_in_the_order_of_their_names() {
    let (_temp, directory) = folder();
    let changes: Vec<_> = (0..300).map(|n| write(&format!("{n:03}.sql"), &n.to_string())).collect();
    directory.apply(&changes).unwrap();
    let contents = directory.contents().unwrap();
    let texts: Vec<_> = contents.files.iter().map(|f| f.text().to_owned()).collect();
    assert_eq!(texts, (0..300).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[test]
fn a_folder_that_is_not_there_is_an_error_with_its_kind() {
    let (_temp, directory) = folder();
    assert_eq!(directory.contents().unwrap_err().kind(), io::ErrorKind::NotFound);
    let error = directory.raw("a.sql").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    directory.apply(&[]).unwrap();
    let error = directory.apply(&[Change::Remove { name: "a.sql".into() }]).unwrap_err();
    assert!(error.to_string().contains("a.sql"), "{error}");
}

#[test]
fn a_write_that_fails_leaves_the_old_file() {
    let (_temp, directory) = folder();
    directory.apply(&[write("a.sql", "old")]).unwrap();
    fs::create_dir(directory.path().join("b.sql")).unwrap();
    assert!(directory.apply(&[write("b.sql", "new")]).is_err());
    assert_eq!(names(&directory), ["a.sql", "b.sql"], "nothing is left beside");
    assert_eq!(directory.raw("a.sql").unwrap(), "old");
}

#[test]
#[cfg(unix)]
fn who_may_read_a_file_stays_as_it_was() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_temp, directory) = folder();
    directory.apply(&[write("a.sql", "old")]).unwrap();
    let path = directory.path().join("a.sql");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    directory.apply(&[write("a.sql", "new")]).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_folder_is_shown_as_it_was_named() {
    let shown = |path: &str| Directory::new(path).shown_file("a.sql");
    assert_eq!(shown("./db/migrations/"), "db/migrations/a.sql");
    assert_eq!(shown("migrations"), "migrations/a.sql");
    assert_eq!(shown("."), "a.sql");
    assert_eq!(shown("/srv/m"), "/srv/m/a.sql");
    assert_eq!(Directory::shown_as("/tmp/x", "m").shown_file("a.sql"), "m/a.sql");
}

#[test]
fn a_history_is_read_with_its_lock() {
    let (_temp, directory) = folder();
    let text = "-- revision: a\n-- revises:\n\n-- migrate:up\nSELECT 1;\n-- migrate:noop nothing\n";
    directory.apply(&[write("a.sql", text)]).unwrap();
    let (history, found) = directory.history(&[Dialect::Sqlite]).unwrap();
    assert!(found.is_empty() && history.lock.is_none());
    directory.apply(&[write(FILE_NAME, "version = 1\ndialects = [\"mysql\"]\n")]).unwrap();
    let (history, found) = directory.history(&[Dialect::Sqlite]).unwrap();
    assert_eq!(history.dialects, [Dialect::Mysql], "the lock knows by whose rules it was taken");
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::LockOutdated; 2]);
}

#[test]
fn one_writer_at_a_time_holds_the_folder_and_leaves_no_file() {
    let (_temp, directory) = folder();
    let counter = directory.path().join("counter");
    let wait = Duration::from_secs(60);
    drop(directory.writer_lock("first", wait, |_| {}).unwrap());
    fs::write(&counter, "0").unwrap();
    std::thread::scope(|scope| {
        for n in 0..20 {
            let (directory, counter) = (&directory, &counter);
            scope.spawn(move || {
                let _held = directory.writer_lock(&format!("writer {n}"), wait, |_| {}).unwrap();
                let number: u32 = fs::read_to_string(counter).unwrap().parse().unwrap();
                std::thread::yield_now();
                replace(counter, (number + 1).to_string()).unwrap();
            });
        }
    });
    assert_eq!(fs::read_to_string(&counter).unwrap(), "20");
    assert_eq!(names(&directory), ["counter"]);
}

#[test]
fn a_writer_that_waits_in_vain_learns_who_holds_the_folder() {
    let (_temp, directory) = folder();
    let held = directory.writer_lock("process 7, `new`", Duration::ZERO, |_| {}).unwrap();
    let error = directory.writer_lock("other", Duration::ZERO, |_| {}).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert!(error.to_string().contains("process 7, `new`"), "{error}");
    drop(held);
    // What a killed process leaves is a file without a lock.
    fs::write(directory.path().join(".migrate.lock.writer"), "process 8, a much longer name")
        .unwrap();
    let _held = directory.writer_lock("next", Duration::ZERO, |_| {}).unwrap();
    let error = directory.writer_lock("other", Duration::ZERO, |_| {}).unwrap_err();
    assert!(error.to_string().starts_with("next writes"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_linked_file_is_replaced_where_it_is_and_stays_linked() {
    let (temp, directory) = folder();
    let real = temp.path().join("shared");
    fs::create_dir(&real).unwrap();
    directory.apply(&[]).unwrap();
    let link = directory.path().join(FILE_NAME);
    std::os::unix::fs::symlink("../shared/real.lock", &link).unwrap();
    for text in ["first", "second"] {
        directory.apply(&[write(FILE_NAME, text)]).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(real.join("real.lock")).unwrap(), text);
    }
    assert_eq!(fs::read_dir(&real).unwrap().count(), 1, "a temporary file was left");
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(FILE_NAME, &link).unwrap();
    assert!(directory.apply(&[write(FILE_NAME, "x")]).is_err(), "a link to itself");
}
