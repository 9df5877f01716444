//! The form of an expression that MariaDB keeps.
//!
//! NOT goes inside where an operator has a contrary, a column beside AND and OR is compared with 0,
//! functions have one name each, and chains of AND are flat.

use crate::expr::{Expr, Head, Range};

/// A tree in that form.
pub(super) struct Simplified {
    /// The tree.
    pub(super) expr: Expr,
    /// Why it may not be the server's.
    pub(super) doubt: Option<&'static str>,
}

/// Functions under several names, and the one that the server prints. Sorted.
const NAMES: [(&str, &str); 15] = [
    ("ceil", "ceiling"),
    ("character_length", "char_length"),
    ("day", "dayofmonth"),
    ("length", "octet_length"),
    ("localtime", "current_timestamp"),
    ("localtimestamp", "current_timestamp"),
    ("lower", "lcase"),
    ("now", "current_timestamp"),
    ("power", "pow"),
    ("sha1", "sha"),
    ("std", "stddev_pop"),
    ("substring", "substr"),
    ("system_user", "user"),
    ("session_user", "user"),
    ("upper", "ucase"),
];

/// Brings a tree to the form. `qualified` keeps what stands before columns.
pub(super) fn simplify(expr: &Expr, qualified: bool) -> Simplified {
    let mut walk = Walk { qualified, doubt: None };
    let expr = walk.expr(expr);
    Simplified { expr, doubt: walk.doubt }
}

struct Walk {
    qualified: bool,
    doubt: Option<&'static str>,
}

impl Walk {
    fn expr(&mut self, expr: &Expr) -> Expr {
        if let Head::Not = expr.head {
            return self.negated(&expr.operands[0]);
        }
        match (&expr.head, expr.operands.as_slice()) {
            (Head::Operator(name), [operand]) if name == "!" => return self.negated(operand),
            (Head::And | Head::Or, operands) => return self.chain(&expr.head, operands),
            _ => {}
        }
        let operands: Vec<Expr> = expr.operands.iter().map(|operand| self.expr(operand)).collect();
        let head = match &expr.head {
            Head::Boolean(value) => Head::Number(u8::from(*value).to_string()),
            Head::Number(text) => Head::Number(number(text)),
            Head::Bits(letter, digits) => {
                // Whether it is a number or a text depends on what it is compared with.
                self.doubt = Some("a string of bits or bytes");
                Head::Bits(*letter, digits.clone())
            }
            Head::Column(parts) if !self.qualified => {
                Head::Column(parts.last().cloned().into_iter().collect())
            }
            Head::Is("unknown", negated) => Head::IsNull(*negated),
            Head::Keyword(word, digits) => return keyword(word, digits.as_deref()),
            Head::Like("rlike", negated) => Head::Like("regexp", *negated),
            Head::Operator(name) => return self.operator(name, operands),
            Head::Cast(to) => return self.cast(to, operands),
            Head::Call(name) => return self.call(name, operands),
            Head::In(negated) if operands.len() == 2 && operands[1].head != Head::Row => {
                Head::Operator(if *negated { "<>" } else { "=" }.to_owned())
            }
            head => head.clone(),
        };
        match head {
            // The server knows no contrary of REGEXP.
            Head::Like("regexp", true) => {
                Expr::new(Head::Not, vec![Expr::new(Head::Like("regexp", false), operands)])
            }
            head => Expr::new(head, operands),
        }
    }

    /// AND and OR, with comparisons as operands.
    fn chain(&mut self, head: &Head, operands: &[Expr]) -> Expr {
        let mut flat = Vec::new();
        for operand in operands {
            let operand = truth(self.expr(operand));
            if operand.head == *head {
                flat.extend(operand.operands);
            } else {
                flat.push(operand);
            }
        }
        Expr::new(head.clone(), flat)
    }

    /// `NOT expr`.
    fn negated(&mut self, expr: &Expr) -> Expr {
        let contrary = |head: &Head| match head {
            Head::Not => true,
            Head::Operator(name) if name == "!" => true,
            _ => false,
        };
        if contrary(&expr.head) {
            return truth(self.expr(&expr.operands[0]));
        }
        match &expr.head {
            Head::And | Head::Or => {
                let head = if expr.head == Head::And { Head::Or } else { Head::And };
                let operands = expr.operands.iter();
                let operands: Vec<_> =
                    operands.map(|operand| Expr::new(Head::Not, vec![operand.clone()])).collect();
                return self.chain(&head, &operands);
            }
            Head::Operator(name) if name == "xor" && expr.operands.len() == 2 => {
                let operands = vec![self.negated(&expr.operands[0]), self.expr(&expr.operands[1])];
                return Expr::new(expr.head.clone(), operands);
            }
            _ => {}
        }
        let Expr { head, operands, .. } = self.expr(expr);
        let flipped = match &head {
            Head::Operator(name) if operands.len() == 2 => match name.as_str() {
                "=" => Some("<>"),
                "<>" => Some("="),
                "<" => Some(">="),
                ">" => Some("<="),
                "<=" => Some(">"),
                ">=" => Some("<"),
                _ => None,
            }
            .map(|name| Head::Operator(name.to_owned())),
            Head::IsNull(negated) => Some(Head::IsNull(!negated)),
            Head::In(negated) => Some(Head::In(!negated)),
            Head::Between(range) => {
                Some(Head::Between(Range { negated: !range.negated, ..*range }))
            }
            Head::Like("like", negated) => Some(Head::Like("like", !negated)),
            Head::Column(_) => {
                let zero = Expr::leaf(Head::Number("0".to_owned()));
                let column = Expr::new(head, operands);
                return Expr::new(Head::Operator("=".to_owned()), vec![column, zero]);
            }
            _ => None,
        };
        match flipped {
            Some(head) => Expr::new(head, operands),
            None => Expr::new(Head::Not, vec![Expr::new(head, operands)]),
        }
    }

    fn operator(&mut self, name: &str, mut operands: Vec<Expr>) -> Expr {
        match (name, operands.as_slice()) {
            // The server drops the sign.
            ("+", [_]) => operands.swap_remove(0),
            ("-", [Expr { head: Head::Operator(inner), operands: inside, .. }])
                if inner == "-"
                    && matches!(inside.as_slice(), [Expr { head: Head::Number(_), .. }]) =>
            {
                inside[0].clone()
            }
            ("binary", [_]) => Expr::new(Head::Cast("char charset binary".to_owned()), operands),
            _ => Expr::new(Head::Operator(name.to_owned()), operands),
        }
    }

    /// The character set of a cast is the session's where none is written.
    fn cast(&mut self, to: &str, operands: Vec<Expr>) -> Expr {
        if to == "char" || to.starts_with("char(") || to.starts_with("char charset utf8") {
            self.doubt = Some("the character set of a cast");
        }
        Expr::new(Head::Cast(to.to_owned()), operands)
    }

    fn call(&mut self, name: &[String], operands: Vec<Expr>) -> Expr {
        let [name] = name else { return Expr::new(Head::Call(name.to_vec()), operands) };
        let call = |name: &str, operands| Expr::new(Head::Call(vec![name.to_owned()]), operands);
        let operator = |name: &str, operands| Expr::new(Head::Operator(name.to_owned()), operands);
        let is_interval = |expr: &Expr| matches!(&expr.head, Head::Call(name) if name[0].starts_with("interval "));
        match (name.as_str(), operands.as_slice()) {
            // MySQL writes it where the author did not.
            (charset, [_]) if charset.starts_with('_') => {
                self.doubt = Some("the character set of a string");
                call(charset, operands)
            }
            ("isnull", [_]) => Expr::new(Head::IsNull(false), operands),
            ("date", [_]) => Expr::new(Head::Cast("date".to_owned()), operands),
            ("mod", [_, _]) => operator("mod", operands),
            ("instr", [text, part]) => call("locate", vec![part.clone(), text.clone()]),
            ("date_add" | "adddate", [_, by]) if is_interval(by) => operator("+", operands),
            ("date_sub" | "subdate", [_, by]) if is_interval(by) => operator("-", operands),
            ("adddate" | "subdate", [date, days]) => {
                let by = call("interval day", vec![days.clone()]);
                let name = if name == "adddate" { "+" } else { "-" };
                operator(name, vec![date.clone(), by])
            }
            ("datediff", [a, b]) => {
                let days = [a, b].map(|date| call("to_days", vec![date.clone()]));
                operator("-", days.to_vec())
            }
            (name, _) => {
                let known = NAMES.iter().find(|(other, _)| *other == name);
                call(known.map_or(name, |(_, name)| name), operands)
            }
        }
    }
}

/// A condition beside AND and OR: a column is compared with 0.
fn truth(expr: Expr) -> Expr {
    if !matches!(expr.head, Head::Column(_)) {
        return expr;
    }
    let zero = Expr::leaf(Head::Number("0".to_owned()));
    Expr::new(Head::Operator("<>".to_owned()), vec![expr, zero])
}

fn keyword(word: &str, digits: Option<&str>) -> Expr {
    let name = match word {
        "current_date" => "curdate",
        "current_time" => "curtime",
        "localtime" | "localtimestamp" => "current_timestamp",
        other => other,
    };
    let digits = digits.filter(|digits| *digits != "0");
    let operands = digits.map(|digits| Expr::leaf(Head::Number(digits.to_owned())));
    Expr::new(Head::Call(vec![name.to_owned()]), operands.into_iter().collect())
}

/// A number without leading zeros, and with a digit before the point.
fn number(text: &str) -> String {
    let digits = text.trim_start_matches('0');
    match digits.chars().next() {
        Some(c) if c.is_ascii_digit() => digits.to_owned(),
        None => "0".to_owned(),
        Some(_) => format!("0{digits}"),
    }
}
