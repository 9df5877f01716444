static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/malformed-id");

fn main() {
    MIGRATIONS.history();
}
