migrate_db::round_trip_tests!(mod broken, "histories/several-mistakes");

fn main() {}
