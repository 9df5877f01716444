use migrate_db::Enum;

#[derive(Enum)]
#[enumeration(rename_all = "snakecase")]
enum Mood {
    Happy,
}

fn main() {}
