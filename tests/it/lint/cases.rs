//! Examples of squawk and eugene. They are not part of the repository: `MIGRATE_CASES` names their folder.
//!
//! Both judge a statement without a schema. Where we judge otherwise, [`DIFFERENT`] gives the reason, and
//! docs/comparison.md explains the kinds of reasons.

use std::collections::BTreeMap;

use migrate_core::diagnostic::{Code, Diagnostics};
use migrate_core::dialect::Dialect;
use migrate_core::history::History;
use migrate_core::lint::{Level, LintSettings, lint, rules};
use migrate_core::source::SourceFile;

use crate::support::shared_folder;

/// The rules of the two, and the codes that stand for them here. A rule without a code has no counterpart.
const RULES: &[(&str, &[&str])] = &[
    ("AddingFieldWithDefault", &["volatile-default-rewrites"]),
    ("AddingForeignKeyConstraint", &["foreign-key-without-not-valid"]),
    ("AddingNotNullableField", &["set-not-null"]),
    ("AddingRequiredField", &["add-not-null-column"]),
    ("AddingSerialPrimaryKeyField", &["unique-over-rows", "volatile-default-rewrites"]),
    ("BanAlterDomainWithAddConstraint", &[]),
    ("BanCharField", &["prefer-varchar"]),
    ("BanConcurrentIndexCreationInTransaction", &["concurrently-in-transaction"]),
    ("BanCreateDomainWithConstraint", &[]),
    ("BanDropTable", &["data-loss"]),
    ("BanDuplicateColumnAssignments", &[]),
    ("BanTruncateCascade", &[]),
    ("BanUncommittedTransaction", &["transaction-control"]),
    ("ChangingColumnType", &["type-change-rewrites"]),
    ("ConstraintMissingNotValid", &["foreign-key-without-not-valid", "check-without-not-valid"]),
    ("DisallowedUniqueConstraint", &["unique-over-rows"]),
    ("IdentifierTooLong", &["name-too-long"]),
    ("PreferBigintOverInt", &["prefer-bigint"]),
    ("PreferBigintOverSmallint", &["prefer-bigint"]),
    ("PreferIdentity", &["prefer-identity"]),
    ("PreferRepack", &[]),
    ("PreferTextField", &["prefer-text"]),
    ("PreferTimestampTz", &["prefer-timestamptz"]),
    ("RenamingColumn", &["rename-in-use"]),
    ("RenamingTable", &["rename-in-use"]),
    ("RequireConcurrentIndexCreation", &["index-without-concurrently"]),
    ("RequireConcurrentIndexDeletion", &["drop-index-without-concurrently"]),
    ("RequireConcurrentPartitionDetach", &[]),
    ("RequireConcurrentReindex", &["reindex-without-concurrently"]),
    ("RequireEnumValueOrdering", &[]),
    ("RequireLockTimeout", &["missing-lock-timeout"]),
    ("RequireStatementTimeout", &[]),
    ("RequireTableSchema", &[]),
    ("RequireTimeoutSettings", &["missing-lock-timeout"]),
    ("TransactionNesting", &["transaction-control"]),
    ("E1", &["check-without-not-valid"]),
    ("E2", &["set-not-null"]),
    ("E3", &["prefer-jsonb"]),
    ("E4", &[]),
    ("E5", &["type-change-rewrites"]),
    ("E6", &["index-without-concurrently"]),
    ("E8", &["exclusion-over-rows"]),
    ("E9", &["missing-lock-timeout"]),
    ("E10", &[]),
    ("E11", &["volatile-default-rewrites"]),
    ("E15", &["foreign-key-without-index"]),
    ("W13", &[]),
    ("W14", &["set-not-null"]),
];

/// The cases that we judge otherwise, each with the reason.
const DIFFERENT: &[(&str, &str)] = &[
    (
        "AddingFieldWithDefault default_uuid_error_multi_stmt",
        "of a function that the server does not have nothing is said",
    ),
    (
        "AddingFieldWithDefault arbitrary_func_err",
        "of a function that the server does not have nothing is said",
    ),
    (
        "AddingFieldWithDefault default_random_with_args_err",
        "now(123) does not exist; now() is not volatile",
    ),
    ("AddingNotNullableField set_not_null", "the table has no such column; `check` reports that"),
    (
        "AddingNotNullableField regression_gh_issue_628_pg11_with_validated_check_err",
        "the example is for PostgreSQL 11; from 12 on the valid check proves it",
    ),
    (
        "AddingNotNullableField pg12_without_validated_check_err",
        "the table has no such column; `check` reports that",
    ),
    (
        "AddingNotNullableField pg11_cross_migration_validate_then_set_not_null_err",
        "the table has no such column; `check` reports that",
    ),
    (
        "AddingNotNullableField pg12_with_different_column_validated_err",
        "the table has no such column; `check` reports that",
    ),
    (
        "AddingSerialPrimaryKeyField plain_primary_key",
        "the column is the primary key already, so it is unique",
    ),
    ("BanAlterDomainWithAddConstraint err", "no rule: the tables of a domain are few"),
    ("BanDropTable err", "there is no such table, so nothing is lost"),
    ("PreferBigintOverSmallint ok", "one rule covers integer and smallint"),
    ("PreferRepack vacuum_full_err", "no rule: VACUUM is no migration"),
    (
        "RequireConcurrentIndexDeletion drop_index_missing_concurrently_err",
        "there is no such index, so the statement does nothing",
    ),
    (
        "RequireConcurrentPartitionDetach detach_partition_missing_concurrently_err",
        "no rule yet; the table of the example is not partitioned",
    ),
    (
        "RequireEnumValueOrdering err_add_value_if_not_exists_without_ordering",
        "no rule: a matter of taste",
    ),
    ("RequireTableSchema alter_table_err", "no rule: a matter of taste"),
    ("RequireTableSchema drop_table_err", "no rule: a matter of taste"),
    ("RequireTableSchema create_table_as_err", "no rule: a matter of taste"),
    (
        "RequireStatementTimeout err_only_statement_timeout_rule_enabled",
        "no rule: a statement timeout ends work that nobody waits for",
    ),
    (
        "RequireTimeoutSettings err_reindex_concurrently_false_uses_non_concurrent_lock",
        "reported by `reindex-without-concurrently`",
    ),
    (
        "RequireTimeoutSettings err_lock_access_share_uses_correct_article",
        "the statement locks no table that exists",
    ),
    (
        "TransactionNesting begin_repeated_err",
        "reported by `manual-transaction`: the second BEGIN has no effect",
    ),
    ("E10 E10/bad", "no rule: the rewrite itself is reported"),
    (
        "E15 E15/good",
        "the index comes in a later revision; each revision is judged by the schema after it",
    ),
    ("E4 E4/bad", "no rule: the new column itself is reported"),
    ("W13 W13/bad", "no rule: a matter of taste"),
    ("W14 W14/good", "the example accepts the finding by a comment of its own"),
];

struct Case {
    name: String,
    rule: String,
    setup: String,
    sql: String,
    fires: bool,
}

/// The cases; none, and a message, where they are absent.
fn cases() -> Vec<Case> {
    let folder = shared_folder("MIGRATE_CASES", "cases");
    let Ok(text) = std::fs::read_to_string(folder.join("lint.jsonl")) else {
        println!("the cases of lint are absent: set MIGRATE_CASES to the folder that holds them");
        return Vec::new();
    };
    let case = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        Case {
            name: format!("{} {}", text("rule"), text("name")),
            rule: text("rule"),
            setup: text("setup_sql"),
            sql: text("sql"),
            fires: value["fires"].as_bool().unwrap(),
        }
    };
    text.lines().map(case).collect()
}

/// The files of a case: the setup, then the scripts of which it consists. BEGIN and COMMIT around a script are
/// the section's own transaction; where they are more than that, the section has none.
fn files(case: &Case) -> Vec<SourceFile> {
    let mut scripts = vec![case.setup.clone()];
    for line in case.sql.lines() {
        let is_name = line.trim().starts_with("-- ") && line.trim().ends_with(".sql");
        if is_name || scripts.len() == 1 {
            scripts.push(String::new());
        }
        let last = scripts.last_mut().unwrap();
        last.push_str(line);
        last.push('\n');
    }
    let file = |(at, script): (usize, &String)| {
        let (script, marker) = section(case, script);
        let revises = if at == 0 { String::new() } else { format!("r{}", at - 1) };
        let text = format!(
            "-- revision: r{at}\n-- revises: {revises}\n\n-- migrate:up{marker}\n{script}\n\n\
             -- migrate:irreversible a case\n"
        );
        SourceFile::new(format!("r{at}.sql"), text)
    };
    scripts.iter().enumerate().map(file).collect()
}

fn section<'c>(case: &Case, script: &'c str) -> (String, &'c str) {
    let has = |word: &str| script.lines().any(|line| line.trim().eq_ignore_ascii_case(word));
    let is_about_transactions = case.rule.contains("Transaction");
    if is_about_transactions && !case.rule.starts_with("BanConcurrent") {
        return (script.to_owned(), " transaction:false");
    }
    let is_outside = !has("BEGIN;") && script.to_uppercase().contains("CONCURRENTLY");
    let kept = script.lines().filter(|line| {
        !["BEGIN;", "COMMIT;"].iter().any(|word| line.trim().eq_ignore_ascii_case(word))
    });
    let marker = if is_outside { " transaction:false" } else { "" };
    (kept.collect::<Vec<_>>().join("\n"), marker)
}

fn found(case: &Case) -> Diagnostics {
    let (history, mut found) = History::read(files(case), None, &[Dialect::Postgres]);
    let levels = rules::ALL.iter().map(|rule| (rule.code, Level::Warning));
    let settings = LintSettings { levels: levels.collect(), ..LintSettings::default() };
    let graph = &history.graph;
    let wanted = graph.set(graph.order().filter(|node| graph.id(*node).as_str() != "r0"));
    found.append(lint(&history, &settings, &[Dialect::Postgres], &wanted));
    found
}

#[test]
fn the_rules_fire_as_those_of_other_linters_or_for_a_reason_do_not() {
    let rules: BTreeMap<&str, &[&str]> = RULES.iter().copied().collect();
    assert!(RULES.iter().flat_map(|(_, codes)| *codes).all(|code| Code::from_name(code).is_some()));
    let mut wrong = Vec::new();
    let (mut alike, cases) = (0, cases());
    for case in &cases {
        let codes = rules[case.rule.as_str()];
        let found = found(case);
        let fires = found.iter().any(|one| codes.contains(&one.code.as_str()));
        let is_listed = DIFFERENT.iter().any(|(name, _)| *name == case.name);
        alike += usize::from(fires == case.fires);
        match (fires == case.fires, is_listed) {
            (true, false) | (false, true) => {}
            (true, true) => wrong.push(format!("{}: listed as different, and is not", case.name)),
            (false, false) => {
                wrong.push(format!(
                    "{}: fires here: {fires}, there: {}\n{found}",
                    case.name, case.fires
                ));
            }
        }
    }
    println!("{alike} of {} cases alike, {} explained", cases.len(), DIFFERENT.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
