use migrate_db::Table;

#[derive(Table)]
#[table(drift = "off")]
struct User {
    #[column(generated = "1", default = "2")]
    id: i64,
}

fn main() {}
