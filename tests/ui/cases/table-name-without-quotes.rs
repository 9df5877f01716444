use migrate_db::Table;

#[derive(Table)]
#[table(name = users, drift = "off")]
struct User {
    id: i64,
}

fn main() {}
