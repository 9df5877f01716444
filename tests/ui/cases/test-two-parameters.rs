#[migrate_macros::test]
async fn a_user_is_found(pool: Pool, name: String) {}

type Pool = ();

fn main() {}
