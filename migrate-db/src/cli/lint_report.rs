//! Findings in the formats of other programs: SARIF for code scanning, annotations of GitHub Actions.

use std::collections::BTreeSet;

use migrate_core::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use serde_json::{Value, json};

use super::program::Program;

/// The page that documents the rules.
const RULES: &str = "https://github.com/cargo-migrate/cargo-migrate/blob/main/docs/lint.md";

/// Findings as SARIF 2.1.0.
pub(super) fn sarif(found: &Diagnostics, program: &Program) -> Value {
    let codes: BTreeSet<Code> = found.iter().map(|one| one.code).collect();
    let rules: Vec<Value> = codes.iter().map(|code| rule(*code)).collect();
    let results: Vec<Value> = found.iter().map(|one| result(one, program)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": program.tool(),
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "results": results,
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.as_str(),
        "shortDescription": { "text": code.meaning() },
        "helpUri": format!("{RULES}#{code}"),
        "defaultConfiguration": { "level": level(code.level()) },
    })
}

fn result(diagnostic: &Diagnostic, program: &Program) -> Value {
    let locations: Vec<Value> = diagnostic
        .places
        .iter()
        .take(1)
        .map(|place| {
            let at = &place.location;
            json!({ "physicalLocation": {
                "artifactLocation": { "uri": at.path.replace('\\', "/") },
                "region": {
                    "startLine": at.line,
                    "startColumn": at.column,
                    "endColumn": at.column + at.width,
                },
            } })
        })
        .collect();
    json!({
        "ruleId": diagnostic.code.as_str(),
        "level": level(diagnostic.severity),
        "message": { "text": with_help(diagnostic, program) },
        "locations": locations,
    })
}

fn with_help(diagnostic: &Diagnostic, program: &Program) -> String {
    let mut text = diagnostic.message.clone();
    for help in &diagnostic.help {
        text.push_str("\nhelp: ");
        text.push_str(&program.named(help));
    }
    text
}

/// A finding as a workflow command of GitHub Actions.
pub(super) fn annotation(diagnostic: &Diagnostic, program: &Program) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let place = diagnostic.places.first().map(|place| &place.location);
    let place = place.map(|at| {
        let path = property(&at.path.replace('\\', "/"));
        format!(
            "file={path},line={},col={},endColumn={},",
            at.line,
            at.column,
            at.column + at.width
        )
    });
    format!(
        "::{} {}title={}::{}",
        level(diagnostic.severity),
        place.unwrap_or_default(),
        diagnostic.code,
        data(&with_help(diagnostic, program))
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use migrate_core::command::Command;
    use migrate_core::source::{SourceFile, Span};

    fn finding() -> Diagnostic {
        let file = SourceFile::new("a,b/100%.sql", "DROP TABLE users;\n");
        Diagnostic::new(Code::DataLoss, "it is\ngone").at(&file, Span::new(0, 10)).help("keep it")
    }

    #[test]
    fn an_annotation_is_one_line_in_which_separators_are_escaped() {
        assert_eq!(
            annotation(&finding(), &Program::default()),
            "::error file=a%2Cb/100%25.sql,line=1,col=1,endColumn=11,title=data-loss::it is%0Agone%0Ahelp: keep it"
        );
    }

    #[test]
    fn sarif_names_each_rule_once() {
        let mut found = Diagnostics::from(finding());
        found.push(finding());
        let value = sarif(&found, &Program::default());
        let run = &value["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), 1);
        assert_eq!(run["results"].as_array().unwrap().len(), 2);
        let region = &run["results"][0]["locations"][0]["physicalLocation"]["region"];
        assert_eq!(region["startLine"], 1);
        assert_eq!(run["tool"]["driver"]["name"], "cargo-migrate");
    }

    #[test]
    fn a_mounted_program_names_itself() {
        let program = Program("app migrate".into());
        let found = Diagnostics::from(finding().help(Command::Upgrade.help("applies it")));
        let value = sarif(&found, &program);
        let run = &value["runs"][0];
        assert_eq!(run["tool"]["driver"]["name"], "app migrate");
        let text = run["results"][0]["message"]["text"].as_str().unwrap();
        assert!(text.ends_with("help: `app migrate upgrade` applies it"), "{text}");
    }
}
