//! Which candidates are resources: clients whose variables are known, and variables that name what
//! AWS's SDK is called on, hold a secret, or have to be set.

use std::collections::{BTreeMap, BTreeSet};

use klo_diagnostics::codes::proposals as codes;
use klo_diagnostics::{Diagnostic, list_of};
use klo_intent::{Access, Field, Kind};

use super::candidates::{Candidate, Role};
use super::signs::is_secret;
use super::units::{Unit, span};
use crate::link::{ResourceSeen, Survey};

/// A candidate that is a resource.
#[derive(Debug, Clone)]
pub(super) struct Resource {
    /// Its number among the candidates.
    pub(super) candidate: usize,
    pub(super) kind: Kind,
    /// Whether the code does not show the kind, so that it has to be stated.
    pub(super) states_kind: bool,
    /// The variables that find it, the one that names it best first.
    pub(super) variables: Vec<String>,
    /// The units, by their place among the chosen, that use it.
    pub(super) users: BTreeSet<usize>,
    /// Units that use the same resource through another client.
    pub(super) others: BTreeSet<usize>,
}

/// What choosing goes by.
pub(super) struct Evidence<'a> {
    pub(super) candidates: &'a [Candidate],
    /// The declaration of the first candidate.
    pub(super) first: usize,
    pub(super) survey: &'a Survey,
    pub(super) units: &'a [Unit],
    /// Values of variables in files beside the code.
    pub(super) environment: &'a BTreeMap<String, String>,
    /// Whether the project depends on a client of Redis.
    pub(super) has_redis: bool,
    /// Variables that annotated resources are found by.
    pub(super) bound: BTreeSet<String>,
}

/// A candidate with what is known of it.
struct Read<'a> {
    at: usize,
    candidate: &'a Candidate,
    seen: &'a ResourceSeen,
    kind: Option<Kind>,
    states_kind: bool,
    users: BTreeSet<usize>,
}

/// The resources, in order of path and place, and what is said of what is none.
pub(super) fn choose(evidence: &Evidence<'_>) -> (Vec<Resource>, Vec<Diagnostic>) {
    let mut notes = Vec::new();
    let mut read = Vec::new();
    for (at, candidate) in evidence.candidates.iter().enumerate() {
        let Some(seen) = evidence.survey.resources.get(&(evidence.first + at)) else {
            continue;
        };
        read.push(evidence.read(at, candidate, seen, &mut notes));
    }
    // What makes a client says more than a variable that is passed to it, and that more than one
    // whose default looks like an address.
    read.sort_by_key(|read| (read.order(), read.at));
    let mut chosen: Vec<Resource> = Vec::new();
    let mut bound: BTreeMap<String, Option<usize>> = evidence
        .bound
        .iter()
        .map(|name| (name.clone(), None))
        .collect();
    for read in &read {
        let Some(kind) = read.kind else { continue };
        let variables = read.variables(kind);
        if variables.is_empty() {
            continue;
        }
        let same = variables.iter().find_map(|name| bound.get(name));
        if let Some(same) = same {
            if let (Some(first), true) = (*same, read.seen.is_client) {
                let first: &mut Resource = &mut chosen[first];
                let more = read.users.difference(&first.users).copied();
                first.others.extend(more);
            }
            continue;
        }
        if read.users.is_empty() {
            notes.extend(unreached(read, kind));
            continue;
        }
        for name in &variables {
            bound.insert(name.clone(), Some(chosen.len()));
        }
        chosen.push(Resource {
            candidate: read.at,
            kind,
            states_kind: read.states_kind,
            variables,
            users: read.users.clone(),
            others: BTreeSet::new(),
        });
    }
    chosen.extend(settings(evidence, &read, &bound));
    chosen.sort_by_key(|resource| resource.candidate);
    (chosen, notes)
}

impl<'a> Evidence<'a> {
    fn read(
        &self,
        at: usize,
        candidate: &'a Candidate,
        seen: &'a ResourceSeen,
        notes: &mut Vec<Diagnostic>,
    ) -> Read<'a> {
        let declaration = self.first + at;
        let mut services = BTreeSet::new();
        let mut users = BTreeSet::new();
        for (place, unit) in self.units.iter().enumerate() {
            let uses = self.survey.units.get(&unit.declaration);
            if let Some(methods) = uses.and_then(|seen| seen.uses.get(&declaration)) {
                users.insert(place);
                services.extend(methods.iter().map(|method| method.service.as_str()));
            }
        }
        let (kind, states_kind) = match candidate.role {
            Role::Secret => (Some(Kind::Secret), false),
            Role::Broker => (self.is_redis(seen).then_some(Kind::Cache), true),
            _ => self.kind_of(candidate, seen, &services, notes),
        };
        Read {
            at,
            candidate,
            seen,
            kind,
            states_kind,
            users,
        }
    }

    /// Whether a broker is Redis: by its default, by a sample of the environment, or because nothing
    /// else carries tasks among the dependencies.
    fn is_redis(&self, seen: &ResourceSeen) -> bool {
        let redis = |value: &str| value.starts_with("redis") || value.starts_with("valkey");
        let mut values = seen
            .variables
            .iter()
            .filter_map(|variable| self.environment.get(&variable.name))
            .peekable();
        seen.kinds.contains(&Kind::Cache)
            || match values.peek() {
                Some(_) => values.any(|value| redis(value)),
                None => self.has_redis,
            }
    }

    /// The kind, and whether it has to be stated.
    fn kind_of(
        &self,
        candidate: &Candidate,
        seen: &ResourceSeen,
        services: &BTreeSet<&str>,
        notes: &mut Vec<Diagnostic>,
    ) -> (Option<Kind>, bool) {
        match candidate.item.name.as_deref() {
            Some("DATABASES") => return (Some(Kind::Database), false),
            Some("CACHES") => return (Some(Kind::Cache), false),
            _ => {}
        }
        let kinds: Vec<Kind> = seen
            .kinds
            .iter()
            .copied()
            .filter(|kind| *kind != Kind::Volume)
            .collect();
        match kinds.as_slice() {
            [kind] => return (Some(*kind), false),
            [] => {}
            several => {
                let names: Vec<&str> = several.iter().map(|kind| kind.name()).collect();
                notes.push(
                    Diagnostic::note(
                        codes::KIND_UNDECIDED,
                        span(candidate),
                        format!("this may be {}", list_of(names)),
                    )
                    .help("annotate it with `@klo::persist(kind = \"…\")`, or each on a line of its own"),
                );
                return (None, false);
            }
        }
        let by_service = [
            ("s3", Kind::Bucket, true),
            ("sqs", Kind::Queue, false),
            ("sns", Kind::Topic, false),
            ("dynamodb", Kind::Table, true),
            ("secretsmanager", Kind::Secret, false),
        ];
        if let Some((_, kind, states)) = by_service
            .iter()
            .find(|(service, _, _)| services.contains(service))
        {
            return (Some(*kind), *states);
        }
        // What a sample of the environment says of the variable.
        let value = seen
            .variables
            .iter()
            .find_map(|variable| self.environment.get(&variable.name));
        match value.and_then(|value| value.split_once("://")) {
            Some(("redis" | "rediss" | "valkey" | "valkeys", _)) => (Some(Kind::Cache), true),
            Some((scheme, _)) if crate::knowledge::clients::of_scheme(scheme).is_some() => {
                (Some(Kind::Database), true)
            }
            // What carries tasks is Redis where the project depends on nothing else that does.
            None if seen.variables.iter().any(|v| v.name.contains("BROKER"))
                && self.is_redis(seen) =>
            {
                (Some(Kind::Cache), true)
            }
            _ => (None, false),
        }
    }
}

impl Read<'_> {
    fn order(&self) -> u8 {
        let by_name = matches!(
            self.candidate.item.name.as_deref(),
            Some("DATABASES" | "CACHES")
        );
        let objects = [Kind::Bucket, Kind::Table, Kind::Queue, Kind::Topic];
        let is_object = self.seen.kinds.iter().any(|kind| objects.contains(kind));
        match self.kind {
            Some(Kind::Secret) => 3,
            _ if self.seen.is_client || by_name => 0,
            _ if is_object => 1,
            _ => 2,
        }
    }

    /// The variables of a kind's fields, without doubles, the most telling first.
    fn variables(&self, kind: Kind) -> Vec<String> {
        let fields = Field::of(kind);
        // A variable whose purpose only its use shows holds the kind's first field.
        let by_use = self.seen.kinds.is_empty();
        let mut found: Vec<(usize, &String)> = self
            .seen
            .variables
            .iter()
            .filter_map(|variable| {
                let place = fields.iter().position(|field| *field == variable.field);
                Some((place.or(by_use.then_some(0))?, &variable.name))
            })
            .collect();
        found.sort();
        let mut names: Vec<String> = Vec::new();
        for (_, name) in found {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }
}

/// What keeps a candidate from being a resource, where that is worth a word.
fn unreached(read: &Read<'_>, kind: Kind) -> Option<Diagnostic> {
    let worth = read.seen.is_client || matches!(kind, Kind::Secret);
    worth.then(|| {
        Diagnostic::note(
            codes::UNREACHED_CANDIDATE,
            span(read.candidate),
            format!("this would be a {kind}, and no unit that was found uses it"),
        )
        .help(format!(
            "annotate it where one does in a way that the code does not show, and state that on the \
             unit: `@klo::uses(to = \"{kind}.…\")`"
        ))
    })
}

/// Variables that are read without a default and that nothing sets: the program would not start.
fn settings(
    evidence: &Evidence<'_>,
    read: &[Read<'_>],
    bound: &BTreeMap<String, Option<usize>>,
) -> Vec<Resource> {
    let mut chosen: Vec<Resource> = Vec::new();
    for read in read {
        let [variable] = read.seen.variables.as_slice() else {
            continue;
        };
        let name = &variable.name;
        let known = bound.contains_key(name)
            || chosen.iter().any(|found| found.variables.contains(name))
            || given(name);
        if read.kind.is_some() || known || read.candidate.role == Role::Broker {
            continue;
        }
        let users: BTreeSet<usize> = (0..evidence.units.len())
            .filter(|place| {
                let declaration = evidence.units[*place].declaration;
                let seen = evidence.survey.units.get(&declaration);
                seen.is_some_and(|seen| seen.required.contains(name))
            })
            .collect();
        if users.is_empty() {
            continue;
        }
        chosen.push(Resource {
            candidate: read.at,
            kind: if is_secret(name) {
                Kind::Secret
            } else {
                Kind::Config
            },
            states_kind: false,
            variables: vec![name.clone()],
            users,
            others: BTreeSet::new(),
        });
    }
    chosen
}

/// Variables that the platform sets.
fn given(name: &str) -> bool {
    matches!(name, "PORT" | "HOME" | "PATH" | "HOSTNAME" | "TZ" | "LANG")
        || name.starts_with("AWS_")
}

/// Queues that units publish to and none consumes from, by the methods called.
pub(super) fn only_published(evidence: &Evidence<'_>, resource: &Resource) -> bool {
    if resource.kind != Kind::Queue {
        return false;
    }
    let declaration = evidence.first + resource.candidate;
    let mut accesses = BTreeSet::new();
    for place in &resource.users {
        let unit = &evidence.units[*place];
        let methods = evidence
            .survey
            .units
            .get(&unit.declaration)
            .and_then(|seen| seen.uses.get(&declaration));
        for method in methods.into_iter().flatten() {
            accesses.extend(crate::knowledge::aws::access(
                &method.service,
                &method.method,
            ));
        }
    }
    !accesses.contains(&Access::Consume)
}

/// Whether a store may be one with another that was found under other variables: a database or cache
/// that none of the other's users uses, or the end of a queue from which messages are taken whose
/// other end only gets them. The one that others would be bound to comes first.
pub(super) fn may_be_one(evidence: &Evidence<'_>, first: &Resource, second: &Resource) -> bool {
    let apart = || {
        let users =
            |of: &Resource| -> BTreeSet<usize> { of.users.union(&of.others).copied().collect() };
        users(first).is_disjoint(&users(second))
    };
    first.kind == second.kind
        && apart()
        && match first.kind {
            Kind::Database | Kind::Cache => first.candidate < second.candidate,
            Kind::Queue => only_published(evidence, first) && !only_published(evidence, second),
            _ => false,
        }
}
