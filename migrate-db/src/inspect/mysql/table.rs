//! A table, from what `SHOW CREATE TABLE` says of it: the one place where the server tells all, and
//! where what a later version adds is seen too. What is not understood is kept as it stands.

use migrate_core::schema::{
    Action, Check, Constraint, ForeignKey, Index, IndexPart, Key, Name, Table,
};

use super::column;
use super::piece::{Piece, tokens};
use crate::url;

/// Reads a table of a database.
pub(super) fn read(statement: &str, database: &str, is_mariadb: bool) -> sqlx::Result<Table> {
    let tokens = tokens(statement)?;
    let all = Piece::new(statement, &tokens, database);
    let mut table = Table::default();
    let open = (0..all.len()).find(|at| all.at(*at) == "(").unwrap_or(all.len());
    options(&mut table, all.from(all.behind(open)));
    for item in all.inside(open).items() {
        element(&mut table, item, database, is_mariadb);
    }
    // MySQL says no collation where it is the usual one of the character set.
    let usual = table.options.get("collation").or_else(|| table.options.get("charset"));
    for column in &mut table.columns {
        column.collation.take_if(|collation| Some(&*collation) == usual);
    }
    // The order in which constraints came is no part of what they say.
    table.checks.sort_by_cached_key(|check| {
        (check.name.clone(), check.details.clone(), check.expression.clone())
    });
    table.foreign_keys.sort_by_cached_key(|key| key.name.clone());
    Ok(table)
}

/// What stands behind the columns: `ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 .. PARTITION BY ..`.
fn options(table: &mut Table, tail: Piece<'_>) {
    let partitions = tail.find(0, |piece, at| piece.are(at, &["PARTITION", "BY"]));
    if partitions < tail.len() {
        table.partition_by = Some(tail.from(partitions + 2).sql().into());
    }
    let tail = tail.part(0, partitions);
    let mut at = 0;
    while at < tail.len() {
        let lone = tail.is(at, "TABLESPACE") || tail.is(at, "STORAGE");
        let equals = match lone && tail.at(at + 1) != "=" {
            true => at,
            false => tail.find(at, |piece, place| piece.at(place) == "="),
        };
        let name = match equals == at {
            true => tail.name(at),
            false => (at..equals).map(|at| tail.name(at)).collect::<Vec<_>>().join(" "),
        };
        let end = tail.behind(equals + 1);
        let value = match tail.at(equals + 1) {
            "(" => tail.part(equals + 1, end).sql(),
            _ => tail.name(equals + 1),
        };
        let name = name.to_lowercase();
        at = end;
        match name.as_str() {
            // The next number is a matter of rows.
            "auto_increment" => {}
            "comment" => table.comment = Some(value),
            "default charset" => drop(table.options.insert("charset".to_owned(), value)),
            "collate" => drop(table.options.insert("collation".to_owned(), value)),
            // A table of another server is named by a URL.
            "connection" => drop(table.options.insert(name, url::redact(&value))),
            _ => drop(table.options.insert(name, value)),
        }
    }
    if table.options.get("engine").is_some_and(|engine| !engine.eq_ignore_ascii_case("aria")) {
        // MariaDB keeps it when a table leaves Aria; no statement takes it away again, and no other
        // engine reads it.
        table.options.remove("page_checksum");
    }
}

/// One of the things between the parentheses.
fn element(table: &mut Table, item: Piece<'_>, database: &str, is_mariadb: bool) {
    if item.is_quoted_name(0) {
        let (column, check) = column::read(item);
        table.columns.push(column);
        table.checks.extend(check);
        return;
    }
    let (name, rest) = match item.is(0, "CONSTRAINT") {
        true => (Some(item.name(1)), item.from(2)),
        false => (None, item),
    };
    if rest.are(0, &["PRIMARY", "KEY"]) {
        table.primary_key = Some(primary_key(rest));
    } else if rest.are(0, &["FOREIGN", "KEY"]) {
        table.foreign_keys.push(foreign_key(name, rest, database, is_mariadb));
    } else if rest.is(0, "CHECK") {
        let (expression, details) = (rest.inside(1).bare().sql(), rest.from(rest.behind(1)).sql());
        table.checks.push(Check { name, expression, details, ..Check::default() });
    } else if rest.are(0, &["PERIOD", "FOR"]) {
        let period = format!("period for {}", rest.name(2).to_lowercase());
        table.options.insert(period, rest.from(3).sql());
    } else if rest.is(0, "KEY") || rest.is(1, "KEY") {
        let (name, index) = index(rest);
        table.indexes.insert(name, index);
    } else {
        let name = name.unwrap_or_default();
        table.constraints.push(Constraint { name, definition: rest.sql() });
    }
}

/// `PRIMARY KEY (`a`,`b`(10)) USING BTREE`: more than columns goes into the details.
fn primary_key(item: Piece<'_>) -> Key {
    let open = item.find(2, |piece, at| piece.at(at) == "(");
    let parts: Vec<IndexPart> = item.inside(open).items().map(part).collect();
    let plain = parts
        .iter()
        .all(|part| part.prefix.is_none() && !part.descending && part.details.is_empty());
    let whole = if plain { String::new() } else { item.part(open, item.behind(open)).sql() };
    let words = [whole, item.part(2, open).sql(), item.from(item.behind(open)).sql()];
    Key {
        name: None,
        columns: parts.into_iter().filter_map(|part| part.column).collect(),
        details: words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "),
        ..Key::default()
    }
}

/// `UNIQUE KEY `name` (`a` DESC,`b`(10)) USING HASH COMMENT '..'`: a unique constraint is a unique
/// index here.
fn index(item: Piece<'_>) -> (String, Index) {
    let key = usize::from(!item.is(0, "KEY"));
    let mut index = Index { unique: item.is(0, "UNIQUE"), ..Index::default() };
    if key == 1 && !index.unique {
        index.method = Some(item.name(0).to_lowercase());
    }
    let open = item.find(key + 2, |piece, at| piece.at(at) == "(");
    index.parts = item.inside(open).items().map(part).collect();
    let mut details = vec![item.part(key + 2, open).sql()];
    let mut at = item.behind(open);
    while at < item.len() {
        if item.is(at, "USING") && !item.is(at + 1, "BTREE") {
            index.method = Some(item.name(at + 1).to_lowercase());
            at += 2;
        } else if item.is(at, "COMMENT") {
            index.comment = Some(item.name(at + 1));
            at += 2;
        } else {
            let end =
                item.find(at + 1, |piece, at| piece.is(at, "COMMENT") || piece.is(at, "USING"));
            details.push(item.part(at, end).sql());
            at = end;
        }
    }
    details.retain(|detail| !detail.is_empty());
    index.details = details.join(" ");
    (item.name(key + 1), index)
}

/// `` `a`(10) DESC``, or an expression in parentheses.
fn part(item: Piece<'_>) -> IndexPart {
    let mut part = IndexPart::default();
    if item.is_quoted_name(0) {
        part.column = Some(item.name(0));
    } else {
        part.expression = item.part(0, item.behind(0)).bare().sql();
    }
    let mut at = item.behind(0);
    if item.at(at) == "(" {
        part.prefix = item.at(at + 1).parse().ok();
        at = item.behind(at);
    }
    let end = item.find(at, |piece, at| piece.is(at, "DESC"));
    part.descending = end < item.len();
    part.details = item.part(at, end).sql();
    part
}

/// `FOREIGN KEY (`a`) REFERENCES `ops`.`b` (`id`) ON DELETE CASCADE`.
fn foreign_key(
    name: Option<String>,
    item: Piece<'_>,
    database: &str,
    is_mariadb: bool,
) -> ForeignKey {
    let columns = |open: usize| item.inside(open).items().map(|item| item.name(0)).collect();
    let open = item.find(2, |piece, at| piece.at(at) == "(");
    let mut at = item.behind(open) + 1;
    let mut namespace = None;
    if item.at(at + 1) == "." {
        namespace = Some(item.name(at)).filter(|name| name != database);
        at += 2;
    }
    let parent = Name { namespace, name: item.name(at) };
    let there = at + 1;
    at = item.behind(there);
    // What is not said is the server's default.
    let usual = if is_mariadb { Action::Restrict } else { Action::NoAction };
    let mut key = ForeignKey {
        name,
        columns: columns(open),
        parent,
        parent_columns: columns(there),
        on_update: usual,
        on_delete: usual,
        ..ForeignKey::default()
    };
    let starts = |piece: &Piece<'_>, at: usize| piece.is(at, "ON");
    let first = item.find(at, starts);
    key.details = item.part(at, first).sql();
    at = first;
    while at < item.len() {
        let end = item.find(at + 1, starts);
        let action = Action::from_words(&item.part(at + 2, end).sql());
        match item.is(at + 1, "DELETE") {
            true => key.on_delete = action,
            false => key.on_update = action,
        }
        at = end;
    }
    key
}

#[cfg(test)]
mod tests {
    use migrate_core::schema::IdentityKind;

    use super::*;

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
        let table = read(MYSQL, "app", false).unwrap();
        let column = |name: &str| table.column(name).unwrap().clone();
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
        let lower = &table.indexes["lower"];
        assert_eq!(lower.parts[0].expression, "lower(`a`)");
        assert!(lower.parts[0].descending && !lower.parts[1].descending);
        assert_eq!(lower.details, "INVISIBLE");
        assert_eq!(lower.parts[1].column.as_deref(), Some("c"));
        assert_eq!(table.indexes["words"].details, "WITH PARSER `ngram`");
        assert_eq!(table.indexes["f"].comment.as_deref(), Some("of f"));
        let key = &table.foreign_keys[0];
        assert_eq!(key.parent.to_string(), "ops.p");
        assert_eq!((key.on_update, key.on_delete), (Action::SetNull, Action::NoAction));
        assert_eq!(table.checks[0].expression, "`c` > 0");
        assert_eq!(table.checks[0].details, "NOT ENFORCED");
        let options: Vec<_> = table.options.iter().map(|(k, v)| format!("{k}: {v}")).collect();
        let wanted =
            ["charset: utf8mb4", "collation: utf8mb4_bin", "engine: InnoDB", "tablespace: ts"];
        assert_eq!(options, wanted);
        assert_eq!(table.partition_by.unwrap().text, "HASH (`id`) PARTITIONS 3");
        assert_eq!(table.comment.as_deref(), Some("x"));
    }

    #[test]
    fn what_aria_leaves_is_no_option_of_others() {
        let options = |engine: &str| {
            let sql = format!("CREATE TABLE `t` (`a` int) ENGINE={engine} PAGE_CHECKSUM=1");
            let table = read(&sql, "app", true).unwrap();
            table.options.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(options("Aria"), ["engine", "page_checksum"]);
        assert_eq!(options("InnoDB"), ["engine"]);
    }

    #[test]
    fn a_password_in_a_connection_does_not_show() {
        let sql = "CREATE TABLE `t` (`a` int) ENGINE=FEDERATED CONNECTION='mysql://u:s3cret@h/d/t'";
        let table = read(sql, "app", true).unwrap();
        assert_eq!(table.options["connection"], "mysql://u:***@h/d/t");
    }
}
