static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/unterminated-token");

fn main() {
    MIGRATIONS.history();
}
