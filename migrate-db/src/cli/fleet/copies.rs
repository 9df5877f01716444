//! `--backup` of several databases: a copy of each before its run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use migrate_core::command::{Command, Help};

use super::{Item, path_of};
use crate::cli::CliError;

/// The copies of a call, by database. Schemas of one database share a copy, which is made before the run of the
/// first of them.
pub(super) struct Copies<'p> {
    folder: &'p Path,
    made: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<Option<PathBuf>>>>>,
}

impl<'p> Copies<'p> {
    pub(super) fn into(folder: &'p Path) -> Self {
        Self { folder, made: Mutex::default() }
    }

    /// Copies the database of an item unless there is a copy of it, and prints how it is restored. Returns the
    /// file; `None` if there is no database yet.
    ///
    /// # Errors
    /// When the copy cannot be made.
    pub(super) async fn copy(&self, item: &Item<'_>) -> Result<Option<PathBuf>, CliError> {
        let (database, ui) = (item.member.database(), item.context().ui);
        let shared = path_of(database).map(|(place, _)| {
            let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(made.entry(place).or_default())
        });
        // Held while the copy is made: the others wait for it before they change anything.
        let mut known = match &shared {
            Some(shared) => Some(shared.lock().await),
            None => None,
        };
        if let Some(file) = known.as_deref().and_then(Option::as_ref) {
            return Ok(Some(file.clone()));
        }
        let label = item.label();
        let name = if shared.is_some() { database.name() } else { label.clone() };
        let copied = database.backup_as(self.folder, &name).await.map_err(|error| {
            CliError::from(error)
                .help("nothing was changed in that database, because the copy is made first")
        })?;
        match &copied {
            Some(file) => {
                let shown = file.display();
                ui.note(format_args!("{label}: copied {database} to {shown}"));
                let words = format!("{} {}", quoted(&shown.to_string()), selected(item, &label));
                let help: Help = Command::DbRestore.with(words).help("restores it");
                ui.note(format_args!("{label}: {}", ui.named(&help)));
                if let Some(known) = known.as_deref_mut() {
                    *known = Some(file.clone());
                }
            }
            None => ui.note(format_args!(
                "{label}: {database} does not exist yet, so there is nothing to copy"
            )),
        }
        Ok(copied)
    }
}

/// The options with which a command works on the database of an item.
fn selected(item: &Item<'_>, label: &str) -> String {
    let url = || format!("--database-url {}", quoted(&item.member.database().to_string()));
    match &item.group.name {
        Some(name) if name == label => format!("--name {}", quoted(name)),
        Some(name) => format!("--name {} {}", quoted(name), url()),
        None => url(),
    }
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:@%+=,".contains(c);
    match word.chars().all(is_plain) && !word.is_empty() {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(feature = "postgres")]
    use crate::Database;

    #[test]
    fn a_word_for_a_shell_is_quoted_where_it_must_be() {
        assert_eq!(quoted("backups/a-1.db"), "backups/a-1.db");
        assert_eq!(quoted("postgres://h/d?x=y"), "'postgres://h/d?x=y'");
        assert_eq!(quoted("O'Brien"), "'O'\\''Brien'");
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn schemas_of_one_database_have_one_place() {
        let of = |url: &str| path_of(&Database::from_url(url).unwrap()).map(|(place, _)| place);
        assert_eq!(of("postgres://ada@h/d?search_path=a"), of("postgres://ada@h/d?search_path=b"));
        assert_ne!(of("postgres://ada@h/d?search_path=a"), of("postgres://ada@h/e?search_path=a"));
        assert_eq!(of("postgres://ada@h/d"), None);
    }
}
