//! What differs between two loaded schemas, as far as it is known.

use super::LoadedSchema;
use crate::apply::{Sameness, is_known};
use crate::diff::{diff, keep};
use crate::op::Op;
use crate::schema::{Difference, Kind, Name, Schema, compare};

/// The differences between two schemas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// What certainly differs, in the order of objects.
    pub certain: Vec<Difference>,
    /// What differs in its text, or is not known of one of the two: it may be the same.
    pub unknown: Vec<Difference>,
}

impl LoadedSchema {
    /// What differs between this schema and a later one of the same database system.
    #[must_use]
    pub fn differences(&self, after: &Self) -> Differences {
        let mut result = Differences::default();
        for difference in compare(&self.catalog(), &after.catalog()) {
            let is_known = [self, after].iter().all(|side| {
                let state = side.state();
                is_known(state, state.unknown(), &difference)
            });
            match self.dialect().rules().same_text(after.state(), &difference) {
                _ if !is_known => result.unknown.push(difference),
                Sameness::Equal => {}
                Sameness::Different => result.certain.push(difference),
                Sameness::Unknown => result.unknown.push(difference),
            }
        }
        result
    }

    /// The operations that lead from this schema to a later one of the same database system. Objects
    /// without a certain difference stay as they are, so that what is unknown is never dropped.
    #[must_use]
    pub fn changes(&self, after: &Self) -> Vec<Op> {
        let differences = self.differences(after);
        let (before, mut wanted) = (self.schema(), after.schema());
        keep_unchanged(&before, &mut wanted, &differences.certain);
        for unknown in &differences.unknown {
            keep(unknown, &before, &mut wanted);
        }
        let mut ops = diff(&before, &wanted, self.dialect().diff_rules());
        self.state.in_new_session().name_home(&mut ops);
        ops
    }
}

/// Gives every object without a difference the value that it has.
fn keep_unchanged(before: &Schema, wanted: &mut Schema, certain: &[Difference]) {
    let differs = |kinds: &[Kind], name: &str| {
        certain.iter().any(|one| match &one.object.table {
            Some(owner) if kinds.contains(&one.object.part_of) => owner.to_string() == name,
            Some(_) => false,
            None => kinds.contains(&one.object.kind) && one.object.name == name,
        })
    };
    macro_rules! keep {
        ($map:ident, $kinds:expr) => {{
            let differs = |name: &Name| differs(&$kinds, &name.to_string());
            wanted.$map.retain(|name, _| differs(name));
            let kept = before.$map.iter().filter(|(name, _)| !differs(name));
            wanted.$map.extend(kept.map(|(name, value)| (name.clone(), value.clone())));
        }};
    }
    keep!(tables, [Kind::Table]);
    keep!(views, [Kind::View, Kind::MaterialisedView]);
    keep!(enums, [Kind::Enum]);
    keep!(domains, [Kind::Domain]);
    keep!(sequences, [Kind::Sequence]);
    let differs = |kind: Kind, key: &str| {
        certain.iter().any(|one| {
            let of_table = one.object.table.as_ref();
            one.object.kind == kind
                && (one.object.name == key
                    || of_table
                        .is_some_and(|table| format!("{} on {table}", one.object.name) == key))
        })
    };
    wanted.others.retain(|(kind, key), _| differs(*kind, key));
    let kept = before.others.iter().filter(|((kind, key), _)| !differs(*kind, key));
    wanted.others.extend(kept.map(|(key, value)| (key.clone(), value.clone())));
}
