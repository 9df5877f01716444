//! Steps as the sections of a revision file.

use super::{Changes, Loss, Step};
use crate::revision::DraftSection;

/// The sections of a revision: one up and one down if all databases take the same statements, else one for
/// each database.
#[must_use]
pub fn sections(all: &[Changes]) -> Vec<DraftSection> {
    let mut sections = Vec::new();
    let same = all.windows(2).all(|two| two[0].up == two[1].up && two[0].down == two[1].down);
    let shown = if same { &all[..all.len().min(1)] } else { all };
    let options = |changes: &Changes, steps: &[Step]| {
        let mut options = String::new();
        if !same {
            options.push_str(&format!(" dialect:{}", changes.dialect));
        }
        if steps.iter().any(|step| step.autocommit) {
            options.push_str(" transaction:false");
        }
        options
    };
    for changes in shown {
        let marker = format!("up{}", options(changes, &changes.up));
        sections.push(DraftSection::new(marker, body(&changes.up)));
    }
    for changes in shown {
        let text = body(&changes.down);
        let marker = if text.is_empty() {
            let dialect =
                if same { String::new() } else { format!(" dialect:{}", changes.dialect) };
            format!("noop{dialect} there is nothing to revert")
        } else {
            format!("down{}", options(changes, &changes.down))
        };
        sections.push(DraftSection::new(marker, text));
    }
    let mut losses: Vec<&Loss> = Vec::new();
    for loss in
        all.iter().flat_map(|changes| &changes.losses).filter(|loss| is_plain(&loss.subject))
    {
        if !losses.iter().any(|own| own.subject == loss.subject) {
            losses.push(loss);
        }
    }
    let lossy = |loss: &Loss| format!("lossy {} {}", loss.subject, loss.why);
    sections.extend(losses.into_iter().map(|loss| DraftSection::new(lossy(loss), "")));
    sections
}

/// Returns `true` if a marker can name a table or column.
fn is_plain(subject: &str) -> bool {
    let is_odd = |c: char| c.is_whitespace() || matches!(c, '"' | '`' | ':' | ',' | ';');
    !subject.contains(is_odd) && subject.split('.').count() <= 3
}

/// The text of a section. Where a statement needs autocommit, the others share transactions.
fn body(steps: &[Step]) -> String {
    let is_split = steps.iter().any(|step| step.autocommit);
    let mut text = String::new();
    for group in steps.chunk_by(|one, other| !one.autocommit && !other.autocommit) {
        let is_unit = is_split && group.len() > 1;
        if is_unit {
            text.push_str("BEGIN;\n");
        }
        group.iter().for_each(|step| text.push_str(&format!("{};\n", step.text())));
        if is_unit {
            text.push_str("COMMIT;\n");
        }
    }
    text
}
