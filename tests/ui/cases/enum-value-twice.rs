use migrate_db::Enum;

#[derive(Enum)]
enum Mood {
    Happy,
    #[value(name = "Happy")]
    Glad,
}

fn main() {}
