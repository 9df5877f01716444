//! Reads the log: the revisions that it leaves applied, and a redo that stopped between its halves.
//! The version table, not the log, decides what is applied.

use migrate_core::version_table::{LogRow, REDO};

/// Returns the revisions that the log leaves applied, in the order of their application.
pub(crate) fn applied(log: &[LogRow]) -> Vec<String> {
    let mut applied: Vec<String> = Vec::new();
    for row in log {
        match (row.event.as_str(), row.detail.as_str()) {
            ("unstamp", _) if row.revision.is_empty() => applied.clear(),
            ("upgrade" | "stamp", _) | ("repair", "applied")
                if !applied.contains(&row.revision) =>
            {
                applied.push(row.revision.clone());
            }
            ("downgrade" | "unstamp", _) | ("repair", "reverted") => {
                applied.retain(|id| *id != row.revision);
            }
            _ => {}
        }
    }
    applied
}

/// Returns the revisions whose down ran or began as a part of a redo since anything else was
/// reverted. Those of them that are not applied belong to an unfinished redo.
pub(crate) fn redone(log: &[LogRow]) -> Vec<&str> {
    let mut redone = Vec::new();
    for row in log.iter().rev() {
        match (row.event.as_str(), row.detail.as_str()) {
            ("begin" | "downgrade", REDO) => redone.push(&*row.revision),
            ("downgrade" | "stamp" | "unstamp", _) | ("begin", "downgrade") => break,
            _ => {}
        }
    }
    redone
}

/// Returns how often a revision's down ran as a part of a redo.
pub(crate) fn times_reverted(log: &[LogRow], revision: &str) -> usize {
    let is =
        |row: &&LogRow| row.event == "downgrade" && row.detail == REDO && row.revision == revision;
    log.iter().filter(is).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(text: &str) -> Vec<LogRow> {
        let row = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            let word = |n: usize| words.get(n).copied().unwrap_or_default().to_owned();
            LogRow {
                at: String::new(),
                event: word(0),
                revision: word(1),
                duration_ms: None,
                by: String::new(),
                tool: String::new(),
                detail: word(2),
            }
        };
        text.split(", ").map(row).collect()
    }

    #[test]
    fn the_log_leaves_applied_what_came_and_did_not_go() {
        let is = |text: &str| applied(&log(text)).join(" ");
        assert_eq!(is("upgrade a, upgrade b, downgrade b, stamp c, failure d"), "a c");
        assert_eq!(is("upgrade a, upgrade b, unstamp  purge, stamp b"), "b");
        assert_eq!(
            is("begin a upgrade, repair a applied, begin a downgrade, repair a reverted"),
            ""
        );
    }

    #[test]
    fn a_redo_is_remembered_until_something_else_is_reverted() {
        let is = |text: &str| redone(&log(text)).join(" ");
        assert_eq!(is("upgrade a, upgrade b, downgrade b redo, failure b"), "b");
        assert_eq!(is("begin b redo, failure b, repair b reverted"), "b");
        assert_eq!(is("downgrade b redo, upgrade b redo, downgrade b, failure b"), "");
        assert_eq!(
            is("downgrade b redo, upgrade b redo, begin b downgrade, repair b reverted"),
            ""
        );
        assert_eq!(times_reverted(&log("downgrade b redo, downgrade b, downgrade b redo"), "b"), 2);
    }
}
