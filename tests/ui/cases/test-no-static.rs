#[migrate_macros::test(migrations = "migrations")]
async fn a_user_is_found(pool: Pool) {}

type Pool = ();

fn main() {}
