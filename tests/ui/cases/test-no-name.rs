#[migrate_macros::test]
async fn a_user_is_found((pool, name): (String, String)) {}

fn main() {}
