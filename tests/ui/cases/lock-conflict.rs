static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/lock-conflict");

fn main() {
    MIGRATIONS.history();
}
