migrate_db::round_trip_tests!("histories/x", mysql, sqlite, mariadb);

fn main() {}
