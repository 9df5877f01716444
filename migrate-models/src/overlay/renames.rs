//! The renames that `renamed_from` asks for. What has its new name already is left alone.

use migrate_core::apply::{Found, State, apply};
use migrate_core::dialect::Dialect;
use migrate_core::op::{Located, Op, Subject};
use migrate_core::schema::{Kind, Name};
use migrate_core::source::Span as Range;
use proc_macro2::Span;

use crate::grammar::grammar;
use crate::mistake::{Mistake, Spanned};
use crate::model::{Model, ModelEnum, Storage, old_name};

/// States a rename that a person decided, as if `renamed_from` named it: `users.mail=email`, `users=accounts`
/// or, for a value of an enum, `mood.sad=unhappy`. A rename of what no struct states changes nothing.
pub fn rename(models: &mut [Model], enums: &mut [ModelEnum], typed: &str) {
    let Some((from, to)) = typed.split_once('=') else { return };
    let (from, to) = (from.trim(), to.trim());
    let last = to.rsplit('.').next().unwrap_or(to);
    for model in models {
        let table = &model.table;
        if table.value.to_string() == to || table.value.name == last {
            let is_part = part_of(from, &table.value, model.renamed_from.as_ref()).is_some();
            if !is_part && model.renamed_from.is_none() {
                model.renamed_from = Some(Spanned::new(from.to_owned(), table.span));
            }
        }
        if let Some(old) = part_of(from, &model.table.value, model.renamed_from.as_ref())
            && let Some(column) = model.columns.iter_mut().find(|column| column.name.value == last)
        {
            column.renamed_from = Some(Spanned::new(old.to_owned(), column.name.span));
        }
    }
    for of in enums {
        let Storage::Native(name) = &of.storage else { continue };
        if let Some(old) = part_of(from, &name.value, of.renamed_from.as_ref())
            && let Some(value) = of.values.iter_mut().find(|value| value.label.value == to)
        {
            value.renamed_from = Some(Spanned::new(old.to_owned(), value.label.span));
        }
    }
}

/// The part of an object that a text names: `mail` in `users.mail`. The object has its name or the earlier one.
fn part_of<'t>(text: &'t str, name: &Name, earlier: Option<&Spanned<String>>) -> Option<&'t str> {
    let earlier = earlier.map(|old| old_name(&old.value, name));
    let names = [Some(name), earlier.as_ref()].into_iter().flatten();
    let mut texts = names.flat_map(|name| [name.to_string(), name.name.clone()]);
    texts.find_map(|name| {
        let rest = text.strip_prefix(&name)?.strip_prefix('.')?;
        // `app.users` is no part of a table `app`.
        (!rest.contains('.')).then_some(rest)
    })
}

/// Applies the renames to a copy of the schema at the head; returns it with the operations.
pub(super) fn apply_renames(
    models: &[Model],
    enums: &[ModelEnum],
    dialect: Dialect,
    head: &State,
    mistakes: &mut Vec<Mistake>,
) -> (State, Vec<Op>) {
    let mut renames = Renames { state: head.clone(), ops: Vec::new(), mistakes };
    for model in models {
        renames.table(model);
        renames.columns(model);
    }
    if grammar(dialect).enum_types {
        enums.iter().for_each(|of| renames.enumeration(of));
    }
    (renames.state, renames.ops)
}

struct Renames<'m> {
    state: State,
    ops: Vec<Op>,
    mistakes: &'m mut Vec<Mistake>,
}

impl Renames<'_> {
    fn apply(&mut self, op: Op, place: Span) {
        let located = Located { value: op, span: Range::default() };
        match apply(&mut self.state, &located) {
            Ok(()) => self.ops.push(located.value),
            Err(fault) => {
                let mut mistake = Mistake::new(place, fault.message);
                mistake.help.extend(fault.help);
                self.mistakes.push(mistake);
            }
        }
    }

    fn table(&mut self, model: &Model) {
        let Some(old) = &model.renamed_from else { return };
        let name = old_name(&old.value, &model.table.value);
        let is_new = self.state.find_table(&model.table.value) == Found::Missing;
        if let (Found::Known(name), true) = (self.state.find_table(&name), is_new) {
            let to = Name::new(model.table.value.name.clone());
            self.apply(Op::RenameTable { name, to, if_exists: false }, old.span);
        }
    }

    fn columns(&mut self, model: &Model) {
        let Found::Known(table) = self.state.find_table(&model.table.value) else { return };
        for column in &model.columns {
            let Some(old) = &column.renamed_from else { continue };
            let is_new = self.state.find_column(&table, &column.name.value) == Found::Missing;
            if let (Found::Known(name), true) = (self.state.find_column(&table, &old.value), is_new)
            {
                let to = column.name.value.clone();
                let op = Op::RenameColumn { table: table.clone(), column: name, to };
                self.apply(op, old.span);
            }
        }
    }

    fn enumeration(&mut self, of: &ModelEnum) {
        let Storage::Native(name) = &of.storage else { return };
        let find = |state: &State, name: &Name| match state.find(&[Kind::Enum], name) {
            Found::Known((_, name)) => Some(name),
            _ => None,
        };
        if let Some(old) = &of.renamed_from
            && find(&self.state, &name.value).is_none()
            && let Some(found) = find(&self.state, &old_name(&old.value, &name.value))
        {
            let subject = Subject { kind: Kind::Enum, name: found, part: None };
            let to = name.value.name.clone();
            self.apply(Op::Rename { subject, to, if_exists: false }, old.span);
        }
        let Some(found) = find(&self.state, &name.value) else { return };
        for value in &of.values {
            let Some(old) = &value.renamed_from else { continue };
            let labels = self.state.enumeration(&found).map(|of| of.labels.clone());
            let labels = labels.unwrap_or_default();
            if labels.contains(&old.value) && !labels.contains(&value.label.value) {
                let op = Op::RenameEnumValue {
                    name: found.clone(),
                    value: old.value.clone(),
                    to: value.label.value.clone(),
                };
                self.apply(op, old.span);
            }
        }
    }
}
