//! What frameworks inject: the value that a dependency's provider makes, or the one that the
//! application overrides it with.

use super::frame::Arguments;
use super::machine::Machine;
use super::value::{FrameIx, Site, Value, ValueId, Values};
use crate::knowledge;

impl Machine<'_> {
    /// Whether a value marks a parameter as a dependency: `Depends(…)`.
    pub(crate) fn is_dependency(&self, value: ValueId) -> bool {
        self.values
            .path(value)
            .is_some_and(|path| knowledge::is_dependency(&path))
            && matches!(self.values.get(value), Value::Object { .. })
    }

    /// The value that a framework injects for `Depends(…)`.
    pub(crate) fn depend(
        &mut self,
        frame: FrameIx,
        site: Site,
        dependency: ValueId,
        declared: &Values,
    ) -> Values {
        let mut providers = self.option_of(frame, &Values::from([dependency]), "0");
        providers.extend(self.option_of(frame, &Values::from([dependency]), "dependency"));
        if providers.is_empty() {
            providers = declared
                .iter()
                .copied()
                .filter(|value| matches!(self.values.get(*value), Value::Class { .. }))
                .collect();
        }
        let mut found = Values::new();
        for provider in self.overridden(frame, &providers) {
            let at = self.own_site(provider).unwrap_or(site);
            for value in self.call(frame, at, provider, &Arguments::default()) {
                match *self.values.get(value) {
                    Value::Generator(generator) => found.extend(self.yielded(generator, frame)),
                    _ => {
                        found.insert(value);
                    }
                }
            }
        }
        found
    }

    /// Providers with those in their places that the applications override them with:
    /// `app.dependency_overrides[Repository] = provide_repository`.
    fn overridden(&mut self, frame: FrameIx, providers: &Values) -> Values {
        let applications = self.applications();
        let mut found = Values::new();
        for provider in providers {
            let key = Values::from([*provider]);
            let mut overrides = Values::new();
            for application in &applications {
                let stated = self.member(*application, knowledge::DEPENDENCY_OVERRIDES);
                overrides.extend(self.stored_entries(frame, stated, &key));
            }
            if overrides.is_empty() {
                found.insert(*provider);
            } else {
                found.extend(overrides);
            }
        }
        found
    }
}
