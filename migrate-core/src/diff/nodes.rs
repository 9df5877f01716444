//! The operations that create one object, with the words that their text mentions.

use super::order::{Node, Rank, key, words};
use crate::dialect::DiffRules;
use crate::op::{
    AttributeChange, Op, Position, SequenceChange, Subject, TableChange, TableConstraint,
};
use crate::schema::{
    Check, Column, Constraint, Domain, Enum, ForeignKey, Index, Key, Kind, Name, Other, Schema,
    Sequence, Table, Trigger, View,
};

fn node(rank: Rank, name: &str, ops: Vec<Op>, texts: &[&str]) -> Node {
    let mentions = texts.iter().flat_map(|text| words(text)).collect();
    Node { ops, rank, name: key(name), mentions }
}

/// An operation that comes behind what it mentions.
pub(super) fn last(op: Op, mentions: &str) -> Node {
    node(Rank::Last, "", vec![op], &[mentions])
}

/// The comment of an object that has one.
pub(super) fn comment(
    kind: Kind,
    name: &Name,
    part: Option<&str>,
    text: Option<&String>,
) -> Option<Node> {
    let subject = Subject { kind, name: name.clone(), part: part.map(str::to_owned) };
    let op = Op::Comment { subject, comment: Some(text?.clone()) };
    Some(node(Rank::Last, "", vec![op], &[&name.name, part.unwrap_or_default()]))
}

/// The texts of a column that may mention other objects.
pub(super) fn column_texts(column: &Column) -> Vec<&str> {
    let Column { data_type, user_type, default, generated, collation, .. } = column;
    let texts = [
        Some(data_type.as_str()),
        user_type.as_ref().map(|name| name.name.as_str()),
        default.as_deref(),
        generated.as_ref().map(|generated| generated.expression.as_str()),
        collation.as_deref(),
    ];
    texts.into_iter().flatten().collect()
}

/// A table alone: without its foreign keys to others, without its indexes and triggers, and without comments
/// where they are statements of their own.
pub(super) fn table(name: &Name, table: &Table, rules: &dyn DiffRules) -> Node {
    let mut bare = table.clone();
    bare.triggers.clear();
    bare.options.retain(|option, value| rules.index_of_option(option, value).is_none());
    if !rules.table_holds_parts() {
        bare.indexes.clear();
        bare.comment = None;
        bare.columns.iter_mut().for_each(|column| column.comment = None);
    }
    if !rules.parent_may_be_missing() {
        bare.foreign_keys.clear();
    }
    // It becomes a partition when its columns are those of the parent; without own ones it is made as one.
    if rules.attaches_partitions() && !table.columns.is_empty() {
        bare.partition_of = None;
    }
    let mut texts: Vec<&str> = table.columns.iter().flat_map(column_texts).collect();
    texts.extend(table.checks.iter().map(|check| check.expression.as_str()));
    texts.extend(table.constraints.iter().map(|constraint| constraint.definition.as_str()));
    texts.extend(table.foreign_keys.iter().map(|key| key.parent.name.as_str()));
    texts.extend(table.partition_of.iter().map(|of| of.parent.name.as_str()));
    let is_named =
        |(option, value): &(&String, &String)| rules.index_of_option(option, value).is_none();
    texts.extend(table.options.iter().filter(is_named).map(|(_, value)| value.as_str()));
    texts.extend(name.namespace.as_deref());
    let op = Op::CreateTable {
        name: name.clone(),
        table: Box::new(bare),
        if_not_exists: false,
        or_replace: false,
        like: Vec::new(),
        inherits: Vec::new(),
    };
    node(Rank::Table, &name.name, vec![op], &texts)
}

/// Makes a table a partition of another one.
pub(super) fn attach(name: &Name, table: &Table) -> Option<Node> {
    let of = table.partition_of.as_ref().filter(|_| !table.columns.is_empty())?;
    let change = TableChange::AttachPartition { partition: name.clone(), of: of.clone() };
    let op = Op::AlterTable { table: of.parent.clone(), change };
    Some(node(Rank::Constraint, "", vec![op], &[&name.name, &of.parent.name]))
}

pub(super) fn add_column(table: &Name, of: &Table, column: &Column, rules: &dyn DiffRules) -> Node {
    let comment = if rules.table_holds_parts() { column.comment.clone() } else { None };
    let bare = Column { comment, ..column.clone() };
    let at = of.columns.iter().position(|own| own.name == column.name).unwrap_or_default();
    let position = match at.checked_sub(1).and_then(|at| of.columns.get(at)) {
        _ if !rules.orders_columns() || at + 1 == of.columns.len() => Position::Last,
        Some(previous) => Position::After(previous.name.clone()),
        None => Position::First,
    };
    let checks = super::tables::checks_of_column(rules, of, column);
    let op = Op::AddColumn {
        table: table.clone(),
        column: Box::new(bare),
        constraints: Box::new(Table { checks, ..Table::default() }),
        position,
        if_not_exists: false,
    };
    let mut texts = column_texts(column);
    texts.push(&table.name);
    node(Rank::Column, "", vec![op], &texts)
}

/// Operations on the columns of a table, which mention some texts.
pub(super) fn columns(table: &Name, ops: Vec<Op>, texts: &[&str]) -> Node {
    let mut node = node(Rank::Column, "", ops, texts);
    node.mentions.insert(key(&table.name));
    node
}

/// A value that is a constraint of a table.
pub(super) trait AsConstraint {
    fn constraint(&self) -> TableConstraint;

    /// The texts that may mention other objects.
    fn texts(&self) -> Vec<&str>;

    fn rank(&self) -> Rank {
        Rank::Constraint
    }
}

/// A primary key among the constraints.
struct Primary<'k>(&'k Key);

impl AsConstraint for Primary<'_> {
    fn constraint(&self) -> TableConstraint {
        TableConstraint::PrimaryKey(self.0.clone())
    }

    fn texts(&self) -> Vec<&str> {
        Vec::new()
    }
}

impl AsConstraint for Key {
    fn constraint(&self) -> TableConstraint {
        TableConstraint::Unique(self.clone())
    }

    fn texts(&self) -> Vec<&str> {
        Vec::new()
    }
}

impl AsConstraint for Check {
    fn constraint(&self) -> TableConstraint {
        TableConstraint::Check(self.clone())
    }

    fn texts(&self) -> Vec<&str> {
        vec![&self.expression]
    }
}

impl AsConstraint for ForeignKey {
    fn constraint(&self) -> TableConstraint {
        TableConstraint::ForeignKey(self.clone())
    }

    fn texts(&self) -> Vec<&str> {
        vec![&self.parent.name]
    }

    fn rank(&self) -> Rank {
        Rank::ForeignKey
    }
}

impl AsConstraint for Constraint {
    fn constraint(&self) -> TableConstraint {
        TableConstraint::Other(self.clone())
    }

    fn texts(&self) -> Vec<&str> {
        vec![&self.definition]
    }
}

pub(super) fn constraint(table: &Name, value: &dyn AsConstraint) -> Node {
    let op = Op::AddConstraint {
        table: table.clone(),
        constraint: Box::new(value.constraint()),
        using_index: None,
        if_not_exists: false,
    };
    let mut texts = value.texts();
    texts.push(&table.name);
    node(value.rank(), "", vec![op], &texts)
}

/// The constraint at a position among those of its kind.
pub(super) fn constraint_at(name: &Name, table: &Table, kind: Kind, at: usize) -> Option<Node> {
    Some(match kind {
        Kind::PrimaryKey => constraint(name, &Primary(table.primary_key.as_ref()?)),
        Kind::Unique => constraint(name, table.uniques.get(at)?),
        Kind::Check => constraint(name, table.checks.get(at)?),
        Kind::ForeignKey => constraint(name, table.foreign_keys.get(at)?),
        _ => constraint(name, table.constraints.get(at)?),
    })
}

/// The index of a name on a table or a materialised view.
pub(super) fn find_index<'s>(schema: &'s Schema, owner: &Name, name: &str) -> Option<&'s Index> {
    let table = schema.tables.get(owner).map(|table| &table.indexes);
    table.or_else(|| schema.views.get(owner).map(|view| &view.indexes))?.get(name)
}

/// The trigger of a name on a table or a view.
pub(super) fn find_trigger<'s>(
    schema: &'s Schema,
    owner: &Name,
    name: &str,
) -> Option<&'s Trigger> {
    let table = schema.tables.get(owner).map(|table| &table.triggers);
    table.or_else(|| schema.views.get(owner).map(|view| &view.triggers))?.get(name)
}

/// Gives a column its whole definition again.
pub(super) fn replace_column(table: &Name, column: &Column, position: Position) -> Op {
    Op::ReplaceColumn {
        table: table.clone(),
        column: column.name.clone(),
        with: Box::new(column.clone()),
        constraints: Box::default(),
        position,
        if_exists: false,
    }
}

pub(super) fn index(table: &Name, name: &str, index: &Index, rules: &dyn DiffRules) -> Node {
    let comment = if rules.table_holds_parts() { index.comment.clone() } else { None };
    let op = Op::CreateIndex {
        table: table.clone(),
        name: Some(name.to_owned()),
        index: Box::new(Index { comment, ..index.clone() }),
        if_not_exists: false,
        or_replace: false,
        concurrently: false,
    };
    let mut texts: Vec<&str> = index.parts.iter().map(|part| part.expression.as_str()).collect();
    texts.extend(index.parts.iter().filter_map(|part| part.operator_class.as_deref()));
    texts.extend(index.predicate.as_deref());
    texts.extend([table.name.as_str(), &index.details]);
    node(Rank::Index, name, vec![op], &texts)
}

/// Returns `true` if a partition has a trigger because its parent has it.
pub(super) fn is_trigger_of_parent(schema: &Schema, owner: &Name, name: &str) -> bool {
    let of = schema.tables.get(owner).and_then(|table| table.partition_of.as_ref());
    of.and_then(|of| schema.tables.get(&of.parent))
        .is_some_and(|parent| parent.triggers.contains_key(name))
}

pub(super) fn trigger(table: &Name, name: &str, trigger: &Trigger) -> Node {
    let op = Op::CreateTrigger {
        name: Name { namespace: table.namespace.clone(), name: name.to_owned() },
        table: table.clone(),
        trigger: trigger.clone(),
        uses: Vec::new(),
        if_not_exists: false,
        or_replace: false,
    };
    node(Rank::Trigger, "", vec![op], &[&trigger.definition, &table.name])
}

pub(super) fn view(name: &Name, view: &View) -> Node {
    let bare = View {
        indexes: std::collections::BTreeMap::new(),
        triggers: std::collections::BTreeMap::new(),
        comment: None,
        ..view.clone()
    };
    let op = Op::CreateView {
        name: name.clone(),
        view: Box::new(bare),
        reads: Vec::new(),
        if_not_exists: false,
        or_replace: false,
    };
    node(Rank::View, &name.name, vec![op], &[&view.definition, &view.details])
}

pub(super) fn enumeration(name: &Name, value: &Enum) -> Node {
    let value = Box::new(Enum { comment: None, ..value.clone() });
    let texts: Vec<&str> = name.namespace.as_deref().into_iter().collect();
    node(Rank::Type, &name.name, vec![Op::CreateEnum { name: name.clone(), value }], &texts)
}

/// Changes the attributes of a composite type.
pub(super) fn attributes(key: &str, changes: Vec<AttributeChange>) -> Node {
    let name = match key.split_once('.') {
        Some((namespace, name)) => {
            Name { namespace: Some(namespace.to_owned()), name: name.to_owned() }
        }
        None => Name::new(key),
    };
    let texts: Vec<String> = changes
        .iter()
        .map(|change| match change {
            AttributeChange::Add(_, of) | AttributeChange::Type(_, of) => of.clone(),
            _ => String::new(),
        })
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let op = Op::AlterAttributes { name: name.clone(), changes };
    node(Rank::Type, &name.name, vec![op], &texts)
}

pub(super) fn domain(name: &Name, domain: &Domain) -> Node {
    let bare = Box::new(Domain { comment: None, ..domain.clone() });
    let mut texts: Vec<&str> =
        domain.checks.iter().map(|check| check.expression.as_str()).collect();
    texts.push(&domain.data_type);
    texts.extend(domain.default.as_deref().into_iter().chain(name.namespace.as_deref()));
    let op = Op::CreateDomain { name: name.clone(), domain: bare };
    node(Rank::Type, &name.name, vec![op], &texts)
}

/// A sequence, and the node that makes it the column's own.
pub(super) fn sequence(name: &Name, sequence: &Sequence, rules: &dyn DiffRules) -> Vec<Node> {
    let comment = if rules.table_holds_parts() { sequence.comment.clone() } else { None };
    let bare = Box::new(Sequence { comment, owned_by: None, ..sequence.clone() });
    let create = Op::CreateSequence {
        name: name.clone(),
        sequence: bare,
        if_not_exists: false,
        or_replace: false,
    };
    let texts: Vec<&str> = name.namespace.as_deref().into_iter().collect();
    let mut nodes = vec![node(Rank::Sequence, &name.name, vec![create], &texts)];
    if let Some(owner) = &sequence.owned_by {
        nodes.push(owned_by(name, Some(owner)));
    }
    nodes
}

pub(super) fn sequence_options(name: &Name, changes: Vec<(String, String)>) -> Node {
    let change = SequenceChange::Options(changes);
    let op = Op::AlterSequence { name: name.clone(), change, if_exists: false };
    node(Rank::Sequence, "", vec![op], &[&name.name])
}

pub(super) fn owned_by(name: &Name, owner: Option<&(Name, String)>) -> Node {
    let change = SequenceChange::OwnedBy(owner.cloned());
    let op = Op::AlterSequence { name: name.clone(), change, if_exists: false };
    let table = owner.map_or("", |(table, _)| table.name.as_str());
    node(Rank::Last, "", vec![op], &[&name.name, table])
}

/// An object that is known by its text.
pub(super) fn other(
    rules: &dyn DiffRules,
    kind: Kind,
    own: &str,
    other: &Other,
    or_replace: bool,
) -> Node {
    let op = Op::CreateOther {
        kind,
        key: own.to_owned(),
        other: Box::new(other.clone()),
        uses: Vec::new(),
        if_not_exists: false,
        or_replace,
    };
    let rank = match kind {
        Kind::Namespace => Rank::Namespace,
        Kind::Extension => Rank::Extension,
        Kind::Type | Kind::Collation => Rank::Type,
        Kind::Function
        | Kind::Procedure
        | Kind::Operator
        | Kind::TextSearch
        | Kind::ForeignServer => Rank::Function,
        Kind::Rule | Kind::Policy | Kind::Statistics | Kind::Event | Kind::EventTrigger => {
            Rank::Trigger
        }
        _ => Rank::Last,
    };
    // The name of a function ends at its arguments.
    let name = own.split('(').next().unwrap_or(own);
    let name = name.rsplit('.').next().unwrap_or(name);
    // Nothing uses a grant or a comment.
    let name = if rank == Rank::Last { "" } else { name };
    let text = rules.text_at_creation(kind, &other.definition);
    let table = other.table.as_ref().map_or("", |table| table.name.as_str());
    node(rank, name, vec![op], &[text, own, table])
}

/// The options of a new table that name its indexes.
pub(super) fn index_options<'t>(
    name: &'t Name,
    table: &'t Table,
    rules: &'t dyn DiffRules,
) -> impl Iterator<Item = Node> + 't {
    let options = table.options.iter();
    let named = options.filter(|(option, value)| rules.index_of_option(option, value).is_some());
    named.map(|(option, value)| table_option(name, option, Some(value)))
}

pub(super) fn table_option(table: &Name, option: &str, value: Option<&String>) -> Node {
    let change = TableChange::Option { name: option.to_owned(), value: value.cloned() };
    let op = Op::AlterTable { table: table.clone(), change };
    node(Rank::Last, "", vec![op], &[&table.name])
}
