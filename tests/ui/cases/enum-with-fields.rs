use migrate_db::Enum;

#[derive(Enum)]
enum Mood {
    Happy(i32),
}

fn main() {}
