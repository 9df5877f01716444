//! The privileges on an object as a text: what was granted and revoked beside what such an object has anyway.
//!
//! The text is that of the catalog's reader: `OWNER TO app`, `GRANT SELECT, UPDATE TO app`, `REVOKE EXECUTE FROM
//! PUBLIC`, a line each. All privileges of a kind are written as `ALL`, because servers differ in which they are.
//!
//! Limits. Without `OWNER TO` the owner is whoever ran the statement: a role that a grant names is taken for another
//! one. That one role grants in the name of another is not followed.

use std::collections::{BTreeMap, BTreeSet};

/// Everybody.
pub(super) const PUBLIC: &str = "PUBLIC";

/// Who runs a statement: the owner of what it creates.
pub(super) const CURRENT_USER: &str = "CURRENT_USER";

/// The usual name of who owns a database: it is not known whether it runs the statements.
const SUPERUSER: &str = "postgres";

/// The key of the privileges of a role that may own the object; `None` for other roles.
pub(super) fn key_of_superuser(key: &str, role: &str) -> Option<String> {
    (role == SUPERUSER).then(|| format!("{key}{OF_SUPERUSER}"))
}

/// The key without what [`key_of_superuser`] adds.
pub(super) fn plain_key(key: &str) -> &str {
    key.strip_suffix(OF_SUPERUSER).unwrap_or(key)
}

const OF_SUPERUSER: &str = " for postgres";

/// A role and a privilege.
type Entry = (String, String);

/// The privileges on one object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Privileges {
    /// `None` if it is who created the object.
    owner: Option<String>,
    /// What was granted, and whether it may be passed on.
    granted: BTreeMap<Entry, bool>,
    /// What the owner or everybody has no more.
    revoked: BTreeSet<Entry>,
}

/// Returns all privileges on an object of the kind that a key begins with.
pub(super) fn all_of(key: &str) -> &'static [&'static str] {
    const TABLE: &[&str] =
        &["DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"];
    let kinds: [(&str, &[&str]); 6] = [
        ("on column ", &["INSERT", "REFERENCES", "SELECT", "UPDATE"]),
        ("on sequence ", &["SELECT", "UPDATE", "USAGE"]),
        ("on function ", &["EXECUTE"]),
        ("on procedure ", &["EXECUTE"]),
        ("on schema ", &["CREATE", "USAGE"]),
        ("on type ", &["USAGE"]),
    ];
    let found = kinds.into_iter().find(|(start, _)| key.starts_with(start));
    let of_type = ["on domain ", "on enum "].iter().any(|start| key.starts_with(start));
    found.map_or(if of_type { &["USAGE"] } else { TABLE }, |(_, words)| words)
}

/// Returns `true` if everybody has a privilege on a new object.
fn is_usual(key: &str, word: &str) -> bool {
    let kinds = ["on function ", "on procedure ", "on type ", "on domain ", "on enum "];
    matches!(word, "EXECUTE" | "USAGE") && kinds.iter().any(|start| key.starts_with(start))
}

impl Privileges {
    /// Reads the text; `None` where others than the owner grant.
    pub(super) fn read(key: &str, text: &str) -> Option<Self> {
        let mut found = Self::default();
        for line in text.lines() {
            if line.contains(" GRANTED BY ") {
                return None;
            }
            if let Some(owner) = line.strip_prefix("OWNER TO ") {
                found.owner = Some(owner.to_owned());
            } else if let Some(rest) = line.strip_prefix("GRANT ") {
                let (words, role) = rest.split_once(" TO ")?;
                let (role, passes) = match role.strip_suffix(" WITH GRANT OPTION") {
                    Some(role) => (role, true),
                    None => (role, false),
                };
                for word in expanded(key, words) {
                    found.granted.insert((role.to_owned(), word.to_owned()), passes);
                }
            } else {
                let (words, role) = line.strip_prefix("REVOKE ")?.split_once(" FROM ")?;
                for word in expanded(key, words) {
                    found.revoked.insert((role.to_owned(), word.to_owned()));
                }
            }
        }
        Some(found)
    }

    /// The text; empty if the object has what such an object has anyway.
    pub(super) fn text(&self, key: &str) -> String {
        let mut lines: Vec<String> =
            self.owner.iter().map(|owner| format!("OWNER TO {owner}")).collect();
        let revoked = self.revoked.iter().map(|entry| (entry, false));
        let granted = self.granted.iter().map(|(entry, passes)| (entry, *passes));
        lines.extend(grouped(key, ("GRANT", "TO"), granted));
        lines.extend(grouped(key, ("REVOKE", "FROM"), revoked));
        lines.join("\n")
    }

    /// Returns `true` if a statement says who owns the object.
    pub(super) const fn has_owner(&self) -> bool {
        self.owner.is_some()
    }

    fn is_owner(&self, role: &str) -> bool {
        self.owner.as_deref().unwrap_or(CURRENT_USER) == role
    }

    /// Grants a privilege to a role.
    pub(super) fn grant(&mut self, key: &str, role: &str, word: &str, passes: bool) {
        let entry = (role.to_owned(), word.to_owned());
        self.revoked.remove(&entry);
        let has_anyway = self.is_owner(role) || role == PUBLIC && is_usual(key, word);
        if !has_anyway {
            *self.granted.entry(entry).or_default() |= passes;
        }
    }

    /// Takes a privilege from a role. A role that has it from no statement is not the owner: the revision would
    /// name it.
    pub(super) fn revoke(&mut self, key: &str, role: &str, word: &str, option_only: bool) {
        let is_default = self.is_owner(role) || role == PUBLIC && is_usual(key, word);
        if !self.take_back(role, word, option_only) && !option_only && is_default {
            self.revoked.insert((role.to_owned(), word.to_owned()));
        }
    }

    /// Takes back what a role was granted, or the right to pass it on. Returns `false` if it was granted nothing.
    pub(super) fn take_back(&mut self, role: &str, word: &str, option_only: bool) -> bool {
        let entry = (role.to_owned(), word.to_owned());
        match self.granted.get_mut(&entry) {
            Some(passes) if option_only => *passes = false,
            Some(_) => drop(self.granted.remove(&entry)),
            None => return false,
        }
        true
    }

    /// Gives the object to another role, which has the privileges of the owner before.
    pub(super) fn give(&mut self, owner: Option<&str>) {
        let before = self.owner.take().unwrap_or_else(|| CURRENT_USER.to_owned());
        let after = owner.unwrap_or(CURRENT_USER).to_owned();
        self.owner = owner.map(str::to_owned);
        self.granted.retain(|(role, _), _| *role != after);
        let of_owner: Vec<Entry> =
            self.revoked.iter().filter(|(role, _)| *role == before).cloned().collect();
        for (role, word) in of_owner {
            self.revoked.remove(&(role, word.clone()));
            self.revoked.insert((after.clone(), word));
        }
    }

    /// The lines that lead to other privileges.
    pub(super) fn changes(&self, key: &str, after: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut before = self.clone();
        if before.owner != after.owner {
            before.give(after.owner.as_deref());
            let owner = after.owner.as_deref().unwrap_or(CURRENT_USER);
            lines.push(format!("OWNER TO {owner}"));
        }
        let taken = before.granted.keys().filter(|entry| !after.granted.contains_key(*entry));
        let taken = taken.chain(after.revoked.difference(&before.revoked));
        lines.extend(grouped(key, ("REVOKE", "FROM"), taken.map(|entry| (entry, false))));
        let kept = before.granted.iter().filter(|(entry, passes)| {
            **passes && after.granted.get(*entry).is_some_and(|passes| !passes)
        });
        let start = ("REVOKE GRANT OPTION FOR", "FROM");
        lines.extend(grouped(key, start, kept.map(|(entry, _)| (entry, false))));
        let back = before.revoked.difference(&after.revoked).map(|entry| (entry, false));
        let new = after.granted.iter().filter(|(entry, passes)| {
            before.granted.get(*entry).is_none_or(|old| !old && **passes)
        });
        let all = back.chain(new.map(|(entry, passes)| (entry, *passes)));
        lines.extend(grouped(key, ("GRANT", "TO"), all));
        lines
    }
}

/// Privileges with commas between them, one by one.
fn expanded<'w>(key: &str, words: &'w str) -> Vec<&'w str> {
    if words == "ALL" { all_of(key).to_vec() } else { words.split(", ").collect() }
}

/// A line for each role, with all its privileges.
fn grouped<'e>(
    key: &str,
    (verb, toward): (&str, &str),
    entries: impl Iterator<Item = (&'e Entry, bool)>,
) -> Vec<String> {
    let mut by_role: BTreeMap<(String, bool), BTreeSet<&str>> = BTreeMap::new();
    for ((role, word), passes) in entries {
        by_role.entry((role.clone(), passes)).or_default().insert(word);
    }
    let line = |((role, passes), words): ((String, bool), BTreeSet<&str>)| {
        let is_all = words.len() > 1 && all_of(key).iter().all(|word| words.contains(word));
        let words = if is_all {
            "ALL".to_owned()
        } else {
            words.into_iter().collect::<Vec<_>>().join(", ")
        };
        let option = if passes { " WITH GRANT OPTION" } else { "" };
        format!("{verb} {words} {toward} {role}{option}")
    };
    by_role.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "on table t";

    fn read(text: &str) -> Privileges {
        Privileges::read(KEY, text).unwrap()
    }

    #[test]
    fn a_text_is_read_and_written() {
        let text = "OWNER TO boss\nGRANT ALL TO app\nGRANT SELECT TO web WITH GRANT OPTION\nREVOKE UPDATE FROM boss";
        assert_eq!(read(text).text(KEY), text);
        assert_eq!(Privileges::read(KEY, "GRANT SELECT TO a GRANTED BY b"), None);
    }

    #[test]
    fn privileges_come_and_go() {
        let mut own = read("");
        own.grant(KEY, "app", "SELECT", true);
        own.grant(KEY, "app", "UPDATE", false);
        own.revoke(KEY, "app", "UPDATE", false);
        own.revoke(KEY, PUBLIC, "SELECT", false);
        own.revoke(KEY, "other", "SELECT", false);
        assert_eq!(own.text(KEY), "GRANT SELECT TO app WITH GRANT OPTION");
        own.revoke(KEY, "app", "SELECT", true);
        assert_eq!(own.text(KEY), "GRANT SELECT TO app");
        own.give(Some("boss"));
        own.revoke(KEY, "boss", "DELETE", false);
        assert_eq!(own.text(KEY), "OWNER TO boss\nGRANT SELECT TO app\nREVOKE DELETE FROM boss");
        own.give(Some("app"));
        assert_eq!(own.text(KEY), "OWNER TO app\nREVOKE DELETE FROM app");
    }

    #[test]
    fn everybody_may_call_a_function() {
        let key = "on function f()";
        let mut own = Privileges::default();
        own.grant(key, PUBLIC, "EXECUTE", false);
        assert_eq!(own.text(key), "");
        own.revoke(key, PUBLIC, "EXECUTE", false);
        assert_eq!(own.text(key), "REVOKE EXECUTE FROM PUBLIC");
    }

    #[test]
    fn only_what_differs_changes() {
        let before =
            read("GRANT ALL TO a\nGRANT SELECT TO b WITH GRANT OPTION\nREVOKE UPDATE FROM c");
        let after = read("OWNER TO o\nGRANT SELECT TO a\nGRANT SELECT, UPDATE TO b");
        assert_eq!(
            before.changes(KEY, &after),
            [
                "OWNER TO o",
                "REVOKE DELETE, INSERT, REFERENCES, TRIGGER, TRUNCATE, UPDATE FROM a",
                "REVOKE GRANT OPTION FOR SELECT FROM b",
                "GRANT UPDATE TO b",
                "GRANT UPDATE TO c"
            ]
        );
        assert!(after.changes(KEY, &after).is_empty());
    }
}
