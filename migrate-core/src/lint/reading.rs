//! Applies a section to the schema, and keeps what rules ask of each operation.
//!
//! The state has one checkpoint more afterwards; the caller rolls it back.

use std::collections::{BTreeSet, HashMap};

use super::input::{Change, Presence, Statement, Target};
use crate::apply::{Found, Rules, State, apply, mark_mentioned};
use crate::dialect::Dialect;
use crate::op::{Located, Op};
use crate::revision::{Revision, Section};
use crate::schema::{Kind, Name, Schema, Table};
use crate::sql::Tokens;

/// What was read of a section.
pub(super) struct Read<'a> {
    pub(super) statements: Vec<Statement<'a>>,
    pub(super) changes: Vec<Change>,
    pub(super) before: Schema,
    pub(super) written: BTreeSet<Name>,
}

/// Applies a section.
pub(super) fn read<'a>(
    state: &mut State,
    dialect: Dialect,
    revision: &'a Revision,
    section: &'a Section,
    is_down: bool,
) -> Read<'a> {
    state.checkpoint();
    let effect = revision.effect(dialect).filter(|_| !is_down);
    let mut reader = Reader { dialect, origins: HashMap::new(), changes: Vec::new() };
    let statements = reader.section(state, revision, section, effect.is_some());
    let changes = std::mem::take(&mut reader.changes);
    if let Some(effect) = effect {
        reader.section(state, revision, effect, false);
    }
    let (before, after) = state.changed(1);
    Read { statements, changes, before, written: after.tables.into_keys().collect() }
}

struct Reader {
    dialect: Dialect,
    /// The tables that the section created, renamed or moved: the name before the section.
    origins: HashMap<Name, Option<Name>>,
    changes: Vec<Change>,
}

impl Reader {
    fn section<'a>(
        &mut self,
        state: &mut State,
        revision: &'a Revision,
        section: &Section,
        effect_is_stated: bool,
    ) -> Vec<Statement<'a>> {
        let text = revision.file.text();
        let rules = self.dialect.lex_rules();
        let mut statements = Vec::new();
        for span in section.statements(&revision.file, self.dialect).iter().copied() {
            let Ok(tokens) = Tokens::read(text, span, rules) else { continue };
            let lexemes = tokens.cursor();
            let names = || {
                let names = lexemes.lexemes().iter().filter_map(|one| one.name(rules));
                names.map(Name::new).collect::<Vec<_>>()
            };
            match self.dialect.parse(text, span) {
                None => {}
                Some(Err(_)) => mark_mentioned(state, &names(), span),
                Some(Ok(ops)) => {
                    for op in ops {
                        self.note(state, &op, statements.len());
                        let is_opaque = matches!(op.value, Op::Opaque { .. } | Op::Rows { .. });
                        let has_effect = !(is_opaque && effect_is_stated);
                        if has_effect && apply(state, &op).is_err() {
                            mark_mentioned(state, &names(), span);
                            break;
                        }
                    }
                }
            }
            statements.push(Statement { span, sql: span.of(text), tokens });
        }
        statements
    }

    /// Keeps an operation, before it is applied.
    fn note(&mut self, state: &State, located: &Located<Op>, statement: usize) {
        let mut op = &located.value;
        let mut is_conditional = false;
        while let Op::Conditional { op: inner, .. } = op {
            op = inner;
            is_conditional = true;
        }
        let found = table_of(state, op);
        let target = match &found {
            Found::Known(name) => state.table(name).map(|table| Target {
                name: name.clone(),
                table: table.clone(),
                origin: self.origin(name),
            }),
            _ => None,
        };
        let presence = presence(state, self.dialect.rules(), op, target.as_ref(), &found);
        let children = match (op, &target) {
            (Op::DropTable { .. }, Some(target)) => {
                let mut children = state.children_of(&target.name);
                children.retain(|child| *child != target.name);
                children
            }
            _ => Vec::new(),
        };
        let enum_users = match op {
            Op::AddEnumValue { name, .. } => enum_users(state, name),
            _ => Vec::new(),
        };
        let created = self.follow(state, op, target.as_ref(), presence);
        let target = target
            .or_else(|| created.map(|name| Target { name, table: Table::default(), origin: None }));
        self.changes.push(Change {
            op: op.clone(),
            span: located.span,
            statement,
            is_conditional,
            target,
            presence,
            children,
            enum_users,
        });
    }

    /// The name of a table before the section; `None` if the section created it.
    fn origin(&self, name: &Name) -> Option<Name> {
        self.origins.get(name).cloned().unwrap_or_else(|| Some(name.clone()))
    }

    /// Follows the names of tables; returns the name of a table that is created.
    fn follow(
        &mut self,
        state: &State,
        op: &Op,
        target: Option<&Target>,
        presence: Presence,
    ) -> Option<Name> {
        let rules = self.dialect.rules();
        match op {
            // Without IF NOT EXISTS the statement fails where the table exists.
            Op::CreateTable { name, if_not_exists: may_exist, .. }
            | Op::CreateTableAs { name, if_not_exists: may_exist, .. }
                if !may_exist || presence != Presence::Exists =>
            {
                let place = rules.place(state, Kind::Table, name)?;
                self.origins.insert(place.clone(), None);
                return Some(place);
            }
            Op::RenameTable { to, .. } => {
                let target = target?;
                let namespace = to.namespace.clone().or(target.name.namespace.clone());
                let to = Name { namespace, name: to.name.clone() };
                self.origins.insert(to, target.origin.clone());
            }
            Op::SetNamespace { subject, namespace, .. } if subject.part.is_none() => {
                let target = target?;
                let place = rules.place(
                    state,
                    Kind::Table,
                    &Name { namespace: Some(namespace.clone()), name: target.name.name.clone() },
                )?;
                self.origins.insert(place, target.origin.clone());
            }
            _ => {}
        }
        None
    }
}

/// The table that an operation changes.
fn table_of(state: &State, op: &Op) -> Found<Name> {
    let name = match op {
        Op::DropTable { name, .. } | Op::RenameTable { name, .. } => name,
        Op::CreateTrigger { table, .. } | Op::CreateIndex { table, .. } => table,
        Op::CopyRows { to, .. } => to,
        Op::Rows { writes: Some(table), .. } => table,
        Op::SetNamespace { subject, .. } if subject.kind == Kind::Table => &subject.name,
        Op::DropIndex { name, table, .. } => return part(state, Kind::Index, name, table.as_ref()),
        Op::DropTrigger { name, table, .. } => {
            return part(state, Kind::Trigger, name, table.as_ref());
        }
        _ => match op.altered_table() {
            Some(name) => name,
            None => return Found::Unknown,
        },
    };
    state.find_table(name)
}

/// The table of an index or trigger.
fn part(state: &State, kind: Kind, name: &Name, table: Option<&Name>) -> Found<Name> {
    let owner = match table.map(|table| state.find_table(table)) {
        Some(Found::Known(owner)) => Some(owner),
        Some(other) => return other,
        None => None,
    };
    match state.find_part(kind, name, owner.as_ref()) {
        Found::Known((table, _)) => Found::Known(table),
        Found::Missing => Found::Missing,
        Found::Unknown => Found::Unknown,
    }
}

/// Whether there is what an operation creates, drops or changes.
fn presence(
    state: &State,
    rules: &dyn Rules,
    op: &Op,
    target: Option<&Target>,
    found: &Found<Name>,
) -> Presence {
    let of_table = of(found);
    match (op, target) {
        (Op::CreateTable { name, .. } | Op::CreateTableAs { name, .. }, _) => {
            match rules.place(state, Kind::Table, name) {
                Some(place) => of(&state.occupied(Kind::Table, &place)),
                None => Presence::Unknown,
            }
        }
        (Op::AddColumn { column, .. }, Some(target)) => {
            of(&state.find_column(&target.name, &column.name))
        }
        (Op::DropColumn { column, .. }, Some(target)) => {
            of(&state.find_column(&target.name, column))
        }
        (Op::CreateIndex { name: Some(name), .. }, Some(target)) => {
            let name = Name { name: name.clone(), ..target.name.clone() };
            of(&state.find_part(Kind::Index, &name, None))
        }
        (Op::DropView { name, .. }, _) => {
            of(&state.find(&[Kind::View, Kind::MaterialisedView], name))
        }
        _ => of_table,
    }
}

fn of<T>(found: &Found<T>) -> Presence {
    match found {
        Found::Known(_) => Presence::Exists,
        Found::Missing => Presence::Missing,
        Found::Unknown => Presence::Unknown,
    }
}

/// The tables with a column of an enum.
fn enum_users(state: &State, name: &Name) -> Vec<Name> {
    let Found::Known((_, name)) = state.find(&[Kind::Enum], name) else { return Vec::new() };
    let uses =
        |table: &Table| table.columns.iter().any(|column| column.user_type.as_ref() == Some(&name));
    let tables = state.schema().tables.iter().filter(|(_, table)| uses(table));
    tables.map(|(name, _)| name.clone()).collect()
}
