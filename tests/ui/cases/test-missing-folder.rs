#[migrate_macros::test("histories/nowhere")]
async fn a_user_is_found(pool: Pool) {}

type Pool = ();

fn main() {}
