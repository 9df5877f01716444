static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/x", dialects());

fn main() {
    MIGRATIONS.history();
}
