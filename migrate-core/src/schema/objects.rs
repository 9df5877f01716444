//! The objects of a schema as SQL for people, one text per object.

use std::collections::BTreeMap;

use super::compare::pairs;
use super::model::Schema;
use super::render::{self, Statement};

/// The texts of the objects that differ between two schemas, by kind and name: that of the second
/// schema, or `None` for an object that only the first one has. The SQL is not meant to be executed.
///
/// ```
/// use migrate_core::schema::{Name, Schema, Table, changed_objects};
/// let mut schema = Schema::default();
/// schema.tables.insert(Name::new("users"), Table::default());
/// let added = changed_objects(&Schema::default(), &schema);
/// assert!(added["table users"].as_ref().unwrap().starts_with("CREATE TABLE users"));
/// assert_eq!(changed_objects(&schema, &Schema::default())["table users"], None);
/// ```
#[must_use]
pub fn changed_objects(before: &Schema, after: &Schema) -> BTreeMap<String, Option<String>> {
    let mut texts = BTreeMap::new();
    let Schema { tables, views, enums, domains, sequences, others } = before;
    each(&mut texts, "table", tables, &after.tables, ToString::to_string, render::table);
    each(&mut texts, "view", views, &after.views, ToString::to_string, render::view);
    each(&mut texts, "type", enums, &after.enums, ToString::to_string, render::enumeration);
    each(&mut texts, "domain", domains, &after.domains, ToString::to_string, render::domain);
    each(
        &mut texts,
        "sequence",
        sequences,
        &after.sequences,
        ToString::to_string,
        render::sequence,
    );
    let name = |(kind, name): &(super::Kind, String)| format!("{} {name}", kind.word());
    each(&mut texts, "", others, &after.others, name, render::other);
    texts
}

fn each<K: Ord, V: PartialEq>(
    texts: &mut BTreeMap<String, Option<String>>,
    word: &str,
    before: &BTreeMap<K, V>,
    after: &BTreeMap<K, V>,
    name: impl Fn(&K) -> String,
    write: impl Fn(&K, &V) -> Vec<Statement>,
) {
    for (key, _, value) in pairs(before, after) {
        let text = value.map(|value| text(write(key, value)));
        texts.insert(format!("{word} {}", name(key)).trim_start().to_owned(), text);
    }
}

fn text(statements: Vec<Statement>) -> String {
    let mut text = String::new();
    for line in statements.into_iter().flat_map(|(_, lines)| lines) {
        text.push_str(&line.text);
        text.push_str(line.end);
        text.push('\n');
    }
    text
}
