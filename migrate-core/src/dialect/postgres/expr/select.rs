//! Which form of an operator or function the server selects for the types of the operands, and the
//! common type of several expressions: the rules of chapter 10 of PostgreSQL's manual.

use super::catalog::{self, Form, Type};

/// A selected form: the types to which the operands are coerced, and the type of the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selected {
    /// The type of each operand.
    pub(super) arguments: Vec<Type>,
    /// The type of the result.
    pub(super) result: Type,
}

/// Whether a value is coerced to a type of the table by itself.
fn coerces(from: &Type, to: &str) -> bool {
    if *from == Type::Literal || catalog::category(to).0 == 'P' && to != "record" {
        return true;
    }
    if to == "record" {
        return *from == Type::Record;
    }
    match Type::named(to) {
        Some(to) => converts(from, &to),
        None => false,
    }
}

/// Whether a value of one type is coerced to another by itself.
pub(super) fn converts(from: &Type, to: &Type) -> bool {
    if from == to || *from == Type::Literal {
        return true;
    }
    match (from.base(), to) {
        (Type::Base(from), Type::Base(to)) => from == to || catalog::cast(from, to) == Some('i'),
        (Type::Array(from), Type::Array(to)) => converts(from, to),
        (from, to) => from == to,
    }
}

/// Selects the form of an operator.
pub(super) fn operator(name: &str, operands: &[Type]) -> Option<Selected> {
    let forms = catalog::operator(name, operands.len());
    if let [left, right] = operands {
        // A literal beside a value is tried with the value's type first.
        let (is_left, is_right) = (*left == Type::Literal, *right == Type::Literal);
        let left = if is_left { right } else { left };
        let right = if is_right { left } else { right };
        let exact = |left: &Type, right: &Type| {
            let fits = |form: &&Form| {
                Type::named(form.arguments[0]).as_ref() == Some(left)
                    && Type::named(form.arguments[1]).as_ref() == Some(right)
            };
            forms.iter().find(fits).cloned()
        };
        let found = exact(left, right).or_else(|| {
            let has_base = (is_left || is_right) && left != left.base();
            has_base.then(|| exact(left.base(), right.base())).flatten()
        });
        if let Some(form) = found {
            return resolved(&form, operands);
        }
    } else if let [only] = operands
        && let Some(form) =
            forms.iter().find(|form| Type::named(form.arguments[0]).as_ref() == Some(only))
    {
        return resolved(form, operands);
    }
    select(forms, operands)
}

/// Selects the form of a function.
pub(super) fn function(name: &str, arguments: &[Type]) -> Option<Selected> {
    let mut forms = Vec::new();
    for mut form in catalog::function(name) {
        let (most, given) = (form.arguments.len(), arguments.len());
        if form.variadic {
            // A repeated type that is an array is given its elements; how the server writes that
            // back is another form.
            if form.arguments.last() != Some(&"any") || given + 1 < most {
                continue;
            }
            form.arguments.resize(given, "any");
        } else if given > most || given + form.optional < most {
            continue;
        } else {
            form.arguments.truncate(given);
        }
        forms.push(form);
    }
    let is_exact = |form: &&Form| {
        form.arguments
            .iter()
            .zip(arguments)
            .all(|(name, given)| Type::named(name).as_ref() == Some(given))
    };
    if let Some(form) = forms.iter().find(is_exact) {
        return resolved(form, arguments);
    }
    select(forms, arguments)
}

/// The rules for several forms that take the operands.
fn select(mut forms: Vec<Form>, operands: &[Type]) -> Option<Selected> {
    forms.retain(|form| takes(form, operands));
    if forms.len() > 1 {
        let bases: Vec<Type> = operands.iter().map(|operand| operand.base().clone()).collect();
        forms = narrow(forms, &bases);
    }
    match forms.as_slice() {
        [only] => resolved(only, operands),
        _ => None,
    }
}

fn takes(form: &Form, operands: &[Type]) -> bool {
    form.arguments.iter().zip(operands).all(|(name, given)| coerces(given, name))
        && generic(form, operands).is_some()
}

fn keep_best(forms: &mut Vec<Form>, score: impl Fn(&Form) -> usize) {
    let best = forms.iter().map(&score).max().unwrap_or_default();
    forms.retain(|form| score(form) == best);
}

fn narrow(mut forms: Vec<Form>, operands: &[Type]) -> Vec<Form> {
    let is_exact = |name: &str, given: &Type| Type::named(name).as_ref() == Some(given);
    let known = || operands.iter().enumerate().filter(|(_, operand)| **operand != Type::Literal);
    keep_best(&mut forms, |form| {
        known().filter(|(at, given)| is_exact(form.arguments[*at], given)).count()
    });
    if forms.len() < 2 {
        return forms;
    }
    keep_best(&mut forms, |form| {
        let fits = |(at, given): &(usize, &Type)| {
            let (category, preferred) = catalog::category(form.arguments[*at]);
            is_exact(form.arguments[*at], given) || preferred && category == given.category().0
        };
        known().filter(fits).count()
    });
    let literals: Vec<usize> =
        (0..operands.len()).filter(|at| operands[*at] == Type::Literal).collect();
    if forms.len() < 2 || literals.is_empty() {
        return forms;
    }
    if let Some(slots) = literals.iter().map(|at| slot(&forms, *at)).collect::<Option<Vec<_>>>() {
        let fits = |form: &Form| {
            literals.iter().zip(&slots).all(|(at, (category, has_preferred))| {
                let (own, preferred) = catalog::category(form.arguments[*at]);
                own == *category && (preferred || !has_preferred)
            })
        };
        if forms.iter().any(fits) {
            forms.retain(fits);
        }
    }
    let mut types = known().map(|(_, given)| given);
    if forms.len() > 1
        && let Some(first) = types.next()
        && types.all(|other| other == first)
    {
        let same = vec![first.clone(); operands.len()];
        let fits = |form: &Form| takes(form, &same);
        if forms.iter().filter(|form| fits(form)).count() == 1 {
            forms.retain(fits);
        }
    }
    forms
}

/// The category that the forms have at the place of a literal, and whether one of them is preferred
/// in it. Strings win; `None` where categories differ.
fn slot(forms: &[Form], at: usize) -> Option<(char, bool)> {
    let mut slot: Option<(char, bool)> = None;
    let mut conflict = false;
    for form in forms {
        let (category, preferred) = catalog::category(form.arguments[at]);
        match &mut slot {
            None => slot = Some((category, preferred)),
            Some((own, has_preferred)) if *own == category => *has_preferred |= preferred,
            Some(_) if category == 'S' => slot = Some((category, preferred)),
            Some(_) => conflict = true,
        }
    }
    slot.filter(|(category, _)| !conflict || *category == 'S')
}

/// A form with the operands' types in the place of the types that stand for any.
fn resolved(form: &Form, operands: &[Type]) -> Option<Selected> {
    let bound = generic(form, operands)?;
    let of = |name: &str, given: Option<&Type>| match Generic::of(name) {
        None if name == "any" => given.cloned(),
        None if name == "record" => Some(Type::Record),
        None if name == "void" => Some(Type::Other("void".to_owned())),
        None => Type::named(name),
        Some(kind) => bound.get(kind, given),
    };
    let arguments = form
        .arguments
        .iter()
        .zip(operands)
        .map(|(name, given)| of(name, Some(given)))
        .collect::<Option<Vec<_>>>()?;
    Some(Selected { arguments, result: of(form.result, None)? })
}

/// What a type that stands for any type stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Generic {
    Element(bool),
    Array(bool),
    Range(bool),
    Multirange(bool),
    Enum,
}

impl Generic {
    /// `true` is the family of `anycompatible`, whose members need only a common type.
    fn of(name: &str) -> Option<Self> {
        let (compatible, rest) = match name.strip_prefix("anycompatible") {
            Some(rest) => (true, rest),
            None => (false, name.strip_prefix("any")?),
        };
        Some(match rest {
            "" if !compatible => return None,
            "" | "element" | "nonarray" => Self::Element(compatible),
            "array" => Self::Array(compatible),
            "range" => Self::Range(compatible),
            "multirange" => Self::Multirange(compatible),
            "enum" => Self::Enum,
            _ => return None,
        })
    }
}

/// The types of one call that stand for any.
#[derive(Debug, Default)]
struct Bound {
    element: Option<Type>,
    range: Option<Type>,
    compatible: Option<Type>,
}

impl Bound {
    fn get(&self, kind: Generic, given: Option<&Type>) -> Option<Type> {
        match kind {
            Generic::Element(false) | Generic::Enum => self.element.clone(),
            Generic::Array(false) => Some(self.element.clone()?.array()),
            Generic::Element(true) => self.compatible.clone(),
            Generic::Array(true) => Some(self.compatible.clone()?.array()),
            Generic::Range(_) => self.range.clone().or_else(|| {
                given.filter(|given| **given != Type::Literal).map(|given| given.base().clone())
            }),
            Generic::Multirange(_) => given.filter(|given| **given != Type::Literal).cloned(),
        }
    }
}

/// Binds the types that stand for any; `None` where the operands contradict each other.
fn generic(form: &Form, operands: &[Type]) -> Option<Bound> {
    let mut bound = Bound::default();
    let mut compatible = Vec::new();
    let mut bind = |of: Type| match &bound.element {
        Some(element) if *element != of => None,
        _ => {
            bound.element = Some(of);
            Some(())
        }
    };
    let mut range = None;
    for (name, given) in form.arguments.iter().zip(operands) {
        let Some(kind) = Generic::of(name) else { continue };
        if *given == Type::Literal {
            continue;
        }
        match kind {
            Generic::Enum if !matches!(given.base(), Type::Enum(_)) => return None,
            Generic::Element(_) if name.ends_with("nonarray") && given.element().is_some() => {
                return None;
            }
            Generic::Element(false) | Generic::Enum => bind(given.clone())?,
            Generic::Array(false) => bind(given.element()?.clone())?,
            Generic::Element(true) => compatible.push(given.clone()),
            Generic::Array(true) => compatible.push(given.element()?.clone()),
            Generic::Range(family) => {
                let subtype = subtype(given.base(), "range")?;
                if family {
                    compatible.push(subtype)
                } else {
                    bind(subtype)?
                }
                if range.replace(given.base().clone()).is_some_and(|own| own != *given.base()) {
                    return None;
                }
            }
            Generic::Multirange(family) => {
                let subtype = subtype(given.base(), "multirange")?;
                if family { compatible.push(subtype) } else { bind(subtype)? }
            }
        }
    }
    bound.range = range;
    if !compatible.is_empty() {
        bound.compatible = Some(common(&compatible)?);
    }
    Some(bound)
}

/// The type of a range's bounds.
fn subtype(of: &Type, suffix: &str) -> Option<Type> {
    let Type::Base(name) = of else { return None };
    let name = match name.strip_suffix(suffix)? {
        "int4" => "int4",
        "int8" => "int8",
        "num" => "numeric",
        "date" => "date",
        "ts" => "timestamp",
        "tstz" => "timestamptz",
        _ => return None,
    };
    Type::named(name)
}

/// The common type of the branches of a CASE, the elements of an array, the arguments of COALESCE.
pub(super) fn common(types: &[Type]) -> Option<Type> {
    let (first, rest) = types.split_first()?;
    if *first != Type::Literal && rest.iter().all(|other| other == first) {
        return Some(first.clone());
    }
    let mut best = first.base().clone();
    for next in rest {
        let next = next.base();
        if *next == Type::Literal || *next == best {
            continue;
        }
        if best == Type::Literal {
            best = next.clone();
            continue;
        }
        let ((own, preferred), (other, _)) = (best.category(), next.category());
        if own != other {
            return None;
        }
        if !preferred && converts(&best, next) && !converts(next, &best) {
            best = next.clone();
        }
    }
    if best == Type::Literal {
        return Some(Type::TEXT);
    }
    types.iter().all(|given| converts(given, &best)).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(names: &str) -> Vec<Type> {
        let of = |name| if name == "?" { Type::Literal } else { Type::named(name).unwrap() };
        names.split(' ').map(of).collect()
    }

    fn names(selected: Option<Selected>) -> String {
        let Some(selected) = selected else { return "none".to_owned() };
        let names: Vec<_> = selected.arguments.iter().map(Type::name).collect();
        format!("{} > {}", names.join(" "), selected.result.name())
    }

    #[test]
    fn an_operator_is_selected_as_the_server_selects_it() {
        for (operator_name, operands, expected) in [
            ("=", "varchar ?", "text text > bool"),
            ("=", "bpchar ?", "bpchar bpchar > bool"),
            ("=", "int2 int4", "int2 int4 > bool"),
            (">", "numeric int4", "numeric numeric > bool"),
            (">", "int4 numeric", "numeric numeric > bool"),
            (">", "float4 int4", "float4 float8 > bool"),
            ("<", "timestamp timestamptz", "timestamp timestamptz > bool"),
            ("->>", "jsonb ?", "jsonb text > text"),
            ("||", "? ?", "text text > text"),
            ("||", "varchar text", "text text > text"),
            ("||", "_text ?", "text[] text[] > text[]"),
            ("||", "text int4", "text int4 > text"),
            ("+", "timestamptz ?", "timestamptz interval > timestamptz"),
            ("-", "timestamp ?", "timestamp timestamp > interval"),
            ("*", "float8 int4", "float8 float8 > float8"),
            ("@>", "int4range int4", "int4range int4 > bool"),
            ("@>", "_varchar _varchar", "varchar[] varchar[] > bool"),
            ("@>", "jsonb ?", "jsonb jsonb > bool"),
            ("~~", "varchar ?", "text text > bool"),
            ("<<=", "inet ?", "inet inet > bool"),
            ("=", "int4 uuid", "none"),
        ] {
            let found = names(operator(operator_name, &types(operands)));
            assert_eq!(found, expected, "{operands} {operator_name}");
        }
        assert_eq!(names(operator("@", &types("int4"))), "int4 > int4");
    }

    #[test]
    fn a_function_is_selected_as_the_server_selects_it() {
        for (name, arguments, expected) in [
            ("lower", "varchar", "text > text"),
            ("to_tsvector", "? text", "regconfig text > tsvector"),
            ("date_trunc", "? timestamp", "text timestamp > timestamp"),
            ("date_trunc", "? date", "text timestamptz > timestamptz"),
            ("round", "float8", "float8 > float8"),
            ("round", "int4", "float8 > float8"),
            ("round", "numeric int4", "numeric int4 > numeric"),
            ("nextval", "?", "regclass > int8"),
            ("length", "?", "text > int4"),
            ("num_nonnulls", "int4 text", "int4 text > int4"),
            ("array_length", "_int4 int4", "int4[] int4 > int4"),
            ("extract", "? date", "text date > numeric"),
            ("jsonb_set", "jsonb ? ?", "jsonb text[] jsonb > jsonb"),
            ("no_such_function", "int4", "none"),
        ] {
            assert_eq!(names(function(name, &types(arguments))), expected, "{name}({arguments})");
        }
    }

    #[test]
    fn a_common_type_is_the_one_to_which_the_others_are_coerced() {
        for (given, expected) in [
            ("int4 int8", Some("int8")),
            ("int8 numeric int2", Some("numeric")),
            ("text varchar", Some("text")),
            ("varchar varchar", Some("varchar")),
            ("varchar text", Some("varchar")),
            ("? ?", Some("text")),
            ("? int4", Some("int4")),
            ("int4 text", None),
            ("date timestamptz", Some("timestamptz")),
        ] {
            let found = common(&types(given)).map(|of| of.name());
            assert_eq!(found.as_deref(), expected, "{given}");
        }
    }
}
