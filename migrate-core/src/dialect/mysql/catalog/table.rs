//! Reads a table from `SHOW CREATE TABLE`, which shows everything, including additions of later
//! server versions. Unknown parts are kept as text.

use super::Session;
use super::column;
use super::text::{text, value};
use crate::schema::{Action, Check, Constraint, ForeignKey, Index, IndexPart, Key, Name, Table};
use crate::sql::{Cursor, LexError, TokenKind};

/// Returns the table of a statement of the server. A `CONNECTION` may contain a password.
///
/// # Errors
///
/// A token that is not closed.
pub fn table(statement: &str, session: &Session) -> Result<Table, LexError> {
    let tokens = super::tokens(statement)?;
    let mut cursor = tokens.cursor();
    cursor.take_until(|cursor| cursor.is("("));
    let elements = cursor.group();
    let mut table = Table::default();
    options(&mut table, cursor, &session.database);
    for item in elements.into_iter().flat_map(Cursor::items) {
        element(&mut table, item, session);
    }
    // MySQL omits the default collation of a character set.
    let usual = table.options.get("collation").or_else(|| table.options.get("charset"));
    for column in &mut table.columns {
        column.collation.take_if(|collation| Some(&*collation) == usual);
    }
    // The order of constraints has no meaning.
    table.checks.sort_by_cached_key(|check| {
        (check.name.clone(), check.details.clone(), check.expression.clone())
    });
    table.foreign_keys.sort_by_cached_key(|key| key.name.clone());
    Ok(table)
}

/// Reads the part after the columns: `ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 .. PARTITION BY ..`.
fn options(table: &mut Table, mut tail: Cursor<'_>, database: &str) {
    let mut cursor = tail.take_until(|cursor| cursor.is("PARTITION BY"));
    if tail.eat("PARTITION BY") {
        table.partition_by = Some(text(tail, database).into());
    }
    while !cursor.is_empty() {
        let lone = cursor.is("TABLESPACE") && !cursor.is("TABLESPACE =")
            || cursor.is("STORAGE") && !cursor.is("STORAGE =");
        let name = if lone {
            value(&mut cursor)
        } else {
            let mut words = cursor.take_until(|cursor| cursor.is("="));
            cursor.bump();
            let mut name = Vec::new();
            while !words.is_empty() {
                name.push(value(&mut words));
            }
            name.join(" ")
        };
        let start = cursor;
        let value = if cursor.group().is_some() {
            text(start.before(&cursor), database)
        } else {
            value(&mut cursor)
        };
        let name = name.to_lowercase();
        match name.as_str() {
            // The next number depends on rows.
            "auto_increment" => {}
            "comment" => table.comment = Some(value),
            "default charset" => drop(table.options.insert("charset".to_owned(), value)),
            "collate" => drop(table.options.insert("collation".to_owned(), value)),
            _ => drop(table.options.insert(name, value)),
        }
    }
    if table.options.get("engine").is_some_and(|engine| !engine.eq_ignore_ascii_case("aria")) {
        // MariaDB keeps it when a table leaves Aria; no statement takes it away again, and no other
        // engine reads it.
        table.options.remove("page_checksum");
    }
}

/// Reads one element in the parentheses.
fn element(table: &mut Table, mut item: Cursor<'_>, session: &Session) {
    let database = session.database.as_str();
    if item.is_kind(TokenKind::QuotedName) {
        let (column, check) = column::read(item, database);
        table.columns.push(column);
        table.checks.extend(check);
        return;
    }
    let name = if item.eat("CONSTRAINT") { item.name() } else { None };
    let is_key = item.is("KEY") || item.lexemes().get(1).is_some_and(|word| word.is("KEY"));
    if item.eat("PRIMARY KEY") {
        table.primary_key = Some(primary_key(item, database));
    } else if item.eat("FOREIGN KEY") {
        table.foreign_keys.push(foreign_key(name, item, session));
    } else if item.eat("CHECK") {
        let condition = item.group().map(|group| text(group.strip_parens(), database));
        let expression = condition.unwrap_or_default();
        let details = text(item, database);
        table.checks.push(Check { name, expression, details, ..Check::default() });
    } else if item.eat("PERIOD FOR") {
        let period = format!("period for {}", value(&mut item).to_lowercase());
        table.options.insert(period, text(item, database));
    } else if is_key {
        let (name, index) = index(item, database);
        table.indexes.insert(name, index);
    } else {
        let definition = text(item, database);
        table.constraints.push(Constraint { name: name.unwrap_or_default(), definition });
    }
}

/// ``(`a`,`b`(10)) USING BTREE`` after `PRIMARY KEY`: more than columns is kept in the details.
fn primary_key(mut item: Cursor<'_>, database: &str) -> Key {
    let before = item.take_until(|cursor| cursor.is("("));
    let start = item;
    let items = item.group().into_iter().flat_map(Cursor::items);
    let parts: Vec<IndexPart> = items.map(|item| part(item, database)).collect();
    let is_plain = parts
        .iter()
        .all(|part| part.prefix.is_none() && !part.descending && part.details.is_empty());
    let whole = if is_plain { String::new() } else { text(start.before(&item), database) };
    let mut details = vec![whole, text(before, database), text(item, database)];
    details.retain(|detail| !detail.is_empty());
    Key {
        columns: parts.into_iter().filter_map(|part| part.column).collect(),
        details: details.join(" "),
        ..Key::default()
    }
}

/// ``UNIQUE KEY `name` (`a` DESC,`b`(10)) USING HASH COMMENT '..'``: a unique constraint is a unique
/// index here.
fn index(mut item: Cursor<'_>, database: &str) -> (String, Index) {
    let mut index = Index { unique: item.eat("UNIQUE"), ..Index::default() };
    if !index.unique && !item.is("KEY") {
        index.method = item.name().map(|word| word.to_lowercase());
    }
    item.eat("KEY");
    let name = item.name().unwrap_or_default();
    let mut details = vec![text(item.take_until(|cursor| cursor.is("(")), database)];
    let items = item.group().into_iter().flat_map(Cursor::items);
    index.parts = items.map(|item| part(item, database)).collect();
    while !item.is_empty() {
        let start = item;
        if item.eat("COMMENT") {
            index.comment = Some(value(&mut item));
        } else if !item.is("USING BTREE") && item.eat("USING") {
            index.method = Some(value(&mut item).to_lowercase());
        } else {
            item.skip();
            item.take_until(|cursor| cursor.is("COMMENT") || cursor.is("USING"));
            details.push(text(start.before(&item), database));
        }
    }
    details.retain(|detail| !detail.is_empty());
    index.details = details.join(" ");
    (name, index)
}

/// `` `a`(10) DESC``, or an expression in parentheses.
fn part(mut item: Cursor<'_>, database: &str) -> IndexPart {
    let mut part = IndexPart::default();
    if item.is_kind(TokenKind::QuotedName) {
        part.column = item.name();
    } else {
        let start = item;
        item.skip();
        part.expression = text(start.before(&item).strip_parens(), database);
    }
    if let Some(length) = item.group() {
        part.prefix = text(length, database).parse().ok();
    }
    part.details = text(item.take_until(|cursor| cursor.is("DESC")), database);
    part.descending = item.eat("DESC");
    part
}

/// ``(`a`) REFERENCES `ops`.`b` (`id`) ON DELETE CASCADE`` after `FOREIGN KEY`.
fn foreign_key(name: Option<String>, mut item: Cursor<'_>, session: &Session) -> ForeignKey {
    let database = session.database.as_str();
    let columns = |item: &mut Cursor<'_>| -> Vec<String> {
        let items = item.group().into_iter().flat_map(Cursor::items);
        items.filter_map(|mut item| item.name()).collect()
    };
    item.take_until(|cursor| cursor.is("("));
    let own = columns(&mut item);
    item.eat("REFERENCES");
    let Name { namespace, name: parent } = item.qualified_name().unwrap_or_default();
    let namespace = namespace.filter(|namespace| namespace != database);
    // Omitted actions are the server's default.
    let usual = if session.is_mariadb { Action::Restrict } else { Action::NoAction };
    let mut key = ForeignKey {
        name,
        columns: own,
        parent: Name { namespace, name: parent },
        parent_columns: columns(&mut item),
        on_update: usual,
        on_delete: usual,
        ..ForeignKey::default()
    };
    key.details = text(item.take_until(|cursor| cursor.is("ON")), database);
    while item.eat("ON") {
        let on_delete = item.eat("DELETE");
        item.eat("UPDATE");
        let words = text(item.take_until(|cursor| cursor.is("ON")), database);
        let action = Action::from_words(&words);
        if on_delete {
            key.on_delete = action;
        } else {
            key.on_update = action;
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use crate::schema::IdentityKind;

    use super::*;

    fn session(is_mariadb: bool) -> Session {
        Session { database: "app".to_owned(), is_mariadb, ..Session::default() }
    }

    /// As MySQL 8 writes it.
    const MYSQL: &str = "CREATE TABLE `t` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `a` varchar(20) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT (concat(_utf8mb4'a',uuid())),
  `b` int GENERATED ALWAYS AS ((`id` + 1)) STORED COMMENT 'next',
  `c` int /*!80023 INVISIBLE */ DEFAULT '3',
  `g` point NOT NULL /*!80003 SRID 4326 */,
  `n` int,
  `w` text COLLATE utf8mb4_bin,
  PRIMARY KEY (`id`),
  KEY `lower` ((lower(`a`)) DESC,`c`) /*!80000 INVISIBLE */,
  FULLTEXT KEY `words` (`w`) /*!50100 WITH PARSER `ngram` */ ,
  KEY `f` (`c`) COMMENT 'of f',
  CONSTRAINT `f` FOREIGN KEY (`c`) REFERENCES `ops`.`p` (`id`) ON UPDATE SET NULL,
  CONSTRAINT `k` CHECK ((`c` > 0)) /*!80016 NOT ENFORCED */
) /*!50100 TABLESPACE `ts` */ ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 \
COLLATE=utf8mb4_bin COMMENT='x'
/*!50100 PARTITION BY HASH (`id`)
PARTITIONS 3 */";

    #[test]
    fn mysql_is_read_too() {
        let read = table(MYSQL, &session(false)).unwrap();
        let column = |name: &str| read.column(name).unwrap().clone();
        assert_eq!(column("id").identity, Some(IdentityKind::AutoIncrement.into()));
        assert_eq!(column("a").default.as_deref(), Some("(concat(_utf8mb4'a',uuid()))"));
        assert_eq!(column("a").collation.as_deref(), Some("latin1_bin"));
        assert_eq!(column("b").generated.unwrap().expression, "`id` + 1");
        assert_eq!(column("b").comment.as_deref(), Some("next"));
        assert_eq!(
            (column("c").details.as_str(), column("c").default.as_deref()),
            ("INVISIBLE", Some("'3'"))
        );
        assert_eq!(column("g").details, "SRID 4326");
        assert_eq!(column("n").details, "WITHOUT DEFAULT");
        assert_eq!((column("w").details.as_str(), column("w").collation), ("", None));
        let lower = &read.indexes["lower"];
        assert_eq!(lower.parts[0].expression, "lower(`a`)");
        assert!(lower.parts[0].descending && !lower.parts[1].descending);
        assert_eq!(lower.details, "INVISIBLE");
        assert_eq!(lower.parts[1].column.as_deref(), Some("c"));
        assert_eq!(read.indexes["words"].details, "WITH PARSER `ngram`");
        assert_eq!(read.indexes["f"].comment.as_deref(), Some("of f"));
        let key = &read.foreign_keys[0];
        assert_eq!(key.parent.to_string(), "ops.p");
        assert_eq!((key.on_update, key.on_delete), (Action::SetNull, Action::NoAction));
        assert_eq!(read.checks[0].expression, "`c` > 0");
        assert_eq!(read.checks[0].details, "NOT ENFORCED");
        let options: Vec<_> = read.options.iter().map(|(k, v)| format!("{k}: {v}")).collect();
        let wanted =
            ["charset: utf8mb4", "collation: utf8mb4_bin", "engine: InnoDB", "tablespace: ts"];
        assert_eq!(options, wanted);
        assert_eq!(read.partition_by.unwrap().text, "HASH (`id`) PARTITIONS 3");
        assert_eq!(read.comment.as_deref(), Some("x"));
    }

    #[test]
    fn what_is_open_is_an_error() {
        let open = "CREATE TABLE `t` (`a` int DEFAULT 'x";
        assert!(table(open, &session(true)).is_err());
    }

    #[test]
    fn what_aria_leaves_is_no_option_of_others() {
        let options = |engine: &str| {
            let sql = format!("CREATE TABLE `t` (`a` int) ENGINE={engine} PAGE_CHECKSUM=1");
            let read = table(&sql, &session(true)).unwrap();
            read.options.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(options("Aria"), ["engine", "page_checksum"]);
        assert_eq!(options("InnoDB"), ["engine"]);
    }
}
