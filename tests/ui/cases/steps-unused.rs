use migrate_db::{StepConnection, StepError, StepProgress};

async fn fill_names(_: StepConnection<'_>, _: StepProgress<'_>) -> Result<(), StepError> {
    Ok(())
}

async fn fill_name(_: StepConnection<'_>, _: StepProgress<'_>) -> Result<(), StepError> {
    Ok(())
}

static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/steps", dialects(sqlite), steps = [fill_names, fill_name]);

fn main() {
    MIGRATIONS.history();
}
