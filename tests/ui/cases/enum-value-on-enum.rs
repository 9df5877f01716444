use migrate_db::Enum;

#[derive(Enum)]
#[value(name = "mood")]
enum Mood {
    Happy,
}

fn main() {}
