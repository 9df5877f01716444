//! The attributes of a composite type, which are kept as one text: `x integer, y text COLLATE "C"`.

use crate::op::AttributeChange;

/// Names and types; `None` for a type of another kind.
pub(super) fn read(definition: &str) -> Option<Vec<(String, String)>> {
    let is_other = definition.starts_with(['(', ' ']) || definition.starts_with("RANGE (");
    if is_other || matches!(definition, "" | "SHELL") {
        return None;
    }
    let mut depth = 0_usize;
    let mut found = vec![String::new()];
    for c in definition.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                found.push(String::new());
                continue;
            }
            _ => {}
        }
        found.last_mut()?.push(c);
    }
    let pair = |text: &String| {
        let (name, data_type) = text.trim().split_once(' ')?;
        Some((name.to_owned(), data_type.to_owned()))
    };
    found.iter().map(pair).collect()
}

/// The text after changes; `None` where an attribute is missing, or there already.
pub(super) fn changed(definition: &str, changes: &[AttributeChange]) -> Option<String> {
    let mut all = match definition {
        "" => Vec::new(),
        text => read(text)?,
    };
    for change in changes {
        let place = |name: &String| all.iter().position(|(own, _)| own == name);
        match change {
            AttributeChange::Add(name, data_type) if place(name).is_none() => {
                all.push((name.clone(), data_type.clone()));
            }
            AttributeChange::Add(..) => return None,
            AttributeChange::Drop { name, if_exists } => match place(name) {
                Some(at) => drop(all.remove(at)),
                None if *if_exists => {}
                None => return None,
            },
            AttributeChange::Type(name, data_type) => {
                let at = place(name)?;
                all[at].1.clone_from(data_type);
            }
            AttributeChange::Rename(name, to) => {
                let at = place(name).filter(|_| place(to).is_none())?;
                all[at].0.clone_from(to);
            }
        }
    }
    let texts = all.into_iter().map(|(name, data_type)| format!("{name} {data_type}"));
    Some(texts.collect::<Vec<_>>().join(", "))
}

/// The changes that lead from one text to another; `None` where the order of the attributes does not allow them, or
/// an attribute changes its type, which the server refuses while a column is of the composite type.
pub(super) fn changes(before: &str, after: &str, is_used: bool) -> Option<Vec<AttributeChange>> {
    let (old, new) = (read(before)?, read(after)?);
    let mut changes = Vec::new();
    for (name, _) in &old {
        if !new.iter().any(|(own, _)| own == name) {
            changes.push(AttributeChange::Drop { name: name.clone(), if_exists: false });
        }
    }
    for (name, data_type) in &new {
        match old.iter().find(|(own, _)| own == name) {
            None => changes.push(AttributeChange::Add(name.clone(), data_type.clone())),
            Some((_, was)) if was == data_type => {}
            Some(_) if is_used => return None,
            Some(_) => changes.push(AttributeChange::Type(name.clone(), data_type.clone())),
        }
    }
    (changed(before, &changes)? == after).then_some(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_change_in_place() {
        let (before, after) =
            ("x integer, y numeric(10,2)", "y numeric(10,2), z text COLLATE \"C\"");
        let all = changes(before, after, true).unwrap();
        assert_eq!(changed(before, &all).unwrap(), after);
        assert_eq!(all.len(), 2);
        assert!(changes(before, "x integer, y bigint", false).is_some());
        assert_eq!(changes(before, "x integer, y bigint", true), None);
        assert_eq!(changes(before, "y numeric(10,2), x integer", false), None);
        assert_eq!(changes("RANGE (subtype=integer)", after, false), None);
    }
}
