//! The lexical rules of a database.

/// The lexical rules of one database, for the lexer and the splitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent rule of a grammar")]
pub struct LexRules {
    /// `/* /* */ */` nests (PostgreSQL).
    pub nested_comments: bool,
    /// `#` opens a comment to the end of the line (MySQL).
    pub hash_comments: bool,
    /// `--` opens a comment only before white space, a control character or the end (MySQL).
    pub dashes_need_space: bool,
    /// `/*! .. */` and `/*M! .. */` hold code (MySQL).
    pub code_comments: bool,
    /// A backslash escapes inside `'..'` and `".."` (MySQL).
    pub backslash_escapes: bool,
    /// `E'..'` has backslash escapes (PostgreSQL).
    pub escape_strings: bool,
    /// `$tag$ .. $tag$` is a string (PostgreSQL).
    pub dollar_quotes: bool,
    /// `` `..` `` quotes a name (MySQL, SQLite).
    pub backtick_names: bool,
    /// `[..]` quotes a name (SQLite).
    pub bracket_names: bool,
    /// A run of operator characters is one operator, as users may define their own (PostgreSQL).
    pub custom_operators: bool,
    /// `:name`, `@name` and `$name` are parameters (SQLite).
    pub named_parameters: bool,
    /// `B'..'` and `N'..'` are strings (PostgreSQL, MySQL).
    pub prefixed_strings: bool,
    /// A name may start with a digit (MySQL).
    pub digit_names: bool,
    /// A carriage return alone ends a `--` comment (PostgreSQL).
    pub return_ends_comment: bool,
    /// `".."` is a string rather than a name (MySQL).
    pub double_quoted_strings: bool,
    /// A semicolon inside parentheses does not end a statement (PostgreSQL, CREATE RULE .. DO (a; b)).
    pub parentheses_hold_semicolons: bool,
    /// `BEGIN ATOMIC .. END` bodies (PostgreSQL).
    pub atomic_bodies: bool,
    /// `CREATE TRIGGER .. BEGIN .. END` bodies (SQLite).
    pub trigger_bodies: bool,
    /// Stored programs with `BEGIN .. END`, IF, CASE, LOOP, and the client's DELIMITER (MySQL).
    pub stored_programs: bool,
    /// `COPY .. FROM stdin` and psql's backslash lines are recognised, to be refused (PostgreSQL).
    pub psql: bool,
    /// A name without quotes is kept in lower case (PostgreSQL).
    pub lower_case_names: bool,
    /// `'..'` is a name where only a name can stand (SQLite).
    pub string_names: bool,
    /// Longer names are cut to this number of bytes (PostgreSQL); `None` where they are not.
    pub name_bytes: Option<usize>,
}
