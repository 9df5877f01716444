//! States that begin with a schema: that of a catalog, or of another state.

use super::State;
use crate::apply::rules::Rules;
use crate::schema::Schema;

impl State {
    /// A schema of which everything is known, as from a catalog. Which objects the texts of views,
    /// triggers and others mention is not.
    #[must_use]
    pub fn known(rules: &'static dyn Rules, schema: &Schema) -> Self {
        let mut state = Self::new(rules);
        let Schema { tables, views, enums, domains, sequences, others } = schema.clone();
        for (name, value) in tables {
            state.set_table(&name, Some(value));
        }
        for (name, value) in views {
            state.set_view(&name, Some(value));
        }
        for (name, value) in enums {
            state.set_enum(&name, Some(value));
        }
        for (name, value) in domains {
            state.set_domain(&name, Some(value));
        }
        for (name, value) in sequences {
            state.set_sequence(&name, Some(value));
        }
        for ((kind, key), value) in others {
            state.set_other(kind, &key, Some(value));
        }
        state
    }

    /// The same schema without the way back.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        Self {
            rules: self.rules,
            current: self.current.clone(),
            settings: self.settings.clone(),
            first_settings: self.first_settings.clone(),
            uses: self.uses.clone(),
            origin: self.origin,
            checkpoints: Vec::new(),
            spellings: self.spellings.clone(),
            owners: self.owners.clone(),
            children: self.children.clone(),
            users: self.users.clone(),
        }
    }
}
