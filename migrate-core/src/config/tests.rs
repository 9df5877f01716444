use std::time::Duration;

use super::*;
use crate::diagnostic::{Code, Diagnostics};
use crate::lint::Level;
use crate::revision::FilePattern;
use crate::source::SourceFile;
use crate::variables::{Variable, VariableKind};

fn parse(text: &'static str) -> (Config, Diagnostics) {
    Config::parse(&SourceFile::new(FILE_NAME, text))
}

#[test]
fn an_empty_file_means_the_defaults() {
    let (config, found) = parse("# nothing\n");
    assert!(found.is_empty());
    assert_eq!(config.database(None), Ok(&Settings::default()));
    assert_eq!(config.all().count(), 1);
}

#[test]
fn every_setting_is_read() {
    let (config, found) = parse(
        "dir = \"db\"\ndialects = [\"postgresql\", \"sqlite\", \"sqlite\"]\nheads = \"many\"\nschema-file = \"schema.sql\"\nstatic-checks = \"all\"\nmodel-drift = \"off\"\n\
         version-table = \"ops.v\"\ndatabase-url = \"sqlite:${DB}\"\neach = { command = [\"list\", \"-a\"] }\neach-url = \"sqlite:{name}.db\"\ntransaction = \"each\"\nlock = \"table\"\n\
         lock-wait = \"2m\"\nconnect-timeout = \"30s\"\nlock-timeout = \"500ms\"\nstatement-timeout = \"1h\"\nwait-for-replicas = \"30s\"\n\
         max-file-size = \"2 KiB\"\n\
         session = [\"SET a = 1\", \"SET b = 2\"]\nunknown-downs = \"refuse\"\n\
         file-name = \"{id}\"\ntemplate = \"t.sql\"\nafter-write = [\"fmt {file}\"]\nbefore-run = [\"a\"]\nafter-run = [\"b\", \"c\"]\n\
         models = [\"a.sql\", \"b\"]\ntables = [\"app_*\"]\nignore = [\"x\"]\n\
         [test]\ndialects = [\"postgres\"]\npostgres-image = \"localhost:5000/pg:18\"\nrows = 0\nseed = 0xff\ntime-limit = \"5m\"\nprelude = \"p.sql\"\n\
         [lint]\nset-not-null = \"error\"\nimplicit-commit = \"off\"\npostgres-version = 12\nsmall-table = 5\n\
         [lint.rows]\nusers = 7\n\"ops.logs\" = 8\n\
         [message]\npattern = \"^A\"\nrefuse = [\"wip\"]\n\
         [variables]\na = \"literal\"\nb = { kind = \"identifier\", default = \"x\" }\n\
         [rehearse]\nmax-lock = \"2s\"\nmax-step = \"5m\"\n",
    );
    assert!(found.is_empty(), "{found}");
    let settings = config.database(None).unwrap();
    let commands =
        |lines: &[&str]| lines.iter().map(|line| CommandLine::parse(line).unwrap()).collect();
    let pattern = settings.conventions.message_pattern.as_ref().unwrap();
    assert_eq!(pattern.0, "^A");
    assert_eq!(
        settings,
        &Settings {
            variables: [
                ("a".into(), Variable { kind: VariableKind::Literal, default: None }),
                (
                    "b".into(),
                    Variable { kind: VariableKind::Identifier, default: Some("x".into()) },
                ),
            ]
            .into(),
            conventions: Conventions {
                file_name: Some(FilePattern::parse("{id}").unwrap()),
                template: Some("t.sql".into()),
                message_pattern: Some(pattern.clone()),
                refused_words: vec!["wip".into()],
                after_write: commands(&["fmt {file}"]),
                before_run: commands(&["a"]),
                after_run: commands(&["b", "c"]),
            },
            dir: "db".into(),
            dialects: vec![Dialect::Sqlite, Dialect::Postgres],
            schema_file: Some("schema.sql".into()),
            heads: Heads::Many,
            static_checks: StaticChecks::All,
            model_drift: false,
            version_table: "ops.v".into(),
            database_url: Some("sqlite:${DB}".into()),
            each: Some(Each::Command(vec!["list".into(), "-a".into()])),
            each_url: Some("sqlite:{name}.db".into()),
            transaction: Some(Transactions::PerRevision),
            lock: Locking::Table,
            lock_wait: Some(Duration::from_secs(120)),
            connect_timeout: Some(Duration::from_secs(30)),
            lock_timeout: Some(Duration::from_millis(500)),
            statement_timeout: Some(Duration::from_secs(3600)),
            wait_for_replicas: Some(Duration::from_secs(30)),
            max_file_size: Some(2048),
            unknown_downs: UnknownDowns::Refuse,
            session: vec!["SET a = 1".into(), "SET b = 2".into()],
            models: Some(Models::Sql(vec!["a.sql".into(), "b".into()])),
            tables: vec!["app_*".into()],
            ignore: vec!["x".into()],
            test: TestSettings {
                dialects: vec![Dialect::Postgres],
                images: [(Dialect::Postgres, "localhost:5000/pg:18".to_owned())].into(),
                rows: 0,
                seed: 255,
                time_limit: Duration::from_secs(300),
                prelude: Some("p.sql".into()),
                ..TestSettings::default()
            },
            lint: LintSettings {
                levels: [(Code::SetNotNull, Level::Error), (Code::ImplicitCommit, Level::Off),]
                    .into(),
                rows: [("users".to_owned(), 7), ("ops.logs".to_owned(), 8)].into(),
                small_table: Some(5),
                postgres_version: Some(12),
                has_lock_timeout: false,
            },
            rehearsal: RehearsalSettings {
                max_lock: Some(Duration::from_secs(2)),
                max_step: Some(Duration::from_secs(300)),
            },
        }
    );
}

#[test]
fn a_wrong_setting_of_lint_is_told_with_what_is_right() {
    let (_, found) = parse(
        "[lint]\nset-not-nul = \"error\"\ndata-loss = \"deny\"\n[lint.rows]\nusers = \"many\"\n\
         [database.a]\nlint = 3\n[database.b.lint]\nrows = 1\n",
    );
    insta::assert_snapshot!(found, @r#"
    error[unknown-setting]: `lint.set-not-nul` is not a setting
      --> migrate.toml:2:1
      = help: did you mean `lint.set-not-null`?

    error[setting-value]: `lint.data-loss` cannot have this value
      --> migrate.toml:3:13
      = help: write `data-loss = "off"`, `data-loss = "warning"` or `data-loss = "error"`

    error[setting-value]: `lint.rows` cannot have this value
      --> migrate.toml:5:9
      = help: write a whole number, not below 0: `users = 20000`

    error[setting-value]: `lint` cannot have this value
      --> migrate.toml:7:8
      = help: write `[lint]` and its settings under it

    error[setting-value]: `lint.rows` cannot have this value
      --> migrate.toml:9:8
      = help: write `[lint.rows]` and lines such as `users = 20000`
    "#);
}

#[test]
fn a_named_database_takes_nothing_from_the_top() {
    let (config, found) = parse(
        "dir = \"db\"\nheads = \"many\"\n[database.b]\ntransaction = \"all\"\n[database.a]\n",
    );
    assert!(found.is_empty(), "{found}");
    assert_eq!(config.names().collect::<Vec<_>>(), ["a", "b"]);
    let b = config.database(Some("b")).unwrap();
    assert_eq!((b.dir.as_str(), b.heads), ("migrations", Heads::One));
    assert_eq!(b.transaction, Some(Transactions::All));
    assert_eq!(config.all().count(), 3);
}

#[test]
fn a_wrong_or_missing_name_is_answered_with_the_names_there_are() {
    let (config, _) = parse("[database.billing]\n[database.users]\n");
    let wrong = config.database(Some("biling")).unwrap_err();
    assert_eq!(wrong.to_string(), "migrate.toml has no database `biling`");
    assert_eq!(wrong.help(), "did you mean `--name billing`?");
    let none = config.database(None).unwrap_err();
    assert_eq!(none.help(), "say which with `--name`: billing, users");
    assert_eq!(config.all().count(), 2);
    let (empty, _) = parse("");
    let help = empty.database(Some("x")).unwrap_err().help();
    assert!(help.starts_with("add `[database.<name>]`"), "{help}");
}

#[test]
fn every_mistake_is_told_at_its_place() {
    let (_, found) = parse(
        "\u{feff}dri = \"db\"\r\nversion_table = \"v\"\r\nheads = \"two\"\r\ndialects = [\"sqlite\", \"postgre\"]\r\n\
         lock = \"file\"\r\nlock-wait = 5\r\ndir = \"\"\r\ntransaction = true\r\n[tset]\r\n[database.a]\r\ncolour = 1\r\n[database]\r\nb = 1\r\n",
    );
    insta::assert_snapshot!(found);
}

#[test]
fn every_mistake_about_tests_is_told_at_its_place() {
    let (_, found) = parse(
        "[test]\npostgres_image = \"p:1\"\nsqlite-image = \"s:1\"\nmysql-image = \"localhost:5000/mysql\"\n\
         postgres-image = \"pg:\"\nrows = -1\nseed = \"x\"\ndialects = [\"mysq\"]\n\
         [database.a]\ntest = 1\n[database.b.test]\nrows = 4294967296\n",
    );
    insta::assert_snapshot!(found);
}

#[test]
fn a_named_database_has_tests_of_its_own() {
    let (config, found) = parse("[test]\nrows = 1\n[database.a.test]\nseed = 7\n");
    assert!(found.is_empty(), "{found}");
    let test = |name| &config.database(name).unwrap().test;
    assert_eq!(*test(None), TestSettings { rows: 1, ..TestSettings::default() });
    assert_eq!(*test(Some("a")), TestSettings { seed: 7, ..TestSettings::default() });
}

#[test]
fn what_is_no_toml_is_told_at_its_place() {
    let (_, found) = parse("dir = migrations\nheads = \"one\n[database.a]\ndir = 'x'\n");
    insta::assert_snapshot!(found);
}

#[test]
fn no_mistake_shows_a_line_that_may_hold_a_password() {
    for text in [
        "databse-url = \"postgres://ada:s3cret@db/app\"\n",
        "database-url = \"postgres://ada:s3cret@db/app\ndir = \"x\"\n",
        "database-url = postgres://ada:s3cret@db/app\n",
        "database-url = \"\"\"\npostgres://ada:\\\ns3cret@db\"\"\" x\n",
        "database-url = [\"s3cret\"]\n",
        "database_url = \"s3cret\"\n",
        "\"postgres://ada:s3cret@db\" = 1\n",
        "dir = 1 # postgres://ada:s3cret@db\n",
        "lock = \"host=db password=s3cret\"\n",
        "postgres://ada:s3cret@db/app\n",
        "s3cret\n",
        "database = { a = { database-url = \"mysql://ada:s3cret@db\", dri = 1 } }\n",
        "[postgres://ada:s3cret@db]\ndir = 1\n",
        "[database.\"ada:s3cret@db\"]\ndri = 1\nx = 1\n",
    ] {
        let (_, found) = parse(text);
        assert!(!found.is_empty(), "{text}");
        let lines: Vec<_> =
            found.iter().flat_map(|d| &d.places).map(|p| &p.location.text).collect();
        assert!(!format!("{found} {lines:?}").contains("s3cret"), "{found} {lines:?}");
    }
    let (_, found) =
        parse("dialects = [\"postgre\"]\n[test]\nmysql-image = \"localhost:5000/mysql\"\n");
    let lines: Vec<_> = found.iter().map(|d| d.places[0].location.text.as_str()).collect();
    assert_eq!(lines, ["dialects = [\"postgre\"]", "mysql-image = \"localhost:5000/mysql\""]);
}

#[test]
fn variables_are_filled_in_once() {
    let lookup = |name: &str| match name {
        "A" => Some("${B}".to_owned()),
        "B" => Some(String::new()),
        _ => None,
    };
    assert_eq!(expand("x${A}y${B}$z", lookup).unwrap(), "x${B}y$z");
    assert_eq!(expand("${C}", lookup), Err(ExpandError::Unset("C".into())));
    assert_eq!(expand("${A", lookup), Err(ExpandError::Unclosed));
}

#[test]
fn a_wrong_convention_is_told_with_what_is_right() {
    let (_, found) = parse(
        "file-name = \"{slug}\"\ntemplate = 1\nafter-write = \"fmt\"\nbefore-run = [\"a 'b\"]\nafter-run = [1]\n\
         message = 1\n[database.a.message]\nrefuse = [\"\"]\npatern = \"a\"\n",
    );
    insta::assert_snapshot!(found, @r#"
    error[setting-value]: `file-name` cannot have this value
      --> migrate.toml:1:13
      = help: the name needs `{id}`, without which two revisions may share a file: `file-name = "{date:%Y_%m_%d}_{id}_{slug}"`

    error[setting-value]: `template` cannot have this value
      --> migrate.toml:2:12
      = help: write a text: `template = "template.sql"`

    error[setting-value]: `after-write` cannot have this value
      --> migrate.toml:3:15
      = help: write a list of command lines: `after-write = ["sqlfluff fix {file}"]`

    error[setting-value]: `before-run` cannot have this value
      --> migrate.toml:4:15
      = help: close the quote: `before-run = ["./notify started"]`

    error[setting-value]: `after-run` cannot have this value
      --> migrate.toml:5:14
      = help: write a command line: `after-run = ["./notify finished"]`

    error[setting-value]: `message` cannot have this value
      --> migrate.toml:6:11
      = help: write `[message]` and its settings under it

    error[setting-value]: `message.refuse` cannot have this value
      --> migrate.toml:8:10
      = help: write words: `refuse = ["wip"]`

    error[unknown-setting]: `message.patern` is not a setting
      --> migrate.toml:9:1
      = help: did you mean `message.pattern`?
    "#);
}
