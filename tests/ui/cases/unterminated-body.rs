static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/unterminated-body", dialects(sqlite));

fn main() {
    MIGRATIONS.history();
}
