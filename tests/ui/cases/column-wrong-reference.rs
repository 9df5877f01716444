use migrate_db::Table;

#[derive(Table)]
#[table(drift = "off")]
struct User {
    #[column(references = "a.b.c.d")]
    id: i64,
}

fn main() {}
