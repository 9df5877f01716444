static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/replaced-twice");

fn main() {
    MIGRATIONS.history();
}
