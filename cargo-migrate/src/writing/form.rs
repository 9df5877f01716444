//! The form of new revision files, as migrate.toml gives it.

use migrate_core::author::Form;
use migrate_core::directory::{MAX_FILE_SIZE, read_file};
use migrate_core::revision::Template;
use migrate_core::source::SourceFile;
use migrate_db::cli::CliError;

use crate::context::Context;

/// Reads the template, if migrate.toml names one.
///
/// # Errors
/// When the template cannot be read, or has mistakes.
pub(super) fn form(context: &Context<'_>) -> Result<Form, CliError> {
    let conventions = &context.settings.conventions;
    let file_name = conventions.file_name.clone();
    let variables = context.settings.variables.clone();
    let Some(path) = conventions.template.as_ref().map(|path| context.root.join(path)) else {
        return Ok(Form { file_name, template: None, variables });
    };
    let shown = context.shown(&path);
    let text = read_file(&path, MAX_FILE_SIZE).map_err(|error| {
        CliError::usage(format!("the template {shown} cannot be read"))
            .because(error)
            .help("`template` in migrate.toml names it, relative to migrate.toml")
    })?;
    let (template, found) =
        Template::parse(&SourceFile::new(shown, text), &context.settings.dialects);
    if found.has_errors() {
        return Err(CliError::configuration(found));
    }
    Ok(Form { file_name, template: Some(template), variables })
}
