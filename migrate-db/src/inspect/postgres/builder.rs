//! The answers on their way into a schema: which object has which number, its name, its comment,
//! its privileges.

use std::collections::{BTreeSet, HashMap};

use migrate_core::schema::{Kind, Name, Other, Schema};

use super::grants;
use super::row::{self, Oid, Row};
use super::session::Session;
use crate::driver::Cells;

/// The catalogs that comments and numbers are told apart by.
pub(super) mod catalog {
    use super::Oid;

    pub(in super::super) const TYPE: Oid = 1247;
    pub(in super::super) const RELATION: Oid = 1259;
    pub(in super::super) const CONSTRAINT: Oid = 2606;
    pub(in super::super) const TRIGGER: Oid = 2620;
}

/// What has columns, and sequences.
#[derive(Clone)]
pub(super) struct Relation {
    pub(super) name: Name,
    pub(super) kind: char,
    pub(super) unlogged: bool,
    /// As the database writes it; of sequences only.
    pub(super) written: String,
    /// Who owns it.
    pub(super) owner: String,
    /// The names of the columns by their numbers; those of an index that are special likewise.
    pub(super) columns: HashMap<i16, Attribute>,
}

/// A column, as indexes and keys need it.
#[derive(Clone, Default)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) collation: Option<String>,
    /// Where it stands among the table's columns.
    pub(super) at: usize,
}

/// Which of a table's keys it is.
#[derive(Clone)]
pub(super) enum KeyAt {
    Primary,
    Unique(usize),
    Exclusion(usize),
}

/// What has been read so far.
#[derive(Clone)]
pub(super) struct SchemaBuilder {
    pub(super) session: Session,
    without: Vec<String>,
    pub(super) schema: Schema,
    namespaces: HashMap<Oid, String>,
    comments: HashMap<(Oid, Oid, i32), String>,
    pub(super) relations: HashMap<Oid, Relation>,
    /// Names of what belongs to nobody here, or is left out: others may refer to it.
    pub(super) excluded: HashMap<Oid, Name>,
    /// Types of columns by their numbers, those of rows too.
    pub(super) types: HashMap<Oid, Name>,
    /// The tables that keep the long values of others.
    pub(super) toasts: HashMap<Oid, Name>,
    pub(super) defaults: HashMap<(Oid, i16), String>,
    pub(super) keys: HashMap<Oid, (Name, KeyAt)>,
    pub(super) foreign_keys: HashMap<Oid, (Name, String)>,
    pub(super) operator_classes: HashMap<Oid, String>,
    /// The index of the parent that an index of a partition belongs to.
    pub(super) parent_indexes: HashMap<Oid, String>,
    /// Attributes of indexes of which something is said.
    pub(super) index_parts: HashMap<(Oid, i16), (Option<String>, String)>,
}

impl SchemaBuilder {
    /// What a session reads in the answers to all questions.
    pub(super) fn of(session: Session, without: &[String], answers: Option<&Cells>) -> Self {
        let mut builder = Self::new(session, without);
        for text in answers.into_iter().flatten().flatten() {
            row::rows(text).for_each(|row| builder.take(row));
        }
        builder.finish();
        builder
    }

    fn new(session: Session, without: &[String]) -> Self {
        Self {
            session,
            without: without.to_vec(),
            schema: Schema::default(),
            namespaces: HashMap::new(),
            comments: HashMap::new(),
            relations: HashMap::new(),
            excluded: HashMap::new(),
            types: HashMap::new(),
            toasts: HashMap::new(),
            defaults: HashMap::new(),
            keys: HashMap::new(),
            foreign_keys: HashMap::new(),
            operator_classes: HashMap::new(),
            parent_indexes: HashMap::new(),
            index_parts: HashMap::new(),
        }
    }

    /// Takes one answer; its first cell says to which question.
    pub(super) fn take(&mut self, mut row: Row<'_>) {
        match row.text().as_str() {
            "namespace" => self.namespace(row),
            "comment" => {
                let key = (row.number(), row.number(), row.number());
                self.comments.insert(key, row.text());
            }
            "relation" => self.relation(row),
            "inherits" => self.inherits(row),
            "toast" => self.toast(row),
            "foreign" => self.foreign_table(row),
            "default" => {
                self.defaults.insert((row.number(), row.number()), row.text());
            }
            "type" => self.type_(row),
            "label" => self.label(row),
            "column" => self.column(row),
            "sequence" => self.sequence(row),
            "constraint" => self.constraint(row),
            "opclass" => {
                self.operator_classes.insert(row.number(), row.text());
            }
            "index" => self.index(row),
            "trigger" => self.trigger(row),
            "other" => self.other(row),
            "default privileges" => {
                let name = row.text();
                let (acl, usual, owner) = (row.maybe(), row.maybe(), row.text());
                let lines = grants::differences(acl.as_deref(), usual.as_deref(), &owner);
                self.add(Kind::DefaultPrivileges, name, lines.join("\n"), None);
            }
            _ => {}
        }
    }

    /// Brings what has no order of its own into one, when all answers were taken.
    pub(super) fn finish(&mut self) {
        if !self.namespaces.values().any(|name| name == "public") {
            self.add(Kind::Namespace, "public".to_owned(), "DROPPED".to_owned(), None);
        }
        for table in self.schema.tables.values_mut() {
            table.uniques.sort_by(|a, b| a.name.cmp(&b.name));
            table.checks.sort_by(|a, b| a.name.cmp(&b.name));
            table.foreign_keys.sort_by(|a, b| a.name.cmp(&b.name));
            table.constraints.sort_by(|a, b| a.name.cmp(&b.name));
        }
        for domain in self.schema.domains.values_mut() {
            domain.checks.sort_by(|a, b| a.name.cmp(&b.name));
        }
    }

    /// Whether a relation is part of another or has parts: what is said of it then stands in
    /// several places.
    pub(super) fn is_of_family(&self, oid: Oid) -> bool {
        let Some(relation) = self.relations.get(&oid) else { return false };
        self.schema.tables.get(&relation.name).is_some_and(|table| {
            table.partition_of.is_some() || table.options.contains_key("inherits")
        })
    }

    /// Whether an answer leaves the names of what is known as they are.
    pub(super) fn agrees(&self, mut row: Row<'_>) -> bool {
        match row.text().as_str() {
            "relation" => {
                let (oid, namespace): (Oid, Oid) = (row.number(), row.number());
                let (name, kind) = (self.name(namespace, row.text()), row.letter());
                let is = |baseline: &Relation| baseline.name == name && baseline.kind == kind;
                self.relations.get(&oid).is_none_or(is)
                    && self.excluded.get(&oid).is_none_or(|baseline| *baseline == name)
            }
            "column" => {
                let (oid, number): (Oid, i16) = (row.number(), row.number());
                let baseline =
                    self.relations.get(&oid).and_then(|baseline| baseline.columns.get(&number));
                baseline.is_none_or(|baseline| baseline.name == row.text())
            }
            _ => true,
        }
    }

    /// Takes relations out, with all that stands on them.
    pub(super) fn forget(&mut self, relations: &BTreeSet<Oid>) {
        let mut names = BTreeSet::new();
        for oid in relations {
            self.excluded.remove(oid);
            names.extend(self.relations.remove(oid).map(|relation| relation.name));
        }
        for name in &names {
            self.schema.tables.remove(name);
            self.schema.views.remove(name);
            self.schema.sequences.remove(name);
        }
        let stays = |table: Option<&Name>| table.is_none_or(|table| !names.contains(table));
        self.schema.others.retain(|_, other| stays(other.table.as_ref()));
        // What waited for an answer that did not come.
        self.comments.clear();
        self.defaults.clear();
        self.keys.clear();
        self.index_parts.clear();
    }

    /// A name in a namespace by its number, where it has one.
    pub(super) fn name(&self, namespace: Oid, name: String) -> Name {
        let namespace = self.namespaces.get(&namespace).cloned();
        Name {
            namespace: namespace
                .filter(|space| self.session.default_schema.as_ref() != Some(space)),
            name,
        }
    }

    /// Whether the caller wants to hear nothing of a table.
    pub(super) fn is_left_out(&self, name: &Name) -> bool {
        let space = name.namespace.as_ref().or(self.session.default_schema.as_ref());
        let full = space.map(|space| format!("{space}.{}", name.name));
        let short = name.namespace.is_none().then_some(&name.name);
        self.without.iter().any(|out| Some(out) == full.as_ref() || Some(out) == short)
    }

    /// The name of a table or view that may be none of ours.
    pub(super) fn relation_name(&self, oid: Oid) -> Option<&Name> {
        self.relations.get(&oid).map(|relation| &relation.name).or_else(|| self.excluded.get(&oid))
    }

    pub(super) fn comment(&mut self, catalog: Oid, oid: Oid, part: i32) -> Option<String> {
        self.comments.remove(&(catalog, oid, part))
    }

    /// Notes the comment of what has no place for one; `what` is as SQL names it.
    pub(super) fn other_comment(
        &mut self,
        (catalog, oid, part): (Oid, Oid, i32),
        what: impl FnOnce() -> String,
        table: Option<&Name>,
    ) {
        if let Some(text) = self.comment(catalog, oid, part) {
            self.add(Kind::Comment, what(), text, table);
        }
    }

    pub(super) fn add(
        &mut self,
        kind: Kind,
        name: String,
        definition: String,
        table: Option<&Name>,
    ) {
        let other = Other { definition, table: table.cloned() };
        let name = match kind {
            Kind::Grant | Kind::Comment => format!("on {name}"),
            _ => name,
        };
        self.schema.others.insert((kind, name), other);
    }

    /// Notes who owns an object, unless it is who connected, and the privileges that are not such
    /// an object's own.
    pub(super) fn rights(
        &mut self,
        rights: Rights,
        what: impl FnOnce() -> String,
        table: Option<&Name>,
    ) {
        if rights.owner.is_some() || rights.acl.is_some() {
            let owner = rights.owner.clone().unwrap_or_else(|| self.session.user.clone());
            self.rights_of(&owner, rights, what, table);
        }
    }

    /// The same where the owner is known from elsewhere.
    pub(super) fn rights_of(
        &mut self,
        owner: &str,
        rights: Rights,
        what: impl FnOnce() -> String,
        table: Option<&Name>,
    ) {
        let mut lines: Vec<String> =
            rights.owner.iter().map(|name| format!("OWNER TO {name}")).collect();
        lines.extend(grants::differences(rights.acl.as_deref(), rights.usual.as_deref(), owner));
        if !lines.is_empty() {
            self.add(Kind::Grant, what(), lines.join("\n"), table);
        }
    }

    fn namespace(&mut self, mut row: Row<'_>) {
        let (oid, name, is_ours) = (row.number(), row.text(), row.flag());
        let (rights, comment) = (Rights::read(&mut row), row.maybe());
        self.namespaces.insert(oid, name.clone());
        if !is_ours {
            return;
        }
        let is_public = name == "public";
        self.rights(rights, || format!("schema {name}"), None);
        if let Some(comment) = comment.filter(|text| !is_public || text != "standard public schema")
        {
            self.add(Kind::Comment, format!("schema {name}"), comment, None);
        }
        if !is_public {
            let definition = format!("CREATE SCHEMA {name}");
            self.add(Kind::Namespace, name, definition, None);
        }
    }

    fn other(&mut self, mut row: Row<'_>) {
        let word = row.text();
        let (catalog, oid, namespace) = (row.number(), row.number(), row.number());
        let name = self.name(namespace, row.text()).to_string();
        let table: Oid = row.number();
        let (definition, rights) = (row.text(), Rights::read(&mut row));
        let Some(kind) = kind(&word) else { return };
        let (name, table) = match self.relations.get(&table) {
            _ if table == 0 => (name, None),
            Some(relation) => (format!("{name} on {}", relation.name), Some(relation.name.clone())),
            // Of a table that is left out.
            None => return,
        };
        // An extension brings a comment along.
        if kind != Kind::Extension {
            self.other_comment((catalog, oid, 0), || format!("{word} {name}"), table.as_ref());
        }
        self.rights(rights, || format!("{word} {name}"), table.as_ref());
        self.add(kind, name, definition.trim_end().to_owned(), table.as_ref());
    }
}

/// Who owns an object, and its privileges beside the usual ones.
pub(super) struct Rights {
    pub(super) owner: Option<String>,
    pub(super) acl: Option<String>,
    pub(super) usual: Option<String>,
}

impl Rights {
    pub(super) fn read(row: &mut Row<'_>) -> Self {
        Self { owner: row.maybe(), acl: row.maybe(), usual: row.maybe() }
    }
}

/// The kind of a word in a question.
fn kind(word: &str) -> Option<Kind> {
    [
        Kind::Function,
        Kind::Procedure,
        Kind::Policy,
        Kind::Rule,
        Kind::Statistics,
        Kind::EventTrigger,
        Kind::Collation,
        Kind::Operator,
        Kind::TextSearch,
        Kind::Publication,
        Kind::ForeignServer,
        Kind::Extension,
    ]
    .into_iter()
    .find(|kind| kind.word() == word)
}
