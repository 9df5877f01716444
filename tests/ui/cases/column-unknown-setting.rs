use migrate_db::Table;

#[derive(Table)]
#[table(drift = "off")]
struct User {
    #[column(primary_kye)]
    id: i64,
}

fn main() {}
