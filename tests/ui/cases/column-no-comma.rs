use migrate_db::Table;

#[derive(Table)]
#[table(drift = "off")]
struct User {
    #[column(unique index)]
    id: i64,
}

fn main() {}
