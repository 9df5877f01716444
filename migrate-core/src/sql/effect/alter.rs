//! The effect of an ALTER TABLE on the catalog.
//!
//! Its actions are applied together, so the visible effect of one action is evidence of all. Names
//! that an action may create or drop without naming them are not evidence.

use super::{
    CatalogChange, CatalogObject, Effect, Statement, WrittenName, may_be_same, on_balance,
};

/// The effect of one action.
enum Action {
    /// It makes or removes these.
    Changes(Vec<CatalogChange>),
    /// It renames the whole table.
    Renames(WrittenName),
    /// It does nothing where its work is done: what it names may be there or not, before and
    /// afterwards.
    Conditional(Option<CatalogObject>),
    /// It makes and removes no column.
    Other {
        /// Whether it may make or remove an index.
        indexes: bool,
    },
    /// It may make or remove any column.
    Opaque,
}

/// Words that begin an action on something that is no column.
const NO_COLUMN: [&str; 15] = [
    "INDEX",
    "KEY",
    "UNIQUE",
    "CONSTRAINT",
    "FOREIGN",
    "PRIMARY",
    "FULLTEXT",
    "SPATIAL",
    "VECTOR",
    "CHECK",
    "EXCLUDE",
    "PERIOD",
    "PARTITION",
    "SYSTEM",
    "VALUE",
];

/// The first words of other actions that make and remove no column.
const HARMLESS: [&str; 25] = [
    "ALGORITHM",
    "ALTER",
    "AUTO_INCREMENT",
    "CHARACTER",
    "CHARSET",
    "CLUSTER",
    "COLLATE",
    "COMMENT",
    "CONVERT",
    "DEFAULT",
    "DISABLE",
    "ENABLE",
    "ENGINE",
    "FORCE",
    "INHERIT",
    "KEY_BLOCK_SIZE",
    "LOCK",
    "MODIFY",
    "NO",
    "OWNER",
    "REPLICA",
    "RESET",
    "ROW_FORMAT",
    "SET",
    "VALIDATE",
];

/// Words of an action that may make or remove an index, or another object than the column that it
/// names.
const MAKES_MORE: [&str; 9] = [
    "UNIQUE",
    "PRIMARY",
    "KEY",
    "CHECK",
    "REFERENCES",
    "CONSTRAINT",
    "INDEX",
    "FOREIGN",
    "EXCLUDE",
];

impl Statement<'_> {
    /// The rest of an ALTER TABLE.
    pub(super) fn alter(&mut self) -> Option<Effect> {
        if self.if_exists() {
            return None;
        }
        self.eat("ONLY");
        let table = self.name()?;
        let actions: Vec<Action> =
            self.0.items().map(|item| Statement(item).action(&table)).collect();
        let conditional: Vec<&CatalogObject> =
            actions.iter().filter_map(Action::conditional).collect();
        if actions.iter().all(|action| matches!(action, Action::Conditional(_))) {
            let distinct = conditional.iter().enumerate().all(|(n, object)| {
                conditional.iter().skip(n + 1).all(|other| !may_be_same(object, other))
            });
            return distinct.then_some(Effect::Repeatable);
        }
        if actions.iter().any(|action| matches!(action, Action::Opaque)) {
            return None;
        }
        // Its columns are then those of the other name.
        if let Some(to) = actions.iter().find_map(Action::renamed) {
            return on_balance(moved(CatalogObject::Table, table, to.clone()));
        }
        let changes = actions.iter().filter_map(Action::changes).flatten();
        let (indexes, columns): (Vec<CatalogChange>, Vec<CatalogChange>) =
            changes.cloned().partition(|one| matches!(one.object(), CatalogObject::Index(..)));
        // A column takes its indexes with it.
        let indexes_are_known = conditional.is_empty()
            && columns.iter().all(|column| column.creates())
            && !actions.iter().any(|action| matches!(action, Action::Other { indexes: true }));
        let mut balance = on_balance(columns);
        if let Some(Effect::Changes(columns)) = &mut balance {
            columns.retain(|one| !conditional.iter().any(|other| may_be_same(one.object(), other)));
        }
        match balance {
            Some(Effect::Changes(columns)) if !columns.is_empty() => Some(Effect::Changes(columns)),
            _ if indexes_are_known => on_balance(indexes),
            _ => None,
        }
    }

    fn action(mut self, table: &WrittenName) -> Action {
        let other = Action::Other { indexes: MAKES_MORE.iter().any(|word| self.has(word)) };
        if self.eat("ADD") {
            return self.add(table, other);
        }
        if self.eat("DROP") {
            return self.remove(table, other);
        }
        if self.eat("CHANGE") {
            self.eat("COLUMN");
            return self.pair(|name| CatalogObject::Column(table.clone(), name), false);
        }
        if self.eat("RENAME") {
            return self.rename_in(table, other);
        }
        if HARMLESS.iter().any(|word| self.is(word)) { other } else { Action::Opaque }
    }

    fn add(&mut self, table: &WrittenName, other: Action) -> Action {
        let unique = self.eat("UNIQUE");
        if self.eat_any(&["INDEX", "KEY"]) || unique {
            let conditional = self.if_exists();
            // Without a name the server finds one, another one each time.
            let unnamed = self.is("USING");
            let name = self.name().filter(|_| !unnamed && (self.is("(") || self.is("USING")));
            return match name.map(|name| CatalogObject::Index(Some(table.clone()), name)) {
                Some(index) if conditional => Action::Conditional(Some(index)),
                Some(object) => Action::Changes(vec![CatalogChange::Creates(object)]),
                None => other,
            };
        }
        self.column(table, true, other)
    }

    fn remove(&mut self, table: &WrittenName, other: Action) -> Action {
        if self.eat_any(&["INDEX", "KEY"]) {
            let conditional = self.if_exists();
            return match self.name().map(|name| CatalogObject::Index(Some(table.clone()), name)) {
                Some(index) if conditional => Action::Conditional(Some(index)),
                Some(object) => Action::Changes(vec![CatalogChange::Drops(object)]),
                None => other,
            };
        }
        if self.eat_any(&["CONSTRAINT", "FOREIGN"]) {
            self.eat("KEY");
            return if self.if_exists() { Action::Conditional(None) } else { other };
        }
        self.column(table, false, other)
    }

    fn column(&mut self, table: &WrittenName, creates: bool, other: Action) -> Action {
        let sure = self.eat("COLUMN");
        let conditional = self.if_exists();
        if !sure && NO_COLUMN.iter().any(|word| self.is(word)) {
            return other;
        }
        let Some(name) = self.name() else { return Action::Opaque };
        let object = CatalogObject::Column(table.clone(), name);
        // Further objects of the definition would be created again.
        let alone = !MAKES_MORE.iter().any(|word| self.has(word));
        match conditional {
            true if alone => Action::Conditional(Some(object)),
            true => Action::Opaque,
            false if creates => Action::Changes(vec![CatalogChange::Creates(object)]),
            false => Action::Changes(vec![CatalogChange::Drops(object)]),
        }
    }

    fn rename_in(&mut self, table: &WrittenName, other: Action) -> Action {
        if self.is("CONSTRAINT") {
            return other;
        }
        if self.eat("COLUMN") {
            return self.pair(|name| CatalogObject::Column(table.clone(), name), true);
        }
        if self.eat_any(&["INDEX", "KEY"]) {
            return self.pair(|name| CatalogObject::Index(Some(table.clone()), name), true);
        }
        let mut column = *self;
        if !self.eat_any(&["TO", "AS"]) && column.name().is_some() && column.is("TO") {
            return self.pair(|name| CatalogObject::Column(table.clone(), name), true);
        }
        match self.name() {
            Some(name) if self.end() => Action::Renames(name),
            _ => Action::Opaque,
        }
    }

    /// An old name and a new one.
    fn pair(&mut self, object: impl Fn(WrittenName) -> CatalogObject, to: bool) -> Action {
        if self.if_exists() {
            return Action::Opaque;
        }
        let old = self.name();
        let new = if to { self.after("TO") } else { self.name() };
        match old.zip(new) {
            Some((old, new)) if old.written == new.written => Action::Other { indexes: true },
            Some((old, new)) => Action::Changes(moved(object, old, new)),
            None => Action::Opaque,
        }
    }
}

impl Action {
    const fn conditional(&self) -> Option<&CatalogObject> {
        if let Self::Conditional(Some(object)) = self { Some(object) } else { None }
    }

    const fn renamed(&self) -> Option<&WrittenName> {
        if let Self::Renames(name) = self { Some(name) } else { None }
    }

    const fn changes(&self) -> Option<&Vec<CatalogChange>> {
        if let Self::Changes(changes) = self { Some(changes) } else { None }
    }
}

fn moved(
    object: impl Fn(WrittenName) -> CatalogObject,
    old: WrittenName,
    new: WrittenName,
) -> Vec<CatalogChange> {
    vec![CatalogChange::Drops(object(old)), CatalogChange::Creates(object(new))]
}
