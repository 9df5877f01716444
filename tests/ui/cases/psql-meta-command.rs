static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/psql-meta-command", dialects(postgres));

fn main() {
    MIGRATIONS.history();
}
