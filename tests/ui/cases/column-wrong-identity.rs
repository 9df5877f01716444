use migrate_db::Table;

#[derive(Table)]
#[table(drift = "off")]
struct User {
    #[column(identity = "sometimes")]
    id: i64,
}

fn main() {}
