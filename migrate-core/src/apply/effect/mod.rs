//! The changes themselves, where databases agree. Names are resolved here, and what may be refused
//! by one database alone is for its [`Rules`](super::Rules), which call these functions.

mod column;
mod constraint;
mod table;

pub(crate) use column::{rename_in_children, rename_in_table};
pub(crate) use table::{mark_users, mark_users_but, rename_table_alone};

pub use column::{add_column, alter_column, drop_column, rename_column, replace_column};
pub use constraint::{add_constraint, create_index, drop_constraint, drop_index};
pub use table::{alter_table, copy_tables, drop_other, drop_table, drop_view, rename_table};
