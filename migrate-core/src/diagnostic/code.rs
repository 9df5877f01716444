//! The registry of all codes: name, meaning, group and default level of each.
//!
//! Files, the graph, the lock file, imports, the configuration, round trips and lint share one
//! registry, so a code has one meaning everywhere. docs/diagnostics.md documents every code in this
//! order; a test compares the two.

use std::fmt;

use super::Severity;
use crate::suggest::nearest;

/// A group of codes, by what they are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Group {
    /// The migrations directory.
    Directory,
    /// One revision file.
    Revision,
    /// The SQL of a section.
    Sql,
    /// The graph of the revisions.
    Graph,
    /// The lock file.
    Lock,
    /// The files of another tool.
    Import,
    /// migrate.toml.
    Configuration,
    /// Structs and enums as the wanted schema.
    Models,
    /// The schema at each revision, without a database.
    StaticSchema,
    /// The round trip of a revision on a database.
    RoundTrip,
    /// Rules about SQL that is valid and risky.
    Lint,
}

impl Group {
    /// The heading in docs/diagnostics.md.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Directory => "The directory",
            Self::Revision => "One revision file",
            Self::Sql => "SQL",
            Self::Graph => "The graph",
            Self::Lock => "The lock file",
            Self::Import => "Importing",
            Self::Configuration => "The configuration",
            Self::Models => "Models",
            Self::StaticSchema => "The static schema",
            Self::RoundTrip => "Round trips",
            Self::Lint => "Lint",
        }
    }

    /// Returns `true` if `-- migrate:allow` accepts the findings of the group.
    #[must_use]
    pub const fn is_acceptable(self) -> bool {
        matches!(self, Self::StaticSchema | Self::RoundTrip | Self::Lint)
    }
}

macro_rules! codes {
    ($($group:ident { $($level:ident $variant:ident $name:literal $meaning:literal)* })*) => {
        /// The kind of a finding. The name is stable and documented.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $meaning] $variant,)*)*
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Code] = &[$($(Code::$variant,)*)*];

            /// The stable name of the code, as printed and as written after `-- migrate:allow`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($(Code::$variant => $name,)*)* }
            }

            /// What the code means, in one sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $($(Code::$variant => $meaning,)*)* }
            }

            /// The group of the code.
            #[must_use]
            pub const fn group(self) -> Group {
                match self { $($(Code::$variant => Group::$group,)*)* }
            }

            /// The severity of a finding with this code, unless a setting changes it.
            #[must_use]
            pub const fn level(self) -> Severity {
                match self { $($(Code::$variant => Severity::$level,)*)* }
            }
        }
    };
}

codes! {
    Directory {
        Error UnreadableFile "unreadable-file" "A revision file cannot be read, is too large or is not UTF-8."
    }
    Revision {
        Error MissingHeader "missing-header" "The file does not begin with a comment block that contains `revision:` and `revises:`."
        Error UnknownKey "unknown-key" "The header has a key that does not exist."
        Error DuplicateKey "duplicate-key" "The header has a key twice."
        Error MalformedId "malformed-id" "A revision id or label contains characters or words that targets need."
        Error MalformedDate "malformed-date" "`created:` is not an RFC 3339 date and time."
        Error UnknownMarker "unknown-marker" "A `-- migrate:` marker does not exist."
        Error UnknownOption "unknown-option" "A marker has an option that does not exist, or a wrong value."
        Error UnknownVariable "unknown-variable" "The SQL has a variable that migrate.toml does not declare, or that is part of a longer word."
        Error UnknownCode "unknown-code" "`-- migrate:allow` names a code that does not exist or cannot be accepted."
        Error DuplicateSection "duplicate-section" "Two sections of one kind serve the same database."
        Error MissingUp "missing-up" "There is no `-- migrate:up` section."
        Error MissingDown "missing-down" "There is no down section, and no reason for its absence."
        Warning EmptyUp "empty-up" "The up section contains no statement."
        Error EmptyDown "empty-down" "The down section contains no statement and no reason."
        Error MissingReason "missing-reason" "A marker that requires a reason has none."
        Error ContradictoryDown "contradictory-down" "A revision has both a down section and `irreversible` or `noop`."
        Error TextOutsideSection "text-outside-section" "There is SQL before the first marker."
    }
    Sql {
        Error NulByte "nul-byte" "The file contains a NUL byte, at which SQLite and PostgreSQL end the text."
        Error UnterminatedToken "unterminated-token" "A string, quoted name, comment or body is not closed."
        Error UnterminatedBody "unterminated-body" "A BEGIN .. END body is not closed."
        Error PsqlMeta "psql-meta-command" "A line is a command of psql, which no server understands."
        Error CopyFromStdin "copy-from-stdin" "COPY .. FROM stdin reads inline rows, which only psql can send."
        Error TransactionControl "transaction-control" "A section that runs in a transaction controls transactions itself."
        Error RustSection "rust-section" "A section that calls a Rust function has SQL, or options that only SQL has."
        Error BatchSection "batch-section" "The statement of a batch section cannot be repeated until it is done."
    }
    Graph {
        Error DuplicateRevision "duplicate-revision" "Two files have the same revision id."
        Error UnknownParent "unknown-parent" "`revises:` names a revision that does not exist."
        Error UnknownDependency "unknown-dependency" "`depends-on:` names a revision or label that does not exist."
        Error OwnParent "own-parent" "A revision names itself as its parent or dependency."
        Error Cycle "cycle" "Revisions need each other in a circle."
        Error DuplicateLabel "duplicate-label" "Two revisions have the same branch label."
        Error LabelClash "label-clash" "A branch label is also a revision id."
        Error SeveralHeads "several-heads" "The history ends in several heads."
        Error RedundantParent "redundant-parent" "A revision names the same parent twice."
        Error ReplacedTwice "replaced-twice" "Two revisions replace the same one."
        Error ReplacesItself "replaces-itself" "A revision replaces itself."
    }
    Lock {
        Error LockConflict "lock-conflict" "The lock file contains git's conflict markers."
        Error LockSyntax "lock-syntax" "A line of the lock file is not understood."
        Error SealedEdited "sealed-edited" "A sealed revision was edited."
        Error SealedMissing "sealed-missing" "The file of a revision in the lock file is missing."
        Warning LockOutdated "lock-outdated" "The lock file does not name every revision, or names other databases than the project."
    }
    Import {
        Warning ImportDownWithoutUp "import-down-without-up" "A file that reverts a migration has no migration to revert."
        Warning ImportDuplicateVersion "import-duplicate-version" "Several migrations have the same version."
        Error ImportMarkers "import-markers" "The markers of a migration file are missing, unknown or out of order."
        Error ImportSettings "import-settings" "The settings of a migration are not understood."
        Warning ImportRepeatable "import-repeatable" "A migration that its tool runs again after every change becomes one revision."
    }
    Configuration {
        Error ConfigSyntax "config-syntax" "migrate.toml is not valid TOML."
        Error UnknownSetting "unknown-setting" "migrate.toml has a key that does not exist."
        Error SettingValue "setting-value" "migrate.toml has a setting with an invalid value."
        Error SchemaFileOutdated "schema-file-outdated" "The file that `schema-file` names does not hold the schema of the heads."
    }
    Models {
        Error ModelMistake "model-mistake" "A struct or an enum that derives `Table` or `Enum` has a mistake."
        Error ModelsAhead "models-ahead" "The models state what the migrations lack, or the reverse."
        Warning ModelsUnread "models-unread" "A part of the sources of the models cannot be read."
    }
    StaticSchema {
        Error SqlSyntax "sql-syntax" "A statement has a token that cannot stand where it stands."
        Error NoSuchObject "no-such-object" "A statement names an object that does not exist at that point of the history."
        Error AlreadyExists "already-exists" "A statement creates an object whose name is taken at that point of the history."
        Error StillNeeded "still-needed" "A statement drops or changes an object that another object needs."
        Error StatementRefused "statement-refused" "The database refuses what a statement asks for."
        Warning NotKnown "not-known" "A part of the schema at a revision is not known without a database."
    }
    RoundTrip {
        Error UpFails "up-fails" "The up fails, even on empty tables."
        Error UpFailsWithRows "up-fails-with-rows" "The up fails on tables with rows, and works on empty ones."
        Error DownFails "down-fails" "The down fails, even on empty tables."
        Error DownFailsWithRows "down-fails-with-rows" "The down fails on tables with rows, and works on empty ones."
        Error UpFailsAgain "up-fails-again" "The second up fails."
        Error LeftBehind "left-behind" "The down does not remove an object that the up created."
        Error NotRestored "not-restored" "The down does not restore an object that the up removed."
        Error RestoredOtherwise "restored-otherwise" "The down restores an object in a different form."
        Error DiffersAgain "differs-again" "The schema after the second up differs from the schema after the first."
        Error RowsLost "rows-lost" "Rows, or values in columns that existed before, are missing after the down."
        Error RowsChanged "rows-changed" "Rows that the revision does not concern have changed after the down."
        Error RowsLeftBehind "rows-left-behind" "Rows exist after the down that did not exist before the up."
        Error FixtureFails "fixture-fails" "A fixture fails."
        Error VerifyFails "verify-fails" "A query of a verify section returns false after the up."
        Error OrderMatters "order-matters" "The branches of a merge give another schema, or fail, in the other order."
        Warning StaticDiffers "static-differs" "The static schema or a static finding is not as the database has it, which is a fault of this tool."
    }
    Lint {
        Error DataLoss "data-loss" "The up removes rows or values, and `-- migrate:lossy` does not declare it."
        Error AddNotNullColumn "add-not-null-column" "A column that is NOT NULL and has no default is added to a table with rows."
        Warning SetNotNull "set-not-null" "NOT NULL is set on a column of a table with rows."
        Warning UniqueOverRows "unique-over-rows" "A unique constraint, unique index or primary key is created over existing rows."
        Warning ExclusionOverRows "exclusion-over-rows" "An exclusion constraint is created over existing rows."
        Warning IndexWithoutConcurrently "index-without-concurrently" "An index on an existing table is created without CONCURRENTLY."
        Warning DropIndexWithoutConcurrently "drop-index-without-concurrently" "An index is dropped without CONCURRENTLY."
        Warning ReindexWithoutConcurrently "reindex-without-concurrently" "An index is built again without CONCURRENTLY."
        Error ConcurrentlyInTransaction "concurrently-in-transaction" "A statement that cannot run in a transaction is in a section that runs in one."
        Warning ConcurrentlyNotAlone "concurrently-not-alone" "A statement with CONCURRENTLY shares its section with other statements."
        Warning TypeChangeRewrites "type-change-rewrites" "A change of a column's type rewrites the table, or checks all rows, under an exclusive lock."
        Warning VolatileDefaultRewrites "volatile-default-rewrites" "A new column gets a value for every row, so the table is rewritten under an exclusive lock."
        Warning ForeignKeyWithoutNotValid "foreign-key-without-not-valid" "A foreign key is added to an existing table without NOT VALID."
        Warning CheckWithoutNotValid "check-without-not-valid" "A check is added to an existing table without NOT VALID."
        Warning ValidateInSameTransaction "validate-in-same-transaction" "A constraint is validated in the transaction that adds it as NOT VALID."
        Warning MissingLockTimeout "missing-lock-timeout" "A statement that locks an existing table has no lock timeout."
        Warning RenameInUse "rename-in-use" "A table or column that programs may use is renamed."
        Warning DropTableOrder "drop-table-order" "A table is dropped while a foreign key of another table refers to it."
        Error EnumValueInTransaction "enum-value-in-transaction" "A value of an enum is used in the transaction that adds it."
        Error FrozenDefault "frozen-default" "A default is the constant `'now'`, which is evaluated once, when the column is created."
        Warning HidesDrift "hides-drift" "IF EXISTS or IF NOT EXISTS hides that a database differs from the history."
        Warning ManualTransaction "manual-transaction" "A section outside of a transaction begins and ends transactions itself."
        Warning ImplicitCommit "implicit-commit" "A statement of DDL commits, so a failure of a later statement leaves a part of the section applied."
        Warning IgnoredDrop "ignored-drop" "A DROP CONSTRAINT beside a new foreign key or check leaves a foreign key in place on MariaDB."
        Warning AlgorithmCopy "algorithm-copy" "ALTER TABLE copies the table and stops all writes to it."
        Warning Utf8mb3 "utf8mb3" "A table or column uses the character set utf8mb3, which has no characters beyond three bytes."
        Warning PragmaInTransaction "pragma-in-transaction" "A PRAGMA that has no effect in a transaction is in a section that runs in one."
        Error RebuildLosesObject "rebuild-loses-object" "A table is built again, and an index or a trigger of it is not."
        Warning StringFromName "string-from-name" "A view or trigger of SQLite has a name in double quotes whose column is dropped: it becomes a string."
        Warning ForeignKeyWithoutIndex "foreign-key-without-index" "No index begins with the columns of a foreign key."
        Warning TableWithoutPrimaryKey "table-without-primary-key" "A table has no primary key."
        Warning ReservedName "reserved-name" "The name of a table or column is a reserved word."
        Warning NameTooLong "name-too-long" "A name is longer than the database allows."
        Warning PreferJsonb "prefer-jsonb" "A column has the type `json`."
        Warning PreferTimestamptz "prefer-timestamptz" "A column has the type `timestamp` without a time zone."
        Warning PreferVarchar "prefer-varchar" "A column has the type `char(n)`, which pads its values with spaces."
        Warning PreferText "prefer-text" "A column has the type `varchar(n)`, whose limit is part of the type."
        Warning PreferIdentity "prefer-identity" "A column has the type `serial`."
        Warning PreferBigint "prefer-bigint" "A key that the database numbers has a type of 4 bytes or fewer."
    }
}

impl Code {
    /// Returns the code with a name; `None` if there is none.
    ///
    /// ```
    /// use migrate_core::diagnostic::Code;
    /// assert_eq!(Code::from_name("rows-lost"), Some(Code::RowsLost));
    /// assert_eq!(Code::from_name("rows-lots"), None);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }

    /// Returns the code that `-- migrate:allow` can accept and whose name is similar to a word.
    #[must_use]
    pub fn nearest_acceptable(word: &str) -> Option<&'static str> {
        let acceptable = Self::ALL.iter().filter(|code| code.group().is_acceptable());
        nearest(word, acceptable.map(|code| code.as_str()))
    }

    /// Returns `true` if a finding with this code makes the graph unreliable, so that not even
    /// `heads` can be answered.
    #[must_use]
    pub const fn is_structural(self) -> bool {
        matches!(
            self,
            Self::UnreadableFile
                | Self::MissingHeader
                | Self::UnknownKey
                | Self::DuplicateKey
                | Self::MalformedId
                | Self::DuplicateRevision
                | Self::UnknownParent
                | Self::UnknownDependency
                | Self::OwnParent
                | Self::Cycle
                | Self::DuplicateLabel
                | Self::LabelClash
                | Self::RedundantParent
                | Self::ReplacedTwice
                | Self::ReplacesItself
        )
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_lead_back_to_their_codes() {
        let names: HashSet<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(names.iter().all(|name| name.chars().all(fits)));
        assert!(Code::ALL.iter().all(|code| Code::from_name(code.as_str()) == Some(*code)));
    }

    #[test]
    fn a_misspelt_name_leads_to_an_acceptable_code_only() {
        assert_eq!(Code::nearest_acceptable("rows-lots"), Some("rows-lost"));
        assert_eq!(Code::nearest_acceptable("sealed-edit"), None);
    }
}
