//! The location and settings of the history: from the macro's arguments, `migrate.toml`, or
//! defaults.

use std::path::{Path, PathBuf};
use std::{env, io};

use migrate_core::config::{Config, FILE_NAME, Settings};
use migrate_core::dialect::Dialect;
use migrate_core::directory::{MAX_FILE_SIZE, read_file};
use migrate_core::source::SourceFile;

use crate::args::Args;
use crate::fallback::Refusal;

/// The input of the check.
pub(crate) struct Project {
    /// The settings of this history. The dialects are used if the lock file names none.
    pub(crate) settings: Settings,
    /// `migrate.toml`, if there is one.
    pub(crate) config: Option<PathBuf>,
}

/// The directory of the `Cargo.toml` of the crate being compiled.
pub(crate) fn root() -> Result<PathBuf, Refusal> {
    env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).ok_or_else(|| {
        Refusal::here("the folder of Cargo.toml is not known: cargo sets CARGO_MANIFEST_DIR")
    })
}

impl Project {
    pub(crate) fn of(root: &Path, args: &Args) -> Result<Self, Refusal> {
        let path = root.join(FILE_NAME);
        let shown = shown(&path, root);
        let text = match read_file(&path, MAX_FILE_SIZE) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Refusal::here(format!("{shown} cannot be read: {error}"))),
        };
        let (config, found) = text.as_ref().map_or_else(Default::default, |text| {
            Config::parse(&SourceFile::new(shown, text.clone()))
        });
        if found.has_errors() {
            return Err(Refusal::found(&found));
        }
        let mut settings = settings(&config, args)?;
        if let Some(dir) = &args.dir {
            settings.dir.clone_from(dir);
        }
        settings.heads = args.heads.unwrap_or(settings.heads);
        if !args.dialects.is_empty() {
            settings.dialects.clone_from(&args.dialects);
        } else if settings.dialects.is_empty() {
            settings.dialects = featured();
        }
        Ok(Self { settings, config: text.map(|_| path) })
    }
}

/// Returns the settings of a directory in `migrate.toml`, or of its only database.
fn settings(config: &Config, args: &Args) -> Result<Settings, Refusal> {
    let plain = |dir: &str| Path::new(dir).components().collect::<PathBuf>();
    match &args.dir {
        Some(dir) => Ok(config
            .all()
            .map(|(_, settings)| settings)
            .find(|settings| plain(&settings.dir) == plain(dir))
            .cloned()
            .unwrap_or_default()),
        None => config.database(None).cloned().map_err(|error| {
            let called = args.called.name();
            let dirs: Vec<String> =
                config.all().map(|(_, s)| format!("`{called}({:?})`", s.dir)).collect();
            Refusal::here(format!("{error}\n  = help: name the folder: {}", dirs.join(" or ")))
        }),
    }
}

/// The databases with enabled drivers.
pub(crate) fn featured() -> Vec<Dialect> {
    let features = [cfg!(feature = "sqlite"), cfg!(feature = "postgres"), cfg!(feature = "mysql")];
    Dialect::ALL.into_iter().zip(features).filter(|(_, on)| *on).map(|(d, _)| d).collect()
}

/// Returns a path as the compiler shows it: relative to its current directory, else to the package.
pub(crate) fn shown(path: &Path, root: &Path) -> String {
    let inside =
        env::current_dir().ok().and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    let path = inside.as_deref().or_else(|| path.strip_prefix(root).ok()).unwrap_or(path);
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests;
