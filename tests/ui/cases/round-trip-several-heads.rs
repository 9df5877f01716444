migrate_db::round_trip_tests!("histories/several-heads", sqlite);

fn main() {}
