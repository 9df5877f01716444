use migrate_db::Table;

#[derive(Table)]
#[table(drift = "off")]
struct User {}

fn main() {}
