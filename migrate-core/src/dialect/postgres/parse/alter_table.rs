//! `ALTER TABLE`, `ALTER VIEW` and their relatives: one operation for each action of a statement.

use super::super::index_option::{CLUSTER, REPLICA_IDENTITY, USING_INDEX};
use super::column::{Written, attributes, is_constraint, settings, statistics};
use super::expr::{in_parens, take};
use super::names::{
    Parsed, cascade, group, if_exists, if_not_exists, label, name, number, only, only_if,
    qualified, relation, sequence, word,
};
use super::sequence_option::{Options, option, options};
use super::types::{collation, plain_type};
use super::{Cursor, Parser};
use crate::op::{
    AttributeChange, ColumnChange, ConstraintKey, Located, Op, Position, Subject, TableChange,
    TableConstraint,
};
use crate::schema::{
    Column, DataType, Deferrable, Identity, IdentityKind, Kind, Name, PartitionOf, Table,
};

impl<'t> Parser<'t> {
    /// `ALTER TABLE` and the like, behind these words. `kind` is the kind in the statement.
    pub(super) fn alter_table(
        self,
        mut cursor: Cursor<'t>,
        kind: Kind,
    ) -> Parsed<Vec<Located<Op>>> {
        if cursor.eat("ALL IN TABLESPACE") {
            return Ok(self.whole(vec![Op::Opaque { names: super::names::mentioned(cursor) }]));
        }
        let if_exists = if_exists(&mut cursor);
        let alone = cursor.is("ONLY");
        let table = relation(&mut cursor)?;
        if let Some(op) = self.alone(&mut cursor, &table, kind, if_exists)? {
            cursor.end()?;
            return Ok(self.whole(op));
        }
        let mut found = Vec::new();
        loop {
            let start = cursor;
            let ops = self.action(&mut cursor, &table)?;
            let span = start.before(&cursor).span();
            if !cursor.is_empty() && !cursor.is(",") {
                return Err(cursor.unexpected("`,` or the end of the statement"));
            }
            let condition = Some(&table).filter(|_| if_exists);
            let value = |op| only_if(condition, only(alone, op));
            found.extend(ops.into_iter().map(|op| Located { value: value(op), span }));
            if !cursor.eat(",") {
                break;
            }
        }
        found.sort_by_key(|located| pass(&located.value));
        if let [only] = &mut *found {
            only.span = self.span();
        }
        Ok(found)
    }

    /// The forms that stand alone: names, schemas, partitions.
    fn alone(
        self,
        cursor: &mut Cursor<'t>,
        table: &Name,
        kind: Kind,
        if_exists: bool,
    ) -> Parsed<Option<Vec<Op>>> {
        let condition = Some(table).filter(|_| if_exists);
        let op = if cursor.eat("RENAME TO") {
            let to = name(cursor, "the new name")?;
            if kind == Kind::Table {
                Op::RenameTable { name: table.clone(), to: Name::new(to), if_exists }
            } else {
                let subject = Subject { kind, name: table.clone(), part: None };
                Op::Rename { subject, to, if_exists }
            }
        } else if cursor.eat("RENAME CONSTRAINT") {
            let part = Some(name(cursor, "the name of a constraint")?);
            cursor.expect("TO")?;
            let to = name(cursor, "the new name")?;
            let subject = Subject { kind: Kind::Constraint, name: table.clone(), part };
            Op::Rename { subject, to, if_exists }
        } else if cursor.eat("RENAME") {
            // `column` is a reserved word.
            cursor.eat("COLUMN");
            let column = name(cursor, "the name of a column")?;
            cursor.expect("TO")?;
            let to = name(cursor, "the new name")?;
            only_if(condition, Op::RenameColumn { table: table.clone(), column, to })
        } else if cursor.eat("SET SCHEMA") {
            let namespace = name(cursor, "the name of a schema")?;
            let subject = Subject { kind, name: table.clone(), part: None };
            Op::SetNamespace { subject, namespace, if_exists }
        } else if cursor.eat("ATTACH PARTITION") {
            let partition = qualified(cursor, "the name of a table")?;
            let of = PartitionOf { parent: table.clone(), bound: self.bound(cursor)? };
            let change = TableChange::AttachPartition { partition, of };
            only_if(condition, Op::AlterTable { table: table.clone(), change })
        } else if cursor.eat("DETACH PARTITION") {
            let partition = qualified(cursor, "the name of a table")?;
            cursor.eat_any(&["CONCURRENTLY", "FINALIZE"]);
            let change = TableChange::DetachPartition { partition };
            only_if(condition, Op::AlterTable { table: table.clone(), change })
        } else if kind != Kind::Table && cursor.eat("DEPENDS ON EXTENSION") {
            word(cursor, "the name of an extension")?;
            return Ok(Some(Vec::new()));
        } else {
            return Ok(None);
        };
        Ok(Some(vec![op]))
    }

    /// One action of a statement.
    fn action(self, cursor: &mut Cursor<'t>, table: &Name) -> Parsed<Vec<Op>> {
        let alter = |change| vec![Op::AlterTable { table: table.clone(), change }];
        let option = |name: &str, value: Option<&str>| {
            let (name, value) = (name.to_owned(), value.map(str::to_owned));
            alter(TableChange::Option { name, value })
        };
        if cursor.eat("ADD") {
            return self.add(cursor, table);
        }
        if cursor.eat("DROP CONSTRAINT") {
            let if_exists = if_exists(cursor);
            let constraint = ConstraintKey::Named(name(cursor, "the name of a constraint")?);
            let cascade = cascade(cursor);
            let table = table.clone();
            return Ok(vec![Op::DropConstraint { table, constraint, if_exists, cascade }]);
        }
        if cursor.eat("DROP") {
            cursor.eat("COLUMN");
            let if_exists = if_exists(cursor);
            let column = name(cursor, "the name of a column")?;
            let cascade = cascade(cursor);
            return Ok(vec![Op::DropColumn { table: table.clone(), column, if_exists, cascade }]);
        }
        if cursor.eat("ALTER CONSTRAINT") {
            let name = name(cursor, "the name of a constraint")?;
            let inherit = cursor.eat("INHERIT");
            let found = attributes(cursor)?;
            let details = match (inherit, found.not_enforced) {
                (true, _) => "INHERIT".to_owned(),
                (_, true) => "NOT ENFORCED".to_owned(),
                _ => found.details(),
            };
            // Without words the constraint becomes one that cannot be deferred.
            let deferrable = Some(found.deferrable.unwrap_or(Deferrable::No));
            let deferrable = deferrable.filter(|_| details.is_empty());
            return Ok(vec![Op::AlterConstraint {
                table: table.clone(),
                name,
                deferrable,
                details,
            }]);
        }
        if cursor.eat("ALTER") {
            cursor.eat("COLUMN");
            if cursor.is_kind(crate::sql::TokenKind::Number) {
                cursor.bump();
                cursor.expect("SET STATISTICS")?;
                statistics(cursor)?;
                return Ok(vec![Op::Opaque { names: vec![table.clone()] }]);
            }
            let column = name(cursor, "the name of a column")?;
            let changes = self.column_change(cursor)?;
            let op =
                |change| Op::AlterColumn { table: table.clone(), column: column.clone(), change };
            return Ok(changes.into_iter().map(op).collect());
        }
        if cursor.eat("VALIDATE CONSTRAINT") {
            let name = name(cursor, "the name of a constraint")?;
            return Ok(vec![Op::ValidateConstraint { table: table.clone(), name }]);
        }
        if cursor.is_any(&["ENABLE", "DISABLE", "FORCE", "NO FORCE"]) {
            return self.switch(cursor, table);
        }
        if cursor.eat("INHERIT") {
            return Ok(alter(TableChange::Inherit(qualified(cursor, "the name of a table")?)));
        }
        if cursor.eat("NO INHERIT") {
            return Ok(alter(TableChange::NoInherit(qualified(cursor, "the name of a table")?)));
        }
        if cursor.eat("OWNER TO") {
            let subject = Subject { kind: Kind::Table, name: table.clone(), part: None };
            return Ok(vec![super::grant::owner(cursor, subject)?]);
        }
        if cursor.eat("NOT OF") {
            return Ok(option("of type", None));
        }
        if cursor.eat("OF") {
            let of = qualified(cursor, "the name of a type")?.to_string();
            return Ok(option("of type", Some(&of)));
        }
        if cursor.eat("CLUSTER ON") {
            let index = name(cursor, "the name of an index")?;
            return Ok(option(CLUSTER, Some(&index)));
        }
        if cursor.eat("REPLICA IDENTITY") {
            return self.replica_identity(cursor, table);
        }
        if cursor.eat("SET WITHOUT CLUSTER") {
            return Ok(option(CLUSTER, None));
        }
        if cursor.eat("SET WITHOUT OIDS") {
            return Ok(Vec::new());
        }
        if cursor.eat("SET LOGGED") {
            return Ok(option("unlogged", None));
        }
        if cursor.eat("SET UNLOGGED") {
            return Ok(option("unlogged", Some("")));
        }
        if cursor.eat("SET ACCESS METHOD") {
            let method = name(cursor, "an access method")?;
            return Ok(option("using", Some(&*method).filter(|method| *method != "heap")));
        }
        if cursor.eat("SET TABLESPACE") {
            let space = name(cursor, "the name of a tablespace")?;
            return Ok(option("tablespace", Some(&*space).filter(|space| *space != "pg_default")));
        }
        let set = cursor.is("SET (");
        if set || cursor.is("RESET (") {
            cursor.bump();
            let found = settings(cursor)?;
            let one = |(name, value): (String, String)| Op::AlterTable {
                table: table.clone(),
                change: TableChange::Option {
                    name: match name.strip_prefix("toast.") {
                        Some(name) => format!("toast with.{name}"),
                        None => format!("with.{name}"),
                    },
                    value: Some(value).filter(|_| set),
                },
            };
            return Ok(found.into_iter().map(one).collect());
        }
        if cursor.eat("OPTIONS") {
            super::other::foreign_options(cursor)?;
            return Ok(vec![Op::Opaque { names: vec![table.clone()] }]);
        }
        Err(cursor.unexpected("an action of `ALTER TABLE`"))
    }

    fn add(self, cursor: &mut Cursor<'t>, table: &Name) -> Parsed<Vec<Op>> {
        if is_constraint(cursor) {
            return Ok(vec![match self.table_constraint(cursor)? {
                Ok(Written { constraint, using_index }) => Op::AddConstraint {
                    table: table.clone(),
                    constraint: Box::new(constraint),
                    using_index,
                    if_not_exists: false,
                },
                Err(column) => {
                    let change = ColumnChange::Nullable(false);
                    Op::AlterColumn { table: table.clone(), column, change }
                }
            }]);
        }
        cursor.eat("COLUMN");
        let if_not_exists = if_not_exists(cursor)?;
        // The column ends at the next action.
        let mut definition = super::names::until_comma(cursor);
        let mut alone = Table::default();
        self.column(&mut definition, &mut alone)?;
        definition.end()?;
        let column = alone.columns.first().cloned().unwrap_or_else(Column::default);
        let (column, constraints) = (Box::new(column), Box::new(alone));
        let (table, position) = (table.clone(), Position::Last);
        Ok(vec![Op::AddColumn { table, column, constraints, position, if_not_exists }])
    }

    /// What follows `ALTER COLUMN c`.
    fn column_change(self, cursor: &mut Cursor<'t>) -> Parsed<Vec<ColumnChange>> {
        if let Some(change) = self.common_change(cursor)? {
            return Ok(vec![change]);
        }
        if cursor.eat("DROP EXPRESSION") {
            return Ok(vec![ColumnChange::DropExpression { if_exists: if_exists(cursor) }]);
        }
        if cursor.eat("DROP IDENTITY") {
            return Ok(vec![ColumnChange::DropIdentity { if_exists: if_exists(cursor) }]);
        }
        if cursor.eat("SET DATA TYPE") || cursor.eat("TYPE") {
            let mut written = *cursor;
            let found = plain_type(cursor)?;
            let collation = if cursor.eat("COLLATE") { Some(collation(cursor)?) } else { None };
            // That of the type, as where none is written.
            let collation = collation.filter(|name| name != "\"default\"");
            let using = if cursor.eat("USING") { Some(self.written(take(cursor)?)) } else { None };
            // `serial` is a type only where a column is created.
            let serial = if found.is_serial { written.qualified_name() } else { None };
            let data_type = match &serial {
                Some(name) => DataType::from(name.to_string()),
                None => found.data_type(),
            };
            let user_type = found.user_type.or(serial);
            return Ok(vec![ColumnChange::Type { data_type, user_type, collation, using }]);
        }
        if cursor.eat("SET EXPRESSION AS") {
            return Ok(vec![ColumnChange::SetExpression(self.written(in_parens(cursor)?))]);
        }
        if cursor.eat("ADD") {
            return self.add_identity(cursor).map(|change| vec![change]);
        }
        let detail = |name: &str, value: Option<String>| {
            Ok(vec![ColumnChange::Detail { name: name.to_owned(), value }])
        };
        if cursor.eat("SET STATISTICS") {
            return detail("STATISTICS", statistics(cursor)?);
        }
        if cursor.eat("SET STORAGE") {
            let mode = label(cursor, "a storage mode")?;
            return detail("STORAGE", Some(mode));
        }
        if cursor.eat("SET COMPRESSION") {
            let method = label(cursor, "a compression method")?;
            return detail("COMPRESSION", Some(method).filter(|method| method != "default"));
        }
        if cursor.eat("OPTIONS") {
            let options = super::other::foreign_options(cursor)?;
            return detail("OPTIONS", Some(options));
        }
        let set = cursor.is("SET (");
        if set || cursor.is("RESET (") {
            cursor.bump();
            let one = |(name, value): (String, String)| ColumnChange::Detail {
                name: format!("WITH.{name}"),
                value: Some(value).filter(|_| set),
            };
            return Ok(settings(cursor)?.into_iter().map(one).collect());
        }
        self.alter_identity(cursor)
    }

    /// The changes that a column and a domain have.
    pub(super) fn common_change(self, cursor: &mut Cursor<'t>) -> Parsed<Option<ColumnChange>> {
        Ok(Some(if cursor.eat("SET DEFAULT") {
            ColumnChange::Default(Some(self.written(take(cursor)?)))
        } else if cursor.eat("DROP DEFAULT") {
            ColumnChange::Default(None)
        } else if cursor.eat("SET NOT NULL") {
            ColumnChange::Nullable(false)
        } else if cursor.eat("DROP NOT NULL") {
            ColumnChange::Nullable(true)
        } else {
            return Ok(None);
        }))
    }

    fn add_identity(self, cursor: &mut Cursor<'t>) -> Parsed<ColumnChange> {
        cursor.expect("GENERATED")?;
        let always = cursor.eat("ALWAYS");
        if !always {
            cursor.expect("BY DEFAULT")?;
        }
        cursor.expect("AS IDENTITY")?;
        let kind = if always { IdentityKind::Always } else { IdentityKind::ByDefault };
        let found = if cursor.is("(") { options(&mut group(cursor)?)? } else { Options::default() };
        // The type of the numbers is the column's, which is not known here.
        let options = found.text("");
        let options = options.strip_prefix("AS  ").unwrap_or(&options).to_owned();
        Ok(ColumnChange::AddIdentity(Identity { kind, options }))
    }

    /// `SET GENERATED ..`, `SET START ..`, `RESTART`.
    fn alter_identity(self, cursor: &mut Cursor<'t>) -> Parsed<Vec<ColumnChange>> {
        let start = *cursor;
        loop {
            if cursor.eat("RESTART") {
                cursor.eat("WITH");
                if cursor.is("-") || cursor.is_kind(crate::sql::TokenKind::Number) {
                    number(cursor)?;
                }
            } else if cursor.eat("SET GENERATED") {
                if !cursor.eat("ALWAYS") {
                    cursor.expect("BY DEFAULT")?;
                }
            } else if cursor.eat("SET") {
                option(cursor, &mut Options::default())?;
            } else {
                break;
            }
        }
        let text = self.written(start.before(cursor));
        if text.is_empty() {
            return Err(cursor.unexpected("a change of the column"));
        }
        Ok(vec![ColumnChange::AlterIdentity(text)])
    }

    /// Triggers, rules and row security that are switched on or off.
    fn switch(self, cursor: &mut Cursor<'t>, table: &Name) -> Parsed<Vec<Op>> {
        let start = *cursor;
        let security = [
            ("ENABLE ROW LEVEL SECURITY", "enabled"),
            ("DISABLE ROW LEVEL SECURITY", "disabled"),
            ("FORCE ROW LEVEL SECURITY", "forced"),
            ("NO FORCE ROW LEVEL SECURITY", "not forced"),
        ];
        if let Some((_, state)) = security.iter().find(|(words, _)| cursor.eat(words)) {
            let (name, value) = ("row security".to_owned(), Some((*state).to_owned()));
            let change = TableChange::Option { name, value };
            return Ok(vec![Op::AlterTable { table: table.clone(), change }]);
        }
        if cursor.eat("ENABLE") {
            cursor.eat_any(&["ALWAYS", "REPLICA"]);
        } else {
            cursor.expect("DISABLE")?;
        }
        let state = self.written(start.before(cursor)).to_ascii_uppercase();
        if cursor.eat("RULE") {
            let rule = name(cursor, "the name of a rule")?;
            let key = format!("{rule} on {table}");
            return Ok(vec![Op::AlterOther { kind: Kind::Rule, key, if_exists: false }]);
        }
        cursor.expect("TRIGGER")?;
        let name = if cursor.eat_any(&["ALL", "USER"]).is_some() {
            None
        } else {
            Some(name(cursor, "the name of a trigger")?)
        };
        let change = TableChange::Trigger { name, state };
        Ok(vec![Op::AlterTable { table: table.clone(), change }])
    }

    fn replica_identity(self, cursor: &mut Cursor<'t>, table: &Name) -> Parsed<Vec<Op>> {
        let value = match cursor.eat_any(&["NOTHING", "FULL", "DEFAULT", "USING INDEX"]) {
            Some("NOTHING") => Some("nothing".to_owned()),
            Some("FULL") => Some("full".to_owned()),
            Some("DEFAULT") => None,
            Some(_) => Some(format!("{USING_INDEX}{}", name(cursor, "the name of an index")?)),
            None => return Err(cursor.unexpected("`DEFAULT`, `FULL`, `NOTHING` or `USING INDEX`")),
        };
        let change = TableChange::Option { name: REPLICA_IDENTITY.to_owned(), value };
        Ok(vec![Op::AlterTable { table: table.clone(), change }])
    }

    /// `ALTER TYPE` of a composite type: its attributes.
    pub(super) fn attributes(self, mut cursor: Cursor<'t>) -> Parsed<Vec<AttributeChange>> {
        let typed = |cursor: &mut Cursor<'t>| {
            let mut text = plain_type(cursor)?.text;
            if cursor.eat("COLLATE") {
                text.push_str(&format!(" COLLATE {}", collation(cursor)?));
            }
            Ok(text)
        };
        let changes = sequence(&mut cursor, |cursor| {
            let change = match cursor.eat_any(&["ADD", "DROP", "ALTER"]) {
                Some("ADD") => {
                    cursor.expect("ATTRIBUTE")?;
                    let name = name(cursor, "the name of an attribute")?;
                    AttributeChange::Add(name, typed(cursor)?)
                }
                Some("DROP") => {
                    cursor.expect("ATTRIBUTE")?;
                    let if_exists = if_exists(cursor);
                    let name = name(cursor, "the name of an attribute")?;
                    AttributeChange::Drop { name, if_exists }
                }
                Some(_) => {
                    cursor.expect("ATTRIBUTE")?;
                    let name = name(cursor, "the name of an attribute")?;
                    cursor.eat("SET DATA");
                    cursor.expect("TYPE")?;
                    AttributeChange::Type(name, typed(cursor)?)
                }
                None => return Err(cursor.unexpected("`ADD`, `ALTER` or `DROP`")),
            };
            cascade(cursor);
            Ok(change)
        })?;
        cursor.end()?;
        Ok(changes)
    }
}

/// When the server performs an action: first those that drop something, then other types, new columns
/// and their properties, keys, and other constraints.
fn pass(op: &Op) -> u8 {
    match op {
        Op::Conditional { op, .. } => pass(op),
        Op::DropColumn { .. } | Op::DropConstraint { .. } => 0,
        Op::AlterColumn { change, .. } => match change {
            ColumnChange::Default(None)
            | ColumnChange::Nullable(true)
            | ColumnChange::DropIdentity { .. }
            | ColumnChange::DropExpression { .. } => 0,
            ColumnChange::Type { .. } => 1,
            ColumnChange::Nullable(false)
            | ColumnChange::AlterIdentity(_)
            | ColumnChange::SetExpression(_) => 3,
            ColumnChange::Default(Some(_)) | ColumnChange::AddIdentity(_) => 5,
            _ => 6,
        },
        Op::AddColumn { .. } => 2,
        Op::AddConstraint { constraint, .. } => match &**constraint {
            TableConstraint::PrimaryKey(_) | TableConstraint::Unique(_) => 4,
            TableConstraint::Other(_) => 4,
            _ => 5,
        },
        _ => 6,
    }
}
