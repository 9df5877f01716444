//! What the catalogs of real databases tell: every change of a schema shows, and what means the
//! same is equal.

mod mysql;
mod postgres;
