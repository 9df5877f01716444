//! Whole databases: creating, dropping, copying, servers for tests.

use super::{RehearsalQueries, SampleTemplates};

/// Whole databases: creating, dropping, copying, servers for tests.
#[derive(Debug, Clone, Copy)]
pub struct Admin {
    /// The default container image of a server for tests; `None` where no server is needed.
    pub test_image: Option<&'static str>,
    /// Copies the whole database into the file `{}`, where SQL can do it.
    pub backup: Option<&'static str>,
    /// The file name extension of a copy.
    pub backup_extension: &'static str,
    /// How the files of copies begin.
    pub backup_starts: &'static [&'static str],
    /// What stands at the end of a complete copy, where the format has such a mark.
    pub backup_end: Option<&'static str>,
    /// Returns the number of tables of the connection's database.
    pub count_tables: &'static str,
    /// Returns `ok` if the storage of the connection's database is sound, where that can be asked.
    pub integrity: Option<&'static str>,
    /// What a rehearsal asks.
    pub rehearsal: RehearsalQueries,
    /// How a sample of the rows is copied.
    pub sample: SampleTemplates,
    /// The statements for whole databases; `None` where a database is a file.
    pub databases: Option<DatabaseTemplates>,
}

/// The statements for whole databases on a server.
#[derive(Debug, Clone, Copy)]
pub struct DatabaseTemplates {
    /// The server's default port.
    pub port: u16,
    /// The databases to connect to while another one is created or dropped, in order of preference.
    pub maintenance: &'static [&'static str],
    /// Returns one row if the database named `{}` (a literal) exists.
    pub exists: &'static str,
    /// Creates the database with the quoted name `{}`.
    pub create: &'static str,
    /// Returns the options with which another database is created like the one named `{}` (a
    /// literal); no row if that one does not exist.
    pub create_like: &'static str,
    /// Renames the quoted database `{from}` to the quoted name `{to}`, where the server can.
    pub rename: Option<&'static str>,
    /// Returns the databases whose names begin with `{}` (a literal).
    pub named: &'static str,
    /// Copies the quoted database `{from}`, to which nobody is connected, to a new one, `{to}`, where
    /// the server can.
    pub copy: Option<&'static str>,
    /// The longest name of a database, in bytes.
    pub name_limit: usize,
    /// Drops the database with the quoted name `{}`.
    pub drop: &'static str,
    /// Drops the database although others are connected.
    pub drop_connected: &'static str,
    /// Returns a description of each other session of the database named `{}` (a literal).
    pub connected: &'static str,
}
