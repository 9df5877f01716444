//! The tree of an expression as it is written: names folded, quotes and parentheses gone, `CAST`
//! and `::` the same, `!=` and `<>` the same.

/// How many levels a tree may have. A deeper expression is not read, so that no input overflows the
/// stack.
pub const MAX_HEIGHT: usize = 64;

/// A node with its operands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expr {
    /// What it is.
    pub(crate) head: Head,
    /// What it is made of, in the order in which it is written.
    pub(crate) operands: Vec<Expr>,
    /// The levels below and with this one.
    height: usize,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Head {
    /// A number, as it is written.
    Number(String),
    /// A string without quotes.
    Text(String),
    /// A string of bits or bytes, with the letter before it in lower case.
    Bits(char, String),
    /// TRUE or FALSE.
    Boolean(bool),
    /// NULL.
    Null,
    /// The name of a column, with what stands before it.
    Column(Vec<String>),
    /// A value with a syntax of its own, in lower case, with its digits: `CURRENT_TIMESTAMP(3)`.
    Keyword(&'static str, Option<String>),
    /// A function, with the namespace before it. A syntax of its own is a name with a space:
    /// `trim both`.
    Call(Vec<String>),
    /// An operator with one operand or two.
    Operator(String),
    /// A cast to a type, in the words of the catalog.
    Cast(String),
    /// A collation.
    Collate(String),
    /// All operands hold.
    And,
    /// One operand holds.
    Or,
    /// The operand does not hold.
    Not,
    /// `IS [NOT] NULL`.
    IsNull(bool),
    /// `IS [NOT] TRUE`, `FALSE`, `UNKNOWN`.
    Is(&'static str, bool),
    /// `IS DISTINCT FROM`.
    Distinct,
    /// The first operand in the list of the others; `true` for `NOT IN`.
    In(bool),
    /// The first operand between the two others.
    Between(Range),
    /// `LIKE` and its kin by the word; `true` for NOT. A third operand is the escape character.
    Like(&'static str, bool),
    /// `= ANY (..)`, and `true` for `= ALL (..)`.
    Quantified(String, bool),
    /// `CASE`: an operand where the first is `true`, pairs, and the ELSE where the second is `true`.
    Case(bool, bool),
    /// `ARRAY[..]`.
    Array,
    /// `(a, b)`.
    Row,
    /// `a[1]`.
    Subscript,
    /// `(a).b`.
    Field(String),
}

/// The kinds of BETWEEN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    /// `NOT BETWEEN`.
    pub(crate) negated: bool,
    /// `BETWEEN SYMMETRIC`.
    pub(crate) symmetric: bool,
}

impl Expr {
    /// A node with its operands.
    pub(crate) fn new(head: Head, operands: Vec<Self>) -> Self {
        let height = 1 + operands.iter().map(|operand| operand.height).max().unwrap_or_default();
        Self { head, operands, height }
    }

    /// A node without operands.
    pub(crate) fn leaf(head: Head) -> Self {
        Self::new(head, Vec::new())
    }

    /// The levels of the tree.
    pub(crate) const fn height(&self) -> usize {
        self.height
    }

    /// `a AND b AND c` has one node with three operands. Only the left operand is made flat: the
    /// parentheses of `a AND (b AND c)` are kept by every database.
    pub(crate) fn chain(head: Head, left: Self, right: Self) -> Self {
        if left.head == head {
            let height = left.height.max(right.height + 1);
            let mut operands = left.operands;
            operands.push(right);
            Self { head, operands, height }
        } else {
            Self::new(head, vec![left, right])
        }
    }
}
