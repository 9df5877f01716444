static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!(heads = 2);

fn main() {
    MIGRATIONS.history();
}
