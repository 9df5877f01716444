//! The statements of a section, once for all databases that split it alike.

use crate::dialect::Dialect;
use crate::source::Span;

/// A section's statements as each database of the project splits it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Splits(Vec<Split>);

/// One way to split, and who splits so: a bit for each of [`Dialect::ALL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Split {
    pub(crate) readers: u8,
    pub(crate) statements: Vec<Span>,
}

impl Split {
    /// Whether every bit stands for a database.
    pub(crate) const fn is_known(readers: u8) -> bool {
        readers >> Dialect::ALL.len() == 0
    }
}

const fn bit(dialect: Dialect) -> u8 {
    1 << dialect as u8
}

impl Splits {
    /// The statements on a database, when it is one that the section was split for.
    #[must_use]
    pub fn on(&self, dialect: Dialect) -> Option<&[Span]> {
        let split = self.0.iter().find(|split| split.readers & bit(dialect) != 0)?;
        Some(&split.statements)
    }

    /// Whether no database finds a statement.
    #[must_use]
    pub fn hold_nothing(&self) -> bool {
        self.0.iter().all(|split| split.statements.is_empty())
    }

    /// How a database splits the section.
    pub(super) fn add(&mut self, dialect: Dialect, statements: Vec<Span>) {
        match self.0.iter_mut().find(|split| split.statements == statements) {
            Some(split) => split.readers |= bit(dialect),
            None => self.push(Split { readers: bit(dialect), statements }),
        }
    }

    /// As [`Splits::add`], of a database that surely splits as the first one does; whether there
    /// is a first one.
    pub(super) fn add_as_first(&mut self, dialect: Dialect) -> bool {
        self.0.first_mut().map(|first| first.readers |= bit(dialect)).is_some()
    }

    pub(crate) fn push(&mut self, split: Split) {
        // Mostly there is one way: no room for more is made before there is another.
        self.0.reserve_exact(1);
        self.0.push(split);
    }

    pub(crate) fn as_slice(&self) -> &[Split] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_that_split_alike_share() {
        let (one, two) = (vec![Span::new(0, 9)], vec![Span::new(0, 4), Span::new(5, 9)]);
        let mut splits = Splits::default();
        assert!(!splits.add_as_first(Dialect::Mysql));
        assert!(splits.hold_nothing());
        splits.add(Dialect::Sqlite, one.clone());
        splits.add(Dialect::Postgres, two.clone());
        assert_eq!(splits.on(Dialect::Mysql), None);
        splits.add(Dialect::Mysql, one.clone());
        assert_eq!(splits.as_slice().len(), 2);
        let on = Dialect::ALL.map(|dialect| splits.on(dialect).map(<[_]>::to_vec));
        assert_eq!(on, [Some(one.clone()), Some(two), Some(one)]);
        assert!(!splits.hold_nothing());
    }
}
