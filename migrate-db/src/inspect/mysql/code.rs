//! What the server keeps as code: views, routines, triggers, events, sequences. Who made it and
//! with which settings is told only where it is not the one who looks, or not the usual.

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Kind, Other, Sequence, Trigger, View};

use super::Circumstances;
use super::piece::{Piece, head, tokens};

/// The definer in the header of a statement, and the place behind it.
fn definer(piece: Piece<'_>, around: &Circumstances) -> (String, usize) {
    let at = piece.find(0, |piece, at| piece.is(at, "DEFINER"));
    // `DEFINER` = `user` @ `host`; a role has no host.
    let end = if piece.at(at + 3) == "@" { at + 5 } else { at + 3 };
    let user = match end - at {
        5 => format!("{}@{}", piece.name(at + 2), piece.name(at + 4)),
        _ => piece.name(at + 2),
    };
    (around.definer(&user), end)
}

/// `CREATE ALGORITHM=.. DEFINER=.. SQL SECURITY .. VIEW `v` AS select .. WITH LOCAL CHECK OPTION`.
pub(super) fn view(statement: &str, around: &Circumstances) -> sqlx::Result<View> {
    let tokens = tokens(statement)?;
    let all = Piece::new(statement, &tokens, &around.database);
    let mut details = Vec::new();
    if let Some(at) = (0..all.len()).find(|at| all.is(*at, "ALGORITHM"))
        && !all.is(at + 2, "UNDEFINED")
    {
        details.push(format!("ALGORITHM={}", all.at(at + 2)));
    }
    let (definer, mut at) = definer(all, around);
    details.push(definer);
    if all.are(at, &["SQL", "SECURITY"]) {
        if !all.is(at + 2, "DEFINER") {
            details.push(all.part(at, at + 3).sql());
        }
        at += 3;
    }
    // `VIEW`, the name, and the columns where they are named.
    let select = all.find(at + 2, |piece, at| piece.is(at, "AS"));
    details.push(all.part(at + 2, select).sql());
    let option = all.len().saturating_sub(4);
    let end = match all.is(option, "WITH") && all.are(option + 2, &["CHECK", "OPTION"]) {
        true => option,
        false => all.len(),
    };
    details.push(all.from(end).sql());
    details.retain(|detail| !detail.is_empty());
    let definition = all.part(select + 1, end).sql();
    Ok(View { definition, details: details.join(" "), ..View::default() })
}

/// `CREATE SEQUENCE `s` start with 1 .. ENGINE=InnoDB COMMENT='..'`.
pub(super) fn sequence(statement: &str, around: &Circumstances) -> sqlx::Result<Sequence> {
    let tokens = tokens(statement)?;
    let all = Piece::new(statement, &tokens, &around.database);
    let comment = all.find(3, |piece, at| piece.is(at, "COMMENT"));
    Ok(Sequence {
        definition: all.part(3, comment).sql(),
        owned_by: None,
        comment: (comment < all.len()).then(|| all.name(comment + 2)),
    })
}

/// The kind of a routine of the catalog's type, and the word before its name where packages share
/// the kind.
pub(super) fn routine_kind(of: &str) -> (Kind, &'static str) {
    match of {
        "FUNCTION" => (Kind::Function, ""),
        "PACKAGE" => (Kind::Procedure, "package "),
        "PACKAGE BODY" => (Kind::Procedure, "package body "),
        _ => (Kind::Procedure, ""),
    }
}

/// A routine: its statement as the server has it, body and all. `None` is one whose body this
/// user may not see.
pub(super) fn routine(
    statement: Option<&str>,
    mode: &str,
    collation: &str,
    around: &Circumstances,
) -> Other {
    let Some(statement) = statement else {
        return Other { definition: String::new(), table: None };
    };
    // `CREATE DEFINER=`user`@`host` `: what follows is the user's text and need not be read.
    let tokens = head(statement, 6);
    let all = Piece::new(statement, &tokens, &around.database);
    let (definer, at) = definer(all, around);
    let rest = statement.get(all.end(at)..).unwrap_or_default().trim_start();
    let settings = around.settings(&definer, mode, collation);
    Other { definition: format!("CREATE {rest}{settings}"), table: None }
}

/// A trigger of `information_schema.triggers`: its name, time, event, order among those of the same
/// time and event, condition, statement, and whose it is.
pub(super) fn trigger(cells: &[&str], table: &str, around: &Circumstances) -> Trigger {
    let &[name, time, event, order, condition, statement, user, mode, collation] = cells else {
        return Trigger { definition: cells.join(" ") };
    };
    let order = if order == "1" { String::new() } else { format!(" /* as number {order} */") };
    let condition = if condition.is_empty() { "" } else { &format!(" WHEN ({condition})") };
    let settings = around.settings(&around.definer(user), mode, collation);
    let definition = format!(
        "CREATE TRIGGER `{name}` {time} {event} ON `{table}` FOR EACH ROW{order}{condition} \
         {statement}{settings}"
    );
    Trigger { definition }
}

/// A moment of a schedule, behind its word. One that was reckoned from when the event was made is
/// told as the distance in seconds, or every new event would differ. The catalog does not say
/// which: people write times on the minute, and mostly at a round one.
fn moment(word: &str, time: &str, after: &str) -> String {
    let is_on_the_minute = time.ends_with(":00");
    let is_round = time.ends_with("0:00") || time.ends_with("5:00");
    let is_minutes_away = after.parse::<i64>().is_ok_and(|after| after % 60 == 0);
    match after {
        "" => String::new(),
        "0" if word == "STARTS" => String::new(),
        _ if is_on_the_minute && (is_round || !is_minutes_away) => format!(" {word} '{time}'"),
        _ => format!(" {word} CURRENT_TIMESTAMP + INTERVAL {after} SECOND"),
    }
}

/// An event of `information_schema.events`.
pub(super) fn event(cells: &[&str], around: &Circumstances) -> Other {
    let &[
        name,
        body,
        kind,
        at,
        at_after,
        value,
        unit,
        starts,
        starts_after,
        ends,
        ends_after,
        ref rest @ ..,
    ] = cells
    else {
        return Other { definition: cells.join(" "), table: None };
    };
    let schedule = match kind {
        "ONE TIME" => moment("AT", at, at_after),
        _ => format!(
            " EVERY {value} {unit}{}{}",
            moment("STARTS", starts, starts_after),
            moment("ENDS", ends, ends_after)
        ),
    };
    let &[completion, status, comment, zone, user, mode, collation] = rest else {
        return Other { definition: cells.join(" "), table: None };
    };
    let zone = if zone == "SYSTEM" { String::new() } else { format!(" /* in {zone} */") };
    let comment = match comment {
        "" => String::new(),
        comment => format!(" COMMENT {}", Dialect::Mysql.literal(comment)),
    };
    let settings = around.settings(&around.definer(user), mode, collation);
    let definition = format!(
        "CREATE EVENT `{name}` ON SCHEDULE{schedule}{zone} ON COMPLETION {completion} {status}\
         {comment} DO {body}{settings}"
    );
    Other { definition, table: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_or_a_distance() {
        for (time, after, told) in [
            ("", "", ""),
            ("2030-01-01 06:32:53", "0", ""),
            ("2030-01-01 00:00:00", "98765", " STARTS '2030-01-01 00:00:00'"),
            ("2030-01-01 00:07:00", "98765", " STARTS '2030-01-01 00:07:00'"),
            ("2030-01-01 06:32:53", "3600", " STARTS CURRENT_TIMESTAMP + INTERVAL 3600 SECOND"),
            ("2030-01-01 06:32:00", "3600", " STARTS CURRENT_TIMESTAMP + INTERVAL 3600 SECOND"),
        ] {
            assert_eq!(moment("STARTS", time, after), told);
        }
    }
}
