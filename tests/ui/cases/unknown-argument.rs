static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/x", head = many);

fn main() {
    MIGRATIONS.history();
}
