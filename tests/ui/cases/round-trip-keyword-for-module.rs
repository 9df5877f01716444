migrate_db::round_trip_tests!(mod fn, "histories/x");

fn main() {}
