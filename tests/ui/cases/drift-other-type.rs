use migrate_db::Table;

mod time {
    pub struct Date;
}

#[derive(Table)]
#[table(name = "users")]
struct User {
    id: i64,
    name: i32,
    email: Option<String>,
    born: time::Date,
}

fn main() {}
