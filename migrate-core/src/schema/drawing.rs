//! A schema as a drawing: SVG, and a page with it.
//!
//! A table is a box with its columns. Tables stand in columns of the drawing, right of those that they refer
//! to, and close to them. Edges lead from the column of a foreign key to the table that it refers to. Fonts and
//! colours are those of the reader, light or dark; nothing is loaded. Objects other than tables are left out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::diagram::keys;
use super::model::{Name, Schema, Table};
use crate::markup::xml;

/// The height of a line, the width of a character, and the space between boxes, in pixels.
const LINE: usize = 20;
const CHARACTER: usize = 8;
const GAP: usize = 28;
const AISLE: usize = 90;

/// The most characters of a line; longer lines are cut.
const MAX_CHARACTERS: usize = 44;

/// How many boxes stand on top of each other before a rank continues in a further column.
const MAX_LINES: usize = 160;

/// How often the boxes of each rank are sorted by the places of those that they refer to.
const SWEEPS: usize = 4;

const STYLE: &str = "svg{font:13px ui-monospace,monospace;color:#1b1b1b;background:#fff}\
text{fill:currentColor}.name{font-weight:700}.key{fill:#6b7280}\
rect{fill:#fff;stroke:#6b7280}.head{fill:#e5e7eb}\
path{fill:none;stroke:#2563eb;stroke-width:1.3;opacity:.7}g:hover>rect,g:focus>rect{stroke:#2563eb;stroke-width:2}\
@media(prefers-color-scheme:dark){svg{color:#e5e7eb;background:#111827}rect{fill:#111827;stroke:#9ca3af}\
.head{fill:#374151}.key{fill:#9ca3af}path{stroke:#60a5fa}}\
@media print{svg{color:#000;background:#fff}rect{fill:#fff}}";

/// The place of a box.
struct TableBox<'s> {
    name: &'s Name,
    table: &'s Table,
    x: usize,
    y: usize,
    width: usize,
}

impl TableBox<'_> {
    fn lines(table: &Table) -> usize {
        table.columns.len() + 1
    }

    fn height(table: &Table) -> usize {
        Self::lines(table) * LINE + 6
    }

    /// The middle of the line of a column; that of the name for a column that is not there.
    fn line(&self, column: Option<&String>) -> usize {
        let at = column.and_then(|name| self.table.columns.iter().position(|c| c.name == *name));
        self.y + LINE / 2 + at.map_or(0, |at| (at + 1) * LINE)
    }
}

/// Returns a drawing of the tables and their foreign keys as SVG.
///
/// ```
/// use migrate_core::schema::{Name, Schema, Table, svg};
/// let mut schema = Schema::default();
/// schema.tables.insert(Name::new("<users>"), Table::default());
/// let drawing = svg(&schema);
/// assert_eq!(drawing.matches("<g ").count(), 1);
/// assert!(drawing.contains("&lt;users&gt;"));
/// ```
#[must_use]
pub fn svg(schema: &Schema) -> String {
    let (boxes, width, height) = layout(schema);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{} tables\" width=\"{width}\" \
         height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n<style>{STYLE}</style>\n",
        boxes.len()
    );
    let by_name: BTreeMap<&Name, &TableBox<'_>> = boxes.iter().map(|one| (one.name, one)).collect();
    for child in &boxes {
        for key in &child.table.foreign_keys {
            let Some(parent) = by_name.get(&key.parent) else { continue };
            let _ = writeln!(text, "<path d=\"{}\"/>", edge(child, parent, &key.columns));
        }
    }
    for one in &boxes {
        draw(one, &mut text);
    }
    text.push_str("</svg>\n");
    text
}

/// Returns a page with the drawing of [`svg`], in one file.
///
/// ```
/// use migrate_core::schema::{Schema, html};
/// assert!(html(&Schema::default()).starts_with("<!DOCTYPE html>"));
/// ```
#[must_use]
pub fn html(schema: &Schema) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>Schema</title>\n\
         <style>body{{font:14px system-ui,sans-serif;margin:1.5rem}}main{{overflow:auto}}\
         @media(prefers-color-scheme:dark){{body{{background:#111827;color:#e5e7eb}}}}</style>\n</head>\n\
         <body>\n<h1>Schema</h1>\n<p>A line leads from the column of a foreign key to its table.</p>\n\
         <main tabindex=\"0\">\n{}</main>\n</body>\n</html>\n",
        svg(schema)
    )
}

/// A curve from the first column of a foreign key to the name of the other table.
fn edge(child: &TableBox<'_>, parent: &TableBox<'_>, columns: &[String]) -> String {
    let (from, to) = (child.line(columns.first()), parent.line(None));
    let right = parent.x + parent.width;
    if right <= child.x {
        let bend = (child.x - right) / 2;
        return format!(
            "M{} {from}C{} {from} {} {to} {right} {to}",
            child.x,
            child.x - bend,
            right + bend
        );
    }
    // A table beside or right of it, or itself: the edge leaves and arrives on the right.
    let start = child.x + child.width;
    let bend = start.max(right) + AISLE / 2;
    format!("M{start} {from}C{bend} {from} {bend} {to} {right} {to}")
}

fn draw(one: &TableBox<'_>, text: &mut String) {
    let (x, y, width) = (one.x, one.y, one.width);
    let name = xml(&cut(&one.name.to_string()));
    let height = TableBox::height(one.table);
    let _ = write!(
        text,
        "<g tabindex=\"0\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"4\"/>\
         <rect class=\"head\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{LINE}\" rx=\"4\"/>\
         <text class=\"name\" x=\"{}\" y=\"{}\">{name}</text>",
        xml(&one.name.to_string()),
        x + 8,
        y + 14,
    );
    for (line, column) in (1..).zip(&one.table.columns) {
        let words = keys(one.table, column);
        let of_type = column.data_type.as_str();
        let _ = write!(
            text,
            "<text x=\"{}\" y=\"{}\">{}<tspan class=\"key\">{}</tspan></text>",
            x + 8,
            y + line * LINE + 15,
            xml(&cut(&format!("{} {of_type}", column.name))),
            if words.is_empty() { String::new() } else { format!(" {words}") },
        );
    }
    text.push_str("</g>\n");
}

/// Places the boxes; returns them with the width and the height of the drawing.
fn layout(schema: &Schema) -> (Vec<TableBox<'_>>, usize, usize) {
    let names: Vec<&Name> = schema.tables.keys().collect();
    let index: BTreeMap<&Name, usize> =
        names.iter().enumerate().map(|(n, name)| (*name, n)).collect();
    let parents: Vec<Vec<usize>> = schema
        .tables
        .values()
        .map(|table| {
            table.foreign_keys.iter().filter_map(|key| index.get(&key.parent).copied()).collect()
        })
        .collect();
    let ranks = ranks(&parents);
    let mut columns: Vec<Vec<usize>> =
        vec![Vec::new(); ranks.iter().max().map_or(0, |last| last + 1)];
    for (n, rank) in ranks.iter().enumerate() {
        columns[*rank].push(n);
    }
    sort(&mut columns, &parents);
    let tables: Vec<&Table> = schema.tables.values().collect();
    let (mut x, mut bottom) = (GAP, 0);
    let mut boxes = Vec::with_capacity(names.len());
    for column in columns {
        for part in parts(&column, &tables) {
            let longest = part.iter().map(|n| width_of(names[*n], tables[*n])).max();
            let width = longest.unwrap_or(0) * CHARACTER + 20;
            let mut y = GAP;
            for n in part {
                boxes.push(TableBox { name: names[*n], table: tables[*n], x, y, width });
                y += TableBox::height(tables[*n]) + GAP;
            }
            bottom = bottom.max(y);
            x += width + AISLE;
        }
    }
    (boxes, x.max(2 * GAP), bottom.max(2 * GAP))
}

/// The number of tables on the longest way along foreign keys; an edge that closes a cycle does not count.
fn ranks(parents: &[Vec<usize>]) -> Vec<usize> {
    let mut ranks: Vec<Option<usize>> = vec![None; parents.len()];
    let mut is_open = vec![false; parents.len()];
    for start in 0..parents.len() {
        // A path of nodes and the next parent of each: no recursion, the path may be long.
        let mut path = vec![(start, 0)];
        while let Some((node, next)) = path.last().copied() {
            if ranks[node].is_some() {
                path.pop();
                continue;
            }
            is_open[node] = true;
            if let Some(parent) = parents[node].get(next).copied() {
                if let Some(last) = path.last_mut() {
                    last.1 += 1;
                }
                if ranks[parent].is_none() && !is_open[parent] {
                    path.push((parent, 0));
                }
                continue;
            }
            let below = parents[node].iter().filter_map(|parent| ranks[*parent]).max();
            ranks[node] = Some(below.map_or(0, |rank| rank + 1));
            is_open[node] = false;
            path.pop();
        }
    }
    ranks.into_iter().map(Option::unwrap_or_default).collect()
}

/// Sorts each rank by the mean place of the tables that its tables refer to.
fn sort(columns: &mut [Vec<usize>], parents: &[Vec<usize>]) {
    let mut places = vec![0.0; parents.len()];
    for _ in 0..SWEEPS {
        for column in columns.iter_mut() {
            #[expect(clippy::cast_precision_loss, reason = "places are small numbers")]
            let mean = |node: &usize| match parents[*node].as_slice() {
                [] => places[*node],
                own => own.iter().map(|parent| places[*parent]).sum::<f64>() / own.len() as f64,
            };
            let means: BTreeMap<usize, f64> =
                column.iter().map(|node| (*node, mean(node))).collect();
            column.sort_by(|one, other| means[one].total_cmp(&means[other]).then(one.cmp(other)));
            for (place, node) in column.iter().enumerate() {
                #[expect(clippy::cast_precision_loss, reason = "places are small numbers")]
                let place = place as f64;
                places[*node] = place;
            }
        }
    }
}

/// Divides a rank into columns of a bounded height.
fn parts<'c>(column: &'c [usize], tables: &[&Table]) -> Vec<&'c [usize]> {
    let (mut parts, mut start, mut lines) = (Vec::new(), 0, 0);
    for (at, node) in column.iter().enumerate() {
        let more = TableBox::lines(tables[*node]) + 2;
        if lines + more > MAX_LINES && at > start {
            parts.push(&column[start..at]);
            (start, lines) = (at, 0);
        }
        lines += more;
    }
    parts.push(&column[start..]);
    parts
}

/// The characters of the longest line of a box.
fn width_of(name: &Name, table: &Table) -> usize {
    let columns = table.columns.iter().map(|column| {
        let words = keys(table, column).chars().count();
        let length = column.name.chars().count() + column.data_type.as_str().chars().count() + 1;
        length.min(MAX_CHARACTERS) + if words > 0 { words + 1 } else { 0 }
    });
    columns.chain([name.to_string().chars().count().min(MAX_CHARACTERS)]).max().unwrap_or(0)
}

fn cut(text: &str) -> String {
    match text.chars().count() > MAX_CHARACTERS {
        true => text.chars().take(MAX_CHARACTERS - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, ForeignKey};

    fn schema(tables: &[(&str, &[&str])]) -> Schema {
        let mut schema = Schema::default();
        for (name, parents) in tables {
            let column = |name: &str| Column {
                name: name.into(),
                data_type: "int".into(),
                ..Column::default()
            };
            let mut table = Table { columns: vec![column("id")], ..Table::default() };
            for parent in *parents {
                table.columns.push(column(&format!("{parent}_id")));
                table.foreign_keys.push(ForeignKey {
                    columns: vec![format!("{parent}_id")],
                    parent: Name::new(*parent),
                    ..ForeignKey::default()
                });
            }
            schema.tables.insert(Name::new(*name), table);
        }
        schema
    }

    #[test]
    fn tables_stand_right_of_those_that_they_refer_to() {
        let schema = schema(&[("a", &["b"]), ("b", &["c"]), ("c", &[]), ("d", &["c", "nowhere"])]);
        let (boxes, _, _) = layout(&schema);
        let x = |name: &str| boxes.iter().find(|one| one.name.name == name).unwrap().x;
        assert!(x("c") < x("b") && x("b") < x("a") && x("d") == x("b"));
        assert_eq!(svg(&schema).matches("<path").count(), 3);
    }

    #[test]
    fn cycles_and_tables_that_refer_to_themselves_are_drawn() {
        let schema = schema(&[("a", &["b"]), ("b", &["a"]), ("t", &["t"])]);
        let drawing = svg(&schema);
        assert_eq!(drawing.matches("<path").count(), 3);
        assert_eq!(drawing.matches("<g ").count(), 3);
    }

    #[test]
    fn no_box_covers_another_and_a_long_rank_is_divided() {
        let names: Vec<String> = (0..300).map(|n| format!("t{n:03}")).collect();
        let tables: Vec<(&str, &[&str])> =
            names.iter().map(|name| (name.as_str(), &[] as &[&str])).collect();
        let schema = schema(&tables);
        let (boxes, width, height) = layout(&schema);
        assert_eq!(boxes.len(), 300);
        for (n, one) in boxes.iter().enumerate() {
            assert!(one.x + one.width < width && one.y + TableBox::height(one.table) < height);
            for other in &boxes[n + 1..] {
                let beside = one.x + one.width <= other.x || other.x + other.width <= one.x;
                let above = one.y + TableBox::height(one.table) <= other.y
                    || other.y + TableBox::height(other.table) <= one.y;
                assert!(beside || above, "{} and {}", one.name, other.name);
            }
        }
        assert!(height < MAX_LINES * LINE * 2, "{height}");
    }
}
