//! Checks a history and returns it, or all its mistakes.
//!
//! The checks are functions of `migrate-core`, the same that the command calls.

use std::io;
use std::path::{Path, PathBuf};

use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_core::directory::Directory;
use migrate_core::history::{History, is_structural};
use migrate_core::revision::Revision;
use migrate_core::variables::{VariableValues, bind};
use migrate_core::{lock, static_check};

use migrate_core::suggest::nearest;
use syn::spanned::Spanned as _;

use crate::args::{Args, Macro, step_name};
use crate::fallback::Refusal;
use crate::settings::{Project, featured, shown};

/// A history without errors.
pub(crate) struct Sound {
    pub(crate) history: History,
    /// The settings of `migrate.toml` that the program uses.
    pub(crate) settings: Settings,
    /// The absolute paths of the revision files, in the order of the graph.
    pub(crate) files: Vec<PathBuf>,
    /// Other files whose changes require a new build.
    pub(crate) watched: Vec<PathBuf>,
}

/// Checks the history of the crate with its `Cargo.toml` in `root`.
pub(crate) fn check(root: &Path, args: &Args) -> Result<Sound, Refusal> {
    let project = Project::of(root, args)?;
    let path = root.join(&project.settings.dir);
    let directory = Directory::shown_as(&path, shown(&path, root))
        .max_file_size(project.settings.max_file_size)
        .session(&project.settings.session);
    let (history, mut found) = directory.history(&project.settings.dialects).map_err(|error| {
        let dir = directory.shown();
        Refusal::here(match error.kind() {
            io::ErrorKind::NotFound => format!(
                "there is no folder `{dir}`\n  = help: `cargo migrate init` makes one\n  = help: or name another, relative to Cargo.toml: `{}(\"path\")`",
                args.called.name()
            ),
            _ => format!("the folder `{dir}` cannot be read: {error}"),
        })
    })?;
    // The checks read the SQL with placeholders; what is embedded is the text of the files.
    let mut bound = history.clone();
    found.append(bind(&mut bound, &project.settings.variables, &VariableValues::default()));
    // An incomplete graph has false heads.
    if !found.iter().any(is_structural) {
        found.append(history.check(project.settings.heads));
    }
    // The tests find the same with a database.
    if args.called == Macro::Migrations && !found.has_errors() {
        found.append(static_check::check(&bound, project.settings.static_check_options(), None));
    }
    if found.has_errors() {
        return Err(Refusal::found(&found));
    }
    check_steps(&history, args)?;
    if !args.dialects.is_empty() && history.dialects != args.dialects {
        let named: Vec<&str> = history.dialects.iter().map(|dialect| dialect.name()).collect();
        return Err(Refusal::here(format!(
            "`dialects(..)` contradicts the lock file, which names {}\n  = help: leave the argument out",
            named.join(", ")
        )));
    }
    let file = |shown: &str| path.join(shown.rsplit('/').next().unwrap_or(shown));
    let graph = &history.graph;
    let files = graph.all_revisions().map(|revision| file(revision.file.path())).collect();
    let lock = history.lock.as_ref().map(|_| path.join(lock::FILE_NAME));
    let watched = lock.into_iter().chain(project.config).collect();
    Ok(Sound { history, settings: project.settings, files, watched })
}

/// Checks that the macro binds the functions that the revisions call, and no other.
fn check_steps(history: &History, args: &Args) -> Result<(), Refusal> {
    let graph = &history.graph;
    let revisions = || graph.all_revisions();
    let bound: Vec<String> = args.steps.iter().map(step_name).collect();
    for revision in revisions() {
        if let Some((name, marker)) =
            revision.functions().find(|(name, _)| !bound.iter().any(|bound| bound == name))
        {
            let place = revision.file.locate(marker);
            return Err(Refusal::here(format!(
                "revision {} calls the Rust function `{name}`, which the macro does not bind ({}:{})\n  = help: list its path: `{}(steps = [{name}])`",
                revision.id(),
                place.path,
                place.line,
                args.called.name(),
            )));
        }
    }
    let in_batches: Vec<&str> = revisions().flat_map(Revision::functions_of_batches).collect();
    let sections = revisions()
        .flat_map(|revision| revision.sections.iter().map(move |section| (revision, section)));
    for (revision, section) in sections.filter(|(_, section)| section.batch.is_none()) {
        if let Some(name) = section.function.as_deref().filter(|name| in_batches.contains(name)) {
            let place = revision.file.locate(section.marker);
            return Err(Refusal::here(format!(
                "the Rust function `{name}` is called for each batch of one section, and once by another ({}:{})\n  = help: write two functions: that of a batch returns the number of rows that it changed",
                place.path, place.line,
            )));
        }
    }
    let called: Vec<&str> =
        revisions().flat_map(|revision| revision.functions().map(|(name, _)| name)).collect();
    for path in &args.steps {
        let name = step_name(path);
        if !called.contains(&name.as_str()) {
            let help = nearest(&name, called.iter().copied()).map_or_else(
                || format!("a revision calls it by `-- migrate:up rust:{name}`"),
                |near| format!("did you mean `{near}`?"),
            );
            return Err(Refusal {
                span: path.span(),
                message: format!("no revision calls the Rust function `{name}`\n  = help: {help}"),
            });
        }
    }
    Ok(())
}

/// Returns the databases to test a history on: the named ones, else those of `[test]` in
/// `migrate.toml`, else all databases of the history.
pub(crate) fn databases(sound: &Sound, args: &Args) -> Result<Vec<Dialect>, Refusal> {
    let written = &sound.history.dialects;
    let here = Refusal::here("").span;
    let databases = match args.databases.as_slice() {
        [] => [&sound.settings.test.dialects, written]
            .into_iter()
            .find(|dialects| !dialects.is_empty())
            .into_iter()
            .flatten()
            .map(|dialect| (*dialect, here))
            .collect(),
        named => named.to_vec(),
    };
    let featured = featured();
    for (dialect, span) in &databases {
        let name = dialect.name();
        let message = if !written.contains(dialect) {
            let written: Vec<&str> = written.iter().map(|dialect| dialect.name()).collect();
            format!(
                "the migrations are not written for {name}, but for {}\n  = help: add it to `dialects` in migrate.toml, then `cargo migrate accept`",
                written.join(", ")
            )
        } else if !featured.contains(dialect) {
            let other = featured.iter().find(|other| written.contains(other)).map(|other| {
                format!(
                    "\n  = help: or test on another alone: `{}({})`",
                    args.called.name(),
                    other.name()
                )
            });
            format!(
                "there is no driver to test on {name}\n  = help: enable the feature `{name}` of migrate-db{}",
                other.unwrap_or_default()
            )
        } else {
            continue;
        };
        return Err(Refusal { span: *span, message });
    }
    Ok(databases.into_iter().map(|(dialect, _)| dialect).collect())
}

#[cfg(test)]
mod static_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_checked_and_the_text_of_the_file_is_embedded() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(root.path().join(name), text).unwrap();
        std::fs::create_dir(root.path().join("migrations")).unwrap();
        write("migrate.toml", "dialects = [\"sqlite\"]\n[variables]\ntenant = \"identifier\"\n");
        let revision = |name: &str| {
            format!(
                "-- revision: a\n-- revises:\n-- migrate:up\nCREATE TABLE ${{{name}}} (id INTEGER);\n-- migrate:down\nDROP TABLE ${{tenant}};\n"
            )
        };
        write("migrations/a.sql", &revision("tennant"));
        let refusal = check(root.path(), &Args::default()).err().unwrap();
        assert!(
            refusal.message.contains("[unknown-variable] the variable `tennant`"),
            "{}",
            refusal.message
        );
        write("migrations/a.sql", &revision("tenant"));
        let sound = check(root.path(), &Args::default()).ok().unwrap();
        let node = sound.history.graph.node("a").unwrap();
        assert_eq!(sound.history.graph.revision(node).file.text(), revision("tenant"));
    }

    #[test]
    fn the_functions_of_revisions_are_bound_each_and_no_other() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("migrations")).unwrap();
        let text = "-- revision: a\n-- revises:\n-- migrate:up rust:fill_names\n-- migrate:down rust:undo\n";
        std::fs::write(root.path().join("migrations/a.sql"), text).unwrap();
        let refused = |paths: &[&str]| {
            let steps = paths.iter().map(|path| syn::parse_str(path).unwrap()).collect();
            let checked = check(root.path(), &Args { steps, ..Args::default() });
            checked.err().map(|refusal| refusal.message)
        };
        assert_eq!(refused(&["crate::steps::fill_names", "undo"]), None);
        let missing = refused(&["undo"]).unwrap();
        assert!(missing.contains("calls the Rust function `fill_names`"), "{missing}");
        assert!(missing.contains("(migrations/a.sql:3)"), "{missing}");
        assert!(missing.contains("`migrations!(steps = [fill_names])`"), "{missing}");
        let unused = refused(&["fill_names", "undo", "steps::fill_name"]).unwrap();
        assert!(unused.contains("no revision calls the Rust function `fill_name`"), "{unused}");
        assert!(unused.contains("did you mean `fill_names`?"), "{unused}");
        let text = text.replace("rust:fill_names", "batch rust:undo");
        std::fs::write(root.path().join("migrations/a.sql"), text).unwrap();
        let both = refused(&["undo"]).unwrap();
        assert!(both.contains("for each batch of one section, and once by another"), "{both}");
        assert!(both.contains("(migrations/a.sql:4)"), "{both}");
    }
}
