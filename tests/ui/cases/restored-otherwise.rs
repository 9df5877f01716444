static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/restored-otherwise", dialects(mysql));

fn main() {
    MIGRATIONS.history();
}
