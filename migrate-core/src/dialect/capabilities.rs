//! What a database supports, and its limits.

/// What a database supports, and its limits.
#[derive(Debug, Clone, Copy)]
pub struct Capabilities {
    /// Whether a transaction can contain DDL, so that a step is applied whole or not at all.
    pub transactional_ddl: bool,
    /// The default extent of a transaction.
    pub transactions: Transactions,
    /// Whether several statements of one transaction can be sent as one batch.
    pub batches: bool,
    /// Whether a batch can contain the begin and the commit of its transaction.
    pub pipelines_transaction: bool,
    /// The largest size of a batch in bytes; a longer statement is a batch of its own.
    pub max_batch_bytes: usize,
    /// The greatest length of a name and its unit; `None` where there is no limit.
    pub max_name_length: Option<(usize, NameUnit)>,
    /// Returns `true` for a schema (in lower case) that is temporary or belongs to the server.
    pub is_reserved_schema: fn(&str) -> bool,
}

/// The unit of the length of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameUnit {
    /// Bytes of UTF-8.
    Bytes,
    /// Characters.
    Characters,
}

/// The extent of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transactions {
    /// All steps of a run share one transaction: the run is applied whole or not at all.
    All,
    /// Each step has its own transaction, so locks are held briefly.
    PerRevision,
}
