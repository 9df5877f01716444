use migrate_db::{StepConnection, StepError, StepProgress};

async fn fill_names(_: StepConnection<'_>, _: StepProgress<'_>) -> Result<u64, StepError> {
    Ok(0)
}

static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/steps-batch", dialects(sqlite), steps = [fill_names]);

fn main() {
    MIGRATIONS.history();
}
