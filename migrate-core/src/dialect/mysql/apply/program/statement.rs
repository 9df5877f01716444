//! The statements of a stored program, one after the other.

use super::value::{Evaluator, Values, variable_name};
use super::{Scope, apply_op, doubt};
use crate::apply::{Fault, State};
use crate::dialect::mysql::parse;
use crate::sql::Cursor;

/// How deep statements may be nested.
const DEEPEST: u32 = 16;

/// Whether the program was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Followed,
    /// From some statement on it is not known what the program does.
    Lost,
}

/// A program that runs.
pub(super) struct Program<'t> {
    /// The text that cursors are in.
    pub(super) text: &'t str,
    pub(super) scope: Scope,
    pub(super) depth: u32,
}

/// Statements that are not followed.
const NOT_FOLLOWED: [&str; 13] = [
    "CASE", "CLOSE", "FETCH", "FOR", "GET", "ITERATE", "LEAVE", "LOOP", "OPEN", "REPEAT", "RETURN",
    "SIGNAL", "WHILE",
];

impl Program<'_> {
    /// Runs one statement, without the semicolon behind it.
    pub(super) fn statement(
        &mut self,
        state: &mut State,
        cursor: &mut Cursor<'_>,
    ) -> Result<Flow, Fault> {
        let is_labelled = cursor.lexemes().get(1).is_some_and(|next| next.is(":"));
        if self.depth > DEEPEST || is_labelled || cursor.is_any(&NOT_FOLLOWED) {
            return Ok(Flow::Lost);
        }
        self.depth += 1;
        let flow = if cursor.eat("BEGIN") {
            cursor.eat("NOT ATOMIC");
            self.block(state, cursor)
        } else if cursor.eat("IF") {
            self.branches(state, cursor)
        } else {
            let statement = cursor.take_until(|cursor| cursor.is(";"));
            self.simple(state, statement)
        };
        self.depth -= 1;
        flow
    }

    /// A block behind `BEGIN`.
    fn block(&mut self, state: &mut State, cursor: &mut Cursor<'_>) -> Result<Flow, Fault> {
        let outer = self.scope.locals.len();
        let flow = self.statements(state, cursor, &["END"])?;
        self.scope.locals.truncate(outer);
        Ok(if flow == Flow::Followed && cursor.eat("END") { flow } else { Flow::Lost })
    }

    fn statements(
        &mut self,
        state: &mut State,
        cursor: &mut Cursor<'_>,
        ends: &[&str],
    ) -> Result<Flow, Fault> {
        while !cursor.is_any(ends) {
            let flow = self.statement(state, cursor)?;
            if flow == Flow::Lost || !cursor.eat(";") {
                return Ok(Flow::Lost);
            }
        }
        Ok(Flow::Followed)
    }

    /// `IF`, behind this word.
    fn branches(&mut self, state: &mut State, cursor: &mut Cursor<'_>) -> Result<Flow, Fault> {
        let mut possible = Vec::new();
        let mut is_decided = false;
        loop {
            let condition = cursor.take_until(|cursor| cursor.is("THEN"));
            if !cursor.eat("THEN") {
                return Ok(Flow::Lost);
            }
            let holds = Evaluator::new(state, &self.scope).whole(condition).holds();
            let Some(branch) = skip_statements(cursor) else { return Ok(Flow::Lost) };
            if !is_decided && holds != Some(false) {
                possible.push(branch);
            }
            is_decided |= holds == Some(true);
            if !cursor.eat("ELSEIF") {
                break;
            }
        }
        if cursor.eat("ELSE") {
            let Some(branch) = skip_statements(cursor) else { return Ok(Flow::Lost) };
            if !is_decided {
                possible.push(branch);
            }
        } else if !is_decided {
            // Nothing is done.
            possible.push(cursor.before(cursor));
        }
        if !cursor.eat("END IF") {
            return Ok(Flow::Lost);
        }
        match possible.as_slice() {
            [] => Ok(Flow::Followed),
            [only] => self.branch(state, *only),
            several => self.one_of(state, several),
        }
    }

    fn branch(&mut self, state: &mut State, mut branch: Cursor<'_>) -> Result<Flow, Fault> {
        while !branch.is_empty() {
            let flow = self.statement(state, &mut branch)?;
            if flow == Flow::Lost || !branch.eat(";") {
                return Ok(Flow::Lost);
            }
        }
        Ok(Flow::Followed)
    }

    /// Runs one of several branches, and it is not known which.
    fn one_of(&mut self, state: &mut State, branches: &[Cursor<'_>]) -> Result<Flow, Fault> {
        let mut possible = Vec::new();
        let mut refused = None;
        for branch in branches {
            let scope = self.scope.clone();
            state.checkpoint();
            let result = self.branch(state, *branch);
            state.roll_back();
            self.scope = scope;
            match result {
                Ok(Flow::Lost) => return Ok(Flow::Lost),
                Ok(Flow::Followed) => possible.push(*branch),
                Err(fault) => refused = Some(fault),
            }
        }
        match possible.as_slice() {
            [] => refused.map_or(Ok(Flow::Followed), Err),
            [only] => self.branch(state, *only),
            several => {
                for (_, values) in &mut self.scope.locals {
                    *values = Values::Any;
                }
                for branch in several {
                    doubt(state, branch.span().of(self.text));
                }
                Ok(Flow::Followed)
            }
        }
    }

    /// A statement without others in it.
    fn simple(&mut self, state: &mut State, statement: Cursor<'_>) -> Result<Flow, Fault> {
        let mut cursor = statement;
        if cursor.eat("DECLARE") {
            return Ok(self.declare(state, cursor));
        }
        if cursor.eat("SET") && self.sets_variables(cursor) {
            return Ok(self.set_variables(state, cursor));
        }
        if statement.is("SELECT") {
            self.select_into(statement);
        }
        let Ok(ops) = parse(self.text, statement.span()) else { return Ok(Flow::Lost) };
        for op in &ops {
            apply_op(state, &op.value)?;
        }
        Ok(Flow::Followed)
    }

    /// `DECLARE`, behind this word. Handlers and cursors are not followed.
    fn declare(&mut self, state: &State, mut cursor: Cursor<'_>) -> Flow {
        let words = ["CONDITION", "CURSOR", "HANDLER"];
        if cursor.lexemes().iter().any(|one| words.iter().any(|word| one.is(word))) {
            return Flow::Lost;
        }
        let mut names = Vec::new();
        loop {
            let Some(name) = cursor.name() else { return Flow::Lost };
            names.push(name);
            if !cursor.eat(",") {
                break;
            }
        }
        cursor.take_until(|cursor| cursor.is("DEFAULT"));
        let value = match cursor.eat("DEFAULT") {
            true => Evaluator::new(state, &self.scope).whole(cursor),
            false => Values::one(super::value::Value::Null),
        };
        self.scope.locals.extend(names.into_iter().map(|name| (name, value.clone())));
        Flow::Followed
    }

    /// Returns `true` if all assignments are to variables, of the program or the session.
    fn sets_variables(&self, cursor: Cursor<'_>) -> bool {
        let is_local = |name: String| self.scope.local(&name).is_some();
        cursor.items().all(|mut item| match item.eat("@") {
            true => !item.is("@"),
            false => item.name().is_some_and(is_local),
        })
    }

    fn set_variables(&mut self, state: &mut State, cursor: Cursor<'_>) -> Flow {
        for mut item in cursor.items() {
            let variable = if item.eat("@") { variable_name(&mut item) } else { None };
            let local = if variable.is_none() { item.name() } else { None };
            if !item.eat("=") && !item.eat(":=") {
                return Flow::Lost;
            }
            let values = Evaluator::new(state, &self.scope).whole(item);
            match (variable, local) {
                (Some(name), _) => {
                    state.set_setting(&format!("@{name}"), Some(values.to_setting()));
                }
                (None, Some(name)) if self.scope.set(&name, values) => {}
                _ => return Flow::Lost,
            }
        }
        Flow::Followed
    }

    /// A query may assign variables of the program.
    fn select_into(&mut self, mut cursor: Cursor<'_>) {
        cursor.take_until(|cursor| cursor.is("INTO"));
        cursor.eat("INTO");
        while let Some(next) = cursor.bump() {
            self.scope.set(next.text, Values::Any);
        }
    }
}

/// Passes over statements up to the end of a branch, and returns them.
fn skip_statements<'t>(cursor: &mut Cursor<'t>) -> Option<Cursor<'t>> {
    let start = *cursor;
    let mut depth = 0_u32;
    while !cursor.is_empty() {
        if depth == 0 && cursor.is_any(&["ELSEIF", "ELSE", "END"]) {
            return Some(start.before(cursor));
        }
        // What opens here closes with one `END`: `IF ( ..)` of expressions is no statement.
        let begins = start.before(cursor).lexemes().last().is_none_or(|before| {
            ["THEN", "ELSE", ";", "BEGIN", "DO", "LOOP", "REPEAT", ":"]
                .iter()
                .any(|word| before.is(word))
        });
        let opens = ["BEGIN", "IF", "CASE", "LOOP", "REPEAT", "WHILE", "FOR"];
        if begins && cursor.is_any(&opens) || cursor.is("CASE") {
            depth += 1;
        } else if cursor.is("END") {
            depth -= 1;
            cursor.eat_any(&[
                "END IF",
                "END CASE",
                "END LOOP",
                "END REPEAT",
                "END WHILE",
                "END FOR",
            ]);
            if cursor.is("END") {
                cursor.bump();
            }
            continue;
        }
        cursor.skip();
    }
    None
}
