migrate_db::round_trip_tests!(mod "billing", "histories/x");

fn main() {}
