use migrate_db::Table;

#[derive(Table)]
#[table(name = "a", name = "b", drift = "off")]
struct User {
    id: i64,
}

fn main() {}
