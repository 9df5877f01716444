//! Code that runs while a migration runs: procedures that are called, blocks, and statements that are
//! prepared from texts.
//!
//! These servers have few forms of `IF EXISTS`, so histories ask `information_schema` first and put
//! a statement together from literals. Such code is followed where every value in it can be told
//! (`value`, `catalog`). Where several statements are possible, those that the server would refuse
//! did not run; if several are left, what they mention is unknown. Of code that is not followed,
//! everything that it mentions is unknown, or everything at all if it executes texts.

mod catalog;
mod statement;
mod value;

use statement::{Flow, Program};
use value::{Value, Values, evaluate};

use super::Mysql;
use crate::apply::{Fault, Found, Part, Rules as _, State, apply_generally};
use crate::dialect::mysql::parse::{mentioned, skip_characteristics};
use crate::dialect::mysql::{LEX_RULES, PREPARED, parse};
use crate::op::Op;
use crate::schema::{Kind, Name};
use crate::source::Span;
use crate::sql::{Cursor, Tokens};

/// Why something is unknown behind code that is not followed.
const NOT_FOLLOWED: &str = "what the code does is not known";

/// The parameters and variables of a stored program.
#[derive(Debug, Clone, Default)]
struct Scope {
    locals: Vec<(String, Values)>,
}

impl Scope {
    fn local(&self, name: &str) -> Option<&Values> {
        let mut locals = self.locals.iter().rev();
        locals.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, values)| values)
    }

    fn set(&mut self, name: &str, values: Values) -> bool {
        let mut locals = self.locals.iter_mut().rev();
        let found = locals.find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, own)| *own = values).is_some()
    }
}

/// Assigns a variable of the session, or prepares a statement. `false` for all other settings.
pub(super) fn assign(state: &mut State, name: &str, value: &str) -> bool {
    let is_variable = name.starts_with('@') && !name.starts_with("@@");
    if !is_variable && !name.starts_with(PREPARED) {
        return false;
    }
    let values = evaluate(state, &Scope::default(), value);
    state.set_setting(name, Some(values.to_setting()));
    true
}

/// Forgets the variables of the session.
fn forget_variables(state: &mut State) {
    for name in state.setting_names() {
        if name.starts_with('@') || name.starts_with(PREPARED) {
            state.set_setting(&name, None);
        }
    }
}

/// Returns `true` if a function or a trigger may assign a variable.
fn is_set_by_code(state: &State, variable: &str) -> bool {
    let names_it = |text: &str| text.to_lowercase().contains(&format!("@{variable}"));
    let schema = state.schema();
    let mut functions = schema.others.iter().filter(|((kind, _), _)| *kind == Kind::Function);
    let mut triggers = schema.tables.values().flat_map(|table| table.triggers.values());
    functions.any(|(_, function)| names_it(&function.definition))
        || triggers.any(|trigger| names_it(&trigger.definition))
}

/// Runs `EXECUTE`, or a block.
pub(super) fn run(state: &mut State, text: &str) -> Result<(), Fault> {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    let mut cursor = tokens.cursor();
    if cursor.eat("EXECUTE") {
        return execute(state, cursor);
    }
    run_program(state, text, cursor, Scope::default())
}

/// Runs a prepared statement, or the value of an expression (`IMMEDIATE`).
fn execute(state: &mut State, mut cursor: Cursor<'_>) -> Result<(), Fault> {
    let values = if cursor.eat("IMMEDIATE") {
        let expression = cursor.take_until(|cursor| cursor.is("USING"));
        value::Evaluator::new(state, &Scope::default()).whole(expression)
    } else {
        let setting = cursor.name().map(|name| format!("{PREPARED}{}", name.to_lowercase()));
        let setting = setting.as_deref().and_then(|name| state.setting(name));
        setting.map_or(Values::Any, Values::from_setting)
    };
    let text = |value: Value| match value {
        Value::Text(text) => Some(text),
        _ => None,
    };
    let texts = match values {
        Values::OneOf(values) => values.into_iter().map(text).collect::<Option<Vec<_>>>(),
        Values::Any => None,
    };
    let Some(texts) = texts else {
        state.mark_everything(NOT_FOLLOWED);
        return Ok(());
    };
    alternatives(state, &texts, run_text)
}

/// Runs the text of a prepared statement.
fn run_text(state: &mut State, text: &str) -> Result<(), Fault> {
    let text = text.trim_end().trim_end_matches(';');
    match parse(text, Span::new(0, text.len())) {
        Ok(ops) => ops.iter().try_for_each(|op| apply_op(state, &op.value)),
        Err(_) => {
            doubt(state, text);
            Ok(())
        }
    }
}

/// Does one of several things. Those that the server refuses were not done; where more than one is
/// left, what they mention is unknown.
fn alternatives(
    state: &mut State,
    texts: &[String],
    mut act: impl FnMut(&mut State, &str) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut possible = Vec::new();
    let mut refused = None;
    for text in texts {
        state.checkpoint();
        let result = act(state, text);
        state.roll_back();
        match result {
            Ok(()) => possible.push(text),
            Err(fault) => refused = Some(fault),
        }
    }
    match possible.as_slice() {
        [] => refused.map_or(Ok(()), Err),
        [only] => act(state, only),
        several => {
            for text in several {
                doubt(state, text);
            }
            Ok(())
        }
    }
}

/// Applies an operation as a statement of its own is applied.
fn apply_op(state: &mut State, op: &Op) -> Result<(), Fault> {
    match Mysql.take(state, op) {
        Some(result) => result,
        None => apply_generally(state, op),
    }
}

/// Marks what code mentions; everything, if it executes texts or calls other code.
fn doubt(state: &mut State, text: &str) {
    forget_variables(state);
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    let cursor = tokens.cursor();
    if cursor.lexemes().iter().any(|one| one.is("EXECUTE") || one.is("CALL")) {
        state.mark_everything(NOT_FOLLOWED);
        return;
    }
    let names = mentioned(cursor);
    for name in &names {
        // A table or column that is renamed has another name in foreign keys to it.
        for child in state.children_of(name) {
            state.mark(Kind::Table, &child, Part::Constraints, NOT_FOLLOWED);
            let keys = state.table(&child).map(|table| &table.foreign_keys);
            let keys = keys.into_iter().flatten().filter_map(|key| key.name.clone());
            for key in keys.collect::<Vec<_>>() {
                state.mark(Kind::Table, &child, Part::Constraint(key), NOT_FOLLOWED);
            }
        }
    }
    if !names.is_empty() {
        // Without names it would be everything.
        let _ = apply_generally(state, &Op::Opaque { names });
    }
}

/// Runs the statements of a block or a procedure.
fn run_program(state: &mut State, text: &str, body: Cursor<'_>, scope: Scope) -> Result<(), Fault> {
    let mut body = body;
    let mut program = Program { text, scope, depth: 0 };
    let flow = program.statement(state, &mut body)?;
    body.eat(";");
    if flow == Flow::Lost || !body.is_empty() {
        doubt(state, text);
    }
    Ok(())
}

/// Applies a call.
pub(super) fn call(
    state: &mut State,
    name: &Name,
    arguments: &[Option<String>],
) -> Result<(), Fault> {
    let found = match state.find(&[Kind::Procedure], name) {
        Found::Known((_, found)) => found,
        // The case of its name means nothing.
        Found::Missing if !has_other_case(state, name) => {
            return Err(Fault::missing(format!("procedure {name}")));
        }
        _ => {
            forget_variables(state);
            state.mark_everything("a procedure that is not known is called");
            return Ok(());
        }
    };
    let is_unknown = state.unknown().part(Kind::Procedure, &found, &Part::Text).is_some();
    let definition = state.other(Kind::Procedure, &found.name).map(|one| one.definition.clone());
    let Some(definition) = definition.filter(|_| !is_unknown) else {
        forget_variables(state);
        state.mark_everything(NOT_FOLLOWED);
        return Ok(());
    };
    let tokens = Tokens::read_until_error(&definition, &LEX_RULES);
    match body(tokens.cursor(), arguments) {
        Some((scope, body)) => run_program(state, &definition, body, scope),
        None => {
            doubt(state, &definition);
            Ok(())
        }
    }
}

fn has_other_case(state: &State, name: &Name) -> bool {
    let mut others = state.schema().others.keys();
    others.any(|(kind, key)| *kind == Kind::Procedure && key.eq_ignore_ascii_case(&name.name))
}

/// The parameters of a procedure with their values, and its body; `None` where it has results.
fn body<'t>(mut cursor: Cursor<'t>, arguments: &[Option<String>]) -> Option<(Scope, Cursor<'t>)> {
    cursor.eat("CREATE PROCEDURE").then_some(())?;
    cursor.name()?;
    let mut scope = Scope::default();
    for (at, mut item) in cursor.group()?.items().enumerate() {
        if item.eat_any(&["OUT", "INOUT"]).is_some() {
            return None;
        }
        item.eat("IN");
        let value = arguments.get(at)?.clone();
        scope.locals.push((item.name()?, value.map_or(Values::Any, Values::text)));
    }
    skip_characteristics(&mut cursor).ok()?;
    Some((scope, cursor))
}

#[cfg(test)]
mod tests;
