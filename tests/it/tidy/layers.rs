//! The layers: the modules of a crate import only modules of lower layers. The table is the one in
//! ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};

use super::code::{File, crate_files, read};

/// A crate, or a folder in one that has layers of its own.
struct Unit {
    /// As the table names it: `migrate-db::cli`.
    name: String,
    krate: String,
    /// The path of the folder in its crate.
    prefix: Vec<String>,
    /// The layer of each module, 0 at the bottom.
    layers: BTreeMap<String, usize>,
}

/// Reads the table: a row is a crate or folder and its modules. `->` separates the layers, the top
/// one first.
fn units() -> Vec<Unit> {
    let text = read("ARCHITECTURE.md");
    let section = text.split("\n## Layers\n").nth(1).expect("ARCHITECTURE.md has `## Layers`");
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let unit = |row: &str| {
        let (name, modules) = row.split_once("` |").expect("a row is `crate` | modules |");
        let mut parts = name.split("::").map(str::to_owned);
        let mut layers = BTreeMap::new();
        for (layer, modules) in modules.trim_end_matches([' ', '|']).split("->").enumerate() {
            for module in modules.split(',').map(|module| module.trim().trim_matches('`')) {
                let twice = layers.insert(module.to_owned(), usize::MAX - layer);
                assert!(twice.is_none(), "{name}: {module} is listed twice in the table of layers");
            }
        }
        Unit {
            name: name.to_owned(),
            krate: parts.next().unwrap(),
            prefix: parts.collect(),
            layers,
        }
    };
    let units: Vec<Unit> = rows.map(unit).collect();
    assert!(units.len() > 4, "the table of layers is not read");
    units
}

impl Unit {
    /// The rest of a module path or name inside the unit.
    fn inside<'a>(&self, path: &'a [String]) -> Option<&'a [String]> {
        path.strip_prefix(self.prefix.as_slice())
    }

    /// What the unit's own root re-exports: the name there, and the module it comes from.
    fn exports(&self, files: &[File]) -> BTreeMap<String, String> {
        let roots = files.iter().filter(|file| file.module == self.prefix);
        let names = roots.flat_map(|file| &file.names);
        let mut exports = BTreeMap::new();
        for name in names {
            // `use module::Name` in the root, and `use crate::module::Name`.
            let path = match name.first().map(String::as_str) {
                Some("crate") => match self.inside(&name[1..]) {
                    Some(path) => path,
                    None => continue,
                },
                _ => name.as_slice(),
            };
            if let [module, .., last] = path
                && self.layers.contains_key(module)
            {
                exports.insert(last.clone(), module.clone());
            }
        }
        exports
    }

    /// The imports that break the layers.
    fn faults(&self) -> Vec<String> {
        let files = crate_files(&self.krate);
        let exports = self.exports(&files);
        let mut faults = Vec::new();
        let mut modules = BTreeSet::new();
        for file in files.iter().filter(|file| !file.is_test) {
            let Some([module, ..]) = self.inside(&file.module) else { continue };
            modules.insert(module.clone());
            let Some(layer) = self.layers.get(module) else {
                faults.push(format!("{}: the module {module} is not in the table", file.path));
                continue;
            };
            for name in &file.names {
                let [first, path @ ..] = name.as_slice() else { continue };
                let Some([seen, ..]) = self.inside(path).filter(|_| first == "crate") else {
                    continue;
                };
                let seen =
                    if self.layers.contains_key(seen) { Some(seen) } else { exports.get(seen) };
                match seen {
                    None => faults.push(format!(
                        "{}: {} is neither a module of the table nor re-exported",
                        file.path,
                        name.join("::")
                    )),
                    Some(seen) if seen != module && self.layers[seen] >= *layer => {
                        faults.push(format!(
                            "{}: {module} imports {seen}, which is not in a lower layer",
                            file.path
                        ))
                    }
                    Some(_) => {}
                }
            }
        }
        let gone = self.layers.keys().filter(|module| !modules.contains(*module));
        faults.extend(gone.map(|module| format!("no file is the module {module}")));
        faults.sort();
        faults.dedup();
        faults.iter().map(|fault| format!("{}: {fault}", self.name)).collect()
    }
}

#[test]
fn a_module_imports_only_lower_layers() {
    let faults: Vec<String> = units().iter().flat_map(Unit::faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_crate_and_every_folder_of_commands_has_layers() {
    let names: Vec<String> = units().into_iter().map(|unit| unit.name).collect();
    let wanted = super::code::CRATES.into_iter().chain([
        "migrate-db::cli",
        "migrate-db::cli::command",
        "cargo-migrate::command",
    ]);
    for unit in wanted {
        assert!(names.iter().any(|name| name == unit), "the table of layers has no {unit}");
    }
}
