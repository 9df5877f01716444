use proptest::prelude::*;

use super::*;

#[test]
fn sqlalchemy_urls_become_sqlx_urls() {
    let of = |url: &str| normalise(url).map(|(_, url)| url).unwrap();
    assert_eq!(of("sqlite+aiosqlite:///app.db"), "sqlite:app.db");
    assert_eq!(of("sqlite+aiosqlite:////srv/app.db"), "sqlite:/srv/app.db");
    assert_eq!(of("sqlite+aiosqlite://"), "sqlite::memory:");
    assert_eq!(of("sqlite:///srv/app.db"), "sqlite:///srv/app.db");
    assert_eq!(of("postgresql+asyncpg://u@h/d?ssl=require"), "postgres://u@h/d?sslmode=require");
    assert_eq!(of("mariadb://u@h/d"), "mysql://u@h/d");
    assert_eq!(
        of("mysql+pymysql://u:p@/d?unix_socket=/run/m.sock"),
        "mysql://u:p@localhost/d?unix_socket=/run/m.sock"
    );
    assert_eq!(of("postgres:///d?host=/run/pg"), "postgres:///d?host=/run/pg");
}

#[test]
fn an_unknown_scheme_is_answered_without_the_url() {
    let problem = normalise("postgre://ada:s3cret@db/app").unwrap_err();
    assert_eq!(problem.help, ["did you mean `postgres:`?"]);
    assert!(!format!("{problem:?}").contains("s3cret"));
    assert!(normalise("app.db").is_err());
}

#[test]
fn a_path_that_is_relative_in_any_reading_is_relative() {
    let of = |url: &str| normalise(url).map(|(_, url)| url).unwrap();
    assert_eq!(of("sqlite:///./data/x.db"), "sqlite:./data/x.db");
    assert_eq!(of("sqlite:///../x.db?mode=rwc"), "sqlite:../x.db?mode=rwc");
    assert_eq!(of("sqlite:///srv/x.db"), "sqlite:///srv/x.db");
}

#[test]
fn unknown_parameters_are_refused_with_the_nearest_known() {
    for (url, near) in [
        ("postgres://h/d?SSLMODE=verify-full", "did you mean `sslmode`?"),
        ("postgres://h/d?ssl_mode=verify-full", "did you mean `ssl-mode`?"),
        ("postgres://h/d?sslmodus=verify-full", "did you mean `sslmode`?"),
        ("mysql://h/d?ssl_mode=VERIFY_CA", "did you mean `ssl-mode`?"),
        ("postgres://h/d?schema=a", "`search_path` serves instead of `schema`"),
        (
            "postgres://h/d?sslmode=require&channel_binding=require",
            "leave `channel_binding` out: it has no effect here",
        ),
        ("sqlite:x.db?mod=ro", "did you mean `mode`?"),
    ] {
        assert_eq!(normalise(url).unwrap_err().help, [near], "{url}");
    }
    let problem = normalise("postgres://h/d?a=1&zzzzzz=2").unwrap_err();
    assert_eq!(problem.message, "its parameter number 1 is not known");
    for known in [
        "postgres://h/d?sslmode=VERIFY-FULL&search_path=a,b&options=-c%20geqo%3Doff&options[x]=y",
        "mysql://h/d?sslmode=verify-full&charset=utf8mb4&unix_socket=/run/m.sock",
        "sqlite:x.db?mode=rwc&cache=private",
        "mysql+pymysql://u:ssl=x@h/d?ssl=require",
    ] {
        assert!(normalise(known).is_ok(), "{known}");
    }
    for wrong in ["postgres://h/d?sslmode=on", "postgres://h/d?port=x", "sqlite:x.db?mode=append"] {
        assert!(normalise(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_password_may_hold_what_ends_no_part_of_the_url() {
    for url in ["postgres://ada:p@ss:w=rd@db/app", "postgres://ada:s3%40%2F%3F@db:5432/app?user=x"]
    {
        assert!(normalise(url).is_ok(), "{url}");
    }
    for url in [
        "postgres://ada:p/w@db/app",
        "postgres://ada:1/w@db/app",
        "postgres://ada:p?w@db/app",
        "postgres://ada:1?w@db/app",
        "postgres://ada:p#w@db/app",
        "postgres://ada:p w@db/app",
        "postgres:ada:pw@db/app",
        "postgres:/ada:pw@db/app",
        "sqlite://ada:pw@db/app",
    ] {
        assert!(normalise(url).is_err(), "{url}");
    }
}

#[test]
fn what_is_encoded_is_decoded() {
    assert_eq!(password("postgres://ada:s3%40%C3%A9%@db/app").as_deref(), Some("s3@é%"));
    for without in ["postgres://ada@db/app", "postgres://ada:@db/app", "postgres://db/a:b@c"] {
        assert_eq!(password(without), None, "{without}");
    }
    let pairs: Vec<_> = query("mysql://h/d?socket=%2Frun%2Fm.sock&flag&a=b").collect();
    assert_eq!(pairs, [("socket".into(), "/run/m.sock".into()), ("a".into(), "b".into())]);
}

#[test]
fn a_server_has_databases_of_other_names() {
    for (url, other) in [
        ("postgres://ada@db:1/app?a=b", "postgres://ada@db:1/x?a=b"),
        ("postgres://ada:s/3@db", "postgres://ada:s/3@db/x"),
        ("postgres:///app?host=/run/pg", "postgres:///x?host=/run/pg"),
        ("mysql://db?ssl-mode=DISABLED", "mysql://db/x?ssl-mode=DISABLED"),
    ] {
        assert_eq!(with_database(url, "x"), other);
    }
}

#[test]
fn pairs_are_replaced_and_the_rest_stays() {
    let map = |key, value| if key == "a" { ("b", value) } else { (key, "2") };
    assert_eq!(map_query("mysql://h/d?a=%41&flag&c=1", map), "mysql://h/d?b=%41&flag&c=2");
    assert_eq!(map_query("mysql://h/d", map), "mysql://h/d");
}

#[test]
fn what_is_shown_is_what_is_understood() {
    for (url, shown) in [
        ("postgres://ada:s3cret@db/app", "postgres://ada:***@db/app"),
        (
            "postgres://ada:s3cret@db/app?sslmode=require",
            "postgres://ada:***@db/app?sslmode=require",
        ),
        ("postgres://ada:a@b@db/app?password=x", "postgres://ada:***@db/app?password=***"),
        ("mysql://root:s3cret@localhost", "mysql://root:***@localhost"),
        ("mysql://root@[::1]:3306/d", "mysql://root@[::1]:3306/d"),
        ("postgres://a;b:s3cret@db/app", "postgres://***:***@db/app"),
        ("postgres:///d?host=/run/pg", "postgres:///d?host=/run/pg"),
        ("postgres://ada:s3cret@db/app?sslpassword=s3cret", "postgres:***"),
        ("sqlite:x.db?mode=ro", "sqlite:x.db?mode=ro"),
        ("sqlite::memory:", "sqlite::memory:"),
        ("sqlite:C:/x.db", "sqlite:C:/x.db"),
        ("sqlite:x.db?key=s3cret", "sqlite:***"),
        ("the pool", "***"),
    ] {
        assert_eq!(redact(url), shown);
    }
}

/// URLs with a secret at the place of the password, malformed in many ways.
fn malformed() -> impl Strategy<Value = String> {
    let pick = |words: &[&'static str]| proptest::sample::select(words.to_vec());
    let junk = "[a-z0-9@/?#:%&=+ \\[\\]{}|;,'\"$!\\\\]{0,6}";
    (
        pick(&[
            "postgres",
            "postgresql+asyncpg",
            "mysql",
            "mariadb",
            "sqlite",
            "sqlite+aiosqlite",
            "postgre",
            "oracle",
            "",
            "http",
        ]),
        pick(&["://", ":", ":/", ":///", "", "//", " ://", ";"]),
        pick(&["ada:", "ada%3A", "a b:", ":", "ada:b:", "host=h password="]),
        (junk, junk).prop_map(|(before, behind)| format!("x{before}S3CRET{behind}")),
        pick(&["@", "", "%40", " @", "@@"]),
        pick(&["db", "db:5432", "db:port", "", "[::1]", "[::1", "db,other:1", "host name"]),
        pick(&["/app", "", "/", "/a/b", "/a@b", "/a b"]),
        pick(&["", "?", "?sslmode=require", "?SSLMODE=x", "?password=", "#x", "?a&b=c"]),
    )
        .prop_map(|(scheme, colon, user, secret, at, host, path, query)| {
            // Without a colon of its own, what follows that of the user is the path of a file.
            let is_file = scheme.starts_with("sqlite") && !colon.contains(':');
            let colon = if is_file { "://" } else { colon };
            // With an `@` in it and none behind it, its end would be the host.
            let secret = if at.contains('@') { secret } else { secret.replace('@', "") };
            format!("{scheme}{colon}{user}{secret}{at}{host}{path}{query}")
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]
    #[test]
    fn no_malformed_url_shows_its_password(url in malformed()) {
        prop_assert!(!redact(&url).contains("S3CRET"), "{}", redact(&url));
        match crate::Database::from_url(&url) {
            Ok(database) => prop_assert!(!database.to_string().contains("S3CRET"), "{database}"),
            Err(error) => {
                let told = format!("{error} {error:?} {:?}", error.help());
                prop_assert!(!told.contains("S3CRET"), "{told}");
            }
        }
    }
}
