//! One round-trip test per revision and database.

migrate_db::round_trip_tests!();
