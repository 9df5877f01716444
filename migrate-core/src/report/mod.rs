//! A report on a history: one page that holds the graph, what each revision changes, the schema at every
//! revision, and findings.
//!
//! The page loads nothing. Its data is JSON, from which its script makes elements with texts, so no text of
//! a file becomes markup; a content policy admits only that script. The schema of a revision is written as
//! what differs from the revision before it, so the page grows with the changes and not with their square.

mod json;
mod results;
mod revisions;

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::dialect::Dialect;
use crate::graph::{Node, Set};
use crate::history::History;
use crate::loaded_schema::LoadedSchema;
use crate::schema::svg;

use json::{list, string, strings};

pub use results::{TestFinding, TestOutcome, TestResult};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What a report shows.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The history. Its files must be whole.
    pub history: &'a History,
    /// The database whose SQL is shown.
    pub dialect: Dialect,
    /// The applied revisions; `None` if they are not known.
    pub applied: Option<&'a Set>,
    /// The findings of checks and lint.
    pub findings: &'a Diagnostics,
    /// The results of round-trip tests; `None` if they are not known.
    pub tests: Option<&'a [TestResult]>,
}

impl Report<'_> {
    /// Returns the page.
    ///
    /// ```
    /// use migrate_core::{diagnostic::Diagnostics, dialect::Dialect, history::History, report::Report};
    /// let (history, findings) = (History::default(), Diagnostics::new());
    /// let report = Report {
    ///     history: &history,
    ///     dialect: Dialect::Sqlite,
    ///     applied: None,
    ///     findings: &findings,
    ///     tests: None,
    /// };
    /// assert!(report.page().starts_with("<!DOCTYPE html>"));
    /// ```
    #[must_use]
    pub fn page(&self) -> String {
        let graph = &self.history.graph;
        let nodes: Vec<Node> = graph.order().collect();
        let heads = graph.heads();
        let schema = LoadedSchema::of_revisions(graph, self.dialect, &heads).schema();
        let policy = format!(
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
            base64(&Sha256::digest(SCRIPT))
        );
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>Migrations</title>\n\
             <style>{STYLE}</style>\n</head>\n<body>\n"
        );
        let _ = write!(
            page,
            "<header><h1>Migrations</h1><p id=\"summary\"></p>\
             <p class=\"hint\">Keys: <kbd>j</kbd> and <kbd>k</kbd> go to the older and the newer revision, \
             <kbd>/</kbd> searches, <kbd>Enter</kbd> opens the first match.</p></header>\n\
             <div id=\"columns\">\n<nav aria-label=\"Revisions\">\
             <label>Search <input id=\"search\" type=\"search\" autocomplete=\"off\"></label>\
             <p id=\"matches\" role=\"status\"></p><div id=\"graph\">{}</div></nav>\n\
             <main id=\"revision\" tabindex=\"-1\"></main>\n</div>\n\
             <section id=\"findings\"><h2>Findings</h2></section>\n\
             <section id=\"tests\"><h2>Tests</h2></section>\n\
             <section id=\"drawing\"><details><summary>The tables at the heads</summary>\
             <div class=\"scroll\" tabindex=\"0\">{}</div></details></section>\n",
            graph.svg(&nodes, self.applied),
            svg(&schema)
        );
        page.push_str("<script type=\"application/json\" id=\"data\">");
        self.data(&nodes, &mut page);
        let _ = write!(page, "</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n");
        page
    }

    fn data(&self, nodes: &[Node], out: &mut String) {
        out.push_str("{\"dialect\":");
        string(self.dialect.name(), out);
        out.push_str(",\"heads\":");
        list(self.history.graph.real_heads(), out, |node, out| {
            let _ = write!(out, "{}", place(nodes, node));
        });
        out.push_str(",\"revisions\":");
        revisions::write(self, nodes, out);
        out.push_str(",\"findings\":");
        let graph = &self.history.graph;
        let paths = nodes.iter().map(|node| graph.revision(*node).file.path());
        let numbers: HashMap<&str, usize> = paths.enumerate().map(|(n, path)| (path, n)).collect();
        list(self.findings, out, |one, out| finding(one, &numbers, out));
        out.push_str(",\"tests\":");
        match self.tests {
            Some(results) => {
                let ids = nodes.iter().map(|node| graph.id(*node).as_str());
                results::write(results, &ids.enumerate().map(|(n, id)| (id, n)).collect(), out);
            }
            None => out.push_str("null"),
        }
        out.push('}');
    }
}

/// A finding, with the number of its revision if it is about one, which its path tells.
fn finding(one: &Diagnostic, numbers: &HashMap<&str, usize>, out: &mut String) {
    let location = one.places.first().map(|place| &place.location);
    out.push_str("{\"revision\":");
    let _ = match location.and_then(|location| numbers.get(location.path.as_str())) {
        Some(of) => write!(out, "{of}"),
        None => write!(out, "null"),
    };
    out.push_str(",\"level\":");
    string(if one.severity == Severity::Error { "error" } else { "warning" }, out);
    out.push_str(",\"code\":");
    string(one.code.as_str(), out);
    out.push_str(",\"message\":");
    string(&one.message, out);
    out.push_str(",\"place\":");
    let place = location.map(|at| format!("{}:{}:{}", at.path, at.line, at.column));
    string(&place.unwrap_or_default(), out);
    out.push_str(",\"help\":");
    let help: Vec<String> = one.help.iter().map(ToString::to_string).collect();
    strings(&help, out);
    out.push('}');
}

/// The number of a node in a list.
fn place(nodes: &[Node], node: Node) -> usize {
    nodes.iter().position(|other| *other == node).unwrap_or_default()
}

/// The standard alphabet, padded.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let all = chunk.iter().fold(0_u32, |all, byte| all << 8 | u32::from(*byte));
        let all = all << (8 * (3 - chunk.len()));
        for n in 0..4 {
            let six = (all >> (18 - 6 * n)) & 63;
            let is_there = n <= chunk.len();
            text.push(if is_there { char::from(ALPHABET[six as usize]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests;
