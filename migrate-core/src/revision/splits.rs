//! The statements of a section, stored once for all databases that split it alike.

use crate::dialect::Dialect;
use crate::source::Span;

/// A section's statements for each database of the project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Splits(Vec<Split>);

/// One way to split, and its databases: a bit for each of [`Dialect::ALL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Split {
    pub(crate) readers: u8,
    pub(crate) statements: Vec<Span>,
}

impl Split {
    /// Returns `true` if every bit is that of a database.
    pub(crate) const fn is_known(readers: u8) -> bool {
        readers >> Dialect::ALL.len() == 0
    }
}

const fn bit(dialect: Dialect) -> u8 {
    1 << dialect as u8
}

impl Splits {
    /// Returns the statements for a database, if the section was split for it.
    #[must_use]
    pub fn on(&self, dialect: Dialect) -> Option<&[Span]> {
        let split = self.0.iter().find(|split| split.readers & bit(dialect) != 0)?;
        Some(&split.statements)
    }

    /// Returns `true` if no database finds a statement.
    #[must_use]
    pub fn hold_nothing(&self) -> bool {
        self.0.iter().all(|split| split.statements.is_empty())
    }

    /// Adds the statements for a database.
    pub(super) fn add(&mut self, dialect: Dialect, statements: Vec<Span>) {
        match self.0.iter_mut().find(|split| split.statements == statements) {
            Some(split) => split.readers |= bit(dialect),
            None => self.push(Split { readers: bit(dialect), statements }),
        }
    }

    /// Like [`Splits::add`], for a database that certainly splits as the first one does. Returns
    /// `false` if there is no first one.
    pub(super) fn add_as_first(&mut self, dialect: Dialect) -> bool {
        self.0.first_mut().map(|first| first.readers |= bit(dialect)).is_some()
    }

    pub(crate) fn push(&mut self, split: Split) {
        // Usually there is one way, so capacity is reserved only for one.
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
