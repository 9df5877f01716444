static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/duplicate-revision");

fn main() {
    MIGRATIONS.history();
}
