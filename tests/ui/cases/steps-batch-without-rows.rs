use migrate_db::{StepBatch, StepConnection, StepError};

async fn fill_names(_: StepConnection<'_>, _: StepBatch<'_>) -> Result<(), StepError> {
    Ok(())
}

static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/steps-batch", dialects(sqlite), steps = [fill_names]);

fn main() {
    MIGRATIONS.history();
}
