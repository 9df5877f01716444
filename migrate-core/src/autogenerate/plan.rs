//! The way from one schema to another: renames first, then everything that differs.

use super::likely;
use super::loss::{self, Loss};
use super::proof;
use super::rename::Rename;
use super::scope::{self, Undecided};
use super::{Filter, Refusal, Request};
use crate::apply::State;
use crate::dialect::Dialect;
use crate::diff::{align, diff};
use crate::op::Op;
use crate::schema::{Change, Difference, Kind, Name, Schema, View, compare, difference};
use crate::steps::{self, Step};

/// A way, and where it leads.
pub(super) struct Way {
    pub(super) steps: Vec<Step>,
    pub(super) renames: Vec<Rename>,
    pub(super) differences: Vec<Difference>,
    pub(super) losses: Vec<Loss>,
    pub(super) undecided: Vec<Undecided>,
    /// The schema at the end.
    pub(super) reached: State,
}

impl Way {
    /// The way to the wanted schema.
    pub(super) fn there(request: &Request<'_>) -> Result<Self, Refusal> {
        let &Request { dialect, history, wanted, filter, .. } = request;
        let whole = presented(wanted);
        let mut renames: Vec<Rename> = Vec::new();
        for typed in request.renames {
            let refused = |why| Refusal::Rename { typed: typed.clone(), why };
            let rename = Rename::read(typed, &presented(history), &whole).map_err(refused)?;
            if !renames.contains(&rename) {
                renames.push(rename);
            }
        }
        loop {
            let renamed = renamed(dialect, history, &renames, (wanted, filter))?;
            let mut after = whole.clone();
            filter.restrict(&renamed.schema, &mut after);
            let mut after = align(dialect, &renamed.state, &renamed.schema, &after);
            let undecided = scope::undecided(&renamed.state, wanted, &renamed.schema, &mut after);
            if let Some(refusal) = undecided.iter().find_map(unknown_table) {
                return Err(refusal);
            }
            let mut more = likely::certain(dialect, &renamed.schema, &after);
            let asked = likely::likely(&renamed.schema, &after, request.dropped);
            if !asked.is_empty() && !request.takes_likely {
                return Err(Refusal::Likely(asked));
            }
            more.extend(asked);
            if !more.is_empty() && renames.len() < MAX_RENAMES {
                renames.extend(more);
                continue;
            }
            return Self::of(dialect, renamed, &after, renames, undecided);
        }
    }

    fn of(
        dialect: Dialect,
        renamed: Renamed,
        after: &Schema,
        renames: Vec<Rename>,
        undecided: Vec<Undecided>,
    ) -> Result<Self, Refusal> {
        let (more, reached) = changed(dialect, &renamed, after, "up")?;
        let orders = dialect.diff_rules().orders_columns();
        let all = compare(&renamed.schema, after).into_iter();
        let differences: Vec<Difference> = all.filter(|one| orders || !one.is_order()).collect();
        let mut losses = loss::losses(dialect, &renamed.schema, after, &differences);
        for loss in &mut losses {
            loss.subject = renames
                .iter()
                .rev()
                .fold(loss.subject.clone(), |subject, rename| rename.name_before(&subject));
        }
        let mut steps = renamed.steps;
        steps.extend(more);
        Ok(Self { steps, renames, differences, losses, undecided, reached })
    }
}

/// Refuses a new table that is not known: nothing could be written for it.
fn unknown_table(one: &Undecided) -> Option<Refusal> {
    let is_new = matches!(one.difference.change, Change::Added);
    let object = &one.difference.object;
    let reason = one.reason.as_ref().filter(|_| one.in_wanted && is_new)?;
    (object.kind == Kind::Table && object.table.is_none())
        .then(|| Refusal::Unknown { table: object.name.clone(), why: reason.why.to_owned() })
}

/// Renames that follow from each other end here.
const MAX_RENAMES: usize = 1000;

/// The steps that lead back to the history's schema.
pub(super) fn back(
    request: &Request<'_>,
    reached: &State,
    renames: &[Rename],
) -> Result<Vec<Step>, Refusal> {
    let opposite: Vec<Rename> = renames.iter().rev().map(Rename::opposite).collect();
    let target = (request.history, request.filter);
    let renamed = renamed(request.dialect, reached, &opposite, target)?;
    let mut target = presented(request.history);
    let known = presented(reached);
    request.filter.restrict(&known, &mut target);
    let aligned = align(request.dialect, &renamed.state, &renamed.schema, &target);
    let (more, _) = changed(request.dialect, &renamed, &aligned, "down")?;
    let mut steps = renamed.steps;
    steps.extend(more);
    Ok(steps)
}

/// A schema after renames.
struct Renamed {
    state: State,
    schema: Schema,
    steps: Vec<Step>,
}

fn renamed(
    dialect: Dialect,
    from: &State,
    renames: &[Rename],
    target: (&State, &Filter),
) -> Result<Renamed, Refusal> {
    let mut state = from.clone();
    let mut steps = Vec::new();
    for rename in renames {
        let schema = presented(&state);
        let views = views_in_the_way(dialect, rename, &schema, target);
        let mut more = steps::plain(dialect, &views)?;
        more.extend(rename.steps(dialect, &schema)?);
        proof::run(&mut state, dialect, &more)?;
        steps.extend(more);
    }
    let schema = presented(&state);
    Ok(Renamed { state, schema, steps })
}

/// Drops the views that a rename changes: one that has the new name of a table, those that read what is renamed,
/// as far as it is known what they shall be, and the views that read these. Those that are wanted are created
/// again behind the renames.
fn views_in_the_way(
    dialect: Dialect,
    rename: &Rename,
    schema: &Schema,
    (target, filter): (&State, &Filter),
) -> Vec<Op> {
    let place = Name { namespace: rename.owner.namespace.clone(), name: rename.to.clone() };
    let expands = dialect.diff_rules().expands_stars();
    let is_known = |name: &Name| {
        filter.takes_table(&name.to_string())
            && target.unknown().marks_of(Kind::View, name).next().is_none()
    };
    let is_changed = |name: &Name, view: &View| match rename.kind {
        Kind::Table if *name == place => true,
        Kind::Table | Kind::Column | Kind::Namespace => {
            expands && mentions(&view.definition, &rename.owner.name) && is_known(name)
        }
        _ => false,
    };
    let views = || schema.views.iter();
    let mut found: Vec<&Name> =
        views().filter(|(name, view)| is_changed(name, view)).map(|(name, _)| name).collect();
    let mut at = 0;
    while let Some(read) = found.get(at).copied() {
        let reads = |(name, view): &(&Name, &View)| {
            !found.contains(name) && mentions(&view.definition, &read.name)
        };
        let more: Vec<&Name> = views().filter(reads).map(|(name, _)| name).collect();
        found.extend(more);
        at += 1;
    }
    // What reads another view goes before it.
    let mut order: Vec<&Name> = Vec::new();
    while order.len() < found.len() {
        let is_read = |name: &Name| {
            found.iter().any(|other| {
                *other != name
                    && !order.contains(other)
                    && schema
                        .views
                        .get(*other)
                        .is_some_and(|view| mentions(&view.definition, &name.name))
            })
        };
        let open = || found.iter().copied().filter(|name| !order.contains(name));
        let Some(next) = open().find(|name| !is_read(name)).or_else(|| open().next()) else {
            break;
        };
        order.push(next);
    }
    let drop = |name: &&Name| {
        let kind = schema.views.get(*name).map_or(Kind::View, View::kind);
        Op::DropView { name: (*name).clone(), kind, if_exists: false, cascade: false }
    };
    order.iter().map(drop).collect()
}

fn mentions(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.split(|c| !is_part(c)).any(|word| word.eq_ignore_ascii_case(name))
}

/// The steps for everything that differs, and the state behind them, which is the wanted one.
fn changed(
    dialect: Dialect,
    from: &Renamed,
    after: &Schema,
    section: &'static str,
) -> Result<(Vec<Step>, State), Refusal> {
    let rules = dialect.diff_rules();
    let mut ops = diff(&from.schema, after, rules);
    if let Some((table, column)) = replaced_column(&ops, &from.schema, after) {
        return Err(Refusal::Unsupported(format!(
            "the column {table}.{column} cannot become what is wanted without losing its values"
        )));
    }
    from.state.name_home(&mut ops);
    let steps = steps::careful(dialect, ops, &from.schema, after)?;
    let mut state = from.state.clone();
    proof::run(&mut state, dialect, &steps)?;
    let left = proof::left(dialect, &state, after);
    if !left.is_empty() {
        let left = left.iter().map(difference).collect();
        return Err(Refusal::Unproved { section, left });
    }
    Ok((steps, state))
}

/// A column that is dropped and added again although the rows have values in it.
fn replaced_column<'o>(
    ops: &'o [Op],
    before: &Schema,
    after: &Schema,
) -> Option<(&'o Name, &'o str)> {
    ops.iter().find_map(|op| {
        let Op::DropColumn { table, column, .. } = op else { return None };
        let of = |schema: &Schema| {
            let found = schema.tables.get(table)?.column(column)?;
            Some(found.generated.is_some())
        };
        (of(before) == Some(false) && of(after) == Some(false)).then_some((table, column.as_str()))
    })
}

/// The schema of a state in the form of the catalog.
pub(super) fn presented(state: &State) -> Schema {
    let mut schema = state.schema().clone();
    state.rules().present(state, &mut schema);
    schema
}
