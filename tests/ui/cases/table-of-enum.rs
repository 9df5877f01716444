use migrate_db::Table;

#[derive(Table)]
enum Mood {
    Happy,
}

fn main() {}
