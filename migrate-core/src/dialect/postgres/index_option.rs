//! Options of a table that name one of its indexes: by which the table is clustered, and by which replication finds
//! its rows. They go with the index.

/// The index that `CLUSTER` sorts by; the value is its name.
pub(super) const CLUSTER: &str = "cluster on";

/// How replication finds a row.
pub(super) const REPLICA_IDENTITY: &str = "replica identity";

/// What stands before the name of an index in the value of [`REPLICA_IDENTITY`].
pub(super) const USING_INDEX: &str = "using index ";

/// The value of [`REPLICA_IDENTITY`] after its index was dropped.
pub(super) const DROPPED: &str = "index";

/// The index that an option names.
pub(super) fn index_of<'v>(option: &str, value: &'v str) -> Option<&'v str> {
    match option {
        CLUSTER => Some(value),
        REPLICA_IDENTITY => value.strip_prefix(USING_INDEX),
        _ => None,
    }
}
