migrate_db::round_trip_tests!("histories/x", sqlit);

fn main() {}
