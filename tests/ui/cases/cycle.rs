static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/cycle");

fn main() {
    MIGRATIONS.history();
}
