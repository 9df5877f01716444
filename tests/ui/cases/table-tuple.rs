use migrate_db::Table;

#[derive(Table)]
struct Page(i64);

fn main() {}
