use migrate_db::Table;

mod time {
    pub struct Date;
}

#[derive(Table)]
#[table(name = "users")]
struct User {
    id: i64,
    name: String,
    email: Option<String>,
    born: time::Date,
    emial: Option<String>,
}

fn main() {}
