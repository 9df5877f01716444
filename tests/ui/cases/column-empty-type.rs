use migrate_db::Table;

#[derive(Table)]
#[table(drift = "off")]
struct User {
    #[column(type = "")]
    id: i64,
}

fn main() {}
