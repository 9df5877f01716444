static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/unreadable-file");

fn main() {
    MIGRATIONS.history();
}
