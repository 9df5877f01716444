//! PostgreSQL's catalog, from version 12 on.
//!
//! Two round trips: which version it is, then every question in one text. `session` keeps the
//! session's settings out of the answers, `queries`, `other` and `misc_objects` ask, `builder` takes the
//! answers row by row in the order of the questions; `tables`, `constraints`, `indexes` and `types`
//! make the values. Who reads one database many times has a `incremental::CatalogReader`, which asks `changes`
//! what has changed, by statements that are `prepared`. Numbers of objects join the answers and
//! never leave this module.
//!
//! What is not looked at: roles and settings of databases, which are the server's; subscriptions,
//! languages, access methods, transforms, conversions and security labels; and what an extension
//! brought, but for the extension itself.

mod builder;
mod changes;
mod constraints;
mod grants;
mod incremental;
mod indexes;
mod misc_objects;
mod other;
mod prepared;
mod queries;
mod row;
mod session;
mod tables;
mod types;

use migrate_core::schema::Schema;

use crate::driver::Connection;

use builder::SchemaBuilder;
pub(super) use incremental::CatalogReader;
use session::{Session, enter, leave};

pub(super) async fn schema(
    connection: &mut Connection<'_>,
    without: &[String],
) -> sqlx::Result<Schema> {
    let answer = connection.rows(&Session::note()).await?.into_iter().next();
    let session = Session::read(answer.unwrap_or_default());
    let enter = enter().replace("$1", "'on'");
    let all = queries::all(session.version);
    let text = [Session::note(), enter, all, leave()].join(";\n");
    let answers = connection.rows(&text).await?;
    Ok(SchemaBuilder::of(session, without, answers.get(2)).schema)
}
