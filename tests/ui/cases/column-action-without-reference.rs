use migrate_db::Table;

#[derive(Table)]
#[table(drift = "off")]
struct User {
    #[column(on_delete = "cascade")]
    id: i64,
}

fn main() {}
