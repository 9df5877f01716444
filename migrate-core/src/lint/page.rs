//! The text of docs/lint.md, written from the rules.

use std::fmt::Write as _;

use super::{Example, Level, Rule, rules};
use crate::dialect::Dialect;

const INTRODUCTION: &str = "\
<!-- Written from migrate-core/src/lint. `cargo nextest run -p migrate-tests -E 'test(lint_page)'` compares, and writes it with UPDATE_PAGES=1. -->

# Lint

`cargo migrate lint` reports SQL that is valid and risky: statements that fail on tables with rows, that lock tables for long, that break
running programs, or that do something else than their author expects.

```console
$ cargo migrate lint                 # the revisions that can still be changed
$ cargo migrate lint 6150            # one revision
$ cargo migrate lint -r 3f2a:head    # a range
$ cargo migrate lint --all           # all revisions
$ cargo migrate lint --format github # annotations of GitHub Actions; also json, and sarif for code scanning
```

The exit code is 0 without an error, 3 with one (with `--deny-warnings` also for a warning), and 2 if the command line is wrong. No database
is needed. Findings of the files themselves (see [diagnostics.md](diagnostics.md)) are listed too.

Lint knows the [schema](static-schema.md) before and after each revision. A table that the revision itself creates has no rows and no readers, so no
rule about rows or locks fires on it. A rename is a rename, and rows that were copied to another table before are not lost. Where it is not known what a
statement does or to what, nothing is reported.

## Settings

```toml
[lint]
prefer-jsonb = \"warning\"       # the level of a rule: \"off\", \"warning\" or \"error\"
set-not-null = \"error\"
postgres-version = 17          # the major version of the server; 14 or later if left out
small-table = 10000            # rules about locks do not fire on tables with at most so many rows

[lint.rows]                    # the sizes of tables, as far as you know them
orders = 2000000
countries = 250
settings = 0                   # rules about rows do not fire on an empty table
```

A finding that is intended is accepted in its revision with a reason:

```sql
-- migrate:allow index-without-concurrently the table has 200 rows
```

## Rules

";

/// Writes the page.
#[must_use]
pub fn page() -> String {
    let mut text = INTRODUCTION.to_owned();
    text.push_str("| rule | level | databases |\n|---|---|---|\n");
    for rule in rules::ALL {
        let (code, level) = (rule.code.as_str(), rule.level.word());
        let _ = writeln!(text, "| [`{code}`](#{code}) | {level} | {} |", databases(rule));
    }
    for rule in rules::ALL {
        section(&mut text, rule);
    }
    text
}

fn databases(rule: &Rule) -> String {
    let names: Vec<&str> = rule.dialects.iter().map(|dialect| dialect.name()).collect();
    if names.len() == Dialect::ALL.len() { "all".to_owned() } else { names.join(", ") }
}

fn section(text: &mut String, rule: &Rule) {
    let level = match rule.level {
        Level::Off => "off by default".to_owned(),
        level => level.word().to_owned(),
    };
    let downs = if rule.reads_downs { ", ups and downs" } else { "" };
    let _ = write!(
        text,
        "\n### `{}`\n\n{}\n\n{} *({level}; {}{downs})*\n\n**Fix:** {}\n\nFires:\n\n{}\nDoes not fire:\n\n{}",
        rule.code,
        rule.code.meaning(),
        rule.why,
        match databases(rule).as_str() {
            "all" => "all databases".to_owned(),
            names => names.to_owned(),
        },
        rule.fix,
        example(&rule.fires),
        example(&rule.silent),
    );
}

fn example(example: &Example) -> String {
    let before = match example.before {
        "" => String::new(),
        before => format!("-- before\n{before}\n\n"),
    };
    let revision = match example.revision.starts_with("-- migrate:") {
        true => example.revision.to_owned(),
        false => format!("-- migrate:up\n{}", example.revision),
    };
    format!("```sql\n{before}{revision}\n```\n")
}
