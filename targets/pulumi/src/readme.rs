//! How an environment is brought up with Pulumi: the commands that take it from nothing to running, in
//! order.

use std::collections::BTreeSet;

use klo_plan::{Address, Plan, Root, Target, VariableType, shell_word};
use klo_terraform::page::{Page, commands};
use klo_terraform::readme::{asked_for, images, secrets};
use klo_terraform::{code, text};

use crate::project::{folder, name, oldest_pulumi};
use crate::rule::camel;
use crate::table::Mapped;

/// What the bootstrap program puts out, below the environment's folder.
const HANDED: &str = "pulumi/bootstrap.json";

/// The page; every `sh` block can be run as it stands from the environment's folder.
pub(crate) fn readme(plan: &Plan) -> String {
    let deployment = plan.graph.deployment();
    let mut page = Page::new(&format!(
        "# {} in {}: from nothing to running, with Pulumi\n\n\
         Run these in order, from this folder, with credentials for the account{} in the \
         environment. Every step can be repeated: what is already so stays so.\n",
        text(&deployment.app),
        text(&deployment.environment),
        deployment
            .account
            .as_ref()
            .map_or(String::new(), |account| format!(" {}", code(account))),
    ));
    page.text.push_str(&state(plan));
    let roots = [Root::Bootstrap, Root::Main];
    let used: Vec<Root> = roots.into_iter().filter(|root| plan.uses(*root)).collect();
    prepare(plan, &used, &mut page);
    if used.contains(&Root::Bootstrap) {
        values(plan, Root::Bootstrap, &mut page);
        page.step(
            "What has to stand first",
            "Image repositories, empty secrets and keys, and what the other steps need to know of \
             them.",
            &[
                "pulumi -C bootstrap up",
                &format!("pulumi -C bootstrap stack output --json > {HANDED}"),
            ],
        );
    }
    secrets(plan, &mut page, HANDED);
    let digests = "pulumi -C pulumi config set images \"$(jq -c 'map_values(objects | \
                   .\"containerimage.digest\" // empty)' containers/images.json)\"";
    images(plan, &mut page, HANDED, digests);
    if used.contains(&Root::Main) {
        values(plan, Root::Main, &mut page);
        commands(&mut page, &translated(plan, &plan.before_services));
        let adopted = match plan.imports.iter().any(|one| one.root == Root::Main) {
            true => {
                " What is adopted comes into the state first, and is then changed where it is not what klo writes: \
                 look for that above all."
            }
            false => "",
        };
        let about = format!(
            "Shows what changes and asks before it changes it; {} shows every argument, and changes \
             nothing.{adopted}",
            code("pulumi -C pulumi preview --diff")
        );
        page.step("The infrastructure", &about, &["pulumi -C pulumi up"]);
    }
    if let Some(kube) = &plan.kubernetes {
        commands(
            &mut page,
            &translated(plan, &kube.steps(&deployment.region)),
        );
    }
    commands(&mut page, &translated(plan, &plan.after_apply));
    page.finish()
}

/// What runs the programs, where their state is, and what opens what is secret in it.
fn state(plan: &Plan) -> String {
    let deployment = plan.graph.deployment();
    let needs = format!(
        "\nIt takes Pulumi {} or later, with Node.js and npm.",
        oldest_pulumi()
    );
    match &deployment.state_bucket {
        Some(bucket) => {
            let kms = format!(
                "--secrets-provider 'awskms://alias/NAME?region={}'",
                deployment.region
            );
            format!(
                "{needs} Its state is kept in the bucket {}, which has to exist. What is secret in the state is \
                 encrypted with a passphrase, which Pulumi asks for when it makes the stacks and at every command \
                 after that; {}, or a file that {} names, can hold it. Nothing opens the state without it. A key of \
                 KMS cannot be forgotten: to use one instead, put {} behind the commands that make the stacks.\n",
                code(bucket),
                code("PULUMI_CONFIG_PASSPHRASE"),
                code("PULUMI_CONFIG_PASSPHRASE_FILE"),
                code(&kms),
            )
        }
        None => format!(
            "{needs} Its state is kept where {} says: at Pulumi Cloud, with {} on this machine, or at an address \
             behind it. Anywhere but at Pulumi Cloud it asks for a passphrase, which what is secret in the state is \
             encrypted with; {} can hold it.\n",
            code("pulumi login"),
            code("--local"),
            code("PULUMI_CONFIG_PASSPHRASE"),
        ),
    }
}

fn prepare(plan: &Plan, roots: &[Root], page: &mut Page) {
    let stack = shell_word(&plan.graph.deployment().environment);
    let lines: Vec<String> = roots
        .iter()
        .flat_map(|root| {
            let folder = folder(*root);
            [
                format!("pulumi -C {folder} login"),
                format!("pulumi -C {folder} install"),
                format!("pulumi -C {folder} stack select --create {stack}"),
            ]
        })
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let about = format!(
        "Connects to the state, fetches what the programs are written with, and makes their stacks. Commit what \
         Pulumi and npm write beside the programs: {}, which holds a stack's settings and what the passphrase is \
         salted with, and {}; not {}.",
        code(&format!(
            "Pulumi.{}.yaml",
            plan.graph.deployment().environment
        )),
        code("package-lock.json"),
        code("node_modules"),
    );
    page.step("The programs, made ready", &about, &lines);
}

/// What a person has to say; none of it is secret.
fn values(plan: &Plan, root: Root, page: &mut Page) {
    let asked = asked_for(plan, root);
    if asked.is_empty() {
        return;
    }
    let mut about =
        "Only people know these. Put each value into the variable named; they are kept in \
                     the stack's configuration, and none is secret.\n"
            .to_owned();
    let mut lines = Vec::new();
    for variable in asked {
        let held = format!("VALUE_{}", variable.name.to_uppercase());
        let form = match variable.ty {
            VariableType::StringMap => " As a JSON object of texts.",
            VariableType::Number => " A number.",
            VariableType::String => "",
        };
        about.push_str(&format!(
            "\n- {}: {}{form}",
            code(&held),
            text(&variable.description)
        ));
        lines.push(format!(
            "pulumi -C {} config set {} -- \"${{{held}:?set it to what is said above}}\"",
            folder(root),
            camel(&variable.name)
        ));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    page.step("Values of settings", &about, &lines);
}

/// How commands of lowerings read an output of the main root.
const OUTPUT: &str = "terraform -chdir=terraform output -raw ";
/// How they make a part of it.
const APPLY: &str = "terraform -chdir=terraform apply ";

/// Commands that ask Terraform, as commands that ask Pulumi.
fn translated(plan: &Plan, commands: &[(String, String)]) -> Vec<(String, String)> {
    let line = |line: &str| match line.strip_prefix(APPLY) {
        Some(targets) => apply(plan, targets),
        None => outputs(line),
    };
    commands
        .iter()
        .map(|(what, lines)| {
            let lines: Vec<String> = lines.split('\n').map(line).collect();
            (what.clone(), lines.join("\n"))
        })
        .collect()
}

fn outputs(line: &str) -> String {
    let mut parts = line.split(OUTPUT);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = part.find(|c| !word(c)).unwrap_or(part.len());
        let (name, rest) = part.split_at(end);
        out.push_str(&format!(
            "pulumi -C pulumi stack output {}{rest}",
            camel(name)
        ));
    }
    out
}

/// Pulumi makes the resources that are named and no other, so everything is named that they need.
fn apply(plan: &Plan, targets: &str) -> String {
    let named: BTreeSet<&str> = targets
        .split(' ')
        .filter_map(|target| target.strip_prefix("-target="))
        .collect();
    let mut wanted: Vec<&Address> = plan
        .in_root(Root::Main)
        .map(|resource| &resource.address)
        .filter(|address| named.contains(address.to_string().as_str()))
        .collect();
    let mut needed: BTreeSet<&Address> = BTreeSet::new();
    while let Some(address) = wanted.pop() {
        if !needed.insert(address) {
            continue;
        }
        wanted.extend(needs(plan, address));
    }
    let stack = &plan.graph.deployment().environment;
    let project = name(plan, Root::Main);
    let mut lines = vec!["pulumi -C pulumi up".to_owned()];
    let urn = |kind: &str, name: &str| {
        shell_word(&format!("urn:pulumi:{stack}::{project}::{kind}::{name}"))
    };
    lines.push(format!(
        "--target {}",
        urn("pulumi:providers:aws", "provider")
    ));
    for address in needed {
        if let Some(kind) = token(address) {
            lines.push(format!("--target {}", urn(&kind, &address.name)));
        }
    }
    lines.join(" \\\n  ")
}

/// What a resource names, through local values too.
fn needs<'p>(plan: &'p Plan, address: &Address) -> Vec<&'p Address> {
    let Some(resource) = plan.get(Root::Main, address) else {
        return Vec::new();
    };
    let mut found: BTreeSet<Address> = resource.depends_on.iter().cloned().collect();
    let mut locals: Vec<String> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut note = |value: &klo_plan::Value, locals: &mut Vec<String>| {
        value.for_each_ref(&mut |reference| match &reference.target {
            Target::Resource(address) => _ = found.insert(address.clone()),
            Target::Local(name) => locals.push(name.clone()),
            Target::Variable(_) | Target::Module(_) => {}
        });
    };
    for value in resource.body.0.values() {
        note(value, &mut locals);
    }
    while let Some(name) = locals.pop() {
        if seen.insert(name.clone()) {
            let own = plan.locals.iter().filter(|local| local.name == name);
            for local in own {
                note(&local.value, &mut locals);
            }
        }
    }
    plan.in_root(Root::Main)
        .map(|resource| &resource.address)
        .filter(|address| found.contains(*address))
        .collect()
}

/// The type of what stands for an address in a Pulumi program; data sources are no resources.
fn token(address: &Address) -> Option<String> {
    if crate::reference::is_password(address) {
        return Some("random:index/randomPassword:RandomPassword".to_owned());
    }
    if address.class != klo_plan::Class::Managed {
        return None;
    }
    let (module, class) = Mapped::find(address.class, address.kind)?.module_and_name();
    let file = crate::program::first_lower(class);
    Some(format!("aws:{module}/{file}:{class}"))
}
