//! A Pratt parser of expressions.
//!
//! What it knows by itself is alike in all databases: parentheses, CASE, CAST, IS, IN, BETWEEN,
//! LIKE, names, calls. A [`Grammar`] gives how strongly operators bind and the rest of the syntax.
//! It is never stricter than a server; where it cannot follow, the expression is not read.

use super::tree::{Expr, Head, MAX_HEIGHT, Range};
use crate::source::Span;
use crate::sql::{Cursor, LexRules, TokenKind, Tokens};

/// The syntax of one database. Powers grow with how strongly an operator binds.
pub(crate) struct Grammar {
    /// The lexical rules.
    pub(crate) lex_rules: &'static LexRules,
    /// The binary operator that comes next.
    pub(crate) infix: fn(&Cursor<'_>) -> Option<Infix>,
    /// The prefix operator that comes next, but NOT: its name and power.
    pub(crate) prefix: fn(&Cursor<'_>) -> Option<(&'static str, u8)>,
    /// Reads what has a syntax of its own in this database.
    pub(crate) primary: fn(&mut Parser<'_>) -> Result<Option<Expr>>,
    /// Reads what may follow an operand in this database; the power below which it may.
    pub(crate) postfix: fn(&mut Parser<'_>, &Expr, u8) -> Result<Option<Expr>>,
    /// Passes over a type and gives it in the words of the catalog.
    pub(crate) type_name: fn(&mut Cursor<'_>) -> Option<String>,
    /// Words that are values.
    pub(crate) values: &'static [&'static str],
    /// Words such as LIKE, in lower case.
    pub(crate) matches: &'static [&'static str],
    /// Whether a word in lower case is no name without quotes: of a function if the second is
    /// `true`, else of a column.
    pub(crate) is_reserved: fn(&str, bool) -> bool,
    /// Whether names of columns have no case.
    pub(crate) folds_columns: bool,
    /// The power of NOT.
    pub(crate) not: u8,
    /// The power of IS.
    pub(crate) is: u8,
    /// The power of IN, BETWEEN and LIKE.
    pub(crate) matching: u8,
    /// The power of COLLATE.
    pub(crate) collate: u8,
}

/// A binary operator.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Infix {
    /// Its name in the tree; `and` and `or` make nodes of their own.
    pub(crate) name: &'static str,
    /// How many tokens it is.
    pub(crate) tokens: usize,
    /// How strongly it binds.
    pub(crate) power: u8,
    /// Which of several binds first.
    pub(crate) associativity: Associativity,
}

/// Which of several operators of one power binds first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Associativity {
    /// The left one.
    Left,
    /// The left one, and the operator is written as it stands in the text.
    AsWritten,
}

/// Why an expression is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ParseError {
    /// A token stands where it cannot stand, or a syntax is not known.
    Syntax,
    /// It is nested too deeply.
    TooDeep,
}

impl ParseError {
    /// The reason, for people.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Syntax => "the syntax of the expression is not known here",
            Self::TooDeep => "the expression is nested too deeply",
        }
    }
}

type Result<T> = std::result::Result<T, ParseError>;

/// Reads a whole text as one expression.
pub(crate) fn parse(text: &str, grammar: &Grammar) -> Result<Expr> {
    let span = Span::new(0, text.len());
    let tokens = Tokens::read(text, span, grammar.lex_rules).map_err(|_| ParseError::Syntax)?;
    let mut parser = Parser { cursor: tokens.cursor(), grammar, depth: 0 };
    let expr = parser.expression(0)?;
    if parser.cursor.is_empty() { Ok(expr) } else { Err(ParseError::Syntax) }
}

/// A position in an expression.
pub(crate) struct Parser<'t> {
    /// What is not read yet.
    pub(crate) cursor: Cursor<'t>,
    grammar: &'t Grammar,
    depth: usize,
}

impl Parser<'_> {
    /// Reads an expression whose operators bind more strongly than `power`.
    pub(crate) fn expression(&mut self, power: u8) -> Result<Expr> {
        self.depth += 1;
        if self.depth > MAX_HEIGHT {
            return Err(ParseError::TooDeep);
        }
        let mut left = self.operand()?;
        while let Some(next) = self.continued(&mut left, power)? {
            left = next;
        }
        self.depth -= 1;
        Ok(left)
    }

    /// Makes a node of limited height.
    pub(crate) fn node(&self, head: Head, operands: Vec<Expr>) -> Result<Expr> {
        limited(Expr::new(head, operands))
    }

    /// Passes over words.
    pub(crate) fn expect(&mut self, words: &str) -> Result<()> {
        self.cursor.expect(words).map_err(|_| ParseError::Syntax)
    }

    /// What goes on with `left`, or `None` where it ends.
    fn continued(&mut self, left: &mut Expr, power: u8) -> Result<Option<Expr>> {
        if let Some(expr) = (self.grammar.postfix)(self, left, power)? {
            return limited(expr).map(Some);
        }
        if power < self.grammar.collate && self.cursor.eat("collate") {
            let name = self.cursor.qualified_name().ok_or(ParseError::Syntax)?.name;
            return self.node(Head::Collate(name), vec![left.clone()]).map(Some);
        }
        if power < self.grammar.is
            && let Some(expr) = self.is(left)?
        {
            return limited(expr).map(Some);
        }
        if power < self.grammar.matching
            && let Some(expr) = self.matching(left)?
        {
            return limited(expr).map(Some);
        }
        let Some(infix) = (self.grammar.infix)(&self.cursor).filter(|infix| infix.power > power)
        else {
            return Ok(None);
        };
        let operator = self.cursor.peek().map_or("", |next| next.text);
        let name = match infix.associativity {
            Associativity::Left => infix.name.to_owned(),
            Associativity::AsWritten => operator.to_owned(),
        };
        for _ in 0..infix.tokens {
            self.cursor.bump();
        }
        let expr = match infix.name {
            "and" => Expr::chain(Head::And, take(left), self.expression(infix.power)?),
            "or" => Expr::chain(Head::Or, take(left), self.expression(infix.power)?),
            _ => match self.quantified(&name, left)? {
                Some(expr) => expr,
                None => {
                    let right = self.expression(infix.power)?;
                    Expr::new(Head::Operator(name), vec![take(left), right])
                }
            },
        };
        limited(expr).map(Some)
    }

    /// `= ANY (..)`, `= SOME (..)`, `= ALL (..)`.
    fn quantified(&mut self, operator: &str, left: &mut Expr) -> Result<Option<Expr>> {
        let all = match self.cursor.lexemes() {
            [word, open, ..] if open.is("(") && word.is("all") => true,
            [word, open, ..] if open.is("(") && (word.is("any") || word.is("some")) => false,
            _ => return Ok(None),
        };
        self.cursor.bump();
        self.cursor.bump();
        let right = self.expression(0)?;
        self.expect(")")?;
        let head = Head::Quantified(operator.to_owned(), all);
        Ok(Some(Expr::new(head, vec![take(left), right])))
    }

    fn is(&mut self, left: &mut Expr) -> Result<Option<Expr>> {
        if self.cursor.eat("isnull") {
            return Ok(Some(Expr::new(Head::IsNull(false), vec![take(left)])));
        }
        if self.cursor.eat("notnull") || self.cursor.eat("not null") {
            return Ok(Some(Expr::new(Head::IsNull(true), vec![take(left)])));
        }
        if !self.cursor.eat("is") {
            return Ok(None);
        }
        let negated = self.cursor.eat("not");
        if self.cursor.eat("null") {
            return Ok(Some(Expr::new(Head::IsNull(negated), vec![take(left)])));
        }
        if self.cursor.eat("distinct from") {
            let right = self.expression(self.grammar.is)?;
            let distinct = self.node(Head::Distinct, vec![take(left), right])?;
            return Ok(Some(if negated { Expr::new(Head::Not, vec![distinct]) } else { distinct }));
        }
        if let Some(word) = self.cursor.eat_any(&["true", "false", "unknown"]) {
            return Ok(Some(Expr::new(Head::Is(word, negated), vec![take(left)])));
        }
        if !self.grammar.lex_rules.bracket_names {
            return Err(ParseError::Syntax);
        }
        // SQLite compares any two values with IS.
        let right = self.expression(self.grammar.is)?;
        let name = if negated { "is not" } else { "is" };
        Ok(Some(Expr::new(Head::Operator(name.to_owned()), vec![take(left), right])))
    }

    /// IN, BETWEEN, LIKE, with NOT before them or without.
    fn matching(&mut self, left: &mut Expr) -> Result<Option<Expr>> {
        let start = self.cursor;
        let negated = self.cursor.eat("not");
        if self.cursor.eat("in") {
            let Some(list) = self.list()? else { return Err(ParseError::Syntax) };
            let mut operands = vec![take(left)];
            operands.extend(list);
            return Ok(Some(Expr::new(Head::In(negated), operands)));
        }
        if self.cursor.eat("between") {
            let symmetric = self.cursor.eat("symmetric");
            self.cursor.eat("asymmetric");
            let low = self.expression(self.grammar.matching)?;
            self.expect("and")?;
            let high = self.expression(self.grammar.matching)?;
            let head = Head::Between(Range { negated, symmetric });
            return Ok(Some(Expr::new(head, vec![take(left), low, high])));
        }
        if let Some(word) = self.cursor.eat_any(self.grammar.matches) {
            let not = if negated { "not " } else { "" };
            if let Some(expr) = self.quantified(&format!("{not}{word}"), left)? {
                return Ok(Some(expr));
            }
            let mut operands = vec![take(left), self.expression(self.grammar.matching)?];
            if self.cursor.eat("escape") {
                operands.push(self.expression(self.grammar.matching)?);
            }
            return Ok(Some(Expr::new(Head::Like(word, negated), operands)));
        }
        self.cursor = start;
        Ok(None)
    }

    /// Expressions between parentheses and commas, if parentheses come next.
    pub(crate) fn list(&mut self) -> Result<Option<Vec<Expr>>> {
        if !self.cursor.eat("(") {
            return Ok(None);
        }
        let mut items = Vec::new();
        if !self.cursor.eat(")") {
            loop {
                items.push(self.expression(0)?);
                if !self.cursor.eat(",") {
                    break;
                }
            }
            self.expect(")")?;
        }
        Ok(Some(items))
    }

    fn operand(&mut self) -> Result<Expr> {
        if self.cursor.is("not") {
            self.cursor.bump();
            let operand = self.expression(self.grammar.not)?;
            return self.node(Head::Not, vec![operand]);
        }
        if let Some((name, power)) = (self.grammar.prefix)(&self.cursor) {
            self.cursor.bump();
            let operand = self.expression(power)?;
            return self.node(Head::Operator(name.to_owned()), vec![operand]);
        }
        if let Some(expr) = (self.grammar.primary)(self)? {
            return limited(expr);
        }
        let next = self.cursor.peek().ok_or(ParseError::Syntax)?;
        match next.kind {
            TokenKind::Number => {
                self.cursor.bump();
                Ok(Expr::leaf(Head::Number(next.text.to_owned())))
            }
            TokenKind::String => self.text(),
            TokenKind::Symbol if next.is("(") => self.parentheses(),
            TokenKind::Word => self.word(),
            TokenKind::QuotedName => self.name(),
            _ => Err(ParseError::Syntax),
        }
    }

    /// One string, or several one after the other.
    fn text(&mut self) -> Result<Expr> {
        let next = self.cursor.peek().ok_or(ParseError::Syntax)?;
        let Some(value) = self.cursor.string() else {
            self.cursor.bump();
            return bits(next.text).ok_or(ParseError::Syntax);
        };
        if self.cursor.is_kind(TokenKind::String) {
            // How one goes on in the next depends on the escapes of the first.
            return Err(ParseError::Syntax);
        }
        Ok(Expr::leaf(Head::Text(value)))
    }

    /// A row or what stands in parentheses.
    fn parentheses(&mut self) -> Result<Expr> {
        let mut items = self.list()?.unwrap_or_default();
        match items.len() {
            0 => Err(ParseError::Syntax),
            1 => items.pop().ok_or(ParseError::Syntax),
            _ => self.node(Head::Row, items),
        }
    }

    fn word(&mut self) -> Result<Expr> {
        if self.cursor.eat("null") {
            return Ok(Expr::leaf(Head::Null));
        }
        if let Some(word) = self.cursor.eat_any(&["true", "false"]) {
            return Ok(Expr::leaf(Head::Boolean(word == "true")));
        }
        if self.cursor.eat("case") {
            return self.case();
        }
        if self.cursor.eat("cast (") {
            let operand = self.expression(0)?;
            self.expect("as")?;
            let to = (self.grammar.type_name)(&mut self.cursor).ok_or(ParseError::Syntax)?;
            self.expect(")")?;
            return self.node(Head::Cast(to), vec![operand]);
        }
        if let Some(word) = self.cursor.eat_any(self.grammar.values) {
            return self.value(word);
        }
        let word = self.cursor.peek().and_then(super::unquoted_word).unwrap_or_default();
        let is_call = self.cursor.lexemes().get(1).is_some_and(|next| next.is("("));
        if (self.grammar.is_reserved)(&word, is_call) {
            return Err(ParseError::Syntax);
        }
        self.name()
    }

    /// A value with digits in parentheses, or without.
    fn value(&mut self, word: &'static str) -> Result<Expr> {
        let mut copy = self.cursor;
        let digits = match copy.group().map(|group| group.lexemes()) {
            Some([]) => None,
            Some([digits]) if digits.kind == TokenKind::Number => Some(digits.text.to_owned()),
            Some(_) => return Err(ParseError::Syntax),
            None => return Ok(Expr::leaf(Head::Keyword(word, None))),
        };
        self.cursor = copy;
        Ok(Expr::leaf(Head::Keyword(word, digits)))
    }

    fn case(&mut self) -> Result<Expr> {
        let mut operands = Vec::new();
        let has_operand = !self.cursor.is("when");
        if has_operand {
            operands.push(self.expression(0)?);
        }
        while self.cursor.eat("when") {
            operands.push(self.expression(0)?);
            self.expect("then")?;
            operands.push(self.expression(0)?);
        }
        if operands.len() < 2 {
            return Err(ParseError::Syntax);
        }
        let has_else = self.cursor.eat("else");
        if has_else {
            operands.push(self.expression(0)?);
        }
        self.expect("end")?;
        self.node(Head::Case(has_operand, has_else), operands)
    }

    /// A column or a call.
    fn name(&mut self) -> Result<Expr> {
        let mut parts = vec![self.cursor.name().ok_or(ParseError::Syntax)?];
        while self.cursor.eat(".") {
            parts.push(self.cursor.name().ok_or(ParseError::Syntax)?);
        }
        if !self.cursor.is("(") {
            if self.grammar.folds_columns {
                for part in &mut parts {
                    part.make_ascii_lowercase();
                }
            }
            return Ok(Expr::leaf(Head::Column(parts)));
        }
        let arguments = self.list()?.unwrap_or_default();
        if !self.grammar.lex_rules.lower_case_names {
            for part in &mut parts {
                part.make_ascii_lowercase();
            }
        }
        // `FILTER`, `OVER` and `WITHIN GROUP` follow aggregates, which no stored expression has.
        self.node(Head::Call(parts), arguments)
    }
}

fn take(expr: &mut Expr) -> Expr {
    std::mem::replace(expr, Expr::leaf(Head::Null))
}

fn limited(expr: Expr) -> Result<Expr> {
    if expr.height() > MAX_HEIGHT { Err(ParseError::TooDeep) } else { Ok(expr) }
}

/// A string of bits or bytes.
fn bits(text: &str) -> Option<Expr> {
    let letter = text.chars().next()?.to_ascii_lowercase();
    let inside = text.get(1..)?.strip_prefix('\'')?.strip_suffix('\'')?;
    matches!(letter, 'b' | 'x').then(|| Expr::leaf(Head::Bits(letter, inside.to_owned())))
}
