//! The tree of an expression whose types are resolved.

use super::catalog::Type;

/// How many nodes a tree may have: BETWEEN and rows are written out and copy their operands.
const MAX_SIZE: usize = 50_000;

/// A node: what it is, with its types, and its operands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    /// What it is.
    pub(super) head: Head,
    /// Its operands.
    pub(super) operands: Vec<Node>,
    size: usize,
}

/// What a node is. Types are by their names, so that two nodes compare as the server's would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Head {
    /// A text that nothing has given a type.
    Literal(String),
    /// A value of a type.
    Const(String, String),
    /// NULL of a type; an empty name where nothing has given one.
    Null(String),
    /// A column.
    Column(String),
    /// A cast to a type with a modifier.
    Cast(String, String),
    /// A collation.
    Collate(String),
    /// An operator or function with the types of its operands.
    Apply(String),
    /// An array of a type.
    Array(String),
    /// All operands hold.
    And,
    /// One operand holds.
    Or,
    /// What follows from the syntax alone.
    Syntax(String),
}

impl Node {
    /// A node.
    ///
    /// # Errors
    ///
    /// The reason why the tree is not made: it is too large.
    pub(super) fn new(head: Head, operands: Vec<Self>) -> Result<Self, String> {
        let size = 1 + operands.iter().map(|operand| operand.size).sum::<usize>();
        if size > MAX_SIZE {
            return Err("the expression is too large".to_owned());
        }
        Ok(Self { head, operands, size })
    }

    /// A node without operands.
    pub(super) const fn leaf(head: Head) -> Self {
        Self { head, operands: Vec::new(), size: 1 }
    }

    /// A chain of AND or OR. The server keeps `(a AND b) AND c` as it prints `a AND b AND c`.
    pub(super) fn chain(head: Head, operands: Vec<Self>) -> Result<Self, String> {
        let mut flat: Vec<Self> = Vec::new();
        for (at, operand) in operands.into_iter().enumerate() {
            if at == 0 && operand.head == head {
                flat.extend(operand.operands);
            } else {
                flat.push(operand);
            }
        }
        Self::new(head, flat)
    }
}

impl Node {
    /// The tree without what a later change of a column's type leaves in it: `ALTER COLUMN .. TYPE`
    /// keeps the types that literals had. Trees that are equal in this form mean the same.
    pub(super) fn loose(&self) -> Self {
        const TEXTS: [&str; 2] = ["text", "varchar"];
        const NUMBERS: [&str; 6] = ["int2", "int4", "int8", "numeric", "float4", "float8"];
        let is = |names: &[&str], of: &str| names.contains(&of);
        let first = |text: &str, stop: char| text.split(stop).next().unwrap_or_default().to_owned();
        let head = match &self.head {
            Head::Cast(to, modifier)
                if modifier.is_empty() && (is(&TEXTS, to) || is(&NUMBERS, to)) =>
            {
                match self.operands.as_slice() {
                    [only] => return only.loose(),
                    _ => self.head.clone(),
                }
            }
            Head::Const(of, value) if is(&TEXTS, of) => Head::Const(String::new(), value.clone()),
            Head::Const(of, value) if is(&NUMBERS, of) => {
                let number = value.parse::<f64>().map(|number| format!("{number:e}"));
                Head::Const(String::new(), number.unwrap_or_else(|_| value.clone()))
            }
            Head::Null(_) => Head::Null(String::new()),
            Head::Array(_) => Head::Array(String::new()),
            Head::Apply(name) => Head::Apply(first(name, '(')),
            // Their names have types behind them.
            Head::Syntax(text)
                if is(
                    &["coalesce", "greatest", "least", "nullif", "distinct"],
                    &first(text, ' '),
                ) =>
            {
                Head::Syntax(first(text, ' '))
            }
            head => head.clone(),
        };
        let operands = self.operands.iter().map(Self::loose).collect();
        Self { head, operands, size: 0 }
    }
}

/// A node with its type.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    /// The node.
    pub(super) node: Node,
    /// The type.
    pub(super) of: Type,
    /// The modifier of the type; empty for none.
    pub(super) modifier: String,
}

impl Typed {
    /// A node of a type without a modifier.
    pub(super) const fn new(node: Node, of: Type) -> Self {
        Self { node, of, modifier: String::new() }
    }
}
