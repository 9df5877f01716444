static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/copy-from-stdin", dialects(postgres));

fn main() {
    MIGRATIONS.history();
}
