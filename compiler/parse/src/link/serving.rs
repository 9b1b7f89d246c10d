//! Which application answers a request, and what it keeps for its handlers.

use std::collections::BTreeSet;

use super::machine::Machine;
use super::value::{FrameIx, Site, Value, ValueId, Values};
use crate::knowledge;

impl Machine<'_> {
    /// The applications that the unit serves or whose context it enters. Frames do not register for
    /// them: see [`Self::requeue_all`].
    pub(crate) fn applications(&mut self) -> Values {
        self.pending.read_at_large();
        self.apps
            .iter()
            .chain(&self.entered_apps)
            .copied()
            .collect()
    }

    /// `app.app_context()`: code behind it sees the application without serving it.
    pub(crate) fn enter_context(&mut self, application: ValueId) {
        if self.entered_apps.insert(application) {
            self.requeue_all();
        }
    }

    fn is_application(&self, object: ValueId) -> bool {
        self.values
            .path(object)
            .is_some_and(|path| knowledge::is_web_application(&path))
    }

    /// The applications of the unit, those that are inside others included.
    fn all_applications(&mut self) -> Values {
        let roots = self.applications();
        let reached = self.registry.reached(&roots);
        let inside = reached.keys().copied();
        roots
            .iter()
            .copied()
            .chain(inside.filter(|object| self.is_application(*object)))
            .collect()
    }

    /// The objects that include one directly.
    fn includers(&self, object: ValueId) -> Vec<ValueId> {
        let objects = self.registry.objects.iter();
        objects
            .filter(|(_, registrar)| registrar.included.contains_key(&object))
            .map(|(includer, _)| *includer)
            .collect()
    }

    /// The applications to which the handler at a site was handed, directly or through a router; where
    /// reading does not show it, all that the unit serves.
    pub(crate) fn answering(&mut self, site: Site) -> Values {
        let all = self.all_applications();
        let owners = self.registry.owners.iter();
        let mut queue: Vec<ValueId> = owners
            .filter(|(handler, _)| self.own_site(**handler) == Some(site))
            .flat_map(|(_, owners)| owners.iter().copied())
            .collect();
        let mut seen = BTreeSet::new();
        let mut found = Values::new();
        while let Some(owner) = queue.pop() {
            if !seen.insert(owner) {
                continue;
            }
            if self.is_application(owner) {
                found.insert(owner);
            } else {
                queue.extend(self.includers(owner));
            }
        }
        let served: Values = found
            .iter()
            .copied()
            .filter(|application| all.iter().any(|known| known == application))
            .collect();
        if served.is_empty() { all } else { served }
    }

    /// The same with every application around them: what a nested one asks for, one around it may have.
    pub(crate) fn answering_and_around(&mut self, site: Site) -> Values {
        let mut found = self.answering(site);
        let mut queue: Vec<ValueId> = found.iter().copied().collect();
        let mut seen = BTreeSet::new();
        while let Some(object) = queue.pop() {
            if !seen.insert(object) {
                continue;
            }
            if self.is_application(object) {
                found.insert(object);
            }
            queue.extend(self.includers(object));
        }
        found
    }

    /// `request.state.name`: what the lifespan functions of the served applications yield under it.
    pub(crate) fn lifespan_state(
        &mut self,
        frame: FrameIx,
        site: Site,
        state: ValueId,
        name: &str,
    ) -> Values {
        let mut found = Values::new();
        if self.values.path(state).as_deref() != Some(knowledge::REQUEST_STATE) {
            return found;
        }
        let applications = self.applications();
        let lifespans = self.option_of(frame, &applications, "lifespan");
        let key = Values::from([self.values.literal(name)]);
        for made in self.call_all(frame, site, &lifespans) {
            let Value::Generator(generator) = *self.values.get(made) else {
                continue;
            };
            for yielded in self.yielded(generator, frame) {
                let inner = self.values.untagged(yielded);
                match self.values.get(inner) {
                    Value::Container { .. } => {
                        found.extend(self.stored_entries(frame, inner, &key));
                    }
                    Value::Instance { .. } => {
                        found.extend(self.attribute(frame, site, yielded, name));
                    }
                    _ => {}
                }
            }
        }
        found
    }
}
