//! Calls: functions, the expressions that look like functions, CASE and LIKE.

use super::catalog::{self, Type};
use super::resolve::Resolver;
use super::select;
use super::tree::{Head, Node, Typed};
use crate::expr::Expr;

type Result<T> = std::result::Result<T, String>;

impl Resolver<'_> {
    /// A call of a function, or of what has the form of one.
    pub(super) fn call(&mut self, name: &[String], arguments: &[Expr]) -> Result<Typed> {
        let (name, is_own) = match name {
            [name] => (name.as_str(), true),
            [namespace, name] if matches!(namespace.as_str(), "pg_catalog" | "public") => {
                (name.as_str(), true)
            }
            [.., name] => (name.as_str(), false),
            [] => return Err("a call without a name".to_owned()),
        };
        let arguments = self.all(arguments)?;
        if !is_own {
            return self.unknown_call(name, arguments);
        }
        match name {
            "coalesce" | "greatest" | "least" => self.branches(name, arguments),
            "nullif" if arguments.len() == 2 => {
                let of = arguments[0].of.clone();
                let equal = self.apply("=", arguments)?;
                let head = Head::Syntax(format!("nullif {:?}", equal.node.head));
                let of = if of == Type::Literal { Type::TEXT } else { of };
                Ok(Typed::new(Node::new(head, equal.node.operands)?, of))
            }
            "extract from" => self.function(name, "extract", arguments),
            "trim both" => self.function(name, "btrim", arguments),
            "trim leading" => self.function(name, "ltrim", arguments),
            "trim trailing" => self.function(name, "rtrim", arguments),
            "substring from" => self.function(name, "substring", arguments),
            "position in" => self.function(name, "position", arguments),
            "overlay placing" => self.function(name, "overlay", arguments),
            "at time zone" => self.function(name, "timezone", arguments),
            _ => self.function(name, name, arguments),
        }
    }

    /// A function that is written as `written`, which tells the syntaxes of one function apart.
    fn function(&mut self, written: &str, name: &str, arguments: Vec<Typed>) -> Result<Typed> {
        let types: Vec<Type> = arguments.iter().map(|argument| argument.of.clone()).collect();
        if types.iter().any(|of| matches!(of, Type::Other(_))) {
            return self.unknown_call(written, arguments);
        }
        let is_exact = |form: &catalog::Form| {
            let names = form.arguments.iter().map(|name| Type::named(name));
            names.eq(types.iter().cloned().map(Some))
        };
        // With one argument the name of a type is a cast, unless a function takes just that.
        if let ([only], Some(to)) = (types.as_slice(), Type::named(name))
            && !catalog::function(name).iter().any(is_exact)
            && let Some(argument) = arguments.first().cloned()
        {
            return match (only.base(), catalog::cast(&only.base().name(), name)) {
                (Type::Literal, _) => self.coerce(argument, &to),
                // A cast through text, which only strings have.
                (_, None) if only.category().0 == 'S' || to.category().0 == 'S' => {
                    self.coerce(argument, &to)
                }
                _ => self.unknown_call(written, arguments),
            };
        }
        // The server prints keywords only for the form that counts characters.
        let written = match (written, types.len()) {
            ("substring from", 2) if types[1].category().0 != 'N' => name,
            ("substring from", 3) if types[1].category().0 != 'N' => {
                return self.unknown_call(written, arguments);
            }
            _ => written,
        };
        match select::function(name, &types) {
            Some(selected) => self.selected(written, selected, arguments),
            None => self.unknown_call(written, arguments),
        }
    }

    fn unknown_call(&mut self, name: &str, arguments: Vec<Typed>) -> Result<Typed> {
        let nodes = arguments.into_iter().map(|argument| argument.node).collect();
        let node = Node::new(Head::Apply(format!("{name}()")), nodes)?;
        Ok(self.opaque(node, format!("the function {name}")))
    }

    /// Expressions of one common type.
    fn branches(&mut self, name: &str, arguments: Vec<Typed>) -> Result<Typed> {
        let types: Vec<Type> = arguments.iter().map(|argument| argument.of.clone()).collect();
        let Some(of) = known(select::common(&types)) else {
            return self.unknown_call(name, arguments);
        };
        let nodes = arguments.into_iter().map(|argument| Ok(self.coerce(argument, &of)?.node));
        let head = Head::Syntax(format!("{name} {}", of.name()));
        Ok(Typed::new(Node::new(head, nodes.collect::<Result<_>>()?)?, of))
    }

    /// CASE. Without ELSE the value is NULL of the common type.
    pub(super) fn case(
        &mut self,
        has_operand: bool,
        has_else: bool,
        operands: &[Expr],
    ) -> Result<Typed> {
        let (first, rest) = if has_operand {
            operands.split_first().map(|(first, rest)| (Some(first), rest)).ok_or("CASE")?
        } else {
            (None, operands)
        };
        let (pairs, other) = if has_else {
            rest.split_last().map(|(other, pairs)| (pairs, Some(other))).ok_or("CASE")?
        } else {
            (rest, None)
        };
        let mut first = first.map(|first| self.expr(first)).transpose()?;
        if let Some(typed) = first.take_if(|typed| typed.of == Type::Literal) {
            first = Some(self.coerce(typed, &Type::TEXT)?);
        }
        let mut conditions = Vec::new();
        let mut values = Vec::new();
        for pair in pairs.chunks_exact(2) {
            let condition = self.expr(&pair[0])?;
            conditions.push(match &first {
                Some(first) => {
                    let test = Node::leaf(Head::Syntax("case operand".to_owned()));
                    let test = Typed { node: test, ..first.clone() };
                    self.apply("=", vec![test, condition])?.node
                }
                None => self.coerce(condition, &Type::BOOL)?.node,
            });
            values.push(self.expr(&pair[1])?);
        }
        let null = || Typed::new(Node::leaf(Head::Null(String::new())), Type::Literal);
        let other = other.map_or_else(|| Ok(null()), |other| self.expr(other))?;
        // The server looks at the ELSE first.
        values.insert(0, other);
        let types: Vec<Type> = values.iter().map(|value| value.of.clone()).collect();
        let of = known(select::common(&types));
        if of.is_none() {
            self.doubt(|| "the common type of a CASE".to_owned());
        }
        let mut nodes: Vec<Node> = first.into_iter().map(|first| first.node).collect();
        nodes.extend(conditions);
        for value in values {
            nodes.push(match &of {
                Some(of) => self.coerce(value, of)?.node,
                None => value.node,
            });
        }
        let head = Head::Syntax(format!("case {has_operand}"));
        Ok(Typed::new(Node::new(head, nodes)?, of.unwrap_or_else(|| Type::Other(String::new()))))
    }

    /// LIKE and its kin, which are operators.
    pub(super) fn like(&mut self, word: &str, negated: bool, operands: &[Expr]) -> Result<Typed> {
        let mut operands = self.all(operands)?;
        let escape = if operands.len() > 2 { operands.pop() } else { None };
        let (Some(mut pattern), Some(value)) = (operands.pop(), operands.pop()) else {
            return Err("LIKE".to_owned());
        };
        let name = match word {
            "like" => "~~",
            "ilike" => "~~*",
            _ => "~",
        };
        if word == "similar to" {
            let arguments = std::iter::once(pattern).chain(escape).collect();
            pattern = self.function("similar_to_escape", "similar_to_escape", arguments)?;
        } else if let Some(escape) = escape {
            pattern = self.function("like_escape", "like_escape", vec![pattern, escape])?;
        }
        let not = if negated { "!" } else { "" };
        self.apply(&format!("{not}{name}"), vec![value, pattern])
    }
}

fn known(of: Option<Type>) -> Option<Type> {
    of.filter(|of| !matches!(of, Type::Other(_)))
}
