//! Documentation that says what the code says.

use std::path::Path;

use migrate_core::diagnostic::{Code, Group};

use super::code::{read, root};

/// The pages, from the root of the repository.
fn pages() -> Vec<String> {
    let mut pages = Vec::new();
    let book = ["docs", "docs/cookbook", "docs/from"];
    for folder in ["."].into_iter().chain(book).chain(super::code::CRATES) {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") {
                pages.push(format!("{folder}/{name}"));
            }
        }
    }
    assert!(pages.len() > 30, "the pages are not found");
    pages
}

#[test]
fn every_code_is_documented_in_the_order_of_the_registry() {
    let page = read("docs/diagnostics.md");
    let mut documented = Vec::new();
    for group in page.split("\n## ").skip(1) {
        let mut sections = group.split("\n### `");
        let title = sections.next().and_then(|head| head.lines().next()).unwrap_or_default();
        for section in sections {
            let (code, text) = section.split_once("`\n").expect("a heading is a code");
            let text = text.trim();
            documented.push((title, code, text.lines().next().unwrap_or_default()));
            assert!(text.contains("**Fix:**"), "{code} has no fix");
            assert_eq!(text.matches("```").count(), 2, "{code} has one example");
        }
    }
    // The rules of lint are documented in docs/lint.md, which is written from them.
    let documented_here = Code::ALL.iter().filter(|code| code.group() != Group::Lint);
    let registered = documented_here.map(|code| {
        let group: Group = code.group();
        (group.title(), code.as_str(), code.meaning())
    });
    assert_eq!(documented, registered.collect::<Vec<_>>());
}

#[test]
fn every_setting_is_documented() {
    use migrate_core::{config::Config, source::SourceFile};
    let known = |text: &'static str| -> Vec<String> {
        let (_, found) = Config::parse(&SourceFile::new("migrate.toml", text));
        let help = found.iter().next().unwrap().help[0].to_string();
        let known = help.trim_start_matches("the settings are ").split(", ");
        known
            .filter(|s| {
                !["database", "test", "lint", "message", "rehearse", "variables"].contains(s)
            })
            .map(str::to_owned)
            .collect()
    };
    let (settings, of_tests) = (known("qqqqqqqq = 1"), known("[test]\nqqqqqqqq = 1"));
    assert!(settings.len() > 9 && of_tests.len() > 4, "{settings:?} {of_tests:?}");
    let of_rehearsals = known("[rehearse]\nqqqqqqqq = 1");
    let page = read("docs/configuration.md");
    let rows: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("| `")).collect();
    for setting in settings.iter().chain(&of_tests).chain(&of_rehearsals) {
        let row = format!("{setting}` | ");
        assert!(rows.iter().any(|line| line.starts_with(&row)), "{setting} is not in the table");
    }
}

#[test]
fn links_lead_to_files() {
    for page in pages() {
        let text = read(&page);
        let folder = Path::new(&page).parent().unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            assert!(root().join(folder).join(path).exists(), "{page}: {link} leads nowhere");
        }
    }
}

/// A heading's anchor, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    kept.chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[test]
fn links_lead_to_headings() {
    for page in pages() {
        let text = read(&page);
        let folder = Path::new(&page).parent().unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let Some((path, wanted)) = link.split_once('#') else { continue };
            if path.contains("://") || !(path.is_empty() || path.ends_with(".md")) {
                continue;
            }
            let target = match path {
                "" => text.clone(),
                path => read(folder.join(path).to_str().unwrap()),
            };
            let headings = target.lines().filter(|line| line.starts_with('#'));
            let mut anchors = headings.map(|line| anchor(line.trim_start_matches('#').trim()));
            assert!(anchors.any(|anchor| anchor == wanted), "{page}: {link} leads nowhere");
        }
    }
}

#[test]
fn every_published_crate_has_its_papers() {
    for name in super::code::CRATES {
        let manifest = read(&format!("{name}/Cargo.toml"));
        assert!(manifest.contains("\nreadme = \"README.md\"\n"), "{name} names no README");
        for paper in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
            let text = read(&format!("{name}/{paper}"));
            let same = !paper.starts_with("LICENSE") || text == read(paper);
            assert!(same, "{name}/{paper} is not the workspace's");
        }
    }
}

#[test]
fn every_finding_of_a_round_trip_is_documented() {
    let page = read("docs/testing.md");
    let section = page.split("### What a failure says").nth(1).unwrap();
    let section = section.split("\n#").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let documented: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
    let of_round_trips = |code: &&Code| code.group() == Group::RoundTrip;
    let codes = Code::ALL.iter().filter(of_round_trips).chain([&Code::SeveralHeads]);
    assert_eq!(documented, codes.map(|code| code.as_str()).collect::<Vec<_>>());
}
