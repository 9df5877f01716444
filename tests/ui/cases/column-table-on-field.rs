use migrate_db::Table;

#[derive(Table)]
#[table(name = "users", drift = "off")]
struct User {
    #[table(name = "id")]
    id: i64,
}

fn main() {}
