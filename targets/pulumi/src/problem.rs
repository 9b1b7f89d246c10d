//! What a plan holds and a Pulumi program has no way to say.

use klo_plan::{Plan, Root};

/// Something that cannot be said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// A call of an organization's Terraform module, by its root and its name in the plan. Pulumi runs
    /// such modules through packages that its own command line makes of the module's source on the
    /// machine where it runs ("Using a Terraform module", pulumi.com, read 2026-11-29): what a program
    /// would import is not there before, so that no program could be checked. A package that calls any
    /// module without types (`hcl` 0.9.1, of Pulumi Labs) is described in Pulumi's registry and was in no
    /// npm registry that day.
    Module {
        /// The call's root.
        root: Root,
        /// The call's name.
        name: String,
    },
    /// Anything else, in a few words: a gap in what this printer knows.
    Gap(String),
}

/// The calls of modules in a root.
pub(crate) fn modules(plan: &Plan, root: Root) -> impl Iterator<Item = Problem> {
    let calls = plan.modules.iter().filter(move |call| call.root == root);
    calls.map(move |call| Problem::Module {
        root,
        name: call.name.clone(),
    })
}
