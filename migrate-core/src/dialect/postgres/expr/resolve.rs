//! From the tree as it is written to the tree with types, as the server's parser makes it.

use super::catalog::Type;
use super::literal;
use super::select::{self, Selected};
use super::tree::{Head, Node, Typed};
use crate::expr::{Expr, Head as Written, Place, Range, Scope};
use crate::schema::DataType;

type Result<T> = std::result::Result<T, String>;

/// A resolved expression.
pub(super) struct Resolved {
    /// The tree.
    pub(super) node: Node,
    /// Why the tree may not be the server's.
    pub(super) unsure: Option<String>,
}

/// Resolves an expression at a place.
///
/// # Errors
///
/// The reason why there is no tree.
pub(super) fn resolve(expr: &Expr, place: Place<'_>, scope: &dyn Scope) -> Result<Resolved> {
    let mut resolver = Resolver { scope, place, unsure: None };
    let typed = resolver.expr(expr)?;
    let node = resolver.placed(typed)?;
    Ok(Resolved { node, unsure: resolver.unsure })
}

/// A walk over one expression.
pub(super) struct Resolver<'s> {
    scope: &'s dyn Scope,
    place: Place<'s>,
    unsure: Option<String>,
}

impl Resolver<'_> {
    /// Notes why the tree may not be the server's.
    pub(super) fn doubt(&mut self, reason: impl FnOnce() -> String) {
        self.unsure.get_or_insert_with(reason);
    }

    /// A value of a type that is not known.
    pub(super) fn opaque(&mut self, node: Node, reason: String) -> Typed {
        self.doubt(|| reason);
        Typed::new(node, Type::Other(String::new()))
    }

    /// The coercion that the place makes. The server does not print it.
    fn placed(&mut self, typed: Typed) -> Result<Node> {
        let wanted = match self.place {
            Place::Default(of) | Place::Generated(of) => {
                let (of, modifier) = Type::read(of, self.scope);
                let is_null = matches!(typed.node.head, Head::Null(_));
                if is_null
                    && matches!(self.place, Place::Default(_))
                    && !matches!(of, Type::Domain(..) | Type::Other(_))
                {
                    return Ok(Node::leaf(Head::Syntax("no default".to_owned())));
                }
                if typed.of == Type::Literal && of.is("interval") && !modifier.is_empty() {
                    self.doubt(|| "the input of an interval with fields".to_owned());
                }
                of.base().clone()
            }
            Place::Condition | Place::TriggerCondition => Type::BOOL,
            Place::IndexPart | Place::Body => Type::TEXT,
        };
        if typed.of == Type::Literal {
            Ok(self.coerce(typed, &wanted)?.node)
        } else {
            Ok(typed.node)
        }
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> Result<Typed> {
        match &expr.head {
            Written::Number(text) => self.number(text),
            Written::Text(text) => {
                Ok(Typed::new(Node::leaf(Head::Literal(text.clone())), Type::Literal))
            }
            Written::Bits(letter, text) => self.bits(*letter, text),
            Written::Boolean(value) => Ok(constant(Type::BOOL, value.to_string())),
            Written::Null => Ok(Typed::new(Node::leaf(Head::Null(String::new())), Type::Literal)),
            Written::Column(parts) => Ok(self.column(parts)),
            Written::Keyword(word, digits) => Ok(keyword(word, digits.as_deref())),
            Written::Call(name) => self.call(name, &expr.operands),
            Written::Operator(name) => self.operator(name, &expr.operands),
            Written::Cast(to) => self.cast(&expr.operands[0], to),
            Written::Collate(name) => {
                let inner = self.expr(&expr.operands[0])?;
                let node = Node::new(Head::Collate(name.clone()), vec![inner.node])?;
                Ok(Typed { node, ..inner })
            }
            Written::And => self.chain(Head::And, &expr.operands),
            Written::Or => self.chain(Head::Or, &expr.operands),
            Written::Not => {
                if let Some(operand) = null_test(&expr.operands[0]) {
                    let inner = self.expr(operand)?.node;
                    return boolean("is null", vec![inner]);
                }
                let inner = self.boolean(&expr.operands[0])?;
                boolean("not", vec![inner])
            }
            Written::IsNull(negated) => {
                let inner = self.expr(&expr.operands[0])?.node;
                boolean(if *negated { "is not null" } else { "is null" }, vec![inner])
            }
            Written::Is(word, negated) => {
                let inner = self.boolean(&expr.operands[0])?;
                boolean(&format!("is {word} {negated}"), vec![inner])
            }
            Written::Distinct => {
                if let Some(operand) = null_test(expr) {
                    let inner = self.expr(operand)?.node;
                    return boolean("is not null", vec![inner]);
                }
                let equal = self.operator("=", &expr.operands)?.node;
                boolean(&format!("distinct {:?}", equal.head), equal.operands)
            }
            Written::In(negated) => self.list(*negated, &expr.operands),
            Written::Between(range) => self.between(*range, &expr.operands),
            Written::Like(word, negated) => self.like(word, *negated, &expr.operands),
            Written::Quantified(name, all) => self.quantified(name, *all, &expr.operands),
            Written::Case(has_operand, has_else) => {
                self.case(*has_operand, *has_else, &expr.operands)
            }
            Written::Array => {
                let items = self.all(&expr.operands)?;
                self.array(items)
            }
            Written::Row => {
                let items = self.all(&expr.operands)?;
                let nodes = items.into_iter().map(|item| item.node).collect();
                let node = Node::new(Head::Syntax("row".to_owned()), nodes)?;
                self.doubt(|| "a row".to_owned());
                Ok(Typed::new(node, Type::Record))
            }
            Written::Subscript => self.subscript(&expr.operands),
            Written::Field(name) => {
                let inner = self.expr(&expr.operands[0])?.node;
                let node = Node::new(Head::Syntax(format!("field {name}")), vec![inner])?;
                Ok(self.opaque(node, format!("the field {name}")))
            }
        }
    }

    pub(super) fn all(&mut self, exprs: &[Expr]) -> Result<Vec<Typed>> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn number(&mut self, text: &str) -> Result<Typed> {
        let value = literal::numeric(text)
            .ok_or_else(|| format!("the number {text} is written in another form"))?;
        let is_whole = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let of = match value.parse::<i64>() {
            Ok(number) if is_whole => {
                if i32::try_from(number).is_ok() {
                    Type::INT4
                } else {
                    Type::Base("int8")
                }
            }
            _ => Type::Base("numeric"),
        };
        Ok(constant(of, value))
    }

    fn bits(&mut self, letter: char, text: &str) -> Result<Typed> {
        let mut digits = String::new();
        for c in text.chars() {
            match letter {
                'b' if matches!(c, '0' | '1') => digits.push(c),
                'x' => match c.to_digit(16) {
                    Some(digit) => digits.push_str(&format!("{digit:04b}")),
                    None => return Err("a string of bits".to_owned()),
                },
                _ => return Err("a string of bits".to_owned()),
            }
        }
        Ok(constant(Type::Base("bit"), digits))
    }

    fn column(&mut self, parts: &[String]) -> Typed {
        let name = parts.last().map_or("", String::as_str);
        // A column has the name of its table before it or not. In a trigger it is of one of two rows.
        let head = match self.place {
            Place::TriggerCondition => parts.join("."),
            _ => name.to_owned(),
        };
        let node = Node::leaf(Head::Column(head));
        match self.scope.column(name) {
            Some(of) => {
                let (of, modifier) = Type::read(&of, self.scope);
                Typed { node, of, modifier }
            }
            None => self.opaque(node, format!("the type of the column {name}")),
        }
    }

    /// The value of an expression that must be a boolean.
    fn boolean(&mut self, expr: &Expr) -> Result<Node> {
        let inner = self.expr(expr)?;
        Ok(self.coerce(inner, &Type::BOOL)?.node)
    }

    fn chain(&mut self, head: Head, operands: &[Expr]) -> Result<Typed> {
        let nodes = operands.iter().map(|operand| self.boolean(operand));
        let nodes = nodes.collect::<Result<Vec<_>>>()?;
        Ok(Typed::new(Node::chain(head, nodes)?, Type::BOOL))
    }

    fn operator(&mut self, name: &str, operands: &[Expr]) -> Result<Typed> {
        if let [left, right] = operands
            && left.head == Written::Row
            && right.head == Written::Row
            && matches!(name, "=" | "<>")
        {
            let (left, right) = (self.all(&left.operands)?, self.all(&right.operands)?);
            return self.rows(name, left, right);
        }
        if let ("-", [operand]) = (name, operands)
            && let Written::Number(text) = &operand.head
        {
            return self.number(&format!("-{text}"));
        }
        let operands = self.all(operands)?;
        if let ("-", [only]) = (name, operands.as_slice())
            && let Head::Const(of, value) = &only.node.head
            && (of == "int4" || of == "numeric" && value.contains('.'))
        {
            // The server prints it as it prints a negative number.
            return match value.strip_prefix('-') {
                Some(value) => self.number(value),
                None => self.number(&format!("-{value}")),
            };
        }
        self.apply(name, operands)
    }

    /// Two rows, which are compared item by item.
    fn rows(&mut self, name: &str, left: Vec<Typed>, right: Vec<Typed>) -> Result<Typed> {
        if left.len() != right.len() {
            return Err("rows of different lengths".to_owned());
        }
        let pairs = left.into_iter().zip(right);
        let nodes = pairs.map(|(left, right)| Ok(self.apply(name, vec![left, right])?.node));
        let nodes = nodes.collect::<Result<Vec<_>>>()?;
        let chain = if name == "=" { Head::And } else { Head::Or };
        Ok(Typed::new(Node::chain(chain, nodes)?, Type::BOOL))
    }

    /// An operator with its operands.
    pub(super) fn apply(&mut self, name: &str, operands: Vec<Typed>) -> Result<Typed> {
        let types: Vec<Type> = operands.iter().map(|operand| operand.of.clone()).collect();
        match select::operator(name, &types) {
            Some(selected) => self.selected(&format!("operator {name}"), selected, operands),
            None => {
                let names: Vec<_> = types.iter().map(Type::name).collect();
                let reason = format!("the operator {name} of {}", names.join(" and "));
                let nodes = operands.into_iter().map(|operand| operand.node).collect();
                let node = Node::new(Head::Apply(format!("operator {name}")), nodes)?;
                Ok(self.opaque(node, reason))
            }
        }
    }

    /// What was selected, with its operands coerced.
    pub(super) fn selected(
        &mut self,
        name: &str,
        selected: Selected,
        operands: Vec<Typed>,
    ) -> Result<Typed> {
        let names: Vec<_> = selected.arguments.iter().map(Type::name).collect();
        let head = Head::Apply(format!("{name}({})", names.join(",")));
        let operands = operands.into_iter().zip(&selected.arguments);
        let nodes = operands.map(|(operand, to)| Ok(self.coerce(operand, to)?.node));
        let nodes = nodes.collect::<Result<Vec<_>>>()?;
        Ok(Typed::new(Node::new(head, nodes)?, selected.result))
    }

    /// The coercion that is made where another type is needed.
    pub(super) fn coerce(&mut self, typed: Typed, to: &Type) -> Result<Typed> {
        if typed.of == *to {
            return Ok(typed);
        }
        if typed.of == Type::Literal {
            return self.literal(typed.node, to);
        }
        if matches!(typed.of, Type::Other(_)) {
            return Ok(typed);
        }
        self.convert(typed, to, "")
    }

    /// A literal of a type.
    fn literal(&mut self, node: Node, to: &Type) -> Result<Typed> {
        let base = to.base();
        let head = match &node.head {
            Head::Literal(text) => match literal::value(base, text) {
                Some(value) => Head::Const(base.name(), value),
                None => {
                    self.doubt(|| format!("the input of {}: '{text}'", base.name()));
                    Head::Const(base.name(), format!("text {text}"))
                }
            },
            Head::Null(_) => Head::Null(base.name()),
            Head::Collate(_) => {
                let Node { head, mut operands, .. } = node;
                let inner = operands.pop().ok_or("a collation")?;
                let inner = self.literal(inner, to)?;
                return Ok(Typed::new(Node::new(head, vec![inner.node])?, to.clone()));
            }
            _ => return Ok(Typed::new(node, to.clone())),
        };
        let typed = Typed::new(Node::leaf(head), base.clone());
        if base == to { Ok(typed) } else { self.convert(typed, to, "") }
    }

    /// A cast that is said, of a value that has a type.
    fn convert(&mut self, typed: Typed, to: &Type, modifier: &str) -> Result<Typed> {
        if typed.of == *to && typed.modifier == modifier {
            return Ok(typed);
        }
        let Typed { node, of, modifier: own } = typed;
        let done = |node| Typed { node, of: to.clone(), modifier: modifier.to_owned() };
        match (&node.head, of.element(), to.element()) {
            // An array that is written out is cast item by item.
            (Head::Array(_), Some(from), Some(element)) => {
                let items = node.operands.into_iter().map(|item| {
                    let item = Typed { node: item, of: from.clone(), modifier: own.clone() };
                    Ok(self.convert(item, element, modifier)?.node)
                });
                let items = items.collect::<Result<Vec<_>>>()?;
                Ok(done(Node::new(Head::Array(element.name()), items)?))
            }
            // A cast goes below a collation.
            (Head::Collate(_), ..) => {
                let Node { head, mut operands, .. } = node;
                let inner = operands.pop().ok_or("a collation")?;
                let inner = self.convert(Typed { node: inner, of, modifier: own }, to, modifier)?;
                Ok(done(Node::new(head, vec![inner.node])?))
            }
            _ => {
                let head = Head::Cast(to.name(), modifier.to_owned());
                Ok(done(Node::new(head, vec![node])?))
            }
        }
    }

    fn cast(&mut self, operand: &Expr, to: &str) -> Result<Typed> {
        let (to, modifier) = Type::read(&DataType::from(to), self.scope);
        self.cast_to(operand, &to, &modifier)
    }

    fn cast_to(&mut self, operand: &Expr, to: &Type, modifier: &str) -> Result<Typed> {
        if let (Written::Array, Some(element)) = (&operand.head, to.element()) {
            let items = operand.operands.iter();
            let items = items.map(|item| Ok(self.cast_to(item, element, modifier)?.node));
            let node = Node::new(Head::Array(element.name()), items.collect::<Result<_>>()?)?;
            return Ok(Typed { node, of: to.clone(), modifier: modifier.to_owned() });
        }
        let inner = self.expr(operand)?;
        if inner.of != Type::Literal {
            return self.convert(inner, to, modifier);
        }
        if to.is("interval") && !modifier.is_empty() {
            // The input function needs the fields too.
            self.doubt(|| "the input of an interval with fields".to_owned());
            let head = Head::Cast(to.name(), modifier.to_owned());
            return Ok(Typed::new(Node::new(head, vec![inner.node])?, to.clone()));
        }
        let literal = self.literal(inner.node, to)?;
        self.convert(literal, to, modifier)
    }

    fn between(&mut self, range: Range, operands: &[Expr]) -> Result<Typed> {
        let [value, low, high] = operands else { return Err("BETWEEN".to_owned()) };
        let (value, low, high) = (self.expr(value)?, self.expr(low)?, self.expr(high)?);
        let (below, above, inner, outer) = if range.negated {
            ("<", ">", Head::Or, Head::And)
        } else {
            (">=", "<=", Head::And, Head::Or)
        };
        let mut pair = |low: &Typed, high: &Typed| {
            let first = self.apply(below, vec![value.clone(), low.clone()])?.node;
            let second = self.apply(above, vec![value.clone(), high.clone()])?.node;
            Node::chain(inner.clone(), vec![first, second])
        };
        let node = if range.symmetric {
            Node::chain(outer, vec![pair(&low, &high)?, pair(&high, &low)?])?
        } else {
            pair(&low, &high)?
        };
        Ok(Typed::new(node, Type::BOOL))
    }

    fn list(&mut self, negated: bool, operands: &[Expr]) -> Result<Typed> {
        let Some((value, items)) = operands.split_first() else { return Err("IN".to_owned()) };
        let (name, chain) = if negated { ("<>", Head::And) } else { ("=", Head::Or) };
        let mut nodes = Vec::new();
        if operands.iter().all(|operand| operand.head == Written::Row) {
            let left = self.all(&value.operands)?;
            for item in items {
                let right = self.all(&item.operands)?;
                nodes.push(self.rows(name, left.clone(), right)?.node);
            }
        } else {
            let left = self.expr(value)?;
            let mut single = self.all(items)?;
            let is_constant: Vec<bool> = items.iter().map(|item| !has_column(item)).collect();
            if is_constant.iter().filter(|constant| **constant).count() > 1 {
                let mut constants = Vec::new();
                let mut others = Vec::new();
                for (item, constant) in single.into_iter().zip(is_constant) {
                    if constant { &mut constants } else { &mut others }.push(item);
                }
                let types = std::iter::once(&left).chain(&constants).map(|item| item.of.clone());
                match select::common(&types.collect::<Vec<_>>()) {
                    Some(element) if !matches!(element, Type::Other(_)) => {
                        let array = self.array_of(constants, &element)?;
                        nodes.push(self.any(name, negated, left.clone(), array)?.node);
                        single = others;
                    }
                    _ => return Err("the common type of a list".to_owned()),
                }
            }
            for item in single {
                nodes.push(self.apply(name, vec![left.clone(), item])?.node);
            }
        }
        if nodes.len() == 1
            && let Some(only) = nodes.pop()
        {
            return Ok(Typed::new(only, Type::BOOL));
        }
        Ok(Typed::new(Node::chain(chain, nodes)?, Type::BOOL))
    }

    fn quantified(&mut self, name: &str, all: bool, operands: &[Expr]) -> Result<Typed> {
        let [left, right] = operands else { return Err("ANY".to_owned()) };
        let (left, right) = (self.expr(left)?, self.expr(right)?);
        let name = match name {
            "like" => "~~",
            "not like" => "!~~",
            "ilike" => "~~*",
            "not ilike" => "!~~*",
            name => name,
        };
        self.any(name, all, left, right)
    }

    /// An operator between a value and the items of an array.
    fn any(&mut self, name: &str, all: bool, left: Typed, right: Typed) -> Result<Typed> {
        let item = match (&right.of, right.of.element()) {
            (Type::Literal, _) => Some(Type::Literal),
            (_, element) => element.cloned(),
        };
        let word = if all { "all" } else { "any" };
        let selected = item.and_then(|item| select::operator(name, &[left.of.clone(), item]));
        let Some(Selected { arguments, .. }) = selected else {
            let reason = format!("the operator {name} {word} of these types");
            let nodes = vec![left.node, right.node];
            let node = Node::new(Head::Apply(format!("{word} {name}")), nodes)?;
            return Ok(Typed { of: Type::BOOL, ..self.opaque(node, reason) });
        };
        let names: Vec<_> = arguments.iter().map(Type::name).collect();
        let head = Head::Apply(format!("{word} {name}({})", names.join(",")));
        let left = self.coerce(left, &arguments[0])?.node;
        let right = self.coerce(right, &arguments[1].clone().array())?.node;
        Ok(Typed::new(Node::new(head, vec![left, right])?, Type::BOOL))
    }

    fn array(&mut self, items: Vec<Typed>) -> Result<Typed> {
        let types: Vec<Type> = items.iter().map(|item| item.of.clone()).collect();
        match select::common(&types) {
            Some(element) if element.element().is_none() => self.array_of(items, &element),
            _ => {
                let nodes = items.into_iter().map(|item| item.node).collect();
                let node = Node::new(Head::Array(String::new()), nodes)?;
                Ok(self.opaque(node, "the common type of an array".to_owned()))
            }
        }
    }

    fn array_of(&mut self, items: Vec<Typed>, element: &Type) -> Result<Typed> {
        let items = items.into_iter().map(|item| Ok(self.coerce(item, element)?.node));
        let node = Node::new(Head::Array(element.name()), items.collect::<Result<_>>()?)?;
        Ok(Typed::new(node, element.clone().array()))
    }

    fn subscript(&mut self, operands: &[Expr]) -> Result<Typed> {
        let [value, index] = operands else { return Err("a subscript".to_owned()) };
        let (value, index) = (self.expr(value)?, self.expr(index)?);
        let head = Head::Syntax("subscript".to_owned());
        if let Some(element) = value.of.element().cloned() {
            let index = self.coerce(index, &Type::INT4)?.node;
            return Ok(Typed::new(Node::new(head, vec![value.node, index])?, element));
        }
        if value.of.is("jsonb") {
            let to = if index.of == Type::Literal { Type::TEXT } else { index.of.clone() };
            let index = self.coerce(index, &to)?.node;
            return Ok(Typed::new(Node::new(head, vec![value.node, index])?, value.of));
        }
        let node = Node::new(head, vec![value.node, index.node])?;
        Ok(self.opaque(node, "a subscript".to_owned()))
    }
}

/// A value of a type.
pub(super) fn constant(of: Type, value: String) -> Typed {
    Typed::new(Node::leaf(Head::Const(of.name(), value)), of)
}

/// A node that is a boolean.
fn boolean(what: &str, operands: Vec<Node>) -> Result<Typed> {
    Ok(Typed::new(Node::new(Head::Syntax(what.to_owned()), operands)?, Type::BOOL))
}

/// `x` of `x IS DISTINCT FROM NULL`, which is a test for NULL.
fn null_test(expr: &Expr) -> Option<&Expr> {
    let (Written::Distinct, [left, right]) = (&expr.head, expr.operands.as_slice()) else {
        return None;
    };
    match (&left.head, &right.head) {
        (_, Written::Null) => Some(left),
        (Written::Null, _) => Some(right),
        _ => None,
    }
}

fn has_column(expr: &Expr) -> bool {
    matches!(expr.head, Written::Column(_)) || expr.operands.iter().any(has_column)
}

fn keyword(word: &str, digits: Option<&str>) -> Typed {
    let of = match word {
        "current_timestamp" => "timestamptz",
        "current_date" => "date",
        "current_time" => "timetz",
        "localtimestamp" => "timestamp",
        "localtime" => "time",
        _ => "name",
    };
    let digits = digits.unwrap_or_default();
    let node = Node::leaf(Head::Syntax(format!("{word} {digits}")));
    let modifier = digits.to_owned();
    Typed { node, of: Type::named(of).unwrap_or(Type::TEXT), modifier }
}
