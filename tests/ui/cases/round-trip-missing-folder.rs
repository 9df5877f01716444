migrate_db::round_trip_tests!("histories/missing-folder");

fn main() {}
