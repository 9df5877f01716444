//! Resolves a command line to a directory, settings and a database.
//!
//! Configuration files are searched in the working directory and its parents, as cargo does. cargo
//! itself runs only if a package was named or nothing else locates the migrations, because that
//! takes longer than most commands. The process environment is read only here and never changed.

mod package;
mod patterns;
mod snapshot;
mod variables;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use migrate_core::config::{Config, DEFAULT_DIR, FILE_NAME, Settings, expand};
use migrate_core::diagnostic::Diagnostics;
use migrate_core::dialect::Dialect;
use migrate_core::directory::{Directory, MAX_FILE_SIZE, read_file};
use migrate_core::embed;
use migrate_core::graph::Node;
use migrate_core::history::History;
use migrate_core::source::SourceFile;
use migrate_core::variables::{VariableValues, bind};
use migrate_db::__private::AppliedDigest;
use migrate_db::cli::{CliError, ConnectArgs, Ui, VariableArgs};
use migrate_db::{Database, Interrupt, Options};

use crate::globals::Globals;
pub(crate) use package::source_roots;
pub(crate) use snapshot::Snapshot;
use variables::Variables;

/// What a snapshot says.
pub(crate) enum SnapshotContent {
    /// How the version table shows that all is applied.
    AppliedDigest(AppliedDigest),
    /// The history; of the files that were not touched only the headers are known.
    History(Box<History>),
}

/// The resolved input of a command.
#[derive(Debug)]
pub(crate) struct Context<'u> {
    /// The output.
    pub(crate) ui: &'u Ui,
    /// The folder of the revisions. It need not exist.
    pub(crate) directory: Directory,
    /// The settings of the configuration file.
    pub(crate) settings: Settings,
    /// The configuration file, when there is one.
    pub(crate) config: Option<PathBuf>,
    /// The folder that paths of the configuration are relative to, and where a new configuration
    /// would be written.
    pub(crate) root: PathBuf,
    /// The database chosen with `--name`.
    pub(crate) name: Option<String>,
    /// The working directory.
    here: PathBuf,
    /// The value of `--database-url`.
    database_url: Option<String>,
    /// The connection options.
    connect: ConnectArgs,
    /// The values of variables.
    variables: VariableArgs,
}

impl<'u> Context<'u> {
    /// Resolves the options of a command line.
    ///
    /// # Errors
    /// When the configuration cannot be read or is wrong.
    pub(crate) fn resolve(globals: &Globals, ui: &'u Ui) -> Result<Self, CliError> {
        let here = current_folder()?;
        let (root, config) = root_and_config(globals, &here)?;
        let mut settings =
            settings(&read_config(config.as_deref(), &here)?, globals.name.as_deref())?;
        if let Some(prelude) = &mut settings.test.prelude {
            *prelude = root.join(&*prelude).to_string_lossy().into_owned();
        }
        let path = match &globals.dir {
            Some(dir) => here.join(dir),
            None => root.join(&settings.dir),
        };
        Ok(Self {
            ui,
            directory: Directory::shown_as(&path, shown(&path, &here))
                .max_file_size(settings.max_file_size)
                .session(&settings.session),
            settings,
            config,
            root,
            name: globals.name.clone(),
            database_url: globals.database_url.clone(),
            connect: globals.connect.clone(),
            variables: globals.variables.clone(),
            here,
        })
    }

    /// Resolves each database of the configuration, or the one of `--name`, for a command with
    /// `--all`.
    ///
    /// # Errors
    /// As [`Context::resolve`], and when `--database-url` names a single database.
    pub(crate) fn resolve_all(globals: &Globals, ui: &'u Ui) -> Result<Vec<Self>, CliError> {
        if globals.database_url.is_some() {
            return Err(CliError::usage("`--database-url` names one database")
                .help("leave out `--all` and `--only`, or `--database-url`"));
        }
        if globals.name.is_some() {
            return Ok(vec![Self::resolve(globals, ui)?]);
        }
        let here = current_folder()?;
        let (_, config) = root_and_config(globals, &here)?;
        let config = read_config(config.as_deref(), &here)?;
        let resolve = |(name, _): (Option<&str>, &Settings)| {
            Self::resolve(&Globals { name: name.map(str::to_owned), ..globals.clone() }, ui)
        };
        config.all().map(resolve).collect()
    }

    /// The URL of `each-url`, in which the name of a database is still missing.
    ///
    /// # Errors
    /// As [`Context::database_url`].
    pub(crate) fn each_url(&self) -> Result<Option<String>, CliError> {
        let Some(url) = &self.settings.each_url else { return Ok(None) };
        self.expanded_url(url).map(Some)
    }

    /// A URL of the configuration with its variables filled in, relative to the configuration.
    ///
    /// # Errors
    /// As [`Context::database_url`].
    pub(crate) fn expanded_url(&self, url: &str) -> Result<String, CliError> {
        let variables = Variables::if_mentioned(url, &self.root, &self.here)?;
        Ok(anchored(&fill(url, &variables)?, &self.root))
    }

    /// Returns `true` if `each` names several databases and the command line none.
    pub(crate) fn is_fleet(&self) -> bool {
        self.settings.each.is_some() && self.database_url.is_none()
    }

    /// The names of the databases of migrate.toml.
    ///
    /// # Errors
    /// When the configuration cannot be read or is wrong.
    pub(crate) fn databases(globals: &Globals) -> Result<Vec<String>, CliError> {
        let here = current_folder()?;
        let (_, config) = root_and_config(globals, &here)?;
        let config = read_config(config.as_deref(), &here)?;
        Ok(config.names().map(str::to_owned).collect())
    }

    /// Reads the folder of the revisions.
    ///
    /// # Errors
    /// When the folder is not there or cannot be read.
    pub(crate) fn history(&self) -> Result<(History, Diagnostics), CliError> {
        self.bound(self.history_as_written()?, None)
    }

    /// As [`Context::history`], with variables in their places.
    ///
    /// # Errors
    /// When the folder is not there or cannot be read.
    pub(crate) fn history_as_written(&self) -> Result<(History, Diagnostics), CliError> {
        self.with_folder_help(self.directory.history(&self.settings.dialects))
    }

    /// Puts the values of variables in their places, as [`Context::variable_values`] quotes them.
    ///
    /// # Errors
    /// When a value is malformed or of an unknown variable.
    pub(crate) fn bound(
        &self,
        (mut history, mut found): (History, Diagnostics),
        dialect: Option<Dialect>,
    ) -> Result<(History, Diagnostics), CliError> {
        let values = self.variable_values(dialect)?;
        found.append(bind(&mut history, &self.settings.variables, &values));
        Ok((history, found))
    }

    /// The values of variables, quoted for a database system, else for that of the database at hand.
    ///
    /// # Errors
    /// When a value is malformed or of an unknown variable.
    pub(crate) fn variable_values(
        &self,
        dialect: Option<Dialect>,
    ) -> Result<VariableValues, CliError> {
        let declared = &self.settings.variables;
        let url = match declared.is_empty() || dialect.is_some() {
            true => None,
            false => self.database_url()?,
        };
        let only = match self.settings.dialects.as_slice() {
            [only] => Some(*only),
            _ => None,
        };
        let dialect = dialect.or_else(|| url.as_deref().and_then(Dialect::of_url)).or(only);
        self.variables.values(declared, dialect)
    }

    /// The folder as it is written, read beside what else the runtime does.
    ///
    /// # Errors
    /// As [`Context::history`].
    pub(crate) async fn history_in_background(&self) -> Result<(History, Diagnostics), CliError> {
        let (directory, dialects) = (self.directory.clone(), self.settings.dialects.clone());
        let reading = tokio::task::spawn_blocking(move || directory.history(&dialects));
        match reading.await {
            Ok(read) => self.with_folder_help(read),
            Err(stopped) => Err(CliError::failed("the files were not read").because(stopped)),
        }
    }

    /// The snapshot of the folder, if it may have one, and what it says of the files as they are
    /// now, if anything; with `idle` that all is applied is enough.
    pub(crate) async fn read_snapshot(
        &self,
        idle: bool,
    ) -> Option<(Snapshot, Option<SnapshotContent>)> {
        // A snapshot holds places in the texts as written.
        if !self.settings.variables.is_empty() {
            return None;
        }
        let (directory, dialects) = (self.directory.clone(), self.settings.dialects.clone());
        let looking = tokio::task::spawn_blocking(move || {
            let mut snapshot = Snapshot::of(&directory, &dialects)?;
            let all = snapshot.all_applied().filter(|_| idle);
            let content = match all {
                Some(all) => Some(SnapshotContent::AppliedDigest(all)),
                None => {
                    snapshot.history().map(|history| SnapshotContent::History(Box::new(history)))
                }
            };
            Some((snapshot, content))
        });
        looking.await.ok()?
    }

    /// Reads the files of revisions that are to be applied, of which the snapshot knows the header;
    /// returns `false` where all files must be read.
    pub(crate) fn complete(&self, history: &mut History, nodes: &[Node]) -> bool {
        let few = nodes.len() < history.graph.len().div_ceil(2);
        few && embed::complete(history, &self.directory, nodes)
    }

    fn with_folder_help<T>(&self, read: std::io::Result<T>) -> Result<T, CliError> {
        read.map_err(|error| {
            let shown = self.directory.shown();
            if error.kind() == std::io::ErrorKind::NotFound {
                CliError::usage(format!("the folder {shown} does not exist"))
                    .help("`cargo migrate init` creates it")
                    .help(format!("`--dir`, or `dir` in {FILE_NAME}, selects another"))
            } else {
                CliError::failed(format!("the folder {shown} cannot be read")).because(error)
            }
        })
    }

    /// A variable of the process.
    #[expect(clippy::unused_self, reason = "the environment is asked through the context only")]
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        variables::of_process(name)
    }

    /// A path as the user would write it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        shown(path, &self.here)
    }

    /// A path as the user typed it on the command line.
    pub(crate) fn typed_path(&self, path: &Path) -> PathBuf {
        self.here.join(path)
    }

    /// The URL of the database, when one is named anywhere: by `--database-url`, by the database
    /// of `--name` itself, by DATABASE_URL, by `.env`, by the configuration.
    ///
    /// # Errors
    /// When `.env` cannot be read or a `${VAR}` is not set.
    pub(crate) fn database_url(&self) -> Result<Option<String>, CliError> {
        Ok(self.located_url()?.map(|(url, _)| url))
    }

    /// Where the URL of the database is written.
    pub(crate) fn url_origin(&self) -> Option<String> {
        self.located_url().ok().flatten().map(|(_, origin)| origin)
    }

    fn located_url(&self) -> Result<Option<(String, String)>, CliError> {
        if let Some(url) = &self.database_url {
            let variables = Variables::if_mentioned(url, &self.root, &self.here)?;
            return Ok(Some((fill(url, &variables)?, "`--database-url`".to_owned())));
        }
        // DATABASE_URL is the application's main database; one chosen by name is another.
        let by_name = self.settings.database_url.as_ref().filter(|_| self.name.is_some());
        if by_name.is_none()
            && let Some(url) = variables::of_process("DATABASE_URL")
        {
            return Ok(Some((url, "the environment variable DATABASE_URL".to_owned())));
        }
        let variables = Variables::read(&self.root, &self.here)?;
        if by_name.is_none()
            && let Some((url, folder)) = variables.database_url()
        {
            let file = shown(&folder.join(".env"), &self.here);
            return Ok(Some((anchored(url, folder), format!("DATABASE_URL in {file}"))));
        }
        let Some(url) = &self.settings.database_url else { return Ok(None) };
        let file = self.config.as_deref().map(|file| self.shown(file)).unwrap_or_default();
        let url = anchored(&fill(url, &variables)?, &self.root);
        Ok(Some((url, format!("`database-url` in {file}"))))
    }
}

impl Context<'_> {
    /// The database, when one is named anywhere.
    ///
    /// # Errors
    /// As [`Context::database_url`], and when the URL is none.
    pub(crate) fn database(&self) -> Result<Option<Database>, CliError> {
        let Some(url) = self.database_url()? else { return Ok(None) };
        if let Some(path) = migrate_db::url::doubtful_path(&url) {
            self.ui.note(format_args!(
                "note: the database URL names the absolute path {path}; `sqlite:{}` is relative",
                path.trim_start_matches('/')
            ));
        }
        Ok(Some(Database::from_url(&url)?))
    }

    /// How databases are migrated here.
    pub(crate) fn options(&self) -> Options {
        let options = self.connect.options(Options::from(&self.settings));
        Options { interrupt: Some(interrupt().clone()), ..options }
    }
}

fn current_folder() -> Result<PathBuf, CliError> {
    std::env::current_dir()
        .map_err(|e| CliError::failed("the current folder cannot be read").because(e))
}

/// Stops the runs of this process.
pub(crate) fn interrupt() -> &'static Interrupt {
    static INTERRUPT: OnceLock<Interrupt> = OnceLock::new();
    INTERRUPT.get_or_init(Interrupt::default)
}

fn root_and_config(globals: &Globals, here: &Path) -> Result<(PathBuf, Option<PathBuf>), CliError> {
    if let Some(config) = &globals.config {
        let config = here.join(config);
        let root = config.parent().unwrap_or(here).to_owned();
        return Ok((root, Some(config)));
    }
    if globals.package.is_some() || globals.manifest_path.is_some() {
        let package = package::find(globals, here)?;
        let config = [&package.root, &package.workspace]
            .into_iter()
            .map(|folder| folder.join(FILE_NAME))
            .find(|file| is_there(file));
        // What the workspace says is about the workspace; the folder is still the package's.
        let root = package.root;
        return Ok((root, config));
    }
    let found = here.ancestors().map(|folder| folder.join(FILE_NAME)).find(|file| is_there(file));
    if let Some(config) = found {
        let root = config.parent().unwrap_or(here).to_owned();
        return Ok((root, Some(config)));
    }
    let answered = globals.dir.is_some() || here.join(DEFAULT_DIR).is_dir();
    let in_package = || here.ancestors().any(|folder| folder.join("Cargo.toml").is_file());
    if answered || !in_package() {
        return Ok((here.to_owned(), None));
    }
    Ok((package::find(globals, here)?.root, None))
}

/// Whether a path leads to a file of any kind: one that cannot be read is an error, not passed over.
fn is_there(path: &Path) -> bool {
    path.metadata().is_ok_and(|file| !file.is_dir())
}

fn read_config(config: Option<&Path>, here: &Path) -> Result<Config, CliError> {
    match config {
        None => Ok(Config::default()),
        Some(path) => {
            let shown = shown(path, here);
            let text = read_file(path, MAX_FILE_SIZE)
                .map_err(|e| CliError::usage(format!("{shown} cannot be read")).because(e))?;
            let file = SourceFile::new(shown, text);
            let (config, mut found) = Config::parse(&file);
            found.append(patterns::check_patterns(&file, &config));
            if found.has_errors() {
                return Err(CliError::configuration(found));
            }
            Ok(config)
        }
    }
}

fn settings(config: &Config, name: Option<&str>) -> Result<Settings, CliError> {
    config.database(name).cloned().map_err(|e| CliError::usage(e.to_string()).help(e.help()))
}

fn fill(url: &str, variables: &Variables) -> Result<String, CliError> {
    expand(url, |name| variables.get(name)).map_err(|error| {
        CliError::usage("the database URL cannot be filled in")
            .because(error)
            .help("set the variable, or write it into .env")
    })
}

/// A path as a person standing `here` would write it.
fn shown(path: &Path, here: &Path) -> String {
    let mut up = PathBuf::new();
    for folder in here.ancestors().take(4) {
        if let Ok(rest) = path.strip_prefix(folder) {
            return Directory::new(up.join(rest)).shown().to_owned();
        }
        up.push("..");
    }
    path.to_string_lossy().into_owned()
}

/// A URL that stands in a file means an SQLite file beside that file, wherever the user stands.
fn anchored(url: &str, folder: &Path) -> String {
    let Some((scheme, rest)) = url.split_once(':') else { return url.to_owned() };
    let (driver, slashes) = match scheme {
        // `./x` behind three slashes is relative too.
        "sqlite" | "sqlite3" if rest.starts_with("///./") || rest.starts_with("///../") => {
            (scheme, "///")
        }
        "sqlite" | "sqlite3" => (scheme, if rest.starts_with("//") { "//" } else { "" }),
        // SQLAlchemy writes a relative path behind three slashes.
        _ if scheme.starts_with("sqlite+") && rest.starts_with("///") => (scheme, "///"),
        _ => return url.to_owned(),
    };
    let path = &rest[slashes.len()..];
    let is_file = !path.is_empty() && !path.starts_with([':', '?']);
    if !is_file || Path::new(path).is_absolute() {
        return url.to_owned();
    }
    let absolute = folder.join(path);
    let slashes = if scheme.contains('+') || slashes != "///" { slashes } else { "//" };
    format!("{driver}:{slashes}{}", absolute.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_sqlite_file_lies_beside_the_file_that_names_it() {
        let at = |url| anchored(url, Path::new("/srv/app"));
        assert_eq!(at("sqlite:dev.db"), "sqlite:/srv/app/dev.db");
        assert_eq!(at("sqlite://dev.db?mode=rwc"), "sqlite:///srv/app/dev.db?mode=rwc");
        assert_eq!(at("sqlite:///./d/dev.db"), "sqlite:///srv/app/./d/dev.db");
        assert_eq!(at("sqlite:///../dev.db"), "sqlite:///srv/app/../dev.db");
        assert_eq!(at("sqlite+aiosqlite:///dev.db"), "sqlite+aiosqlite:////srv/app/dev.db");
        for other in
            ["sqlite::memory:", "sqlite:///dev.db", "sqlite+aiosqlite:////dev.db", "postgres://h/d"]
        {
            assert_eq!(at(other), other);
        }
    }

    #[test]
    fn paths_are_shown_from_where_the_user_stands() {
        let here = Path::new("/home/ada/app/src");
        assert_eq!(shown(Path::new("/home/ada/app/src/migrations"), here), "migrations");
        assert_eq!(shown(Path::new("/home/ada/app/migrations"), here), "../migrations");
        assert_eq!(shown(Path::new("/srv/migrations"), Path::new("/a/b/c/d/e")), "/srv/migrations");
    }
}
