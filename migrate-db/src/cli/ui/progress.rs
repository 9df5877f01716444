//! A bar for long work on a terminal; elsewhere the lines alone tell how far it is.

use std::fmt::Display;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Ui, lock};

/// Shorter work is over before a bar says anything.
const LONG: usize = 10;

/// Work in so many parts. The bar goes when this is dropped.
#[derive(Debug)]
pub struct Progress<'u> {
    ui: &'u Ui,
}

impl Ui {
    /// Begins work in `total` parts.
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
        }
        Progress { ui: self }
    }
}

impl Progress<'_> {
    /// A part begins.
    pub fn begin(&self, what: impl Display) {
        if let Some(bar) = &lock(&self.ui.err).bar {
            // The bar writes past the stream that takes colours out.
            bar.set_message(anstream::adapter::strip_str(&what.to_string()).to_string());
        }
    }

    /// A part is done; `line` says so.
    pub fn done(&self, line: impl Display) {
        if let Some(bar) = &lock(&self.ui.err).bar {
            bar.inc(1);
        }
        self.ui.note(line);
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = lock(&self.ui.err).bar.take() {
            bar.finish_and_clear();
        }
    }
}
