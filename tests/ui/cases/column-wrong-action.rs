use migrate_db::Table;

#[derive(Table)]
#[table(drift = "off")]
struct User {
    #[column(references = "users.id", on_delete = "cascad")]
    id: i64,
}

fn main() {}
