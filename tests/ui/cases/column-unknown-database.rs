use migrate_db::Table;

#[derive(Table)]
#[table(drift = "off")]
struct User {
    #[column(default(oracle = "1"))]
    id: i64,
}

fn main() {}
