use migrate_db::Table;

#[derive(Table)]
#[table(drift = "off", index(nmae))]
struct User {
    name: String,
}

fn main() {}
