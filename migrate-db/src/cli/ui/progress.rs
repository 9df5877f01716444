//! Progress bars for long work on a terminal. Without a terminal only lines are printed.

use std::fmt::Display;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::clean::printable;
use super::{Ui, lock};

/// The smallest number of parts that gets a bar.
const LONG: usize = 10;

/// Work that consists of parts. Dropping it removes the bar.
#[derive(Debug)]
pub struct Progress<'u> {
    ui: &'u Ui,
}

impl Ui {
    /// Starts work with `total` parts.
    #[must_use]
    pub fn progress(&self, total: usize) -> Progress<'_> {
        let mut err = lock(&self.err);
        if err.terminal && !self.output.quiet && total >= LONG {
            let bar = ProgressBar::with_draw_target(
                Some(u64::try_from(total).unwrap_or(u64::MAX)),
                ProgressDrawTarget::stderr(),
            );
            if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos}/{len} {wide_msg}") {
                bar.set_style(style);
            }
            err.bar = Some(bar);
            err.bar_of_statements = false;
        }
        Progress { ui: self }
    }
}

impl Progress<'_> {
    /// Starts a part. The bar counts it now, because all parts may be committed at once.
    pub fn begin(&self, what: impl Display) {
        self.end_statements();
        if let Some(bar) = &lock(&self.ui.err).bar {
            bar.inc(1);
            bar.set_message(single_line(what));
        }
    }

    /// Finishes a part that was counted when it started, and prints `line`.
    pub fn finish(&self, line: impl Display) {
        self.end_statements();
        self.ui.note(line);
    }

    /// Shows progress `at` of `total` within a long part, described by `what`. Without a bar for the
    /// parts it gets its own bar until it is finished. Returns `false` where there is no terminal.
    pub fn running(&self, what: impl Display, at: usize, total: usize) -> bool {
        let mut err = lock(&self.ui.err);
        if err.bar.is_none() && err.terminal && !self.ui.output.quiet {
            let length = u64::try_from(total).unwrap_or(u64::MAX);
            let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
            let template = if total >= LONG { "{bar:32} {wide_msg}" } else { "{wide_msg}" };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            err.bar = Some(bar);
            err.bar_of_statements = true;
        }
        if let Some(bar) = &err.bar {
            if err.bar_of_statements {
                bar.set_position(u64::try_from(at.saturating_sub(1)).unwrap_or(u64::MAX));
            }
            bar.set_message(single_line(what));
            bar.tick();
        }
        err.bar.is_some()
    }

    /// Counts a part that needs no work and prints nothing.
    pub fn skip(&self) {
        if let Some(bar) = &lock(&self.ui.err).bar {
            bar.inc(1);
        }
    }

    /// Counts a finished part and prints `line`.
    pub fn done(&self, line: impl Display) {
        if let Some(bar) = &lock(&self.ui.err).bar {
            bar.inc(1);
        }
        self.ui.note(line);
    }

    /// Removes the bar of one part's statements.
    fn end_statements(&self) {
        let mut err = lock(&self.ui.err);
        if std::mem::take(&mut err.bar_of_statements)
            && let Some(bar) = err.bar.take()
        {
            bar.finish_and_clear();
        }
    }
}

/// Formats text for the bar, which has one line and does not strip colours.
fn single_line(text: impl Display) -> String {
    printable(&text.to_string(), false).replace('\n', " ")
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = lock(&self.ui.err).bar.take() {
            bar.finish_and_clear();
        }
    }
}
