use migrate_db::Table;

#[derive(Table)]
#[table(drift = "of")]
struct User {
    id: i64,
}

fn main() {}
