//! What a reviewer has to know beside what holds for Terraform: what Pulumi's state holds.

use klo_plan::{Class, Plan, Value};
use klo_terraform::{code, text};

use crate::reference::is_password;
use crate::rule::camel;
use crate::table::Mapped;

/// A part of `REVIEW.md`; empty where Pulumi's state holds nothing that Terraform's does not.
pub(crate) fn review(plan: &Plan) -> String {
    let mut lines: Vec<String> = Vec::new();
    for resource in plan.resources.values() {
        let address = &resource.address;
        if is_password(address) {
            let name = format!("random.RandomPassword {}", address.name);
            lines.push(format!("- the password of {}\n", code(&name)));
        }
        if address.class != Class::Managed {
            continue;
        }
        let Some(mapped) = Mapped::find(address.class, address.kind) else {
            continue;
        };
        for (argument, value) in &resource.body.0 {
            if argument.ends_with("_wo") && *value != Value::Null {
                let class = format!("aws.{} {}", mapped.path, address.name);
                lines.push(format!(
                    "- {} of {}, as it was last given\n",
                    code(&camel(argument)),
                    code(&class)
                ));
            }
        }
    }
    if lines.is_empty() {
        return String::new();
    }
    lines.sort();
    let place = match &plan.graph.deployment().state_bucket {
        Some(bucket) => format!(
            "in the bucket {}, encrypted with the stack's passphrase, or the key that was chosen for it",
            code(bucket)
        ),
        None => text("where `pulumi login` says, encrypted by the stack's secrets provider"),
    };
    format!(
        "\n## What Pulumi's state holds\n\nTerraform opens these and keeps none. Pulumi has nothing \
         ephemeral: it keeps them as secrets, {place}. Whoever may read the state and decrypt it can \
         read them.\n\n{}",
        lines.concat()
    )
}
