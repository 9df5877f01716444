migrate_db::round_trip_tests!("histories/dialects-against-lock", mysql);

fn main() {}
