use migrate_db::Table;

#[derive(Table)]
#[table(drift = "off")]
struct User {
    id: i64,
    #[column(name = "id")]
    number: i64,
}

fn main() {}
