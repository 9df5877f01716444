//! Environment variables of the process, then of the nearest `.env` file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use migrate_core::directory::{MAX_FILE_SIZE, read_file};
use migrate_db::cli::CliError;

/// The variables of the process and of `.env`.
#[derive(Debug, Default)]
pub(super) struct Variables {
    /// The variables of `.env`, and the file's folder.
    file: Option<(PathBuf, HashMap<String, String>)>,
}

/// A variable of the process. An empty value counts as not set.
pub(super) fn of_process(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Variables {
    /// Reads the `.env` of a folder or of its nearest parent that has one.
    pub(super) fn read(folder: &Path, here: &Path) -> Result<Self, CliError> {
        let file = folder.ancestors().map(|f| f.join(".env")).find(|path| super::is_there(path));
        let Some(path) = file else { return Ok(Self::default()) };
        let wrong = |error: dotenvy::Error| {
            let message = format!("{} cannot be read", super::shown(&path, here));
            match error {
                // It holds the line, which may hold a password.
                dotenvy::Error::LineParse(..) => CliError::usage(message)
                    .help("a line is `NAME=value`; a value with spaces stands in quotes"),
                error => CliError::usage(message).because(error),
            }
        };
        let text = read_file(&path, MAX_FILE_SIZE).map_err(|e| wrong(dotenvy::Error::Io(e)))?;
        let values = dotenvy::from_read_iter(text.as_bytes())
            .collect::<Result<HashMap<_, _>, _>>()
            .map_err(wrong)?;
        let folder = path.parent().unwrap_or(folder).to_owned();
        Ok(Self { file: Some((folder, values)) })
    }

    /// Reads `.env` only if the text refers to a variable.
    pub(super) fn if_mentioned(text: &str, folder: &Path, here: &Path) -> Result<Self, CliError> {
        if text.contains("${") { Self::read(folder, here) } else { Ok(Self::default()) }
    }

    /// The value of a variable.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        of_process(name).or_else(|| self.file.as_ref()?.1.get(name).cloned())
    }

    /// The DATABASE_URL of the file, and the file's folder.
    pub(super) fn database_url(&self) -> Option<(&str, &Path)> {
        let (folder, values) = self.file.as_ref()?;
        let url = values.get("DATABASE_URL").filter(|url| !url.is_empty())?;
        Some((url, folder))
    }
}
