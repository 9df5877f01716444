migrate_db::round_trip_tests!(sqlite, "histories/x");

fn main() {}
