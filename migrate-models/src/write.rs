//! Writes a model as the statements that create its table.

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Action, Column, Deferrable, Name, NullsOrder};
use migrate_core::source::Span as Range;
use migrate_core::sql::{TokenKind, Tokens};

use crate::grammar::grammar;
use crate::mistake::{Mistake, Spanned};
use crate::model::{
    IdentityChoice, Model, ModelCheck, ModelColumn, ModelEnum, ModelForeignKey, ModelIndex,
    ModelKey, ModelPart, Storage,
};
use crate::sql::Sql;
use crate::types::{Reads, RustType};

/// Writes the statements of one database.
pub(crate) struct Writer<'m> {
    pub(crate) dialect: Dialect,
    pub(crate) enums: &'m [ModelEnum],
}

/// The statements of a table, in the order in which they run.
pub(crate) struct TableStatements {
    pub(crate) create: Sql,
    pub(crate) indexes: Vec<Sql>,
    pub(crate) foreign_keys: Vec<Sql>,
    pub(crate) comments: Vec<Sql>,
}

impl Writer<'_> {
    /// Writes a table. `existing` returns the column that has the name at the head.
    pub(crate) fn table(
        &self,
        model: &Model,
        existing: &dyn Fn(&ModelColumn) -> Option<Column>,
    ) -> Result<TableStatements, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let forms = grammar(self.dialect);
        let mut create = Sql::new(model.table.span);
        create.push("CREATE TABLE ");
        create.push_from(&self.name(&model.table.value), model.table.span);
        create.push(" (");
        for (at, column) in model.columns.iter().enumerate() {
            create.push(if at == 0 { "\n  " } else { ",\n  " });
            match self.column(model, column, existing(column).as_ref(), &mut create) {
                Ok(()) => {}
                Err(mistake) => mistakes.push(mistake),
            }
        }
        self.keys(model, &mut create, &mut mistakes);
        let mut indexes = Vec::new();
        for index in model.indexes.iter().filter(|index| index.only.includes(self.dialect)) {
            let result = if forms.inline_indexes && index.name.is_none() && index.method.is_none() {
                create.push(",\n  ");
                self.inline_index(index, &mut create)
            } else {
                self.index(model, index).map(|sql| indexes.push(sql))
            };
            mistakes.extend(result.err());
        }
        let mut foreign_keys = Vec::new();
        for key in model.foreign_keys.iter().filter(|key| key.only.includes(self.dialect)) {
            if forms.inline_foreign_keys {
                create.push(",\n  ");
                self.foreign_key(key, &mut create);
            } else {
                let mut sql = Sql::new(key.span);
                sql.push(&format!("ALTER TABLE {} ADD ", self.name(&model.table.value)));
                self.foreign_key(key, &mut sql);
                foreign_keys.push(sql);
            }
        }
        create.push("\n)");
        if let Some(options) = model.options.as_ref().and_then(|text| text.of(self.dialect)) {
            mistakes.extend(self.check_fragment(options, true).err());
            create.push(" ");
            create.push_part(options);
        }
        let comments = self.comments(model, &mut create);
        if mistakes.is_empty() {
            Ok(TableStatements { create, indexes, foreign_keys, comments })
        } else {
            Err(mistakes)
        }
    }

    fn column(
        &self,
        model: &Model,
        column: &ModelColumn,
        existing: Option<&Column>,
        sql: &mut Sql,
    ) -> Result<(), Mistake> {
        let forms = grammar(self.dialect);
        sql.push_from(&self.dialect.identifier(&column.name.value), column.name.span);
        sql.push(" ");
        let data_type = self.column_type(model, column, existing)?;
        self.check_fragment(&data_type, false)?;
        sql.push_part(&data_type);
        let text = |text: &Option<crate::model::Text>| {
            text.as_ref().and_then(|text| text.of(self.dialect)).cloned()
        };
        if let Some(collation) = text(&column.collation) {
            self.check_fragment(&collation, false)?;
            let plain = collation.value.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
            let quoted = if forms.quotes_collations && plain {
                self.dialect.quote(&collation.value)
            } else {
                collation.value.clone()
            };
            sql.push(" COLLATE ");
            sql.push_from(&quoted, collation.span);
        }
        let generated = text(&column.generated);
        if let Some(expression) = &generated {
            self.check_fragment(expression, false)?;
            sql.push(" GENERATED ALWAYS AS (");
            sql.push_part(expression);
            sql.push(if column.stored { ") STORED" } else { ") VIRTUAL" });
        }
        let is_key = self.is_inline_key(model, column);
        if is_key && forms.keys_are_not_null {
        } else if !(column.nullable || generated.is_some() && forms.generated_without_null) {
            sql.push(" NOT NULL");
        } else if column.nullable && generated.is_none() && forms.writes_null {
            sql.push(" NULL");
        }
        if let Some(default) = text(&column.default) {
            self.check_fragment(&default, false)?;
            sql.push(" DEFAULT ");
            if self.needs_parentheses(&data_type.value, &default.value) {
                sql.push("(");
                sql.push_part(&default);
                sql.push(")");
            } else {
                sql.push_part(&default);
            }
        }
        match column.identity {
            None => {}
            Some(IdentityChoice::Always) => sql.push(forms.identity[1]),
            Some(_) => sql.push(forms.identity[0]),
        }
        if is_key {
            sql.push(" PRIMARY KEY");
        }
        if let Some(comment) = text(&column.comment).filter(|_| forms.inline_comments) {
            sql.push(" COMMENT ");
            sql.push_from(&self.dialect.literal(&comment.value), comment.span);
        }
        let own = |check: &&ModelCheck| check.column.as_ref() == Some(&column.name.value);
        for check in model.checks.iter().filter(own) {
            self.check(check, sql)?;
        }
        if let Some(values) = self.value_check(column) {
            sql.push(&format!(" CHECK ({values})"));
        }
        Ok(())
    }

    /// The type of a column: the stated one, else that of the existing column if sqlx reads the field
    /// from it, else that of the mapping.
    pub(crate) fn column_type(
        &self,
        model: &Model,
        column: &ModelColumn,
        existing: Option<&Column>,
    ) -> Result<Spanned<String>, Mistake> {
        if let Some(stated) = column.sql_type.as_ref().and_then(|text| text.of(self.dialect)) {
            return Ok(stated.clone());
        }
        let (kind, span) = (&column.rust_type.value, column.rust_type.span);
        if let Some(text) = self.enum_type(kind) {
            return Ok(Spanned::new(text, span));
        }
        if let Some(existing) = existing
            && kind.reads(self.dialect, existing) != Reads::No
        {
            return Ok(Spanned::new(existing.data_type.to_string(), span));
        }
        if let Some(text) = kind.written(self.dialect) {
            return Ok(Spanned::new(self.without_affinity_types(model, text), span));
        }
        let name = self.dialect.name();
        let described = kind.describe();
        Err(match kind {
            RustType::Named(_) | RustType::Other(_) => {
                Mistake::new(span, format!("the column type of `{described}` is not known"))
                    .help("state it: `#[column(type = \"bigint\")]`")
                    .help(
                        "an enum derives `migrate_db::Enum`, a newtype has `#[sqlx(transparent)]`",
                    )
            }
            _ => {
                Mistake::new(span, format!("`{described}` has no column type of its own on {name}"))
                    .help(format!("state it: `#[column(type({name} = \"..\"))]`"))
            }
        })
    }

    /// A strict table of SQLite has five types.
    fn without_affinity_types(&self, model: &Model, text: String) -> String {
        let options = model.options.as_ref().and_then(|text| text.of(self.dialect));
        let strict = options.is_some_and(|text| text.value.to_ascii_uppercase().contains("STRICT"));
        match text.as_str() {
            "BOOLEAN" if strict => "INTEGER".to_owned(),
            "DATETIME" | "DATE" | "TIME" if strict => "TEXT".to_owned(),
            _ => text,
        }
    }

    /// The enum of a field.
    pub(crate) fn enum_of(&self, kind: &RustType) -> Option<&ModelEnum> {
        match kind {
            RustType::Named(name) => self.enums.iter().find(|of| of.ident.value == *name),
            RustType::Array(element) => self.enum_of(element),
            _ => None,
        }
    }

    fn enum_type(&self, kind: &RustType) -> Option<String> {
        let forms = grammar(self.dialect);
        let of = self.enum_of(kind)?;
        let text = match &of.storage {
            Storage::Native(name) if forms.enum_types => self.name(&name.value),
            Storage::Native(_) if forms.inline_enums => format!("ENUM({})", self.labels(of)),
            Storage::Native(_) => forms.text.to_owned(),
            Storage::Text(stated) => {
                stated.as_ref().map_or_else(|| forms.text.to_owned(), |text| text.value.clone())
            }
            Storage::Integer(integer) => integer.written(self.dialect)?,
        };
        Some(if matches!(kind, RustType::Array(_)) { format!("{text}[]") } else { text })
    }

    /// The condition that a column has one of the values of its enum.
    pub(crate) fn value_check(&self, column: &ModelColumn) -> Option<String> {
        let forms = grammar(self.dialect);
        let stated = column.sql_type.as_ref().and_then(|text| text.of(self.dialect));
        let of = self.enum_of(&column.rust_type.value).filter(|_| stated.is_none())?;
        let by_check = match of.storage {
            Storage::Native(_) => !forms.enum_types && !forms.inline_enums,
            Storage::Text(_) => !matches!(column.rust_type.value, RustType::Array(_)),
            Storage::Integer(_) => false,
        };
        let name = self.dialect.identifier(&column.name.value);
        by_check.then(|| format!("{name} IN ({})", self.labels(of)))
    }

    /// The values of an enum as literals.
    pub(crate) fn labels(&self, of: &ModelEnum) -> String {
        let labels = of.values.iter().map(|value| self.dialect.literal(&value.label.value));
        labels.collect::<Vec<_>>().join(", ")
    }

    fn keys(&self, model: &Model, sql: &mut Sql, mistakes: &mut Vec<Mistake>) {
        let is_inline = model.columns.iter().any(|column| self.is_inline_key(model, column));
        let key = model.primary_key.as_ref().filter(|key| key.only.includes(self.dialect));
        if let Some(key) = key.filter(|_| !is_inline) {
            self.key("PRIMARY KEY", key, sql);
        }
        for key in model.uniques.iter().filter(|key| key.only.includes(self.dialect)) {
            self.key("UNIQUE", key, sql);
        }
        let whole = |check: &&ModelCheck| check.column.is_none();
        for check in model.checks.iter().filter(whole) {
            if check.expression.of(self.dialect).is_some() && check.only.includes(self.dialect) {
                sql.push(",\n ");
            }
            mistakes.extend(self.check(check, sql).err());
        }
    }

    /// Returns `true` if the primary key is this column alone, and is written with it.
    fn is_inline_key(&self, model: &Model, column: &ModelColumn) -> bool {
        model.primary_key.as_ref().is_some_and(|key| {
            key.only.includes(self.dialect)
                && key.name.is_none()
                && key.deferrable == Deferrable::No
                && matches!(&key.columns[..], [own] if own.value == column.name.value)
        })
    }

    fn key(&self, words: &str, key: &ModelKey, sql: &mut Sql) {
        sql.push(",\n  ");
        self.constraint_name(key.name.as_ref(), sql);
        sql.push(words);
        if key.nulls_not_distinct {
            sql.push(" NULLS NOT DISTINCT");
        }
        sql.push(" (");
        self.columns(&key.columns, sql);
        sql.push(")");
        push_deferrable(key.deferrable, sql);
    }

    fn check(&self, check: &ModelCheck, sql: &mut Sql) -> Result<(), Mistake> {
        let Some(expression) = check.expression.of(self.dialect) else { return Ok(()) };
        if !check.only.includes(self.dialect) {
            return Ok(());
        }
        self.check_fragment(expression, false)?;
        sql.push(" ");
        self.constraint_name(check.name.as_ref(), sql);
        sql.push("CHECK (");
        sql.push_part(expression);
        sql.push(")");
        Ok(())
    }

    fn foreign_key(&self, key: &ModelForeignKey, sql: &mut Sql) {
        self.constraint_name(key.name.as_ref(), sql);
        sql.push("FOREIGN KEY (");
        self.columns(&key.columns, sql);
        sql.push(") REFERENCES ");
        sql.push_from(&self.name(&key.parent.value), key.parent.span);
        if !key.parent_columns.is_empty() {
            let columns: Vec<String> =
                key.parent_columns.iter().map(|name| self.dialect.identifier(name)).collect();
            sql.push_from(&format!(" ({})", columns.join(", ")), key.parent.span);
        }
        for (words, action) in [("UPDATE", key.on_update), ("DELETE", key.on_delete)] {
            if action != Action::NoAction {
                sql.push(&format!(" ON {words} {}", action.words()));
            }
        }
        push_deferrable(key.deferrable, sql);
    }

    fn inline_index(&self, index: &ModelIndex, sql: &mut Sql) -> Result<(), Mistake> {
        sql.push(if index.unique { "UNIQUE INDEX (" } else { "INDEX (" });
        self.index_parts(index, sql)?;
        sql.push(")");
        Ok(())
    }

    fn index(&self, model: &Model, index: &ModelIndex) -> Result<Sql, Mistake> {
        let mut sql = Sql::new(index.span);
        sql.push(if index.unique { "CREATE UNIQUE INDEX " } else { "CREATE INDEX " });
        match &index.name {
            Some(name) => {
                sql.push_from(&format!("{} ", self.dialect.identifier(&name.value)), name.span)
            }
            None if grammar(self.dialect).chooses_index_names && index.method.is_none() => {}
            None => {
                let name = usual_index_name(model, index);
                sql.push(&format!("{} ", self.dialect.identifier(&name)));
            }
        }
        sql.push(&format!("ON {}", self.name(&model.table.value)));
        if let Some(method) = &index.method {
            sql.push(" USING ");
            self.check_fragment(method, false)?;
            sql.push_part(method);
        }
        sql.push(" (");
        self.index_parts(index, &mut sql)?;
        sql.push(")");
        if !index.include.is_empty() {
            sql.push(" INCLUDE (");
            self.columns(&index.include, &mut sql);
            sql.push(")");
        }
        if index.nulls_not_distinct {
            sql.push(" NULLS NOT DISTINCT");
        }
        if let Some(predicate) = index.predicate.as_ref().and_then(|text| text.of(self.dialect)) {
            self.check_fragment(predicate, false)?;
            sql.push(" WHERE ");
            sql.push_part(predicate);
        }
        Ok(sql)
    }

    fn index_parts(&self, index: &ModelIndex, sql: &mut Sql) -> Result<(), Mistake> {
        for (at, part) in index.parts.iter().enumerate() {
            sql.push(if at == 0 { "" } else { ", " });
            match part {
                ModelPart::Sql(text) => {
                    self.check_fragment(text, false)?;
                    sql.push_part(text);
                }
                ModelPart::Column { name, descending, nulls } => {
                    sql.push_from(&self.dialect.identifier(&name.value), name.span);
                    sql.push(if *descending { " DESC" } else { "" });
                    if let Some(nulls) = nulls {
                        sql.push(" ");
                        sql.push(NullsOrder::words(*nulls));
                    }
                }
            }
        }
        Ok(())
    }

    fn comments(&self, model: &Model, create: &mut Sql) -> Vec<Sql> {
        let forms = grammar(self.dialect);
        let of = |text: &Option<crate::model::Text>| {
            text.as_ref().and_then(|text| text.of(self.dialect)).cloned()
        };
        let table = self.name(&model.table.value);
        let comment = of(&model.comment);
        if let Some(comment) = comment.as_ref().filter(|_| forms.inline_comments) {
            create.push(" COMMENT=");
            create.push_from(&self.dialect.literal(&comment.value), comment.span);
        }
        let mut statements = Vec::new();
        if !forms.comment_statements {
            return statements;
        }
        let columns = model.columns.iter().filter_map(|column| {
            let subject = format!("COLUMN {table}.{}", self.dialect.identifier(&column.name.value));
            Some((subject, of(&column.comment)?))
        });
        let whole = comment.map(|comment| (format!("TABLE {table}"), comment));
        for (subject, comment) in whole.into_iter().chain(columns) {
            let mut sql = Sql::new(comment.span);
            let literal = self.dialect.literal(&comment.value);
            sql.push_from(&format!("COMMENT ON {subject} IS {literal}"), comment.span);
            statements.push(sql);
        }
        statements
    }

    fn constraint_name(&self, name: Option<&Spanned<String>>, sql: &mut Sql) {
        if let Some(name) = name {
            sql.push_from(
                &format!("CONSTRAINT {} ", self.dialect.identifier(&name.value)),
                name.span,
            );
        }
    }

    fn columns(&self, names: &[Spanned<String>], sql: &mut Sql) {
        for (at, name) in names.iter().enumerate() {
            sql.push(if at == 0 { "" } else { ", " });
            sql.push_from(&self.dialect.identifier(&name.value), name.span);
        }
    }

    /// A name as SQL writes it.
    pub(crate) fn name(&self, name: &Name) -> String {
        let identifier = |text: &str| self.dialect.identifier(text);
        let namespace = name.namespace.as_deref().map(|text| format!("{}.", identifier(text)));
        format!("{}{}", namespace.unwrap_or_default(), identifier(&name.name))
    }

    /// Whether a default is an expression that the database takes in parentheses only.
    fn needs_parentheses(&self, data_type: &str, default: &str) -> bool {
        let parses = |default: &str| {
            let text = format!("CREATE TABLE t (c {data_type} DEFAULT {default})");
            let range = Range::new(0, text.len());
            matches!(self.dialect.parse(&text, range), Some(Ok(_)))
        };
        !parses(default) && parses(&format!("({default})"))
    }

    /// Refuses a text that would end the place in which it stands.
    fn check_fragment(&self, text: &Spanned<String>, commas: bool) -> Result<(), Mistake> {
        let wrong = |what: &str| {
            let on = self.dialect.name();
            Err(Mistake::new(text.span, format!("{what} (on {on})")))
        };
        let range = Range::new(0, text.value.len());
        let tokens = match Tokens::read(&text.value, range, self.dialect.lex_rules()) {
            Ok(tokens) => tokens,
            Err(error) => return wrong(&error.to_string()),
        };
        let mut depth = 0_usize;
        for lexeme in tokens.cursor().lexemes() {
            match lexeme.text {
                "(" | "[" => depth += 1,
                ")" | "]" => match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None => return wrong("a parenthesis is closed that is not open"),
                },
                "," if depth == 0 && !commas => return wrong("a comma ends the text"),
                _ if lexeme.kind == TokenKind::Semicolon => return wrong("`;` ends the statement"),
                _ => {}
            }
        }
        if depth > 0 { wrong("a parenthesis is not closed") } else { Ok(()) }
    }
}

fn push_deferrable(deferrable: Deferrable, sql: &mut Sql) {
    if deferrable != Deferrable::No {
        sql.push(" ");
        sql.push(deferrable.words());
    }
}

/// `users_email_idx`, as PostgreSQL names an index.
fn usual_index_name(model: &Model, index: &ModelIndex) -> String {
    let mut name = model.table.value.name.clone();
    for part in &index.parts {
        name.push('_');
        match part {
            ModelPart::Column { name: column, .. } => name.push_str(&column.value),
            ModelPart::Sql(text) => {
                let word = text.value.split(|c: char| !(c.is_alphanumeric() || c == '_'));
                name.push_str(word.into_iter().find(|word| !word.is_empty()).unwrap_or("expr"));
            }
        }
    }
    name + "_idx"
}
