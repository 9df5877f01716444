//! What uses a function that is dropped, while another one of its name is there afterwards.
//!
//! A function whose arguments or results change is dropped and created. The server refuses that while a
//! view, a default, a check, an index, a computed column, a policy or a trigger calls it: these go before it
//! and come behind its successor.

use std::collections::BTreeSet;

use super::changes::{Part, Reader, function_word};
use super::nodes;
use super::order::words;
use crate::op::{ColumnChange, Op};
use crate::schema::{Index, Kind, Name, Table};

impl Reader<'_> {
    /// Replaces what calls a function that is replaced.
    pub(super) fn users_of_functions(&mut self) {
        if !self.rules.view_holds_columns() {
            return;
        }
        let of = |parts: &BTreeSet<Part>| -> BTreeSet<String> {
            parts.iter().filter_map(function_word).collect()
        };
        let gone: BTreeSet<String> = of(&self.changes.dropped);
        let later = self.after.others.keys().filter(|(kind, _)| kind.is_function());
        let later: BTreeSet<String> = later
            .filter_map(|(kind, name)| function_word(&Part::Other(*kind, name.clone())))
            .collect();
        let gone: BTreeSet<String> = gone.intersection(&later).cloned().collect();
        if gone.is_empty() {
            return;
        }
        let calls = |text: &str| words(text).any(|word| gone.contains(&word));
        let (before, after) = (self.before, self.after);
        for (name, table) in &before.tables {
            let Some(new) = after.tables.get(name) else { continue };
            self.users_in_table(name, (table, new), &calls);
        }
        for (name, view) in &before.views {
            if after.views.contains_key(name) && calls(&view.definition) {
                self.replaced(Part::View(name.clone()));
            }
        }
        for ((kind, name), other) in &before.others {
            let is_user = matches!(kind, Kind::Policy | Kind::Rule)
                || kind.is_function() && self.rules.function_holds_columns(&other.definition);
            if is_user
                && calls(&other.definition)
                && after.others.contains_key(&(*kind, name.clone()))
            {
                self.replaced(Part::Other(*kind, name.clone()));
            }
        }
        for (name, domain) in &before.domains {
            let Some(new) = after.domains.get(name) else { continue };
            for check in domain.checks.iter().filter(|check| calls(&check.expression)) {
                let Some(own) = check.name.clone().filter(|_| new.checks.contains(check)) else {
                    continue;
                };
                let change = ColumnChange::DropCheck { name: own, if_exists: false };
                self.changes.first.push(Op::AlterDomain { name: name.clone(), change });
                self.alter_domain(name, ColumnChange::AddCheck(check.clone()));
            }
        }
    }

    fn users_in_table(
        &mut self,
        name: &Name,
        (table, new): (&Table, &Table),
        calls: &dyn Fn(&str) -> bool,
    ) {
        for column in &table.columns {
            let Some(same) = new.column(&column.name) else { continue };
            if column.generated.as_ref().is_some_and(|of| calls(&of.expression)) {
                self.replaced(Part::Column(name.clone(), column.name.clone()));
            }
            if column.default.as_deref().is_some_and(calls) {
                let alter = |default: Option<String>| Op::AlterColumn {
                    table: name.clone(),
                    column: column.name.clone(),
                    change: ColumnChange::Default(default),
                };
                self.changes.first.push(alter(None));
                // Another default is set in any case.
                if same.default == column.default {
                    let texts: Vec<&str> = same.default.as_deref().into_iter().collect();
                    let ops = vec![alter(same.default.clone())];
                    self.changes.nodes.push(nodes::columns(name, ops, &texts));
                }
            }
        }
        let in_index = |index: &Index| {
            index.predicate.as_deref().is_some_and(calls)
                || index.parts.iter().any(|part| calls(&part.expression))
        };
        for (own, _) in table.indexes.iter().filter(|(_, index)| in_index(index)) {
            self.goes(Part::Index(name.clone(), own.clone()));
            if new.indexes.contains_key(own) {
                self.comes(Part::Index(name.clone(), own.clone()));
            }
        }
        for (of, is_new) in [(table, false), (new, true)] {
            let checks = of.checks.iter().enumerate().filter(|(_, one)| calls(&one.expression));
            let checks = checks.map(|(at, _)| Part::Constraint(name.clone(), Kind::Check, at));
            let others = of.constraints.iter().enumerate();
            let others = others.filter(|(_, one)| calls(&one.definition));
            let others = others.map(|(at, _)| Part::Constraint(name.clone(), Kind::Constraint, at));
            for part in checks.chain(others).collect::<Vec<_>>() {
                if is_new { self.comes(part) } else { self.goes(part) }
            }
        }
        for (own, trigger) in &table.triggers {
            if new.triggers.contains_key(own) && calls(&trigger.definition) {
                self.replaced(Part::Trigger(name.clone(), own.clone()));
            }
        }
    }
}
