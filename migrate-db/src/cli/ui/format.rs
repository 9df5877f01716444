//! The formats of data.

use clap::ValueEnum as _;

use crate::cli::CliError;

/// The format of data, of every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// A value of `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum OutputFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// Statements.
    #[value(hide = true)]
    Sql,
    /// Two texts of SQL, line by line.
    #[value(hide = true)]
    SqlDiff,
    /// A diagram in the language of Mermaid.
    #[value(hide = true)]
    Mermaid,
    /// A graph in the language of Graphviz.
    #[value(hide = true)]
    Dot,
    /// A picture.
    #[value(hide = true)]
    Svg,
    /// A page with a picture.
    #[value(hide = true)]
    Html,
    /// Findings for code scanning (SARIF 2.1.0).
    #[value(hide = true)]
    Sarif,
    /// A report for a pull request.
    #[value(hide = true)]
    Markdown,
    /// Findings as annotations of GitHub Actions.
    #[value(hide = true)]
    Github,
}

impl OutputFormat {
    /// Refuses a format that is neither text, JSON nor one of `extra`.
    pub(super) fn check(self, extra: &[Self]) -> Result<(), CliError> {
        if matches!(self, Self::Text | Self::Json) || extra.contains(&self) {
            return Ok(());
        }
        let word = |format: Self| {
            format.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
        };
        let mut words = vec![word(Self::Text), word(Self::Json)];
        words.extend(extra.iter().map(|format| word(*format)));
        Err(CliError::usage(format!("this command has no format {}", word(self)))
            .help(format!("its formats are {}", words.join(", "))))
    }
}
