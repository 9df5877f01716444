static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("");

fn main() {
    MIGRATIONS.history();
}
