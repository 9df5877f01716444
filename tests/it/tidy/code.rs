//! The sources of the crates as tidy looks at them: files in their module tree, and the paths that
//! their code names. Comments and strings are not code; what only tests see is marked.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The crates that are published.
pub(super) const CRATES: [&str; 6] = [
    "migrate-core",
    "migrate-containers",
    "migrate-models",
    "migrate-macros",
    "migrate-db",
    "cargo-migrate",
];

/// A source file.
pub(super) struct File {
    /// From the root of the repository, with `/` between.
    pub(super) path: String,
    /// Where it stands in its crate: empty for `lib.rs`.
    pub(super) module: Vec<String>,
    /// Whether only tests see it.
    pub(super) is_test: bool,
    /// The names that the code writes with `::` between, made absolute within the crate: `crate`
    /// stands first in what is of the crate. Tests inside the file are left out.
    pub(super) names: Vec<Vec<String>>,
    /// The macros that it calls, without their paths.
    pub(super) macros: Vec<String>,
    /// Its lines without the tests inside it.
    pub(super) lines: usize,
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A file of the repository.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The Rust files below a folder of the repository, sorted.
pub(super) fn rust_files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            found.extend(rust_files(&path));
        } else if path.ends_with(".rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The files that are reached from a crate's root file.
pub(super) fn files_from(root_file: &str) -> Vec<File> {
    let mut files = Vec::new();
    let (folder, _) = root_file.rsplit_once('/').unwrap();
    visit(root_file.to_owned(), folder.to_owned(), Vec::new(), false, &mut files);
    files
}

/// The files of all crates that are published.
pub(super) fn all_files() -> Vec<File> {
    CRATES.iter().flat_map(|name| crate_files(name)).collect()
}

/// The files of one crate.
pub(super) fn crate_files(name: &str) -> Vec<File> {
    let main = format!("{name}/src/main.rs");
    let mut files = files_from(&format!("{name}/src/lib.rs"));
    if root().join(&main).exists() {
        files.extend(files_from(&main));
    }
    files
}

fn visit(path: String, folder: String, module: Vec<String>, is_test: bool, files: &mut Vec<File>) {
    let text = read(&path);
    let tokens = TokenStream::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut reader = Reader { module: &module, ..Reader::default() };
    reader.read(tokens);
    let Reader { names, macros, modules, .. } = reader;
    files.push(File {
        lines: lines_of_code(&text),
        path: path.clone(),
        module: module.clone(),
        is_test,
        names,
        macros,
    });
    for (name, only_tests) in modules {
        let inside = format!("{folder}/{name}");
        let candidates = [format!("{inside}.rs"), format!("{inside}/mod.rs")];
        let file = candidates.into_iter().find(|file| root().join(file).is_file());
        let file = file.unwrap_or_else(|| panic!("{path}: no file holds `mod {name};`"));
        let module = module.iter().cloned().chain([name]).collect();
        visit(file, inside, module, is_test || only_tests, files);
    }
}

/// The lines before the tests inside a file, which stand at its end.
fn lines_of_code(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let tests = lines.windows(2).position(|pair| {
        pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{')
    });
    tests.unwrap_or(lines.len())
}

#[derive(Default)]
struct Reader<'m> {
    module: &'m [String],
    names: Vec<Vec<String>>,
    macros: Vec<String>,
    /// `mod name;`, and whether only tests see it.
    modules: Vec<(String, bool)>,
}

impl Reader<'_> {
    fn read(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            if is_cfg_test(&tokens[at..]) {
                at = self.skip_item(&tokens, at + 2);
                continue;
            }
            match &tokens[at] {
                TokenTree::Group(group) => {
                    self.read(group.stream());
                    at += 1;
                }
                TokenTree::Ident(ident) => {
                    let word = ident.to_string();
                    if let (true, Some(name)) = (word == "mod", module_name(&tokens[at..])) {
                        self.modules.push((name, false));
                    }
                    if is_punct(tokens.get(at + 1), '!')
                        && matches!(tokens.get(at + 2), Some(TokenTree::Group(_)))
                    {
                        self.macros.push(word.clone());
                    }
                    at = self.name(&tokens, at, Vec::new());
                }
                _ => at += 1,
            }
        }
    }

    /// Reads a name with all that hangs on it by `::`; where it ends.
    fn name(&mut self, tokens: &[TokenTree], at: usize, before: Vec<String>) -> usize {
        let mut name = before;
        let mut at = at;
        loop {
            match tokens.get(at) {
                Some(TokenTree::Ident(ident)) => name.push(ident.to_string()),
                // `use a::{b, c}`.
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    self.branches(group, &name);
                    return at + 1;
                }
                _ => break,
            }
            at += 1;
            if !(is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':')) {
                break;
            }
            at += 2;
        }
        if name.len() > 1 {
            self.names.push(self.absolute(name));
        }
        at
    }

    fn branches(&mut self, group: &Group, before: &[String]) {
        let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            // `self` in braces is what stands before them.
            let is_self = matches!(&tokens[at], TokenTree::Ident(ident) if ident == "self");
            if is_self {
                self.names.push(self.absolute(before.to_vec()));
            } else {
                at = self.name(&tokens, at, before.to_vec());
            }
            while at < tokens.len() && !is_punct(tokens.get(at), ',') {
                at += 1;
            }
            at += 1;
        }
    }

    fn absolute(&self, name: Vec<String>) -> Vec<String> {
        let own = |up: usize| {
            let module = &self.module[..self.module.len().saturating_sub(up)];
            [&["crate".to_owned()], module].concat()
        };
        let ups = name.iter().take_while(|part| *part == "super").count();
        match name[0].as_str() {
            "self" => [own(0), name[1..].to_vec()].concat(),
            "super" => [own(ups), name[ups..].to_vec()].concat(),
            _ => name,
        }
    }

    /// Passes over the item behind `#[cfg(test)]`, and notes the file when it is `mod name;`.
    fn skip_item(&mut self, tokens: &[TokenTree], start: usize) -> usize {
        let mut at = start;
        while let Some(token) = tokens.get(at) {
            if let (TokenTree::Ident(_), Some(name)) = (token, module_name(&tokens[at..])) {
                self.modules.push((name, true));
            }
            at += 1;
            let body =
                matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
            if body || is_punct(Some(token), ';') {
                break;
            }
        }
        at
    }
}

/// The name of `mod name;`.
fn module_name(tokens: &[TokenTree]) -> Option<String> {
    match tokens {
        [TokenTree::Ident(word), TokenTree::Ident(name), end, ..]
            if word == "mod" && is_punct(Some(end), ';') =>
        {
            Some(name.to_string())
        }
        _ => None,
    }
}

fn is_cfg_test(tokens: &[TokenTree]) -> bool {
    let [hash, TokenTree::Group(group), ..] = tokens else { return false };
    is_punct(Some(hash), '#') && group.stream().to_string().replace(' ', "") == "cfg(test)"
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}
