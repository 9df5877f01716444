//! PostgreSQL's catalog, from version 12 on.
//!
//! Two round trips: what the session is like, then every question in one text. `session` keeps the
//! session's settings out of the answers, `queries`, `other` and `rare` ask, `reading` takes the
//! answers row by row in the order of the questions; `tables`, `constraints`, `indexes` and `types`
//! make the values. Who reads one database many times has a `known::Reader`, which asks `survey`
//! what has changed. Numbers of objects join the answers and never leave this room.
//!
//! What is not looked at: roles and settings of databases, which are the server's; subscriptions,
//! languages, access methods, transforms, conversions and security labels; and what an extension
//! brought, but for the extension itself.

mod constraints;
mod grants;
mod indexes;
mod known;
mod other;
mod queries;
mod rare;
mod reading;
mod row;
mod session;
mod survey;
mod tables;
mod types;

use migrate_core::schema::Schema;

use crate::driver::Connection;

pub(super) use known::Reader;
use queries::Of;
use reading::Reading;
use session::Session;

pub(super) async fn schema(
    connection: &mut Connection,
    without: &[String],
) -> sqlx::Result<Schema> {
    let answers = connection.rows(&Session::question()).await?;
    let session = Session::read(answers.into_iter().next().unwrap_or_default());
    let questions = session.around(Of::All, &format!("{};\n", queries::all(session.version)));
    let answers = connection.rows(&questions).await?;
    Ok(Reading::of(session, without, answers.get(1)).schema)
}
