static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/no-such-object", dialects(postgres));

fn main() {
    MIGRATIONS.history();
}
