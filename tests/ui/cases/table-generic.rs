use migrate_db::Table;

#[derive(Table)]
#[table(drift = "off")]
struct Page<T> {
    items: T,
}

fn main() {}
