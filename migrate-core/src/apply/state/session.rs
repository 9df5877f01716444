//! The settings of a session.

use std::collections::BTreeSet;

use super::{Old, Slot, State};
use crate::op::Op;

impl State {
    /// A setting of the session, by its name in lower case.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(String::as_str)
    }

    /// The names of the settings of the session.
    #[must_use]
    pub fn setting_names(&self) -> Vec<String> {
        self.settings.keys().cloned().collect()
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

    /// The same schema in a new session.
    pub(crate) fn in_new_session(&self) -> Self {
        let mut state = self.snapshot();
        state.reset_session();
        state
    }

    /// Lets each new session begin with the settings of this one.
    pub(crate) fn keep_session(&mut self) {
        self.first_settings.clone_from(&self.settings);
    }

    /// Writes the namespace of objects that operations create, where this session creates unqualified names
    /// in another one.
    pub(crate) fn name_home(&self, ops: &mut [Op]) {
        let Some(home) = self.rules().home_to_name(self) else { return };
        for op in ops {
            if let Op::CreateTable { name, .. }
            | Op::CreateView { name, .. }
            | Op::CreateEnum { name, .. }
            | Op::CreateDomain { name, .. }
            | Op::CreateSequence { name, .. } = op
            {
                name.namespace.get_or_insert_with(|| home.to_owned());
            }
        }
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
