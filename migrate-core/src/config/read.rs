//! Parses the text of `migrate.toml` into a [`Config`] and collects all mistakes.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::conventions::{self, MESSAGE, MESSAGE_KEYS};
use super::each::each;
use super::value::{Wrong, choice, dialects, models, size, text, texts, time};
use super::{Config, Locking, Settings, UnknownDowns, lint, rehearsal, testing, variables};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::history::{Heads, StaticChecks};
use crate::script::Transactions;
use crate::source::{SourceFile, Span};
use crate::suggest::nearest;

const KEYS: [&str; 28] = [
    "dir",
    "dialects",
    "schema-file",
    "heads",
    "static-checks",
    "model-drift",
    "version-table",
    "database-url",
    "each",
    "each-url",
    "transaction",
    "lock",
    "lock-wait",
    "connect-timeout",
    "lock-timeout",
    "statement-timeout",
    "wait-for-replicas",
    "max-file-size",
    "session",
    "unknown-downs",
    "models",
    "tables",
    "ignore",
    "file-name",
    "template",
    "after-write",
    "before-run",
    "after-run",
];

/// The table of the named databases.
const DATABASES: &str = "database";

/// The table of the test settings.
const TEST: &str = "test";

/// The table of the variables.
const VARIABLES: &str = "variables";

/// The table of the settings of lint.
const LINT: &str = "lint";

/// The table of the limits of a rehearsal.
const REHEARSE: &str = "rehearse";

impl Config {
    /// Parses the file. The result contains everything that was understood; do not use it if the
    /// diagnostics contain an error.
    #[must_use]
    pub fn parse(file: &SourceFile) -> (Self, Diagnostics) {
        let mut reader = Reader { file, found: Diagnostics::new() };
        let mut config = Self::default();
        let (table, errors) = DeTable::parse_recoverable(file.text());
        if errors.is_empty() {
            reader.config(table.get_ref(), &mut config);
        }
        for error in errors {
            let span = error.span().map_or_else(Span::default, span);
            let what = error.message().lines().collect::<Vec<_>>().join(", ");
            reader.found.push(
                Diagnostic::new(Code::ConfigSyntax, format!("this is not TOML: {what}"))
                    .at(file, span)
                    .help("a setting is written as in `dir = \"migrations\"`, a list as in `dialects = [\"sqlite\"]`"),
            );
        }
        // The parser sorts tables by key; mistakes are reported in the order of the file.
        let mut found: Vec<Diagnostic> = reader.found.into_iter().collect();
        found.sort_by_key(|d| {
            d.places.first().map(|place| (place.location.line, place.location.column))
        });
        for place in found.iter_mut().flat_map(|diagnostic| &mut diagnostic.places) {
            mask(&mut place.location.text);
        }
        let mut sorted = Diagnostics::new();
        found.into_iter().for_each(|diagnostic| sorted.push(diagnostic));
        (config, sorted)
    }
}

/// The replacement of a text that may contain a password.
const HIDDEN: &str = "***";

/// Hides possible passwords in a quoted line: the value of `database-url` and everything that looks
/// like a URL, even in a line that is not understood.
fn mask(line: &mut String) {
    let is_plain = |text: &str| {
        !text.contains(['@', ':', '%']) && !text.to_ascii_lowercase().contains("password")
    };
    let table = line.trim().starts_with('[') && line.trim().ends_with(']');
    let Some((key, value)) = line.split_once('=') else {
        if !(line.trim().is_empty()
            || line.trim_start().starts_with('#') && is_plain(line)
            || table && is_plain(line))
        {
            *line = HIDDEN.to_owned();
        }
        return;
    };
    let is_name = |c: char| c.is_alphanumeric() || "-_. \"'".contains(c);
    if !key.chars().all(is_name) {
        *line = HIDDEN.to_owned();
        return;
    }
    let name = key.trim().replace('_', "-").to_ascii_lowercase();
    // A value on several lines begins with three quotes; an image has a `:` before its tag.
    let is_image =
        name.ends_with("-image") && !value.contains(['@', '=']) && !value.contains("://");
    let is_open = value.contains("\"\"\"") || value.contains("'''");
    let is_url = name.contains("url");
    if is_url || is_open || value.contains('=') || !(is_plain(value) || is_image) {
        *line = format!("{key}= {HIDDEN}");
    }
}

struct Reader<'a> {
    file: &'a SourceFile,
    found: Diagnostics,
}

impl Reader<'_> {
    fn config(&mut self, table: &DeTable<'_>, config: &mut Config) {
        for (key, value) in table {
            let (name, at) = (key.get_ref().as_ref(), span(key.span()));
            if name == DATABASES {
                self.databases(value.get_ref(), span(value.span()), config);
            } else {
                config.top_counts = true;
                self.setting(name, at, value, &mut config.top, &[DATABASES]);
            }
        }
    }

    fn databases(&mut self, value: &DeValue<'_>, at: Span, config: &mut Config) {
        let Some(tables) = value.as_table() else {
            self.wrong(DATABASES, at, "write `[database.<name>]` and its settings under it".into());
            return;
        };
        for (name, value) in tables {
            let Some(table) = value.get_ref().as_table() else {
                let name = name.get_ref();
                let help = format!("write `[database.{name}]` and its settings under it");
                self.wrong(&format!("{DATABASES}.{name}"), span(value.span()), help);
                continue;
            };
            let mut settings = Settings::default();
            for (key, value) in table {
                let at = span(key.span());
                self.setting(key.get_ref().as_ref(), at, value, &mut settings, &[]);
            }
            config.databases.insert(name.get_ref().to_string(), settings);
        }
    }

    fn setting(
        &mut self,
        name: &str,
        at: Span,
        value: &toml::Spanned<DeValue<'_>>,
        settings: &mut Settings,
        tables: &[&str],
    ) {
        match name {
            TEST => {
                let keys = testing::keys();
                let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                return self.table(TEST, value, &keys, |name, value| {
                    testing::set(&mut settings.test, name, value.get_ref())
                });
            }
            LINT => {
                return self.table(LINT, value, &lint::keys(), |name, value| {
                    lint::set(&mut settings.lint, name, value.get_ref())
                });
            }
            REHEARSE => {
                return self.table(REHEARSE, value, &rehearsal::KEYS, |name, value| {
                    rehearsal::set(&mut settings.rehearsal, name, value.get_ref())
                });
            }
            MESSAGE => {
                return self.table(MESSAGE, value, &MESSAGE_KEYS, |name, value| {
                    conventions::set_message(&mut settings.conventions, name, value)
                });
            }
            VARIABLES => {
                for (name, place, help) in variables::read(value, &mut settings.variables) {
                    self.wrong(&name, span(place), help);
                }
                return;
            }
            _ => {}
        }
        if !KEYS.contains(&name) {
            let known: Vec<&str> = KEYS
                .into_iter()
                .chain([TEST, LINT, REHEARSE, MESSAGE, VARIABLES])
                .chain(tables.iter().copied())
                .collect();
            self.unknown(name, at, &known);
            return;
        }
        if let Err((place, help)) = set(settings, name, value.get_ref()) {
            let place = place.unwrap_or_else(|| value.span());
            self.wrong(name, span(place), help);
        }
    }

    /// Reads a table of settings, each with `set`.
    fn table(
        &mut self,
        table: &str,
        value: &toml::Spanned<DeValue<'_>>,
        keys: &[&str],
        mut set: impl FnMut(
            &str,
            &toml::Spanned<DeValue<'_>>,
        ) -> Result<(), (Option<Range<usize>>, Wrong)>,
    ) {
        let Some(settings) = value.get_ref().as_table() else {
            let help = format!("write `[{table}]` and its settings under it");
            self.wrong(table, span(value.span()), help);
            return;
        };
        for (key, value) in settings {
            let name = key.get_ref().as_ref();
            if !keys.contains(&name) {
                let known: Vec<String> = keys.iter().map(|key| format!("{table}.{key}")).collect();
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                self.unknown(&format!("{table}.{name}"), span(key.span()), &known);
            } else if let Err((place, help)) = set(name, value) {
                let place = place.unwrap_or_else(|| value.span());
                self.wrong(&format!("{table}.{name}"), span(place), help);
            }
        }
    }

    fn unknown(&mut self, name: &str, at: Span, known: &[&str]) {
        // Cargo's keys have no underscores either, and `version_table` is a common mistake.
        let near = nearest(&name.replace('_', "-"), known.iter().copied());
        let is_name = name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
        let name = if is_name { name } else { HIDDEN };
        self.found.push(
            Diagnostic::new(Code::UnknownSetting, format!("`{name}` is not a setting"))
                .at(self.file, at)
                .help(match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the settings are {}", known.join(", ")),
                }),
        );
    }

    fn wrong(&mut self, name: &str, at: Span, help: Wrong) {
        self.found.push(
            Diagnostic::new(Code::SettingValue, format!("`{name}` cannot have this value"))
                .at(self.file, at)
                .help(help),
        );
    }
}

/// Reads one value, or returns the place of the mistake (`None` for the whole value) and the
/// correct form.
fn set(
    settings: &mut Settings,
    name: &str,
    value: &DeValue<'_>,
) -> Result<(), (Option<Range<usize>>, Wrong)> {
    let whole = |help: Wrong| (None, help);
    if conventions::set(&mut settings.conventions, name, value)? {
        return Ok(());
    }
    match name {
        "dialects" => settings.dialects = dialects(value)?,
        "dir" => settings.dir = text(name, value, "migrations").map_err(whole)?,
        "schema-file" => {
            settings.schema_file = Some(text(name, value, "schema.sql").map_err(whole)?);
        }
        "version-table" => {
            settings.version_table = text(name, value, "migrate_version").map_err(whole)?;
        }
        "database-url" => {
            settings.database_url = Some(text(name, value, "${DATABASE_URL}").map_err(whole)?);
        }
        "each" => settings.each = Some(each(name, value)?),
        "each-url" => {
            let example = "postgres://user@host/app?search_path={name}";
            let url = text(name, value, example).map_err(whole)?;
            if !url.contains("{name}") {
                return Err((None, format!("write `{{name}}` in it: `{name} = \"{example}\"`")));
            }
            settings.each_url = Some(url);
        }
        "heads" => {
            let choices = [("one", Heads::One), ("many", Heads::Many)];
            settings.heads = choice(name, value, choices).map_err(whole)?;
        }
        "static-checks" => {
            let choices = StaticChecks::ALL.map(|choice| (choice.word(), choice));
            settings.static_checks = choice(name, value, choices).map_err(whole)?;
        }
        "model-drift" => {
            let choices = [("error", true), ("off", false)];
            settings.model_drift = choice(name, value, choices).map_err(whole)?;
        }
        "transaction" => {
            let choices = [("all", Transactions::All), ("each", Transactions::PerRevision)];
            settings.transaction = Some(choice(name, value, choices).map_err(whole)?);
        }
        "lock" => {
            let choices = Locking::ALL.map(|lock| (lock.word(), lock));
            settings.lock = choice(name, value, choices).map_err(whole)?;
        }
        "unknown-downs" => {
            let choices = UnknownDowns::ALL.map(|choice| (choice.word(), choice));
            settings.unknown_downs = choice(name, value, choices).map_err(whole)?;
        }
        "session" => {
            settings.session = texts(name, value, "SET foreign_key_checks = 0").map_err(whole)?;
        }
        "models" => settings.models = Some(models(name, value).map_err(whole)?),
        "tables" => settings.tables = texts(name, value, "app_*").map_err(whole)?,
        "ignore" => settings.ignore = texts(name, value, "spatial_ref_sys").map_err(whole)?,
        "lock-wait" => settings.lock_wait = Some(time(name, value).map_err(whole)?),
        "connect-timeout" => settings.connect_timeout = Some(time(name, value).map_err(whole)?),
        "lock-timeout" => settings.lock_timeout = Some(time(name, value).map_err(whole)?),
        "wait-for-replicas" => settings.wait_for_replicas = Some(time(name, value).map_err(whole)?),
        "max-file-size" => settings.max_file_size = Some(size(name, value).map_err(whole)?),
        _ => settings.statement_timeout = Some(time(name, value).map_err(whole)?),
    }
    Ok(())
}

fn span(range: Range<usize>) -> Span {
    Span::new(range.start, range.end)
}
