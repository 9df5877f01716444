//! The catalog.

use migrate_core::schema::Schema;

use crate::driver::Connection;

pub(super) async fn schema(
    connection: &mut Connection,
    without: &[String],
) -> sqlx::Result<Schema> {
    let _ = (connection, without);
    Ok(Schema::default())
}
