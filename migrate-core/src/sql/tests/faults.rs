use super::*;
use crate::diagnostic::Code;
use Dialect::{Mysql, Postgres, Sqlite};

fn found(dialect: Dialect, text: &str) -> (Vec<&str>, Vec<(Code, usize, usize)>) {
    let file = SourceFile::new("a.sql", text.to_owned());
    let (statements, diagnostics) = split(&file, whole(text), lex_rules(dialect));
    for diagnostic in &diagnostics {
        assert!(!diagnostic.help.is_empty(), "{diagnostic}");
    }
    let places = diagnostics
        .iter()
        .map(|d| (d.code, d.places[0].location.line, d.places[0].location.column))
        .collect();
    (statements.iter().map(|s| s.span.of(text)).collect(), places)
}

#[test]
fn what_is_not_closed_is_told_where_it_opens() {
    let token = |line, column| vec![(Code::UnterminatedToken, line, column)];
    let body = |line, column| vec![(Code::UnterminatedBody, line, column)];
    let cases = [
        (Postgres, "SELECT 1;\nSELECT 'a;", token(2, 8)),
        (Postgres, "SELECT 1;\nDO $$ BEGIN; END $;", token(2, 4)),
        (Postgres, "SELECT 1;\n /* /* */ SELECT 2;", token(2, 2)),
        (Mysql, "SELECT 1;\n/*!40101 SET a = 1;", token(2, 1)),
        (Mysql, "SELECT 1;\nSELECT 'C:\\';", token(2, 8)),
        (Sqlite, "SELECT 1;\nSELECT [a;", token(2, 8)),
        (
            Sqlite,
            "SELECT 1;\nCREATE TRIGGER a AFTER INSERT ON t\nBEGIN DELETE FROM t END;",
            body(3, 1),
        ),
        (
            Postgres,
            "SELECT 1;\nCREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;\n",
            body(2, 33),
        ),
        (Postgres, "SELECT 1;\nCREATE RULE r AS ON INSERT TO t DO (a; b;\n", body(2, 36)),
        (Mysql, "SELECT 1;\nCREATE PROCEDURE p()\nBEGIN IF a THEN b; END; SELECT 1;", body(3, 1)),
        (Mysql, "SELECT 1;\nCREATE PROCEDURE p() IF a THEN b; END", vec![]),
    ];
    for (dialect, text, expected) in cases {
        let (statements, places) = found(dialect, text);
        assert_eq!(places, expected, "{text}");
        assert_eq!(statements[0], "SELECT 1", "{text}");
        assert_eq!(statements.len(), 1 + usize::from(expected.is_empty()), "{text}");
    }
}

#[test]
fn psql_lines_are_refused_one_by_one_and_the_sql_between_them_is_read() {
    let text =
        "\\restrict it's\nSELECT 1;\n  \\i 'other.sql\nSELECT '\\', E'\n\\\\a';\n\\unrestrict x";
    let (statements, places) = found(Postgres, text);
    assert_eq!(statements, ["SELECT 1", "SELECT '\\', E'\n\\\\a'"]);
    let meta = |line, column| (Code::PsqlMeta, line, column);
    assert_eq!(places, [meta(1, 1), meta(3, 3), meta(6, 1)]);
    assert_eq!(
        found(Postgres, "SELECT 1 \\gset\nSELECT 2;"),
        (vec!["SELECT 2"], vec![meta(1, 10)])
    );
    assert_eq!(found(Sqlite, "\\i x").1, []);
}

#[test]
fn a_copy_from_stdin_is_told_once_and_its_rows_are_not_read() {
    let text = "SELECT 1;\nCOPY public.t (a, b) FROM stdin;\n1\tit's\n2\t\\N\n\\.\n\nSELECT 2;\n";
    let copy = vec![(Code::CopyFromStdin, 2, 1)];
    assert_eq!(found(Postgres, text), (vec!["SELECT 1"], copy.clone()));
    assert_eq!(found(Postgres, "\ncopy t from STDIN with (format csv)"), (vec![], copy));
    assert_eq!(found(Mysql, "COPY t FROM stdin;").1, []);
}

#[test]
fn the_messages_say_how_to_go_on() {
    let all = [
        (Postgres, "SELECT $a$ x $b$;"),
        (Mysql, "SELECT 'C:\\';"),
        (Sqlite, "SELECT [a;"),
        (Sqlite, "CREATE TRIGGER a DELETE ON t begin SELECT 1;"),
        (Mysql, "CREATE PROCEDURE p() IF a THEN b;"),
        (Postgres, "\\restrict abc"),
        (Postgres, "COPY t FROM stdin;"),
    ]
    .map(|(dialect, text)| statements(dialect, text).1);
    insta::assert_snapshot!(all.join("\n"), @r"
    error[unterminated-token]: the dollar-quoted string is not closed
      --> a.sql:1:8: opened here
      = help: close it with `$a$`, spelled exactly like that
    error[unterminated-token]: the string is not closed
      --> a.sql:1:8: opened here
      = help: close it with `'`; inside, write `''` or `\'` for the quote and `\\` for a backslash
    error[unterminated-token]: the quoted name is not closed
      --> a.sql:1:8: opened here
      = help: close it with `]`
    error[unterminated-body]: the body that BEGIN opens is not closed
      --> a.sql:1:30: opened here
      = help: close it with END; every statement inside ends with `;`, the last one too
    error[unterminated-body]: the body that IF opens is not closed
      --> a.sql:1:22: opened here
      = help: close it with END IF; every statement inside ends with `;`, the last one too
    error[psql-meta-command]: `\restrict` is a command of psql, which no server understands
      --> a.sql:1:1
      = help: remove the line; pg_dump writes it to protect psql and it has no effect on the schema
    error[copy-from-stdin]: COPY .. FROM stdin takes its rows from the lines below, which only psql can send
      --> a.sql:1:1
      = help: write the rows as INSERT statements; `pg_dump --inserts` does so
      = help: leave rows out of a baseline with `pg_dump --schema-only`
    ");
}
