#[migrate_macros::test]
async fn a_user_is_found<P>(pool: P) {}

fn main() {}
