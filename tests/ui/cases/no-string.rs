static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!(MIGRATIONS);

fn main() {
    MIGRATIONS.history();
}
