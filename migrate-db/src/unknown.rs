//! Unknown revisions: applied, but defined by no file, as after a rolled back deployment or on
//! another branch. The version table stores their header and down section, so that they can still
//! be reverted.

use migrate_core::dialect::Dialect;
use migrate_core::history::History;
use migrate_core::revision::Revision;
use migrate_core::source::SourceFile;
use migrate_core::version_table::FullRow;

use crate::error::Error;

/// Returns the history extended by the unknown revisions of the version table.
///
/// # Errors
/// [`Error::Unknown`] when the header or the parents of one of them cannot be read.
pub(crate) fn extend(
    history: &History,
    rows: &[FullRow],
    dialect: Dialect,
) -> Result<History, Error> {
    let graph = &history.graph;
    let is_unknown = |id: &str| graph.node(id).is_none() && graph.replacing(id).is_none();
    let mut revisions: Vec<Revision> = graph.all_revisions().cloned().collect();
    let mut lost = Vec::new();
    for row in rows.iter().filter(|row| is_unknown(&row.row.revision)) {
        let text = row.down_file.clone().unwrap_or_default();
        let file = SourceFile::new(format!("version table, row {}", row.row.revision), text);
        match Revision::parse(file, &[dialect]).0 {
            Some(mut revision) if revision.id().as_str() == row.row.revision => {
                if let Some(fingerprint) = row.row.fingerprint {
                    revision.fingerprint = fingerprint;
                }
                revisions.push(revision);
            }
            _ => lost.push(row.row.revision.clone()),
        }
    }
    let (graph, found) = graph.rebuilt(revisions);
    if !lost.is_empty() || found.has_errors() {
        let unknown = |row: &&FullRow| is_unknown(&row.row.revision);
        return Err(Error::Unknown(
            rows.iter().filter(unknown).map(|row| row.row.revision.clone()).collect(),
        ));
    }
    Ok(History { graph, lock: history.lock.clone(), dialects: history.dialects.clone() })
}
