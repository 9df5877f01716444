use migrate_db::Enum;

#[derive(Enum)]
enum Mood {
    #[enumeration(name = "happy")]
    Happy,
}

fn main() {}
