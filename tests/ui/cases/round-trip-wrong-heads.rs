migrate_db::round_trip_tests!("histories/x", sqlite, heads = two);

fn main() {}
