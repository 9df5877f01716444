//! A digest of what new databases on a server contain. Stored databases are not used after it has
//! changed.

use migrate_core::dialect::Dialect;
use migrate_core::sql::Hasher;

use super::{Place, Server, Stage};
use crate::database::Database;
use crate::driver::Connection;
use crate::error::Error;

/// What PostgreSQL copies new databases from.
const TEMPLATE: &str = "template1";

/// The objects of users in a database, with the transactions that wrote them last.
const OBJECTS: &str = "SELECT md5(string_agg(x, ',' ORDER BY x)) FROM (\
     SELECT concat('c', oid, ' ', xmin) FROM pg_catalog.pg_class WHERE oid >= 16384 \
     UNION ALL SELECT concat('p', oid, ' ', xmin) FROM pg_catalog.pg_proc WHERE oid >= 16384 \
     UNION ALL SELECT concat('t', oid, ' ', xmin) FROM pg_catalog.pg_type WHERE oid >= 16384 \
     UNION ALL SELECT concat('n', oid, ' ', xmin) FROM pg_catalog.pg_namespace \
     UNION ALL SELECT concat('e', extname, ' ', extversion) FROM pg_catalog.pg_extension) of(x)";

/// The settings that a new database of MySQL's keeps, or that decide what its tables are.
const SETTINGS: &str = "SELECT CONCAT_WS(' ', @@global.character_set_server, \
     @@global.collation_server, @@global.sql_mode, @@global.default_storage_engine)";

impl Stage {
    /// A digest of what a new database begins with; empty where nothing but the database's own
    /// version decides that, and where it cannot be read.
    pub(crate) async fn template_digest(&self) -> Result<String, Error> {
        let Place::Server(server) = &self.place else { return Ok(String::new()) };
        let cells = match server.dialect {
            Dialect::Postgres => server.template().await,
            _ => server.cells(SETTINGS).await,
        };
        let mut hasher = Hasher::new();
        for cell in cells.unwrap_or_default() {
            hasher.field("cell", &cell);
        }
        Ok(hasher.finish().to_string()[..8].to_owned())
    }
}

impl Server {
    /// The connection is short: others may be making a database.
    async fn template(&self) -> Result<Vec<String>, Error> {
        let database = Database::from_url(&crate::url::with_database(&self.url, TEMPLATE))?;
        let opened = Connection::open(&database.source, false).await?;
        let mut connection = opened.ok_or(Error::NoDriver(self.dialect))?;
        let rows = connection.rows(OBJECTS).await;
        let _ = connection.close().await;
        let rows = rows.map_err(|e| Error::database("reading what databases are made of", e))?;
        Ok(rows.into_iter().flatten().flatten().collect())
    }
}
