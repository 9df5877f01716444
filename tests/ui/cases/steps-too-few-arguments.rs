use migrate_db::{StepConnection, StepError};

async fn fill_names(_: StepConnection<'_>) -> Result<(), StepError> {
    Ok(())
}

static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/steps", dialects(sqlite), steps = [fill_names]);

fn main() {
    MIGRATIONS.history();
}
