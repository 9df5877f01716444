static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/steps", dialects(sqlite), steps = [fill_names]);

fn main() {
    MIGRATIONS.history();
}
