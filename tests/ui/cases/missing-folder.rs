static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/missing-folder");

fn main() {
    MIGRATIONS.history();
}
