static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/lock-syntax");

fn main() {
    MIGRATIONS.history();
}
