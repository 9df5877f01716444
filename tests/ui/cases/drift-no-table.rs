use migrate_db::Table;

#[derive(Table)]
struct User {
    id: i64,
}

fn main() {}
