//! PostgreSQL's catalog, from version 12 on.
//!
//! Two round trips: what the session is like, then every question in one text. `session` keeps the
//! session's settings out of the answers, `queries`, `other` and `rare` ask, `reading` takes the
//! answers row by row in the order of the questions; `tables`, `constraints`, `indexes` and `types`
//! make the values. Numbers of objects join the answers and never leave this room.
//!
//! What is not looked at: roles and settings of databases, which are the server's; subscriptions,
//! languages, access methods, transforms, conversions and security labels; and what an extension
//! brought, but for the extension itself.

mod constraints;
mod grants;
mod indexes;
mod other;
mod queries;
mod rare;
mod reading;
mod row;
mod session;
mod tables;
mod types;

use migrate_core::schema::Schema;

use crate::driver::Connection;

use reading::Reading;
use session::Session;

pub(super) async fn schema(
    connection: &mut Connection,
    without: &[String],
) -> sqlx::Result<Schema> {
    let session = Session::read(connection.rows(&Session::question()).await?);
    let questions = session.around(&queries::all(session.version));
    let answers = connection.rows(&questions).await?;
    let mut reading = Reading::new(session, without);
    for text in answers.iter().filter_map(|answer| answer.first()?.as_ref()) {
        row::rows(text).for_each(|row| reading.take(row));
    }
    Ok(reading.end())
}
