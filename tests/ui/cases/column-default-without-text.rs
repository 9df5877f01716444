use migrate_db::Table;

#[derive(Table)]
#[table(drift = "off")]
struct User {
    #[column(default)]
    id: i64,
}

fn main() {}
