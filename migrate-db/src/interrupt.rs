//! A request to stop a run from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Stops runs. Each run cancels its current statement, waits for the server's answer and ends with
/// [`Error::Interrupted`](crate::Error::Interrupted). Clones stop the same runs.
///
/// ```
/// let interrupt = migrate_db::Interrupt::default();
/// let options = migrate_db::Options { interrupt: Some(interrupt.clone()), ..Default::default() };
/// interrupt.request();
/// # assert!(options.interrupt.unwrap().is_requested());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<State>);

#[derive(Debug, Default)]
struct State {
    requested: AtomicBool,
    runs: AtomicUsize,
}

impl Interrupt {
    /// Asks every run to stop, now and later.
    pub fn request(&self) {
        self.0.requested.store(true, Ordering::Relaxed);
    }

    /// Returns `true` if runs were asked to stop.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.0.requested.load(Ordering::Relaxed)
    }

    /// Returns `true` if a run is executing statements. Such a run ends by itself soon after a
    /// request. At other times its future can be dropped without loss.
    #[doc(hidden)]
    #[must_use]
    pub fn has_runs(&self) -> bool {
        self.0.runs.load(Ordering::Relaxed) > 0
    }

    pub(crate) fn enter(&self) -> Run {
        self.0.runs.fetch_add(1, Ordering::Relaxed);
        Run(self.0.clone())
    }
}

/// A run that executes statements, until this is dropped.
pub(crate) struct Run(Arc<State>);

impl Drop for Run {
    fn drop(&mut self) {
        self.0.runs.fetch_sub(1, Ordering::Relaxed);
    }
}
