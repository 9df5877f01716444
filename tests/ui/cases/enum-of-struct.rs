use migrate_db::Enum;

#[derive(Enum)]
struct Mood;

fn main() {}
