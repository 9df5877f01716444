static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/malformed-date");

fn main() {
    MIGRATIONS.history();
}
