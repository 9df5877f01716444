//! Collects the notices of servers, which sqlx emits as tracing events.
//!
//! Only the `cargo migrate` binary collects them. In an application they go to its own subscriber.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// The tracing target of PostgreSQL's notices in sqlx.
const TARGET: &str = "sqlx::postgres::notice";

/// Notices that were received and not printed yet.
static ARRIVED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Starts to collect the notices of servers, which [`report_events`](super::report_events) prints.
/// Has no effect if the process has a tracing subscriber already.
pub fn collect_notices() {
    let _ = tracing::subscriber::set_global_default(Collector);
}

/// Returns and removes the notices received so far.
pub(super) fn take() -> Vec<String> {
    std::mem::take(&mut *ARRIVED.lock().unwrap_or_else(PoisonError::into_inner))
}

struct Collector;

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == TARGET && *metadata.level() != Level::DEBUG
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Message);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Message;

impl Visit for Message {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            ARRIVED.lock().unwrap_or_else(PoisonError::into_inner).push(value.to_owned());
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}
