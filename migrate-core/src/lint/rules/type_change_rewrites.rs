//! `type-change-rewrites`: a change of a type that writes the table again.

use super::POSTGRES;
use crate::diagnostic::Code;
use crate::lint::postgres_types::{TypeChange, type_change};
use crate::lint::{Change, Example, Findings, Input, Level, Rule};
use crate::op::{ColumnChange, Op};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::TypeChangeRewrites,
    level: Level::Warning,
    dialects: POSTGRES,
    reads_downs: false,
    why: "Most changes of a type write the whole table and its indexes again, under a lock that stops readers and writers. \
          PostgreSQL keeps the rows if every old value is a value of the new type in the same form: a longer or unlimited `varchar`, \
          `varchar` to `text`, `numeric` with more digits and the same scale, a higher precision of times, `cidr` to `inet` (all \
          supported versions); `timestamp` to `timestamptz` and back from PostgreSQL 12 on if the session's time zone is UTC.",
    fix: "Add a column of the new type, copy the values in batches, and let the program move to it.",
    fires: Example {
        before: "CREATE TABLE prices (id int PRIMARY KEY, price int);",
        revision: "ALTER TABLE prices ALTER COLUMN price TYPE bigint;",
    },
    silent: Example {
        before: "CREATE TABLE prices (id int PRIMARY KEY, label varchar(20));",
        revision: "ALTER TABLE prices ALTER COLUMN label TYPE varchar(50);",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for (at, change) in input.changes.iter().enumerate() {
        let Op::AlterColumn {
            column,
            change: ColumnChange::Type { data_type, user_type, using, .. },
            ..
        } = &change.op
        else {
            continue;
        };
        let Some(target) = input.locked(change) else { continue };
        let Some(before) = target.table.column(column) else { continue };
        if before.user_type.is_some() || user_type.is_some() {
            user_type_change(input, change, column, found);
            continue;
        }
        // An expression that is more than the column computes new values.
        let is_computed = using.as_ref().is_some_and(|text| {
            let text = text.split("::").next().unwrap_or_default();
            !text.trim_matches(['"', '(', ')', ' ']).eq_ignore_ascii_case(column)
        });
        let effect = match type_change(&before.data_type, data_type) {
            TypeChange::DependsOnTimeZone if is_utc(input, at) => TypeChange::KeepsRows,
            effect => effect,
        };
        let (what, help) = match effect {
            TypeChange::Unknown => continue,
            TypeChange::KeepsRows if !is_computed => continue,
            TypeChange::DependsOnTimeZone => (
                "rewrites",
                Some(if input.settings.is_postgres(12) {
                    "PostgreSQL 12 and later keep the rows if the session's time zone is UTC: `SET LOCAL timezone = 'UTC';` before it"
                } else {
                    "PostgreSQL 12 and later keep the rows if the session's time zone is UTC"
                }),
            ),
            _ => ("rewrites", None),
        };
        let message = format!(
            "the change of {column} from {} to {data_type} {what} table {} under an exclusive lock",
            before.data_type,
            input.table_phrase(target)
        );
        match help {
            Some(help) => found.push_with_help(change.span, message, help),
            None => found.push(change.span, message),
        }
    }
}

/// From a built-in type to an enum or back every value has another form. Nothing is said of domains.
fn user_type_change(input: &Input<'_>, change: &Change, column: &str, found: &mut Findings) {
    let Op::AlterColumn { change: ColumnChange::Type { data_type, user_type, .. }, .. } =
        &change.op
    else {
        return;
    };
    let Some(target) = input.locked(change) else { return };
    let Some(before) = target.table.column(column) else { return };
    let is_enum = |name: &Option<crate::schema::Name>| {
        name.as_ref()
            .is_some_and(|name| input.after.find_spelled(crate::schema::Kind::Enum, name).is_some())
    };
    let (old, new) = (is_enum(&before.user_type), is_enum(user_type));
    let is_rewrite = old && user_type.is_none() || new && before.user_type.is_none();
    if is_rewrite {
        found.push(
            change.span,
            format!(
                "the change of {column} from {} to {data_type} rewrites table {} under an exclusive lock",
                before.data_type,
                input.table_phrase(target)
            ),
        );
    }
}

/// Returns `true` if the section has set the time zone to UTC before a change, on a version where that
/// counts.
fn is_utc(input: &Input<'_>, before: usize) -> bool {
    let zone = input.changes[..before].iter().rev().find_map(|change| match &change.op {
        Op::Set { name, value } if name == "timezone" || name == "time zone" => Some(value.clone()),
        _ => None,
    });
    let is_zero = |text: String| {
        let text = text.trim_matches(['\'', '"', ' ']).to_ascii_uppercase();
        matches!(text.as_str(), "UTC" | "GMT" | "ETC/UTC" | "0")
    };
    input.settings.is_postgres(12) && zone.flatten().is_some_and(is_zero)
}
