static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/several-heads");

fn main() {
    MIGRATIONS.history();
}
