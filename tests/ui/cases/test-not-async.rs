#[migrate_macros::test]
fn a_user_is_found(pool: ()) {}

fn main() {}
