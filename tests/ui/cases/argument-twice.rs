static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!(heads = one, heads = many);

fn main() {
    MIGRATIONS.history();
}
