#[migrate_macros::test]
pub struct User;

fn main() {}
