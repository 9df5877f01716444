//! What SQLite does with operations on a schema, where it differs from the general rules.

use std::borrow::Cow;

use crate::apply::{PartScope, Rules, State};
use crate::schema::{Kind, Name};

/// The rules of SQLite.
#[derive(Debug)]
pub(super) struct Sqlite;

impl Rules for Sqlite {
    fn fold<'n>(&self, _kind: Kind, name: &'n str) -> Cow<'n, str> {
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(name.to_ascii_lowercase())
        } else {
            Cow::Borrowed(name)
        }
    }

    fn candidates(&self, _: &State, _: &[Kind], name: &Name) -> Option<Vec<Name>> {
        // Temporary objects hide those of the database.
        if name.namespace.is_some() {
            return Some(vec![name.clone()]);
        }
        let temporary = Name { namespace: Some("temp".to_owned()), ..name.clone() };
        Some(vec![temporary, name.clone()])
    }

    fn is_system(&self, name: &Name) -> bool {
        name.name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("sqlite_"))
    }

    fn shares_names(&self, kind: Kind) -> &'static [Kind] {
        match kind {
            Kind::Table | Kind::View | Kind::Index => &[Kind::Table, Kind::View, Kind::Index],
            _ => &[],
        }
    }

    fn part_scope(&self, _kind: Kind) -> PartScope {
        PartScope::Namespace
    }
}
