use migrate_db::Enum;

#[derive(Enum)]
#[enumeration(storag = "text")]
enum Mood {
    Happy,
}

fn main() {}
