//! What the tools that an environment is written for do to what is in their state, and the commands
//! that they are told with: the one place where sentences differ by tool.
//!
//! Pulumi's facts are those of its documentation, read 2026-11-29: `protect` is kept in the state, so a
//! protected resource that leaves the program is not deleted but refused; `pulumi state delete` forgets
//! a resource and leaves it in the cloud, unless others in the state name it.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::snapshot::{Root, Snapshot, Spot};
use crate::stores::Store;

/// A tool that an environment is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Tool {
    Terraform,
    Pulumi,
}

impl Tool {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Terraform => "Terraform",
            Self::Pulumi => "Pulumi",
        }
    }

    /// How it is told which root it works on.
    fn command(self, root: Root) -> String {
        let folder = root.folder(self);
        match self {
            Self::Terraform => format!("terraform -chdir={folder}"),
            Self::Pulumi => format!("pulumi -C {folder}"),
        }
    }

    /// What keeps a resource from being destroyed, as its files say it.
    const fn guard(self) -> &'static str {
        match self {
            Self::Terraform => "prevent_destroy",
            Self::Pulumi => "protect",
        }
    }
}

/// The tools that an environment is written for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tools(BTreeSet<Tool>);

impl FromIterator<Tool> for Tools {
    fn from_iter<I: IntoIterator<Item = Tool>>(tools: I) -> Self {
        Self(tools.into_iter().collect())
    }
}

impl Tools {
    /// The one whose files are named: Terraform where both are written.
    pub(crate) fn first(&self) -> Tool {
        self.0.first().copied().unwrap_or(Tool::Terraform)
    }

    fn has(&self, tool: Tool) -> bool {
        self.first() == tool || self.0.contains(&tool)
    }

    /// Those that are written, Terraform first.
    fn all(&self) -> impl Iterator<Item = Tool> {
        let all = [Tool::Terraform, Tool::Pulumi];
        all.into_iter().filter(|tool| self.has(*tool))
    }

    /// How they changed since other ones; nothing where they did not, or where one side has none.
    pub(crate) fn since(&self, old: &Self) -> Option<ToolChange> {
        if self.0 == old.0 || self.0.is_empty() || old.0.is_empty() {
            return None;
        }
        Some(
            match (self.0.is_superset(&old.0), self.0.is_subset(&old.0)) {
                (true, _) => ToolChange::More,
                (_, true) => ToolChange::Less,
                _ => ToolChange::Other,
            },
        )
    }

    /// As `emit` names them.
    pub(crate) fn list(&self) -> Vec<&'static str> {
        let folder = |tool| Root::Main.folder(tool);
        self.all().map(folder).collect()
    }

    /// `Terraform`, `Pulumi`, `Terraform or Pulumi`.
    pub(crate) fn names(&self) -> String {
        self.all().map(Tool::name).collect::<Vec<_>>().join(" or ")
    }

    /// The path under which the guard of a resource is compared.
    pub(crate) fn guard(&self) -> String {
        match self.first() {
            Tool::Terraform => format!("lifecycle.{}", Tool::Terraform.guard()),
            Tool::Pulumi => Tool::Pulumi.guard().to_owned(),
        }
    }

    /// What becomes of a guarded resource that is to be made anew.
    pub(crate) fn refuses(&self) -> String {
        let each = self.all().map(|tool| {
            let what = match tool {
                Tool::Terraform => "plan",
                Tool::Pulumi => "update",
            };
            format!("`{}` makes {} refuse the {what}", tool.guard(), tool.name())
        });
        each.collect::<Vec<_>>().join(", and ")
    }

    /// What the guard is worth once the resource is in no file any more.
    pub(crate) fn guard_that_goes(&self) -> String {
        let each = self.all().map(|tool| match tool {
            Tool::Terraform => "`prevent_destroy` stood in the block that goes, so it stops nothing",
            Tool::Pulumi => {
                "`protect` is kept in Pulumi's state, so Pulumi refuses the update until it is taken off there"
            }
        });
        each.collect::<Vec<_>>().join("; ")
    }

    /// What becomes of stores whose environment says another region.
    pub(crate) fn elsewhere(&self, was: &str, now: &str, stores: &str) -> String {
        if self.has(Tool::Pulumi) {
            return format!(
                "{} makes everything anew in {now}, empty: {stores}. What is in {was} is destroyed, or it stays, \
                 is paid for, and is managed by nobody",
                self.names()
            );
        }
        format!(
            "Terraform looks for everything in {now}, finds nothing there, and makes it anew, empty: {stores}. What \
             is in {was} stays, is paid for, and is managed by nobody"
        )
    }

    /// How a resource is let go and not destroyed, step by step; `used` follows what it is left to.
    pub(crate) fn forget(&self, side: &Snapshot, what: &Forgotten<'_>) -> Vec<String> {
        let Forgotten { spot, store, .. } = what;
        let used = if what.used {
            "; code goes on using it with `existing = { … }`"
        } else {
            ""
        };
        let mut steps = Vec::new();
        for tool in self.all() {
            let command = tool.command(spot.root);
            let with = match self.0.len() {
                0 | 1 => String::new(),
                _ => format!(" ({})", tool.name()),
            };
            steps.push(match tool {
                Tool::Terraform => format!(
                    "To keep it without klo{with}: `{command} state rm {}` before the apply, which forgets it and \
                     deletes nothing{used}.",
                    spot.address
                ),
                Tool::Pulumi => {
                    let urn = urn(side, spot, store);
                    let force = if what.guarded { "--force " } else { "" };
                    format!(
                        "To keep it without klo{with}: `{command} up --exclude {urn}`, which changes everything else, \
                         then `{command} state delete {force}{urn}`, which forgets it and deletes nothing{used}."
                    )
                }
            });
        }
        steps
    }

    /// What has to be done before a guarded resource can be deleted, where anything has.
    pub(crate) fn unguard(&self, side: &Snapshot, spot: &Spot, store: &Store) -> Option<String> {
        self.has(Tool::Pulumi).then(|| {
            let command = Tool::Pulumi.command(spot.root);
            format!("`{command} state unprotect {}`", urn(side, spot, store))
        })
    }

    /// What becomes of an environment whose files go.
    pub(crate) fn without_files(&self, stores: &str) -> String {
        let known = format!(
            "the environment is no longer written, and klo removes the files that {} knows it by: {stores}",
            self.names()
        );
        match self.has(Tool::Terraform) {
            true => format!(
                "{known} are destroyed by whoever applies what is left, or stay behind and are managed by nobody"
            ),
            false => format!("{known} stay behind and are managed by nobody"),
        }
    }

    /// How an environment is taken down.
    pub(crate) fn take_down(&self) -> Vec<String> {
        let step = |tool| match tool {
            Tool::Terraform => {
                "To take it down, run `terraform destroy` in its `terraform`, then in its `bootstrap`, from the \
                 revision that still has it."
            }
            Tool::Pulumi => {
                "To take it down, run `pulumi -C pulumi destroy`, then `pulumi -C bootstrap destroy`, from the revision \
                 that still has it; what is protected is first let go of with `pulumi state unprotect`."
            }
        };
        self.all().map(step).map(str::to_owned).collect()
    }

    /// What it means that these are written and no longer the old ones.
    pub(crate) fn instead_of(&self, old: &Self, change: ToolChange, stores: &str) -> String {
        let (was, now) = (old.names(), self.names());
        match change {
            ToolChange::Other => format!(
                "what {was} made is in {was}'s state and not in {now}'s: {now} makes everything anew, empty, where \
                 AWS does not refuse a second thing of the name. What is there, {stores}, stays, is paid for, and is \
                 managed by nobody once its files are gone"
            ),
            ToolChange::More => {
                let come = self.without(old).names();
                format!(
                    "{come} is written beside {was}, and its state knows nothing of what {was} made, {stores}: it \
                     would make everything a second time, where AWS does not refuse the name"
                )
            }
            ToolChange::Less => {
                let gone = old.without(self).names();
                format!(
                    "{gone} is no longer written: if it was what made {stores}, all of that is managed by nobody, and \
                     {now} would make it a second time, empty"
                )
            }
        }
    }

    fn without(&self, other: &Self) -> Self {
        self.0.difference(&other.0).copied().collect()
    }

    /// The safe way from one tool to another.
    pub(crate) fn changed_from(&self, old: &Self, change: ToolChange) -> Vec<String> {
        match change {
            ToolChange::More => {
                return vec![
                    "Let one of them bring an environment up, and the other be read only: two tools that manage one \
                     thing undo each other's work."
                        .to_owned(),
                ];
            }
            ToolChange::Less => {
                let gone = old.without(self).names();
                return vec![format!("Look first whether {gone}'s state is empty.")];
            }
            ToolChange::Other => {}
        }
        let take = match self.first() {
            Tool::Pulumi => {
                "To change it all the same: `pulumi import` takes each resource into Pulumi's state under the name \
                 that the program has for it, until `pulumi -C pulumi preview` makes and deletes nothing."
            }
            Tool::Terraform => {
                "To change it all the same: an `import` block takes each resource into Terraform's state at its \
                 address, until `terraform -chdir=terraform plan` makes and destroys nothing."
            }
        };
        let leave = match old.first() {
            Tool::Pulumi => {
                "Then take it out of Pulumi's state with `pulumi -C pulumi state delete --all --force`, which deletes \
                 nothing in AWS: two tools that manage one thing undo each other's work."
            }
            Tool::Terraform => {
                "Then take it out of Terraform's state with `terraform state rm`: two tools that manage one thing undo \
                 each other's work."
            }
        };
        vec![
            format!(
                "Leave {} as what writes this environment while it holds anything.",
                old.names()
            ),
            take.to_owned(),
            leave.to_owned(),
        ]
    }
}

/// How the tools that are written differ from those that were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ToolChange {
    /// One more.
    More,
    /// One less.
    Less,
    /// Another.
    Other,
}

/// A resource that a tool is told to forget.
pub(crate) struct Forgotten<'a> {
    pub(crate) spot: &'a Spot,
    pub(crate) store: &'a Store,
    /// Whether it is guarded against being destroyed.
    pub(crate) guarded: bool,
    /// Whether code can go on using it.
    pub(crate) used: bool,
}

/// The name of a data store in Pulumi's state, for a shell.
fn urn(side: &Snapshot, spot: &Spot, store: &Store) -> String {
    let (_, name) = spot.address.split_once('.').unwrap_or(("", &spot.address));
    let project = match spot.root {
        Root::Bootstrap => format!("{}-bootstrap", side.app),
        Root::Main => side.app.clone(),
    };
    let kind = &store.pulumi;
    format!(
        "'urn:pulumi:{}::{project}::{kind}::{name}'",
        side.environment
    )
}
