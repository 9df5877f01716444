use migrate_db::Table;

#[derive(Table)]
#[table(drift = "off", foreign_key(id))]
struct User {
    id: i64,
}

fn main() {}
