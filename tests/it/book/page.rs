//! A page of the book, cut into its code blocks.

use crate::tidy::code::{read, root};

/// A page, by its path below `docs`.
pub(super) struct Page {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) blocks: Vec<Block>,
}

/// A fenced code block.
pub(super) struct Block {
    pub(super) language: String,
    pub(super) text: String,
    /// The file that it shows, from `<!-- file: PATH -->`.
    pub(super) file: Option<String>,
    /// The database on which it is run, from `<!-- run: DATABASE -->`.
    pub(super) run: Option<String>,
}

impl Page {
    /// The names of all pages but the table of contents.
    pub(super) fn names() -> Vec<String> {
        let mut names = Vec::new();
        for folder in ["", "cookbook/", "from/"] {
            for entry in std::fs::read_dir(root().join("docs").join(folder)).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                if name.ends_with(".md") && name != "SUMMARY.md" {
                    names.push(format!("{folder}{name}"));
                }
            }
        }
        names
    }

    pub(super) fn all() -> impl Iterator<Item = Self> {
        Self::names().into_iter().map(|name| Self::read(&name))
    }

    pub(super) fn read(name: &str) -> Self {
        let text = read(&format!("docs/{name}"));
        let blocks = blocks(&text);
        Self { name: name.to_owned(), text, blocks }
    }

    /// The words behind `cargo migrate` of every command line that the page shows with its flags:
    /// in consoles, shell scripts, workflows and Dockerfiles.
    pub(super) fn commands(&self) -> Vec<Vec<String>> {
        let shells = ["console", "sh", "yaml", "dockerfile", "bash"];
        self.blocks
            .iter()
            .filter(|block| shells.contains(&block.language.as_str()))
            .flat_map(|block| block.text.lines())
            .filter_map(command)
            .collect()
    }
}

/// The words of a call, up to the shell's own signs.
fn command(line: &str) -> Option<Vec<String>> {
    let line = line.split(" #").next().unwrap_or_default();
    let rest = line.split_once("cargo migrate ").map(|(_, rest)| rest)?;
    if !line.trim_start().starts_with(['$', '-', 'c', 'R']) {
        return None;
    }
    let end = rest.find(['&', '|', ';', '>', ')']).unwrap_or(rest.len());
    Some(words(&rest[..end]))
}

/// The words of a command line, by the shell's quotes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut open) = (Vec::new(), String::new(), None, false);
    for c in line.chars() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (None, '"' | '\'') => (quote, open) = (Some(c), true),
            (None, ' ') if open => {
                words.push(std::mem::take(&mut word));
                open = false;
            }
            (None, ' ') => {}
            (_, c) => {
                word.push(c);
                open = true;
            }
        }
    }
    if open {
        words.push(word);
    }
    words
}

fn blocks(text: &str) -> Vec<Block> {
    let (mut blocks, mut lines) = (Vec::new(), text.lines());
    let (mut file, mut run) = (None, None);
    while let Some(line) = lines.next() {
        let directive = |name: &str| {
            let value = line.strip_prefix("<!-- ")?.strip_prefix(name)?.strip_prefix(": ")?;
            value.strip_suffix(" -->").map(str::to_owned)
        };
        file = directive("file").or(file);
        run = directive("run").or(run);
        let Some(language) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        blocks.push(Block {
            language: language.split(',').next().unwrap_or_default().to_owned(),
            text: body.join("\n") + "\n",
            file: file.take(),
            run: run.take(),
        });
    }
    blocks
}
