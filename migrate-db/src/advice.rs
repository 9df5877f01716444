//! Advice for errors that a database returns.
//!
//! The advice follows from error codes and from the fixed parts of messages. There is none for
//! others.

/// Returns the message of an error, without the line of the server's own source that PostgreSQL
/// adds.
pub(crate) fn said(error: &sqlx::Error) -> String {
    let text = error.to_string();
    let Some(database) = error.as_database_error() else { return text };
    match without_line(&text) {
        Some(front) if front.ends_with(database.message()) => front.to_owned(),
        _ => text,
    }
}

/// Returns a text without ` at line 948` at its end.
pub(crate) fn without_line(text: &str) -> Option<&str> {
    let (front, line) = text.rsplit_once(" at line ")?;
    line.bytes().all(|byte| byte.is_ascii_digit()).then_some(front)
}

/// Returns `true` if a server refuses the user or the password.
pub(crate) fn is_login(error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error() else { return false };
    let code = error.code().unwrap_or_default();
    code.starts_with("28") && !error.message().contains(" to database ")
        || error.message().starts_with("Access denied for user")
            && !error.message().contains(" to database ")
}

/// Returns advice, a line each.
pub(crate) fn advice(error: &sqlx::Error) -> Vec<String> {
    if is_login(error) {
        return vec![
            "see that user and password are right; a special character of either is percent-encoded in a URL: `@` is `%40`, `:` `%3A`, `/` `%2F`, `#` `%23`, `%` `%25`".to_owned(),
        ];
    }
    let Some(error) = error.as_database_error() else { return Vec::new() };
    let code = error.code().unwrap_or_default();
    refused(&code, error.message()).into_iter().collect()
}

fn refused(code: &str, message: &str) -> Option<String> {
    match code {
        "25001" if message.contains("transaction block") => Some(
            "write `-- migrate:up transaction:false` (or `-- migrate:down transaction:false`), and the section runs outside a transaction; best in a revision of its own".to_owned(),
        ),
        "55P04" => Some(
            "use the new value in a revision of its own, after the one that adds it, or add it in a section with `transaction:false`".to_owned(),
        ),
        "42501" => missing_right(message),
        "08S01" if message.starts_with("WSREP has not yet prepared node") => Some(
            "the node is joining its cluster, or lost the majority of it: connect to another node, or wait until `SHOW STATUS LIKE 'wsrep_ready'` is ON there".to_owned(),
        ),
        _ => denied(message),
    }
}

/// PostgreSQL's `permission denied for table users` and `must be owner of table users`.
fn missing_right(message: &str) -> Option<String> {
    if let Some(object) = message.strip_prefix("must be owner of ") {
        return Some(format!(
            "run it as the owner of {object}, or `GRANT` the owner's role to this user"
        ));
    }
    let (kind, name) = message.strip_prefix("permission denied for ")?.split_once(' ')?;
    let rights = match kind {
        "schema" => "USAGE, CREATE",
        "database" => "CONNECT, CREATE",
        "function" | "procedure" => "EXECUTE",
        "sequence" => "USAGE, SELECT",
        "table" | "view" | "relation" => "SELECT, INSERT, UPDATE, DELETE",
        _ => "ALL",
    };
    let kind = if matches!(kind, "view" | "relation") { "table" } else { kind };
    let kind = kind.to_uppercase();
    Some(format!("the user lacks a right: `GRANT {rights} ON {kind} {name} TO <user>`"))
}

/// MySQL's `SELECT command denied to user 'ada'@'%' for table 'users'` and `Access denied for user
/// 'ada'@'%' to database 'app'`.
fn denied(message: &str) -> Option<String> {
    if let Some((user, database)) = message
        .strip_prefix("Access denied for user ")
        .and_then(|rest| rest.split_once(" to database "))
    {
        let database = database.trim_matches('\'');
        return Some(format!(
            "the user lacks a right: `GRANT ALL PRIVILEGES ON {database}.* TO {user}`"
        ));
    }
    let (rights, rest) = message.split_once(" command denied to user ")?;
    let (user, object) = rest.split_once(" for ")?;
    let name = object.split_once(' ').map_or(object, |(_, name)| name).replace('\'', "");
    Some(format!("the user lacks a right: `GRANT {rights} ON {name} TO {user}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_right_is_answered_with_its_grant() {
        for (code, message, grant) in [
            (
                "42501",
                "permission denied for schema app",
                "GRANT USAGE, CREATE ON SCHEMA app TO <user>",
            ),
            (
                "42501",
                "permission denied for view v",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE v TO <user>",
            ),
            (
                "42000",
                "SELECT command denied to user 'ada'@'%' for table `app`.`users`",
                "GRANT SELECT ON `app`.`users` TO 'ada'@'%'",
            ),
            (
                "42000",
                "Access denied for user 'ada'@'%' to database 'app'",
                "GRANT ALL PRIVILEGES ON app.* TO 'ada'@'%'",
            ),
        ] {
            let help = refused(code, message).unwrap();
            assert!(help.contains(&format!("`{grant}`")), "{help}");
        }
        assert!(refused("42501", "must be owner of table users").unwrap().contains("table users"));
        assert_eq!(refused("42601", "syntax error"), None);
    }

    #[test]
    fn only_the_line_of_a_servers_source_is_left_out() {
        assert_eq!(without_line("no such role at line 948"), Some("no such role"));
        assert_eq!(without_line("right syntax to use at line one"), None);
    }
}
