//! The public interface of migrate-db as a list, so that a change of it is seen.
//!
//! The list is read from the sources, whose form rustfmt fixes: items begin in the first column,
//! their members in the fifth. Listed are the names that the crate root exports, with their public
//! members, and the public modules; then the same of the modules `cli` and `testkit`. What is hidden
//! from the documentation is left out.

use std::collections::BTreeSet;

use insta::assert_snapshot;

use super::code::{File, crate_files, read};

#[test]
fn the_public_interface_is_the_one_that_was_agreed_on() {
    let lib = read("migrate-db/src/lib.rs");
    let (mut items, names) = exports(&lib);
    assert!(names.len() > 20, "the exports of the crate root are not read");
    let files = crate_files("migrate-db");
    let is_library = |file: &&File| {
        let module = file.module.first().map(String::as_str);
        !file.is_test && !matches!(module, Some("cli" | "testkit" | "url"))
    };
    for file in files.iter().filter(is_library) {
        items.extend(members(&read(&file.path), &names));
    }
    for module in ["cli", "testkit"] {
        let (exported, names) = exports(&read(&format!("migrate-db/src/{module}/mod.rs")));
        let is_inside = |file: &&File| file.module.first().is_some_and(|first| first == module);
        let inside = files.iter().filter(|file| !file.is_test).filter(is_inside);
        let members = inside.flat_map(|file| members(&read(&file.path), &names));
        items.extend(exported.into_iter().chain(members).map(|item| format!("{module}::{item}")));
    }
    items.sort();
    items.dedup();
    assert_snapshot!(items.join("\n"));
}

/// The public modules and the exports of a crate root, and the names that they export.
fn exports(lib: &str) -> (Vec<String>, BTreeSet<String>) {
    let (mut items, mut names) = (Vec::new(), BTreeSet::new());
    let mut lines = lib.lines().peekable();
    let mut attributes = String::new();
    while let Some(line) = lines.next() {
        if line.starts_with("#[") {
            attributes += line;
            continue;
        }
        let hidden = attributes.contains("doc(hidden)");
        let feature = attributes.split('"').nth(1).map(|name| format!(" (feature {name})"));
        let feature = feature.unwrap_or_default();
        attributes.clear();
        if let Some(module) = line.strip_prefix("pub mod ").filter(|_| !hidden) {
            items.push(format!("mod {}{feature}", module.trim_end_matches([';', ' ', '{'])));
        }
        let Some(path) = line.strip_prefix("pub use ").filter(|_| !hidden) else { continue };
        let mut path = path.to_owned();
        while !path.ends_with(';') {
            path += lines.next().expect("a `use` ends").trim();
        }
        let path = path.trim_end_matches(';');
        let (module, last) = path.rsplit_once("::").expect("an export has a path");
        let (module, listed) = match path.split_once("::{") {
            Some((module, listed)) => (module, listed.trim_end_matches('}')),
            None => (module, last),
        };
        for name in listed.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            names.insert(name.to_owned());
            // Of other crates the name alone is listed.
            if module.starts_with("migrate_") {
                items.push(format!("{name} = {module}::{name}{feature}"));
            }
        }
    }
    (items, names)
}

/// The type that a line at the first column is about: `impl<'h> Migrator<'h> {`.
fn type_name(header: &str) -> String {
    let name = header.split(['<', ' ', '{', '(', ';']).next().unwrap_or_default();
    name.rsplit("::").next().unwrap_or_default().to_owned()
}

/// What stands behind `impl` and its parameters.
fn without_parameters(rest: &str) -> &str {
    let Some(inner) = rest.strip_prefix('<') else { return rest.trim_start() };
    let mut depth = 1;
    for (at, c) in inner.char_indices() {
        depth += i32::from(c == '<') - i32::from(c == '>');
        if depth == 0 {
            return inner[at + 1..].trim_start();
        }
    }
    rest
}

/// The public items of a file that bear one of the names, and their members.
fn members(text: &str, names: &BTreeSet<String>) -> Vec<String> {
    let mut items = Vec::new();
    let (mut attributes, mut owner) = (String::new(), None);
    let mut is_enum = false;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line == "#[cfg(test)]" {
            break;
        }
        let trimmed = line.trim_start();
        if trimmed.starts_with("#[") {
            attributes += trimmed;
            continue;
        }
        if trimmed.starts_with("//") || trimmed.is_empty() {
            continue;
        }
        let hidden = attributes.contains("doc(hidden)");
        let open = if attributes.contains("non_exhaustive") { ", non-exhaustive" } else { "" };
        attributes.clear();
        if !line.starts_with(' ') {
            (owner, is_enum) = (None, false);
            if let Some(rest) = line.strip_prefix("impl") {
                let rest = without_parameters(rest);
                let (behind, of_trait) = match rest.split_once(" for ") {
                    Some((name, behind)) => (behind, Some(name)),
                    None => (rest, None),
                };
                let name = type_name(behind.trim_start_matches('&'));
                if names.contains(&name) {
                    match of_trait {
                        Some(of) => items.push(format!("{name}: {of}")),
                        None => owner = Some(name),
                    }
                }
                continue;
            }
            let kinds = [("pub struct ", "struct"), ("pub enum ", "enum"), ("pub fn ", "fn")];
            for (prefix, kind) in kinds {
                let Some(rest) = line.strip_prefix(prefix) else { continue };
                let name = type_name(rest);
                if names.contains(&name) && !hidden {
                    items.push(format!("{name} ({kind}{open})"));
                    owner = line.ends_with('{').then_some(name);
                    is_enum = kind == "enum";
                }
            }
            continue;
        }
        let Some(name) = owner.as_ref().filter(|_| !hidden) else { continue };
        let at_member = line.len() - trimmed.len() == 4;
        let is_variant = is_enum && at_member && trimmed.starts_with(char::is_uppercase);
        if is_variant || at_member && trimmed.starts_with("pub ") {
            let end: &[char] = if is_variant { &[','] } else { &['{', ';', ','] };
            let mut whole = trimmed.to_owned();
            let mut depth = brackets(trimmed);
            while depth > i32::from(whole.ends_with('{') && !is_variant) || !whole.ends_with(end) {
                let Some(next) = lines.next().map(str::trim) else { break };
                if next.starts_with("//") || next.starts_with("#[") {
                    continue;
                }
                depth += brackets(next);
                whole += if whole.ends_with('(') { "" } else { " " };
                whole += next;
            }
            let whole = whole.trim_start_matches("pub ").trim_end_matches(['{', ',', ';', ' ']);
            items.push(format!("{name}::{}", whole.replace(", )", ")").replace(", }", " }")));
        }
    }
    items
}

/// How many brackets a line opens and does not close.
fn brackets(line: &str) -> i32 {
    line.chars()
        .map(|c| match c {
            '(' | '{' | '[' => 1,
            ')' | '}' | ']' => -1,
            _ => 0,
        })
        .sum()
}
