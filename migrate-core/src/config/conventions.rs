//! A project's own conventions: names of files, messages, and programs around commands.

use std::ops::Range;

use toml::de::DeValue;

use super::CommandLine;
use super::value::{Wrong, text, texts};
use crate::revision::FilePattern;
use crate::source::Span;

/// The table of the rules for messages.
pub(super) const MESSAGE: &str = "message";

/// The keys of that table.
pub(super) const MESSAGE_KEYS: [&str; 2] = ["pattern", "refuse"];

/// A project's own conventions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conventions {
    /// The pattern of the names of new files.
    pub file_name: Option<FilePattern>,
    /// The template of new revisions, a path relative to the file.
    pub template: Option<String>,
    /// The regular expression that a message must match, and its place. Its syntax is not checked here.
    pub message_pattern: Option<(String, Span)>,
    /// Words and phrases that a message must not contain.
    pub refused_words: Vec<String>,
    /// Programs that run after a command has written a revision file; `{file}` is its path.
    pub after_write: Vec<CommandLine>,
    /// Programs that run before a run that has steps. If one fails, nothing runs.
    pub before_run: Vec<CommandLine>,
    /// Programs that run after a run that had steps, also after a failed one.
    pub after_run: Vec<CommandLine>,
}

/// Reads the value of a key of the top level. Returns `false` if the key is another one.
pub(super) fn set(
    conventions: &mut Conventions,
    name: &str,
    value: &DeValue<'_>,
) -> Result<bool, (Option<Range<usize>>, Wrong)> {
    let whole = |help: Wrong| (None, help);
    match name {
        "file-name" => {
            let example = "{date:%Y_%m_%d}_{id}_{slug}";
            let pattern = text(name, value, example).map_err(whole)?;
            let pattern = FilePattern::parse(&pattern)
                .map_err(|why| whole(format!("{why}: `{name} = \"{example}\"`")))?;
            conventions.file_name = Some(pattern);
        }
        "template" => {
            conventions.template = Some(text(name, value, "template.sql").map_err(whole)?);
        }
        "after-write" => {
            conventions.after_write = commands(name, value, "sqlfluff fix {file}")?;
        }
        "before-run" => conventions.before_run = commands(name, value, "./notify started")?,
        "after-run" => conventions.after_run = commands(name, value, "./notify finished")?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Reads the value of a known key of `[message]`.
pub(super) fn set_message(
    conventions: &mut Conventions,
    name: &str,
    value: &toml::Spanned<DeValue<'_>>,
) -> Result<(), (Option<Range<usize>>, Wrong)> {
    let whole = |help: Wrong| (None, help);
    match name {
        "pattern" => {
            let pattern = text(name, value.get_ref(), "^[A-Z]+-[0-9]+: ").map_err(whole)?;
            let span = value.span();
            conventions.message_pattern = Some((pattern, Span::new(span.start, span.end)));
        }
        _ => {
            let words = texts(name, value.get_ref(), "wip").map_err(whole)?;
            if words.iter().any(|word| word.trim().is_empty()) {
                return Err(whole(format!("write words: `{name} = [\"wip\"]`")));
            }
            conventions.refused_words = words;
        }
    }
    Ok(())
}

fn commands(
    name: &str,
    value: &DeValue<'_>,
    example: &str,
) -> Result<Vec<CommandLine>, (Option<Range<usize>>, Wrong)> {
    let help = |why: &str| format!("{why}: `{name} = [\"{example}\"]`");
    let Some(list) = value.as_array() else {
        return Err((None, help("write a list of command lines")));
    };
    let mut commands = Vec::with_capacity(list.len());
    for item in list {
        let Some(line) = item.get_ref().as_str() else {
            return Err((Some(item.span()), help("write a command line")));
        };
        commands.push(CommandLine::parse(line).map_err(|why| (Some(item.span()), help(why)))?);
    }
    Ok(commands)
}
