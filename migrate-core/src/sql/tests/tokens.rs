use super::*;
use crate::sql::{TokenKind, Unterminated};
use Dialect::{Mysql, Postgres, Sqlite};
use TokenKind::*;

/// Checks the tokens of each text: their texts, separated by single spaces in the table.
fn reads(dialect: Dialect, cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        let found: Vec<_> = tokens(dialect, text).iter().map(|t| t.span.of(text)).collect();
        assert_eq!(&found, expected, "{dialect}: {text}");
    }
}

#[test]
fn postgres_tokens_end_where_the_server_ends_them() {
    reads(
        Postgres,
        &[
            (
                r"E'\'', e'a\\', 'a\', 'it''s'",
                &[r"E'\''", ",", r"e'a\\'", ",", r"'a\'", ",", "'it''s'"],
            ),
            ("E'a'\n  'b\\'c' , 'd\\'", &["E'a'", "'b\\'c'", ",", "'d\\'"]),
            ("E'a' -- on\n 'b\\'c'", &["E'a'", "-- on", "'b\\'c'"]),
            (r#"U&'\0041' U&"d\0061" u&x"#, &[r"U&'\0041'", r#"U&"d\0061""#, "u", "&", "x"]),
            ("B'01' X'1f' N'a' b x n", &["B'01'", "X'1f'", "N'a'", "b", "x", "n"]),
            (r#""a;b" "a""b" "" "#, &[r#""a;b""#, r#""a""b""#, r#""""#]),
            ("$$a$b$$ $t$ $$ ; $u$ $t$", &["$$a$b$$", "$t$ $$ ; $u$ $t$"]),
            ("$é$ ; $é$", &["$é$ ; $é$"]),
            ("a$b$ $1 $2::int $", &["a$b$", "$1", "$2", "::", "int", "$"]),
            ("$1a$ x $1a$", &["$1a$", "x", "$1a$"]),
            ("/* a /* b */ c */ d", &["/* a /* b */ c */", "d"]),
            ("1--1\n+2", &["1", "--1", "+", "2"]),
            ("-- a\rb", &["-- a", "b"]),
            ("a#>>b ?| c @> d", &["a", "#>>", "b", "?|", "c", "@>", "d"]),
            (
                "a=-1 a*-1 a@-1 a<>+-1",
                &["a", "=", "-", "1", "a", "*", "-", "1", "a", "@-", "1", "a", "<>", "+", "-", "1"],
            ),
            ("a*/* c */b", &["a", "*", "/* c */", "b"]),
            ("x:=1 y=>2 a[1:n]", &["x", ":=", "1", "y", "=>", "2", "a", "[", "1", ":", "n", "]"]),
            (
                "1..10 1.5 .5 1e-5 1.5e+3 0x1e+5 1_000",
                &["1", "..", "10", "1.5", ".5", "1e-5", "1.5e+3", "0x1e", "+", "5", "1_000"],
            ),
            ("t.* count(*)", &["t", ".", "*", "count", "(", "*", ")"]),
            ("été = 'é'", &["été", "=", "'é'"]),
            ("# a\n b", &["#", "a", "b"]),
            ("a`b", &["a", "`", "b"]),
        ],
    );
}

#[test]
fn sqlite_tokens_end_where_the_library_ends_them() {
    reads(
        Sqlite,
        &[
            ("x'0f' X'' e'a' b'c'", &["x'0f'", "X''", "e", "'a'", "b", "'c'"]),
            (r"'a\' ; 'b'''", &[r"'a\'", ";", "'b'''"]),
            ("[a;b] `c``d` \"e\"\"f\"", &["[a;b]", "`c``d`", "\"e\"\"f\""]),
            ("?1 ? :a @b $c :1", &["?1", "?", ":a", "@b", "$c", ":1"]),
            ("/* a /* b */ c", &["/* a /* b */", "c"]),
            ("/*/ a */ b", &["/*/ a */", "b"]),
            ("a->>'$.b' || c<<1", &["a", "->>", "'$.b'", "||", "c", "<<", "1"]),
            ("a<>-1 a=-1", &["a", "<>", "-", "1", "a", "=", "-", "1"]),
            ("1--1", &["1", "--1"]),
            ("a.b", &["a", ".", "b"]),
        ],
    );
}

#[test]
fn mysql_tokens_end_where_the_server_ends_them() {
    reads(
        Mysql,
        &[
            (r#"'\'' "\"" "a'b" 'a\\'"#, &[r"'\''", r#""\"""#, "\"a'b\"", r"'a\\'"]),
            ("`a``b` `c\\` d", &["`a``b`", "`c\\`", "d"]),
            ("1--1", &["1", "-", "-", "1"]),
            ("1 -- 1\n2 --\n3 --", &["1", "-- 1", "2", "--", "3", "--"]),
            ("a # b\nc", &["a", "# b", "c"]),
            ("/*!40101 SET x = 1 */", &["/*!40101", "SET", "x", "=", "1", "*/"]),
            ("/*!50003SET*/ /*M!100100 a*/", &["/*!50003", "SET", "*/", "/*M!100100", "a", "*/"]),
            ("/*! a /* b */ c */ d", &["/*!", "a", "/* b */", "c", "*/", "d"]),
            ("2 */ 3", &["2", "*", "/", "3"]),
            ("SELECT /*+ x; */ 1", &["SELECT", "/*+ x; */", "1"]),
            ("@a := 1 <=> @@b a:b", &["@", "a", ":=", "1", "<=>", "@", "@", "b", "a", ":", "b"]),
            ("`r`@'%' r@localhost", &["`r`", "@", "'%'", "r", "@", "localhost"]),
            ("2fa.3b 1e5 1e 1.5", &["2fa", ".", "3b", "1e5", "1e", "1.5"]),
            ("t.1a d.`t`.2b", &["t", ".", "1a", "d", ".", "`t`", ".", "2b"]),
            ("x'0f' b'01' n'a\\'' _utf8'b'", &["x'0f'", "b'01'", "n'a\\''", "_utf8", "'b'"]),
            ("$a a$b", &["$a", "a$b"]),
        ],
    );
}

#[test]
fn a_token_says_what_it_is() {
    let kinds =
        |dialect, text: &str| tokens(dialect, text).iter().map(|t| t.kind).collect::<Vec<_>>();
    assert_eq!(
        kinds(Postgres, "\"a\" 'a' 1 $1 $$a$$"),
        [QuotedName, String, Number, Parameter, String]
    );
    assert_eq!(kinds(Sqlite, "\"a\" `a` [a] :a"), [QuotedName, QuotedName, QuotedName, Parameter]);
    assert_eq!(kinds(Mysql, "\"a\" `a` 2fa 1e5"), [String, QuotedName, Word, Number]);
    assert_eq!(kinds(Mysql, "0xff 0xfg 0b01 12"), [Number, Word, Number, Number]);
    assert_eq!(kinds(Mysql, "/*!1 a */ /* b */"), [CodeComment, Word, CodeComment, Comment]);
}

#[test]
fn a_token_that_does_not_end_is_told_at_its_opening_and_is_the_last() {
    let cases = [
        (Postgres, "a 'b", "'", Unterminated::String),
        (Postgres, "a E'b\\'", "E'", Unterminated::String),
        (Postgres, "a \"b", "\"", Unterminated::QuotedName),
        (Postgres, "a $t$ $$ $u$", "$t$", Unterminated::DollarString),
        (Postgres, "a /* /* */", "/*", Unterminated::Comment),
        (Sqlite, "a [b", "[", Unterminated::QuotedName),
        (Mysql, "a `b", "`", Unterminated::QuotedName),
        (Mysql, "a \"b\\\"", "\"", Unterminated::String),
        (Mysql, "a /*!40101 b", "/*!40101", Unterminated::Comment),
        (Mysql, "a /*", "/*", Unterminated::Comment),
    ];
    for (dialect, text, opening, what) in cases {
        let mut lexer = Lexer::new(text, whole(text), lex_rules(dialect));
        let error = lexer.find_map(Result::err).unwrap_or_else(|| panic!("{text} ends"));
        assert_eq!(
            (error.span.of(text), error.span.start, error.what),
            (opening, 2, what),
            "{text}"
        );
        assert_eq!(lexer.next(), None, "{text}");
    }
}

#[test]
fn only_the_given_part_of_the_text_is_read() {
    let text = "é 'a' b";
    let read = |span| {
        Lexer::new(text, span, lex_rules(Sqlite))
            .flatten()
            .map(|t| t.span.of(text))
            .collect::<Vec<_>>()
    };
    assert_eq!(read(Span::new(3, 6)), ["'a'"]);
    assert_eq!(read(Span::new(1, 2)), [""; 0]);
    assert_eq!(read(Span::new(7, 99)), ["b"]);
    assert_eq!(read(Span::new(99, 3)), [""; 0]);
}
