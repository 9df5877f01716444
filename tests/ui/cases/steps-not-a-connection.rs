use migrate_db::{StepError, StepProgress};

async fn fill_names(_: &mut String, _: StepProgress<'_>) -> Result<(), StepError> {
    Ok(())
}

static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/steps", dialects(sqlite), steps = [fill_names]);

fn main() {
    MIGRATIONS.history();
}
