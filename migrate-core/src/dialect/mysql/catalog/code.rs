//! Reads views, routines, triggers, events and sequences. Their definer and settings are kept only
//! if they differ from those of the session or the defaults.

use super::text::{text, value};
use super::{Session, tokens};
use crate::dialect::Dialect;
use crate::schema::{Kind, Other, Sequence, Trigger, View};
use crate::sql::{Cursor, LexError, Tokens};

/// Skips everything up to the end of ``DEFINER=`user`@`host` ``, if present, and returns the
/// definer if it is not the session's user.
fn definer(cursor: &mut Cursor<'_>, session: &Session) -> String {
    let mut after = *cursor;
    after.take_until(|cursor| cursor.is("DEFINER ="));
    if !after.eat("DEFINER =") {
        return String::new();
    }
    *cursor = after;
    let mut user = value(cursor);
    // A role has no host.
    if cursor.eat("@") {
        user = format!("{user}@{}", value(cursor));
    }
    session.definer(&user)
}

/// Reads the view of `CREATE ALGORITHM=.. DEFINER=.. SQL SECURITY .. VIEW `v` AS select .. WITH
/// LOCAL CHECK OPTION`.
///
/// # Errors
///
/// A token that is not closed.
pub fn view(statement: &str, session: &Session) -> Result<View, LexError> {
    let tokens = tokens(statement)?;
    let mut cursor = tokens.cursor();
    let database = session.database.as_str();
    let mut details = Vec::new();
    let mut options = cursor;
    options.take_until(|cursor| cursor.is("ALGORITHM =") || cursor.is("DEFINER"));
    if options.eat("ALGORITHM =") && !options.is("UNDEFINED") {
        details.push(format!("ALGORITHM={}", value(&mut options)));
    }
    details.push(definer(&mut cursor, session));
    let start = cursor;
    if cursor.eat("SQL SECURITY") {
        let is_definer = cursor.is("DEFINER");
        cursor.bump();
        if !is_definer {
            details.push(text(start.before(&cursor), database));
        }
    }
    cursor.eat("VIEW");
    cursor.qualified_name();
    // The names of the columns, where they are given.
    details.push(text(cursor.take_until(|cursor| cursor.is("AS")), database));
    cursor.eat("AS");
    let (select, option) = match cursor.lexemes() {
        [.., with, _, check, option]
            if with.is("WITH") && check.is("CHECK") && option.is("OPTION") =>
        {
            let select = cursor.without_last(4);
            let mut option = cursor;
            while option.lexemes().len() > 4 {
                option.bump();
            }
            (select, text(option, database))
        }
        _ => (cursor, String::new()),
    };
    details.push(option);
    details.retain(|detail| !detail.is_empty());
    let definition = text(select, database);
    Ok(View { definition, details: details.join(" "), ..View::default() })
}

/// The sequence of `CREATE SEQUENCE `s` start with 1 .. ENGINE=InnoDB COMMENT='..'`.
///
/// # Errors
///
/// A token that is not closed.
pub fn sequence(statement: &str, session: &Session) -> Result<Sequence, LexError> {
    let tokens = tokens(statement)?;
    let mut cursor = tokens.cursor();
    cursor.eat("CREATE SEQUENCE");
    cursor.qualified_name();
    let definition = text(cursor.take_until(|cursor| cursor.is("COMMENT =")), &session.database);
    let comment = cursor.eat("COMMENT =").then(|| value(&mut cursor));
    Ok(Sequence { definition, owned_by: None, comment })
}

/// The options of a database where they are not the server's own, from ``CREATE DATABASE `app`
/// DEFAULT CHARACTER SET latin1 COLLATE latin1_bin COMMENT '..' DEFAULT ENCRYPTION='N'``. Character
/// set and collation are left out where `is_usual_collation` holds.
///
/// # Errors
///
/// A token that is not closed.
pub fn database_options(statement: &str, is_usual_collation: bool) -> Result<String, LexError> {
    let tokens = tokens(statement)?;
    let mut cursor = tokens.cursor();
    cursor.eat("CREATE DATABASE");
    cursor.name();
    if is_usual_collation && cursor.eat("DEFAULT CHARACTER SET") {
        cursor.bump();
        if cursor.eat("COLLATE") {
            cursor.bump();
        }
    }
    let mut encryption = cursor;
    let before = encryption.take_until(|cursor| cursor.is("DEFAULT ENCRYPTION"));
    let is_usual = encryption.eat("DEFAULT ENCRYPTION =") && value(&mut encryption) == "N";
    Ok(text(if is_usual { before } else { cursor }, ""))
}

/// The kind of a routine of the catalog's type, and the word before its name where packages share
/// the kind.
#[must_use]
pub fn routine_kind(of: &str) -> (Kind, &'static str) {
    match of {
        "FUNCTION" => (Kind::Function, ""),
        "PACKAGE" => (Kind::Procedure, "package "),
        "PACKAGE BODY" => (Kind::Procedure, "package body "),
        _ => (Kind::Procedure, ""),
    }
}

/// Reads a routine from its statement. `None` is a routine whose body the user is not allowed to
/// see.
pub fn routine(statement: Option<&str>, mode: &str, collation: &str, session: &Session) -> Other {
    let Some(statement) = statement else {
        return Other { definition: String::new(), table: None };
    };
    // ``CREATE DEFINER=`user`@`host` ``: what follows is the user's text and need not be read.
    let tokens = Tokens::head(statement, 6, &super::LEX_RULES);
    let start = tokens.cursor();
    let mut cursor = start;
    let definer = definer(&mut cursor, session);
    let rest = statement.get(start.before(&cursor).span().end..).unwrap_or_default().trim_start();
    let settings = session.settings(&definer, mode, collation);
    Other { definition: format!("CREATE {rest}{settings}"), table: None }
}

/// Reads a trigger of `information_schema.triggers`: name, time, event, order among triggers of the
/// same time and event, condition, statement, and definer.
pub fn trigger(cells: &[&str], table: &str, session: &Session) -> Trigger {
    let &[name, time, event, order, condition, statement, user, mode, collation] = cells else {
        return Trigger { definition: cells.join(" "), ..Trigger::default() };
    };
    let order = if order == "1" { String::new() } else { format!(" /* as number {order} */") };
    let condition = if condition.is_empty() { "" } else { &format!(" WHEN ({condition})") };
    let settings = session.settings(&session.definer(user), mode, collation);
    let definition = format!(
        "CREATE TRIGGER `{name}` {time} {event} ON `{table}` FOR EACH ROW{order}{condition} \
         {statement}{settings}"
    );
    Trigger { definition, ..Trigger::default() }
}

/// Writes a time of a schedule after its keyword. A time that was computed when the event was
/// created is written as the distance in seconds, because every new event would differ. The catalog
/// does not distinguish them: written times are usually on a full minute.
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
pub fn event(cells: &[&str], session: &Session) -> Other {
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
    let settings = session.settings(&session.definer(user), mode, collation);
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
