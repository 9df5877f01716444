static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/missing-reason");

fn main() {
    MIGRATIONS.history();
}
