//! The databases of `--all`: those of migrate.toml, and those that `each` names.

use std::path::Path;
use std::process::Command;

use migrate_core::config::{Each, matches_pattern};
use migrate_core::dialect::Dialect;
use migrate_core::directory::{MAX_FILE_SIZE, read_file};
use migrate_core::suggest::nearest;
use migrate_db::__private::query;
use migrate_db::cli::CliError;
use migrate_db::url::{MemberUrl, member_url, schema_url};
use migrate_db::{Database, Member};

use crate::context::Context;

/// A database as a list names it: by its name, its URL, or both.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    name: Option<String>,
    url: Option<String>,
}

impl Entry {
    /// Reads a line: a name, a URL, or a name, a space and a URL.
    fn parse(line: &str) -> Self {
        let line = line.trim();
        let is_url = |word: &str| Dialect::of_url(word).is_some();
        let last = line.rsplit(char::is_whitespace).next().unwrap_or_default();
        if !is_url(last) {
            return Self { name: Some(line.to_owned()), url: None };
        }
        let name = line[..line.len() - last.len()].trim();
        let name = Some(name).filter(|name| !name.is_empty()).map(str::to_owned);
        Self { name, url: Some(last.to_owned()) }
    }
}

/// Returns the databases of each context, those of them with one of the names in `only`.
///
/// # Errors
/// When a list cannot be read, names a database twice or without its URL, or has none of the names.
pub(crate) async fn members(
    contexts: &[Context<'_>],
    only: &[String],
) -> Result<Vec<Vec<Member>>, CliError> {
    let mut all = Vec::new();
    for context in contexts {
        all.push(members_of(context).await?);
    }
    for pattern in only {
        let covers = |(context, members): (&Context<'_>, &Vec<Member>)| {
            members.iter().any(|member| is_meant(pattern, context, member))
        };
        if !contexts.iter().zip(&all).any(covers) {
            let known = all.iter().flatten().map(Member::name);
            let near = nearest(pattern, known);
            return Err(CliError::usage(format!("`--only {pattern}` is none of the databases"))
                .help(near.map_or_else(
                    || "`cargo migrate current --all` lists them".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                )));
        }
    }
    if !only.is_empty() {
        for (context, members) in contexts.iter().zip(&mut all) {
            members.retain(|one| only.iter().any(|pattern| is_meant(pattern, context, one)));
        }
    }
    Ok(all)
}

fn label(context: &Context<'_>, member: &Member) -> String {
    match &context.name {
        Some(name) if name != member.name() => format!("{name}/{}", member.name()),
        _ => member.name().to_owned(),
    }
}

fn is_meant(pattern: &str, context: &Context<'_>, member: &Member) -> bool {
    let (name, label) = (member.name(), label(context, member));
    [name, &label].iter().any(|name| pattern == *name || matches_pattern(pattern, name))
}

/// The error of a command that works on one database where `each` names several.
pub(crate) fn no_single_database(context: &Context<'_>) -> CliError {
    let table = place(context);
    CliError::usage(format!("{table} has several databases, those of `each`"))
        .help("`--all` or `--only NAME` of upgrade, downgrade, current and check select them")
        .help("`--database-url` names one of them")
}

fn place(context: &Context<'_>) -> String {
    let file = context.config.as_deref().map(|file| context.shown(file)).unwrap_or_default();
    match &context.name {
        Some(name) => format!("[database.{name}] of {file}"),
        None => file,
    }
}

async fn members_of(context: &Context<'_>) -> Result<Vec<Member>, CliError> {
    let Some(each) = &context.settings.each else {
        let is_other = context.name.is_some() && context.settings.database_url.is_none();
        let database = if is_other { None } else { context.database()? };
        let database = database.ok_or_else(|| {
            CliError::usage(format!("{} has no `database-url`", place(context)))
                .help("each database of `--all` needs its own, or `each`")
        })?;
        let name = context.name.clone().unwrap_or_else(|| database.name());
        return Ok(vec![Member::new(name, database)]);
    };
    let entries = entries(each, context).await?;
    let mut members: Vec<Member> = Vec::new();
    for entry in entries {
        let member = member(entry, context)?;
        if members.iter().any(|known| known.name() == member.name()) {
            let message = format!("`each` names `{}` twice", member.name());
            return Err(CliError::usage(message).help(
                "give each its own name: `NAME URL` in a line, or two columns of the query",
            ));
        }
        members.push(member);
    }
    Ok(members)
}

/// Reads the list of `each`.
async fn entries(each: &Each, context: &Context<'_>) -> Result<Vec<Entry>, CliError> {
    let lines = |text: &str| -> Vec<Entry> {
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.map(Entry::parse).collect()
    };
    match each {
        Each::Names(names) => Ok(names.iter().map(|name| Entry::parse(name)).collect()),
        Each::File(path) => {
            let path = context.root.join(path);
            let text = read_file(&path, MAX_FILE_SIZE).map_err(|error| {
                CliError::usage(format!("{} cannot be read", context.shown(&path)))
                    .because(error)
                    .help(format!("it is the `file` of `each` in {}", place(context)))
            })?;
            Ok(lines(&text))
        }
        Each::Command(words) => Ok(lines(&output(words, &context.root).await?)),
        Each::Query(sql) => {
            let database = context.database()?.ok_or_else(|| {
                CliError::usage(format!("{} has no `database-url`", place(context)))
                    .help("the query of `each` is run there")
            })?;
            let rows = query(&database, sql).await?.ok_or_else(|| {
                CliError::failed(format!("there is no database {database}"))
                    .help("the query of `each` is run there")
            })?;
            let entry = |row: Vec<Option<String>>| {
                let mut cells = row.into_iter();
                let (name, url) = (cells.next().flatten(), cells.next().flatten());
                Entry { name: name.filter(|name| !name.is_empty()), url }
            };
            Ok(rows
                .into_iter()
                .map(entry)
                .filter(|one| one.name.is_some() || one.url.is_some())
                .collect())
        }
    }
}

/// Runs the program of `each`; what it printed.
async fn output(words: &[String], root: &Path) -> Result<String, CliError> {
    let [program, args @ ..] = words else { return Ok(String::new()) };
    let mut command = Command::new(program);
    command.args(args).current_dir(root).stdin(std::process::Stdio::null());
    let ended = tokio::task::spawn_blocking(move || command.output()).await;
    let failed = || CliError::failed(format!("`{program}`, the program of `each`, failed"));
    match ended {
        Ok(Ok(output)) if output.status.success() => {
            String::from_utf8(output.stdout).map_err(|error| failed().because(error))
        }
        Ok(Ok(output)) => {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Err(failed().because(format!("{}: {said}", output.status)))
        }
        Ok(Err(error)) => {
            Err(CliError::usage(format!("`{program}`, the program of `each`, cannot be started"))
                .because(error))
        }
        Err(error) => Err(failed().because(error)),
    }
}

/// Makes a database of an entry.
fn member(Entry { name, url }: Entry, context: &Context<'_>) -> Result<Member, CliError> {
    if let Some(name) = name.as_ref().filter(|name| name.chars().any(char::is_control)) {
        return Err(CliError::usage(format!("`each` names {name:?}"))
            .help("a name has no control characters"));
    }
    let about = |error: migrate_db::Error, name: Option<&str>| {
        let error = CliError::from(error);
        let message = format!("`each` names `{}`: {}", name.unwrap_or("a URL"), error.message);
        CliError { message, ..error }
    };
    let (name, MemberUrl { url, schema }) = match (name, url) {
        (name, Some(url)) => (name, MemberUrl { url: context.expanded_url(&url)?, schema: None }),
        (Some(name), None) => {
            let url = match (context.each_url()?, context.database_url()?) {
                (Some(template), _) => member_url(&template, &name),
                (None, Some(url)) => schema_url(&url, &name),
                (None, None) => {
                    return Err(CliError::usage(format!("`each` names `{name}` without its URL"))
                        .help("write `each-url`, in which `{name}` stands for the name")
                        .help("or `database-url`, of which each is a schema"));
                }
            };
            let url = url.map_err(|problem| about(problem.into(), Some(&name)))?;
            (Some(name), url)
        }
        (None, None) => return Err(CliError::usage("`each` has an entry without a name")),
    };
    let database = Database::from_url(&url).map_err(|error| about(error, name.as_deref()))?;
    if schema.is_some() && context.settings.version_table.contains('.') {
        let message = "`version-table` names a schema, which all schemas of `each` would share";
        return Err(CliError::usage(message)
            .help("write the name of the table alone: each schema has its own"));
    }
    let name = name.unwrap_or_else(|| database.name());
    Ok(Member::new(name, database).within(schema))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_name_a_url_or_both() {
        for (line, name, url) in [
            ("acme", Some("acme"), None),
            ("  Big & Co: \"Ltd\" ", Some("Big & Co: \"Ltd\""), None),
            ("sqlite:a.db", None, Some("sqlite:a.db")),
            ("Big Co  postgres://u:p@h/d", Some("Big Co"), Some("postgres://u:p@h/d")),
            ("a\tmariadb://h/d", Some("a"), Some("mariadb://h/d")),
        ] {
            let entry = Entry { name: name.map(str::to_owned), url: url.map(str::to_owned) };
            assert_eq!(Entry::parse(line), entry, "{line}");
        }
    }
}
