static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/unknown-dependency");

fn main() {
    MIGRATIONS.history();
}
