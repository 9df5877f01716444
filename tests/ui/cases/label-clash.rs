static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/label-clash");

fn main() {
    MIGRATIONS.history();
}
