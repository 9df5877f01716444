//! The table of codes: one line each, the only place where a code and its meaning are written.

use std::fmt;

macro_rules! codes {
    ($($variant:ident $text:literal $meaning:literal)*) => {
        /// What kind of finding a diagnostic is. The text is stable and documented.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $meaning] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The stable text of the code, as printed and as `-- migrate:allow` names it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $text,)* }
            }

            /// One sentence on what the code means.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $meaning,)* }
            }
        }
    };
}

codes! {
    // The folder and its files.
    UnreadableFile "unreadable-file" "A revision file cannot be read, is too large or is not UTF-8."
    // One revision file.
    MissingHeader "missing-header" "The file does not open with a comment block that has `revision:` and `revises:`."
    UnknownKey "unknown-key" "The header has a key that means nothing."
    DuplicateKey "duplicate-key" "The header has a key twice."
    MalformedId "malformed-id" "A revision id or label has characters or words that targets need."
    MalformedDate "malformed-date" "`created:` is not an RFC 3339 date and time."
    UnknownMarker "unknown-marker" "A `-- migrate:` marker is not known."
    UnknownOption "unknown-option" "A marker has an option that is not known or has a wrong value."
    DuplicateSection "duplicate-section" "Two sections of one kind serve the same database."
    MissingUp "missing-up" "There is no `-- migrate:up` section."
    MissingDown "missing-down" "There is no way down and no word on why."
    EmptyUp "empty-up" "The up section holds no statement."
    EmptyDown "empty-down" "The down section holds no statement and gives no reason."
    MissingReason "missing-reason" "A marker that wants a reason has none."
    ContradictoryDown "contradictory-down" "A down section stands beside `irreversible` or `noop`."
    TextOutsideSection "text-outside-section" "SQL stands before the first marker."
    // SQL.
    NulByte "nul-byte" "The file holds a NUL byte, at which SQLite and PostgreSQL end the text."
    UnterminatedToken "unterminated-token" "A string, quoted name, comment or body is not closed."
    UnterminatedBody "unterminated-body" "A BEGIN .. END body is not closed."
    PsqlMeta "psql-meta-command" "A line that only psql understands."
    CopyFromStdin "copy-from-stdin" "COPY .. FROM stdin carries its rows inline, which only psql can send."
    TransactionControl "transaction-control" "A section that runs in a transaction controls transactions itself."
    // The graph.
    DuplicateRevision "duplicate-revision" "Two files have the same revision id."
    UnknownParent "unknown-parent" "`revises:` names a revision that no file holds."
    UnknownDependency "unknown-dependency" "`depends-on:` names a revision or label that no file holds."
    OwnParent "own-parent" "A revision names itself as its parent or dependency."
    Cycle "cycle" "Revisions need each other in a circle."
    DuplicateLabel "duplicate-label" "Two revisions carry the same branch label."
    LabelClash "label-clash" "A branch label is also a revision id."
    SeveralHeads "several-heads" "The history ends in several heads."
    RedundantParent "redundant-parent" "A revision names the same parent twice."
    // The lock file.
    LockConflict "lock-conflict" "The lock file holds git's conflict markers."
    LockSyntax "lock-syntax" "The lock file has a line that is not understood."
    SealedEdited "sealed-edited" "A revision that others are built on was edited."
    SealedMissing "sealed-missing" "The lock file names a revision that no file holds."
    LockOutdated "lock-outdated" "The lock file does not name every revision, or is for other databases."
    // Importing another tool's directory.
    ImportDownWithoutUp "import-down-without-up" "A file that undoes a migration has no migration to undo."
    ImportDuplicateVersion "import-duplicate-version" "Several migrations have the same version."
    ImportMarkers "import-markers" "The markers of a migration file are missing, unknown or out of order."
    ImportSettings "import-settings" "The settings beside a migration are not understood."
    ImportRepeatable "import-repeatable" "A migration that its tool runs again at every change becomes one revision."
    // The configuration.
    ConfigSyntax "config-syntax" "migrate.toml is not TOML."
    UnknownSetting "unknown-setting" "migrate.toml has a key that means nothing."
    SettingValue "setting-value" "migrate.toml gives a setting a value that it cannot have."
}

impl Code {
    /// Whether the graph itself is in doubt, so that not even `heads` could be answered.
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
    fn codes_are_unique_words() {
        let texts: HashSet<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        assert!(texts.iter().all(|t| t.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
    }
}
