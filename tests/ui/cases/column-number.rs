use migrate_db::Table;

#[derive(Table)]
#[table(drift = "off")]
struct User {
    #[column(default = 0)]
    id: i64,
}

fn main() {}
