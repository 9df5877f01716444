//! The floors: each crate is a house of rooms, and a room sees only what lies below it. The table
//! is the one in ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};

use super::code::{File, crate_files, read};

/// A crate, or a folder in one that has floors of its own.
struct House {
    /// As the table names it: `migrate-db::cli`.
    name: String,
    krate: String,
    /// The modules above its rooms.
    prefix: Vec<String>,
    /// The floor of each room, 0 at the bottom.
    floors: BTreeMap<String, usize>,
}

/// Reads the table: a row is a house and its rooms, floors apart by `->`, the top one first.
fn houses() -> Vec<House> {
    let text = read("ARCHITECTURE.md");
    let section = text.split("\n## Floors\n").nth(1).expect("ARCHITECTURE.md has `## Floors`");
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let house = |row: &str| {
        let (name, rooms) = row.split_once("` |").expect("a row is `house` | rooms |");
        let mut parts = name.split("::").map(str::to_owned);
        let mut floors = BTreeMap::new();
        for (floor, rooms) in rooms.trim_end_matches([' ', '|']).split("->").enumerate() {
            for room in rooms.split(',').map(|room| room.trim().trim_matches('`')) {
                let twice = floors.insert(room.to_owned(), usize::MAX - floor);
                assert!(twice.is_none(), "{name}: {room} stands twice in the table of floors");
            }
        }
        House {
            name: name.to_owned(),
            krate: parts.next().unwrap(),
            prefix: parts.collect(),
            floors,
        }
    };
    let houses: Vec<House> = rows.map(house).collect();
    assert!(houses.len() > 4, "the table of floors is not read");
    houses
}

impl House {
    /// The rest of a module path or name inside the house.
    fn inside<'a>(&self, path: &'a [String]) -> Option<&'a [String]> {
        path.strip_prefix(self.prefix.as_slice())
    }

    /// What the house's own root re-exports: the name there, and the room it comes from.
    fn exports(&self, files: &[File]) -> BTreeMap<String, String> {
        let roots = files.iter().filter(|file| file.module == self.prefix);
        let names = roots.flat_map(|file| &file.names);
        let mut exports = BTreeMap::new();
        for name in names {
            // `use room::Name` in the root, and `use crate::room::Name`.
            let path = match name.first().map(String::as_str) {
                Some("crate") => match self.inside(&name[1..]) {
                    Some(path) => path,
                    None => continue,
                },
                _ => name.as_slice(),
            };
            if let [room, .., last] = path
                && self.floors.contains_key(room)
            {
                exports.insert(last.clone(), room.clone());
            }
        }
        exports
    }

    /// What breaks the floors.
    fn faults(&self) -> Vec<String> {
        let files = crate_files(&self.krate);
        let exports = self.exports(&files);
        let mut faults = Vec::new();
        let mut rooms = BTreeSet::new();
        for file in files.iter().filter(|file| !file.is_test) {
            let Some([room, ..]) = self.inside(&file.module) else { continue };
            rooms.insert(room.clone());
            let Some(floor) = self.floors.get(room) else {
                faults.push(format!("{}: the room {room} is not in the table", file.path));
                continue;
            };
            for name in &file.names {
                let [first, path @ ..] = name.as_slice() else { continue };
                let Some([seen, ..]) = self.inside(path).filter(|_| first == "crate") else {
                    continue;
                };
                let seen =
                    if self.floors.contains_key(seen) { Some(seen) } else { exports.get(seen) };
                match seen {
                    None => faults.push(format!(
                        "{}: {} is neither a room nor re-exported",
                        file.path,
                        name.join("::")
                    )),
                    Some(seen) if seen != room && self.floors[seen] >= *floor => faults
                        .push(format!("{}: {room} sees {seen}, which is not below it", file.path)),
                    Some(_) => {}
                }
            }
        }
        let gone = self.floors.keys().filter(|room| !rooms.contains(*room));
        faults.extend(gone.map(|room| format!("no file is the room {room}")));
        faults.sort();
        faults.dedup();
        faults.iter().map(|fault| format!("{}: {fault}", self.name)).collect()
    }
}

#[test]
fn a_room_sees_only_what_lies_below_it() {
    let faults: Vec<String> = houses().iter().flat_map(House::faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_crate_and_every_folder_of_commands_is_a_house() {
    let names: Vec<String> = houses().into_iter().map(|house| house.name).collect();
    let wanted = super::code::CRATES.into_iter().chain([
        "migrate-db::cli",
        "migrate-db::cli::command",
        "cargo-migrate::command",
    ]);
    for house in wanted {
        assert!(names.iter().any(|name| name == house), "the table of floors has no {house}");
    }
}
