//! One revision, up, down and up again.
