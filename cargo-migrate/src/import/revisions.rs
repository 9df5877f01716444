//! From migrations of another tool to revisions: ids, moments, sections.
//!
//! The history is linear, as those tools' are. An id is made of the migration's own version, so
//! that a second import gives the same ids.

use std::collections::HashSet;

use migrate_core::ident::{Created, MAX_LEN, RESERVED, RevisionId};
use migrate_core::revision::{Draft, DraftSection};

use super::adopt;
use super::model::{Import, Imported, Section};

/// The ids that the migrations get, in their order: the version where it is long enough to be
/// one's own, else the version and the words of the name.
///
/// ```
/// use cargo_migrate::import::{ForeignFile, Format, ids, read};
/// use migrate_core::dialect::Dialect;
/// let file = |path: &str| ForeignFile { path: path.into(), text: Ok("SELECT 1;".into()) };
/// let files = [file("0001_create_users.sql"), file("20240212120203_add_email.sql")];
/// let import = read(Format::Sqlx, Dialect::Sqlite, &files);
/// let ids: Vec<String> = ids(&import).iter().map(ToString::to_string).collect();
/// assert_eq!(ids, ["0001_create_users", "20240212120203"]);
/// ```
#[must_use]
pub fn ids(import: &Import) -> Vec<RevisionId> {
    let mut taken: HashSet<String> = HashSet::new();
    let own = import.migrations.iter().filter(|m| m.side.is_none());
    let versions: Vec<&str> = own.map(|m| m.version.as_str()).collect();
    import
        .migrations
        .iter()
        .map(|migration| {
            let alone =
                versions.iter().filter(|version| **version == migration.version).count() == 1;
            let wanted = if migration.version.len() >= 8 && alone && migration.side.is_none() {
                migration.version.clone()
            } else {
                format!("{}_{}", migration.version, migration.message)
            };
            id(&wanted, &mut taken)
        })
        .collect()
}

/// A well formed id that nobody has yet.
fn id(wanted: &str, taken: &mut HashSet<String>) -> RevisionId {
    let mut name = String::new();
    for c in wanted.chars() {
        let c = if c.is_alphanumeric() || matches!(c, '_' | '.') { c } else { '_' };
        if name.len() + c.len_utf8() > MAX_LEN - 8 {
            break;
        }
        if !(c == '_' && name.ends_with('_')) {
            name.push(c);
        }
    }
    let name = name.trim_matches('_');
    let name = if name.is_empty() || RESERVED.contains(&name) { "v" } else { name };
    let mut number = 1;
    loop {
        let wanted = if number == 1 { name.to_owned() } else { format!("{name}_{number}") };
        number += 1;
        if taken.contains(&wanted) {
            continue;
        }
        if let Ok(id) = RevisionId::new(wanted.as_str()) {
            taken.insert(wanted);
            return id;
        }
    }
}

/// The revisions, each on top of the one before and the first on `parent`. Those that `is_there`
/// knows are left out. Each keeps the time that its version is; one whose version is none gets the
/// time of its neighbour, and where no version is a time, none is made up. Times after `now` are
/// none.
pub fn revisions(
    import: &Import,
    parent: Option<RevisionId>,
    is_there: impl Fn(&RevisionId) -> bool,
    now: i64,
    moment: impl Fn(i64) -> Option<Created>,
) -> Vec<Draft> {
    let times = times(import, now);
    let mut parent = parent;
    let mut drafts = Vec::new();
    if let Some(table) = import.make_table {
        let id = table_id(table);
        // It helps only below the migrations.
        if !is_there(&id) && !ids(import).iter().any(&is_there) {
            drafts.push(Draft {
                id: id.clone(),
                revises: parent.replace(id).into_iter().collect(),
                depends_on: Vec::new(),
                labels: Vec::new(),
                replaces: Vec::new(),
                created: times.first().copied().flatten().and_then(|second| moment(second - 1)),
                message: format!("the version table of {}", import.format),
                comments: String::new(),
                sections: vec![
                    DraftSection::new("up", adopt::create_table(import.format, table)),
                    DraftSection::new("down", format!("DROP TABLE {table};")),
                ],
            });
        }
    }
    for ((migration, id), time) in import.migrations.iter().zip(ids(import)).zip(times) {
        if is_there(&id) {
            continue;
        }
        drafts.push(Draft {
            id: id.clone(),
            revises: parent.replace(id).into_iter().collect(),
            depends_on: Vec::new(),
            labels: Vec::new(),
            replaces: Vec::new(),
            created: time.and_then(&moment),
            message: message(migration),
            comments: String::new(),
            sections: sections(migration, import),
        });
    }
    drafts
}

/// The id of the revision that makes the other tool's version table.
fn table_id(table: &str) -> RevisionId {
    id(&format!("{}_table", table.trim_matches('_')), &mut HashSet::new())
}

/// The time of each migration in seconds since 1970.
fn times(import: &Import, now: i64) -> Vec<Option<i64>> {
    let own = |migration: &Imported| moment_of(&migration.version).filter(|at| *at <= now);
    let mut times: Vec<Option<i64>> = import.migrations.iter().map(own).collect();
    // After a neighbour, else before one.
    for n in 1..times.len() {
        times[n] = times[n].or(times[n - 1].map(|before| before + 1));
    }
    for n in (1..times.len()).rev() {
        times[n - 1] = times[n - 1].or(times[n].map(|after| after - 1));
    }
    times
}

/// The time that a version such as `20240212120203` is, or one of 10 digits that counts seconds
/// since 1970; what follows the seconds of a date is a counter.
fn moment_of(version: &str) -> Option<i64> {
    // From 2001, the year in which such a count has ten digits.
    let digits: String = version.chars().filter(char::is_ascii_digit).collect();
    if digits.len() == 10 && digits == version {
        return digits.parse().ok().filter(|at| *at >= 1_000_000_000);
    }
    if !matches!(digits.len(), 8 | 12 | 14..=20) {
        return None;
    }
    let digits = format!("{digits:0<14}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let (date, time) = ((part(0, 4), part(4, 6), part(6, 8)), (part(8, 10), part(10, 12)));
    let text = format!("{}-{}-{}T{}:{}:{}Z", date.0, date.1, date.2, time.0, time.1, part(12, 14));
    // A counter of so many digits is no date.
    Created::new(&text).ok().map(|created| created.seconds()).filter(|at| *at > 0)
}

/// The words of the name; what a header would read as a key of its own is set apart.
fn message(migration: &Imported) -> String {
    let message = migration.message.replace(':', " ");
    if message.trim().is_empty() { migration.version.clone() } else { message }
}

fn sections(migration: &Imported, import: &Import) -> Vec<DraftSection> {
    let section = |word: &str, section: &Section| {
        let transaction = if section.transaction { "" } else { " transaction:false" };
        let foreign_keys = if section.foreign_keys { " foreign-keys:true" } else { "" };
        DraftSection::new(format!("{word}{transaction}{foreign_keys}"), section.text.clone())
    };
    let down = match &migration.down {
        Some(down) => section("down", down),
        None => DraftSection::new(migration.no_down.marker(import.format, import.blank_downs), ""),
    };
    vec![section("up", &migration.up), down]
}

#[cfg(test)]
mod tests {
    use migrate_core::dialect::Dialect;
    use migrate_core::history::{Heads, History};
    use migrate_core::source::SourceFile;

    use super::*;
    use crate::import::{ForeignFile, Format, read};

    fn import(files: &[(&str, &str)]) -> Import {
        let file = |(path, text): &(&str, &str)| ForeignFile {
            path: (*path).into(),
            text: Ok((*text).into()),
        };
        let files: Vec<_> = files.iter().map(file).collect();
        read(Format::Sqlx, Dialect::Sqlite, &files)
    }

    fn drafts(import: &Import) -> Vec<Draft> {
        revisions(
            import,
            None,
            |_| false,
            1_000_000_000,
            |second| Created::new(&format!("2001-09-09T01:{:02}:00Z", second.rem_euclid(60))).ok(),
        )
    }

    #[test]
    fn a_history_that_was_imported_has_no_mistakes() {
        let import = import(&[
            ("1_users.up.sql", "CREATE TABLE users (id INTEGER);"),
            ("1_users.down.sql", "DROP TABLE users;"),
            ("2_revision: x.up.sql", "-- no-transaction\nCREATE TABLE a (id INTEGER);"),
        ]);
        let drafts = drafts(&import);
        let files = drafts.iter().map(|d| SourceFile::new(d.file_name(), d.render())).collect();
        let (history, found) = History::read(files, None, &[Dialect::Sqlite]);
        assert!(found.is_empty(), "{found}");
        assert!(history.check(Heads::One).is_empty());
        let ids: Vec<_> = history.graph.order().map(|n| history.graph.id(n).as_str()).collect();
        assert_eq!(ids, ["1_users", "2_revision_x"]);
        assert!(drafts[1].render().contains("-- migrate:irreversible imported without a down"));
        for draft in &drafts {
            let node = history.graph.node(draft.id.as_str()).unwrap();
            assert!(draft.is_read_as(history.graph.revision(node)));
        }
    }

    #[test]
    fn ids_are_well_formed_and_each_its_own() {
        let mut taken = HashSet::new();
        let mut id = |wanted: &str| id(wanted, &mut taken).to_string();
        assert_eq!(id("1_a b-c"), "1_a_b_c");
        assert_eq!(id("1_a b-c"), "1_a_b_c_2");
        assert_eq!(id("head"), "v");
        assert_eq!(id("__"), "v_2");
        assert_eq!(id(&"é".repeat(200)).len(), 120);
    }

    #[test]
    fn a_second_import_adds_only_what_is_new() {
        let import = import(&[("1_a.sql", "SELECT 1;"), ("2_b.sql", "SELECT 2;")]);
        let parent = RevisionId::new("1_a").unwrap();
        let drafts = revisions(&import, Some(parent), |id| id.as_str() == "1_a", 9, |_| None);
        assert_eq!(drafts.len(), 1);
        assert_eq!(drafts[0].id.as_str(), "2_b");
        assert_eq!(drafts[0].revises[0].as_str(), "1_a");
    }

    #[test]
    fn a_name_keeps_the_time_of_its_version_and_has_it_once() {
        let names = |files: &[(&str, &str)]| -> Vec<String> {
            let moment = |second: i64| {
                let moment = jiff::Timestamp::from_second(second).ok()?;
                Created::new(&moment.to_string()).ok()
            };
            let drafts = revisions(&import(files), None, |_| false, 2_000_000_000, moment);
            drafts.iter().map(Draft::file_name).collect()
        };
        let sql = "SELECT 1;";
        assert_eq!(
            names(&[("0001_users.sql", sql), ("0002_b.sql", sql)]),
            ["0001_users.sql", "0002_b.sql"]
        );
        assert_eq!(
            names(&[("00000000000000_init.sql", sql), ("20140924113530_dump.sql", sql)]),
            ["20140924113529_00000000000000_init.sql", "20140924113530_dump.sql"]
        );
        assert_eq!(
            names(&[("1481574547_users.sql", sql)]),
            ["20161212202907_1481574547_users.sql"]
        );
    }

    #[test]
    fn a_first_revision_makes_the_version_table() {
        let mut import = import(&[
            ("1_a.sql", "SELECT 1;"),
            ("2_b.sql", "DELETE FROM _sqlx_migrations WHERE version = 1;"),
        ]);
        assert_eq!(import.needed_table(), Some("_sqlx_migrations"));
        import.make_table = import.needed_table();
        let drafts = revisions(&import, None, |_| false, 9, |_| None);
        let ids: Vec<&str> = drafts.iter().map(|draft| draft.id.as_str()).collect();
        assert_eq!(ids, ["sqlx_migrations_table", "1_a", "2_b"]);
        assert_eq!(drafts[1].revises[0].as_str(), "sqlx_migrations_table");
        assert!(drafts[0].sections[0].body.starts_with("CREATE TABLE _sqlx_migrations ("));
    }

    #[test]
    fn versions_that_are_moments_are_the_moments() {
        assert_eq!(moment_of("20010909014640"), Some(1_000_000_000));
        assert_eq!(moment_of("2001-09-09-014640"), Some(1_000_000_000));
        assert_eq!(moment_of("200109090146"), Some(999_999_960));
        assert_eq!(moment_of("2001-09-09-014640-0007"), Some(1_000_000_000));
        assert_eq!(moment_of("20010909"), Some(999_993_600));
        assert_eq!(moment_of("20019909014640"), None);
        assert_eq!(moment_of("00000001"), None);
        assert_eq!(moment_of("1"), None);
        assert_eq!(moment_of("1481574547"), Some(1_481_574_547));
        assert_eq!(moment_of("0000000001"), None);
        let import = import(&[
            ("20010909014640_a.sql", "SELECT 1;"),
            ("99990909014640999_b.sql", "SELECT 2;"),
        ]);
        let seconds = std::cell::RefCell::new(Vec::new());
        revisions(
            &import,
            None,
            |_| false,
            2_000_000_000,
            |second| {
                seconds.borrow_mut().push(second);
                None
            },
        );
        assert_eq!(*seconds.borrow(), [1_000_000_000, 1_000_000_001], "the second is no time");
    }
}
