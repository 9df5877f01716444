//! The settings of a session.

use std::collections::BTreeSet;

use super::{Old, Slot, State};

impl State {
    /// A setting of the session, by its name in lower case.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(String::as_str)
    }

    /// Begins a new session, which has none of the settings of the one before.
    pub fn reset_session(&mut self) {
        if self.settings == self.first_settings {
            return;
        }
        let names = self.settings.keys().chain(self.first_settings.keys());
        for name in names.cloned().collect::<BTreeSet<_>>() {
            let value = self.first_settings.get(&name).cloned();
            self.set_setting(&name, value);
        }
    }

    /// Lets each new session begin with the settings of this one.
    pub(crate) fn keep_session(&mut self) {
        self.first_settings.clone_from(&self.settings);
    }

    /// Changes a setting of the session; `None` resets it.
    pub fn set_setting(&mut self, name: &str, value: Option<String>) {
        let old = match value {
            Some(value) => self.settings.insert(name.to_owned(), value),
            None => self.settings.remove(name),
        };
        self.keep(Slot::Setting(name.to_owned()), Old::Setting(old));
    }
}
