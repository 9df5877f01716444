static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/several-mistakes");

fn main() {
    MIGRATIONS.history();
}
