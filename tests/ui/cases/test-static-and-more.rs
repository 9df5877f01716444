#[migrate_macros::test(migrations = crate::MIGRATIONS, heads = many)]
async fn a_user_is_found(pool: Pool) {}

type Pool = ();

fn main() {}
