//! Laws over any text.

use proptest::prelude::*;

use super::*;
use crate::sql::{Statement, TokenKind, scan};
use Dialect::{Mysql, Postgres, Sqlite};

/// Text made of what lexers and splitters trip over, with any characters between.
fn sql() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => prop::sample::select(&[
            "'", "\"", "`", "[", "]", "$$", "$a$", "$1", "$", "\\", "--", "-- ", "#", "/*", "*/", "/*!40101 ",
            "/*+", "(", ")", ";", ";;", "\n", "\r", " ", "\t", ".", ":", "::", ":=", "@", "?", "-", "+", "*",
            "E'", "x'", "U&'", "e", "1", "1e", "0x", "é", "\u{a0}", "\u{feff}",
        ][..]).prop_map(str::to_owned),
        3 => prop::sample::select(&[
            "CREATE ", "TEMP ", "TRIGGER ", "PROCEDURE ", "FUNCTION ", "EVENT ", "RULE ", "p() ", "DEFINER=a@b ",
            "BEGIN ", "NOT ", "ATOMIC ", "END ", "CASE ", "WHEN ", "THEN ", "ELSE ", "IF ", "LOOP ", "WHILE ", "DO ",
            "REPEAT ", "UNTIL ", "FOR EACH ROW ", "DECLARE ", "HANDLER FOR ", "RETURNS ", "SELECT ", "a ",
            "\nDELIMITER //\n", "\nDELIMITER é\n", "\nDELIMITER ;\n", "//", "COPY ", "FROM stdin ", "\n\\i x\n",
        ][..]).prop_map(str::to_owned),
        1 => "\\PC{0,4}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Text of which much is plain.
fn plain() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(
        &[
            "a",
            "B1",
            "_",
            "e",
            "x",
            "1",
            "2.5",
            ".",
            "..",
            "'",
            "'b'",
            "'é''c'",
            " ",
            "\n",
            "\t",
            ";",
            "-- c'\n",
            "--",
            "-",
            "=",
            "<",
            ">",
            "*",
            "+",
            "(",
            ")",
            ",",
            "CREATE ",
            "ALTER ",
            "TEMP ",
            "OR REPLACE ",
            "TABLE ",
            "TRIGGER ",
            "BEGIN ",
            "END ",
            "IF ",
            "CASE ",
            "COPY ",
            "FROM stdin ",
            "FOR EACH ROW ",
            "DELIMITER ",
            "TRANSACTION ",
            "AGGREGATE ",
            "SQL ",
            "VIEW ",
            "SECURITY ",
            "DEFINER ",
            "LOOP ",
            "DECLARE ",
        ][..],
    );
    prop::collection::vec(piece, 0..25).prop_map(|pieces| pieces.concat())
}

fn dialect() -> impl Strategy<Value = Dialect> {
    prop::sample::select(&Dialect::ALL[..])
}

fn split_as_is(text: &str, span: Span, dialect: Dialect) -> (Vec<Statement>, bool) {
    let file = SourceFile::normalised("a.sql", String::leak(text.to_owned()));
    let (statements, diagnostics) = split(&file, span, lex_rules(dialect));
    let _ = diagnostics.to_string();
    (statements, diagnostics.is_empty())
}

/// Tokens that make statements, as texts.
fn significant(dialect: Dialect, text: &str, span: Span) -> Vec<&str> {
    Lexer::new(text, span, lex_rules(dialect))
        .map_while(Result::ok)
        .filter(|t| !matches!(t.kind, TokenKind::Comment | TokenKind::Semicolon))
        .map(|t| t.span.of(text))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn tokens_cover_all_but_white_space_in_order(text in sql(), dialect in dialect()) {
        let mut at = 0;
        for token in Lexer::new(&text, whole(&text), lex_rules(dialect)) {
            let span = token.map_or_else(|e| Span::new(e.span.start.max(at), text.len()), |t| t.span);
            let between = text.get(at..span.start);
            prop_assert!(between.is_some_and(|b| b.bytes().all(|b| matches!(b, b' ' | 9..=13))), "{between:?}");
            prop_assert!(text.get(span.range()).is_some());
            prop_assert!(span.start < span.end || at == text.len());
            at = span.end;
        }
        prop_assert!(text[at..].bytes().all(|b| matches!(b, b' ' | 9..=13)));
    }

    #[test]
    fn statements_are_in_order_and_hold_all_tokens(text in sql(), dialect in dialect()) {
        let (statements, fine) = split_as_is(&text, whole(&text), dialect);
        let mut at = 0;
        for Statement { span } in &statements {
            prop_assert!(at <= span.start && span.start < span.end, "{span:?}");
            prop_assert!(text.get(span.range()).is_some());
            at = span.end;
        }
        // A delimiter is no token of a statement and cuts tokens.
        if fine && !text.contains("DELIMITER") {
            let inside: Vec<_> =
                statements.iter().flat_map(|s| significant(dialect, &text, s.span)).collect();
            prop_assert_eq!(inside, significant(dialect, &text, whole(&text)));
        }
    }

    #[test]
    fn any_span_is_split_and_hashed_without_panic(text in sql(), a in 0..80_usize, b in 0..80_usize, dialect in dialect()) {
        let span = Span::new(a, b);
        for Statement { span } in split_as_is(&text, span, dialect).0 {
            prop_assert!(text.get(span.range()).is_some());
        }
        Hasher::new().sql(&text, span, lex_rules(dialect));
    }

    #[test]
    fn a_scan_reads_as_a_reading_alone(text in sql(), dialect in dialect()) {
        let file = SourceFile::normalised("a.sql", String::leak(text.clone()));
        let (mut hash, mut alone) = (Hasher::new(), Hasher::new());
        let scanned = scan(&file, whole(&text), lex_rules(dialect), Some(&mut hash.readings()));
        alone.sql(&text, whole(&text), lex_rules(dialect));
        prop_assert_eq!(hash, alone);
        prop_assert_eq!(scanned, split(&file, whole(&text), lex_rules(dialect)));
    }

    #[test]
    fn plain_text_is_read_alike_by_all(text in prop_oneof![sql(), plain()], a in 0..20_usize) {
        let span = Span::new(a.min(text.len()), text.len());
        if !crate::sql::is_plain(&text, span) {
            return Ok(());
        }
        let file = SourceFile::normalised("a.sql", String::leak(text.clone()));
        let [first, others @ ..] = Dialect::ALL.map(|dialect| {
            let mut hash = Hasher::new();
            let (statements, found) =
                scan(&file, span, lex_rules(dialect), Some(&mut hash.readings()));
            (statements, found, hash)
        });
        for other in others {
            prop_assert_eq!(&other, &first);
        }
    }

    #[test]
    fn each_statement_alone_splits_as_itself(text in sql(), dialect in dialect()) {
        let (statements, fine) = split_as_is(&text, whole(&text), dialect);
        if fine && !text.contains("DELIMITER") {
            for statement in statements {
                prop_assert_eq!(split_as_is(&text, statement.span, dialect), (vec![statement], true));
            }
        }
    }

    #[test]
    fn what_does_not_count_does_not_change_the_fingerprint(
        text in sql(), dialect in dialect(), spaces in "[ \t\n]{1,3}", comment in "(-- a;'\n|/\\* b;' \\*/)",
    ) {
        let (statements, fine) = split_as_is(&text, whole(&text), dialect);
        if !fine || text.contains("DELIMITER") {
            return Ok(());
        }
        let mut other = String::new();
        let mut end = 0;
        for token in tokens(dialect, &text) {
            // Only where there was space may be more of it: nothing may grow together or apart.
            if token.span.start > end {
                other.push_str(&spaces);
                other.push_str(&comment);
                other.push_str(if text[end..token.span.start].contains(['\n', '\r']) { "\n" } else { " " });
            }
            end = token.span.end;
            let word = token.span.of(&text);
            other.push_str(&if token.kind == TokenKind::Word { word.to_ascii_uppercase() } else { word.to_owned() });
        }
        other.push_str("\n;;");
        prop_assert_eq!(fingerprint(dialect, &text), fingerprint(dialect, &other), "{}", other);
        prop_assert_eq!(split_as_is(&other, whole(&other), dialect).0.len(), statements.len());
    }

    #[test]
    fn another_series_of_tokens_has_another_fingerprint(a in sql(), b in sql(), dialect in dialect()) {
        if significant(dialect, &a, whole(&a)) != significant(dialect, &b, whole(&b))
            && ![&a, &b].iter().any(|t| t.contains("DELIMITER"))
            && !a.eq_ignore_ascii_case(&b)
        {
            prop_assert_ne!(fingerprint(dialect, &a), fingerprint(dialect, &b));
        }
    }
}

fn same(dialect: Dialect, a: &str, b: &str) {
    assert_eq!(fingerprint(dialect, a), fingerprint(dialect, b), "{dialect}: {a} | {b}");
}

fn differ(dialect: Dialect, a: &str, b: &str) {
    assert_ne!(fingerprint(dialect, a), fingerprint(dialect, b), "{dialect}: {a} | {b}");
}

#[test]
fn comments_space_case_and_superfluous_semicolons_do_not_count() {
    for dialect in Dialect::ALL {
        same(dialect, "SELECT a FROM t", "select\n\tA -- b\r\nfrom /* ; */ T ; ;;");
        same(dialect, "a;b", ";;a;;;b;");
        same(dialect, "f(a,b)", " f ( a , b ) ");
        same(dialect, "", " -- nothing\n;");
    }
    same(
        Sqlite,
        "CREATE TRIGGER a INSERT ON t BEGIN a; END",
        "create trigger a insert on t begin a ;end;",
    );
    same(Mysql, "a; b", "DELIMITER //\na;;// b;//");
    same(
        Mysql,
        "CREATE PROCEDURE p() BEGIN a; END;",
        "DELIMITER //\nCREATE PROCEDURE p() BEGIN a; END; //\nDELIMITER ;",
    );
}

#[test]
fn every_other_change_is_noticed() {
    for dialect in Dialect::ALL {
        for (a, b) in [
            ("SELECT 'a'", "SELECT 'A'"),
            ("SELECT 'a b'", "SELECT 'a  b'"),
            ("SELECT '-- a'", "SELECT '-- b'"),
            ("SELECT 1", "SELECT 2"),
            ("SELECT 1", "SELECT 1.0"),
            ("SELECT 1e5", "SELECT 1E5"),
            ("SELECT a", "SELECT b"),
            ("SELECT a", "SELECT \"a\""),
            ("SELECT \"a\"", "SELECT \"A\""),
            ("SELECT a b", "SELECT b a"),
            ("SELECT ab", "SELECT a b"),
            ("SELECT a <= b", "SELECT a < = b"),
            ("SELECT a < b", "SELECT a > b"),
            ("SELECT 'a''b'", "SELECT 'a' 'b'"),
            ("a; b", "b; a"),
            ("a; b", "a b"),
            ("SELECT é", "SELECT É"),
            ("SELECT 'a", "SELECT 'b"),
            ("SELECT 'a", "SELECT 'a "),
            ("a", ""),
        ] {
            differ(dialect, a, b);
        }
    }
    differ(Postgres, "DO $$ a $$", "DO $$ A $$");
    differ(Postgres, "DO $$a$$", "DO $b$a$b$");
    differ(Postgres, "COPY t FROM stdin;\n1\n\\.", "COPY t FROM stdin;\n2\n\\.");
    differ(Postgres, "\\i a.sql", "\\i b.sql");
    differ(Mysql, "/*!40101 SET a */", "/* SET a */");
    differ(Mysql, "/*!40101 SET a */", "/*!40102 SET a */");
    differ(Mysql, "SELECT /*+ A */ 1", "SELECT /*+ B */ 1");
    differ(Mysql, "SELECT /*+ A */ 1", "SELECT 1");
    same(Postgres, "SELECT /*+ A */ 1", "SELECT 1");
    differ(Mysql, "CREATE PROCEDURE p() BEGIN a; b; END", "CREATE PROCEDURE p() BEGIN a b; END");
}

#[test]
fn fields_and_sql_are_told_apart() {
    let of = |feed: &dyn Fn(&mut Hasher)| {
        let mut hasher = Hasher::new();
        feed(&mut hasher);
        hasher.finish()
    };
    let sql = |hasher: &mut Hasher, text: &str| hasher.sql(text, whole(text), lex_rules(Sqlite));
    let all = [
        of(&|_| {}),
        of(&|h| h.field("a", "bc")),
        of(&|h| h.field("ab", "c")),
        of(&|h| {
            h.field("a", "b");
            h.field("", "c")
        }),
        of(&|h| {
            h.field("a", "");
            h.field("b", "c")
        }),
        of(&|h| sql(h, "")),
        of(&|h| sql(h, "a; b")),
        of(&|h| {
            sql(h, "a");
            sql(h, "b")
        }),
        of(&|h| {
            sql(h, "a; b");
            sql(h, "")
        }),
        of(&|h| {
            sql(h, "");
            sql(h, "a; b")
        }),
        of(&|h| h.field("long", &"x".repeat(300))),
        of(&|h| h.field("long", &"x".repeat(5000))),
    ];
    for (n, one) in all.iter().enumerate() {
        assert!(!all[..n].contains(one), "number {n} reads like one before it");
    }
}

#[test]
fn what_databases_read_alike_counts_once_however_many_they_are() {
    let of = |text: &str, dialects: &[Dialect]| {
        let mut hasher = Hasher::new();
        let mut readings = hasher.readings();
        for dialect in dialects {
            readings.read(text, whole(text), dialect.lex_rules());
        }
        hasher.finish()
    };
    let alike = "CREATE TABLE t (a INT); -- b";
    assert_eq!(of(alike, &[Sqlite]), of(alike, &[Sqlite, Postgres, Mysql]));
    assert_eq!(of(alike, &[Sqlite]), fingerprint(Sqlite, alike));
    // A comment to one of them, an operator to the others.
    let unlike = "SELECT 1 # 2";
    assert_ne!(of(unlike, &[Postgres]), of(unlike, &[Postgres, Mysql]));
    assert_ne!(of(unlike, &[Postgres, Mysql]), of("SELECT 1 # 3", &[Postgres, Mysql]));
    assert_eq!(of(unlike, &[Sqlite, Postgres]), of(unlike, &[Sqlite]));
    assert_eq!(of(unlike, &[Postgres, Mysql, Postgres, Mysql]), of(unlike, &[Postgres, Mysql]));
    assert_ne!(of(unlike, &[Mysql, Postgres]), of(unlike, &[Postgres, Mysql]));
}

#[test]
fn a_fingerprint_never_changes_between_versions() {
    let mut hasher = Hasher::new();
    hasher.field("revises", "3f2a90c1d4e7");
    hasher.sql("ALTER TABLE users ADD COLUMN email TEXT;", Span::new(0, 40), lex_rules(Sqlite));
    insta::assert_snapshot!(hasher.finish(), @"d655d2fb9d9192c60a9c6943cbeef70386a37a0265599c91bb174256c04b3670");
}

#[test]
fn a_fingerprint_is_read_back_from_its_digits_alone() {
    let print = fingerprint(Sqlite, "a");
    let text = print.to_string();
    assert_eq!(text.parse(), Ok(print));
    assert_eq!(Fingerprint::from_bytes(*print.as_bytes()), print);
    for wrong in
        ["", &text[1..], &text.to_uppercase(), &format!("{text}0"), &format!("é{}", &text[2..])]
    {
        assert!(wrong.parse::<Fingerprint>().is_err(), "{wrong}");
    }
}
