//! `README.md` of an environment: the commands that take it from nothing to running, in order.

use std::collections::BTreeSet;

use klo_intent::Tool;
use klo_plan::{EmptySecret, Plan, Root, Value, Variable, VariableType, shell_word, symbol};

use crate::page::{Page, commands};
use crate::review::{code, text};

/// The page; every `sh` block can be run as it stands from the environment's folder.
pub(crate) fn readme(plan: &Plan) -> String {
    let deployment = plan.graph.deployment();
    let mut page = Page::new(&format!(
        "# {} in {}: from nothing to running\n\n\
         Run these in order, from this folder, with credentials for the account{} in the \
         environment. Every step can be repeated: what is already so stays so.\n",
        text(&deployment.app),
        text(&deployment.environment),
        deployment
            .account
            .as_ref()
            .map_or(String::new(), |account| format!(" {}", code(account))),
    ));
    if let Some(bucket) = &deployment.state_bucket {
        page.text.push_str(&format!(
            "\nTerraform keeps its state in the bucket {}, which has to exist.\n",
            code(bucket)
        ));
    }
    values(plan, Root::Bootstrap, &mut page);
    let bootstrap = plan.uses(Root::Bootstrap);
    if bootstrap {
        page.step(
            "What has to stand first",
            &format!(
                "Image repositories, empty secrets and keys, and what the other steps need to know \
                 of them.{}",
                modules(plan, Root::Bootstrap)
            ),
            &[
                "terraform -chdir=bootstrap init",
                "terraform -chdir=bootstrap apply",
                "terraform -chdir=bootstrap output -raw tfvars > terraform/bootstrap.auto.tfvars.json",
            ],
        );
    }
    secrets(plan, &mut page, HANDED);
    images(plan, &mut page, HANDED, &digests_for_terraform());
    values(plan, Root::Main, &mut page);
    if plan.uses(Root::Main) {
        page.step(
            "The infrastructure, made ready",
            &format!(
                "Fetches the provider and connects to the state.{}",
                modules(plan, Root::Main)
            ),
            &["terraform -chdir=terraform init"],
        );
        commands(&mut page, &plan.before_services);
        page.step(
            "The infrastructure",
            "Shows what changes and asks before it changes it.",
            &["terraform -chdir=terraform apply"],
        );
    }
    if let Some(kube) = &plan.kubernetes {
        commands(&mut page, &kube.steps(&deployment.region));
    }
    commands(&mut page, &plan.after_apply);
    page.finish()
}

/// What `terraform init` has to reach beside the provider; nothing where no module is called.
fn modules(plan: &Plan, root: Root) -> String {
    let calls = plan.modules.iter().filter(|call| call.root == root);
    let sources: BTreeSet<&str> = calls.map(|call| call.source.as_str()).collect();
    if sources.is_empty() {
        return String::new();
    }
    let sources: Vec<String> = sources.into_iter().map(code).collect();
    format!(
        " The organization's modules are fetched as well, so their sources have to be reached from \
         here, with whatever credentials they ask for: {}.",
        sources.join(", ")
    )
}

/// What the bootstrap root hands over, below the environment's folder.
const HANDED: &str = "terraform/bootstrap.auto.tfvars.json";
/// The name under which the image step hands digests over.
const DIGESTS: &str = "images";

/// What a person has to say: variables without a default that no earlier step fills. None of them
/// is secret, so they are kept in a file, which later runs and other people read.
fn values(plan: &Plan, root: Root, page: &mut Page) {
    let asked = asked_for(plan, root);
    if asked.is_empty() {
        return;
    }
    let mut about = "Terraform asks for what only people know. Put each value into the variable \
                     named. None is secret: they are kept in a file that Terraform reads by itself.\n"
        .to_owned();
    let mut lines = Vec::new();
    let mut entries = Vec::new();
    for variable in asked {
        let name = format!("TF_VAR_{}", variable.name);
        let description = text(&variable.description);
        let (form, read) = match variable.ty {
            VariableType::StringMap => (" As a JSON object of texts.", " | fromjson"),
            VariableType::Number => (" A number.", " | tonumber"),
            VariableType::String => ("", ""),
        };
        about.push_str(&format!("\n- {}: {description}{form}", code(&name)));
        lines.push(format!(
            "export {name}=\"${{{name}:?set it to what is said above}}\""
        ));
        entries.push(format!("\"{}\": (env.{name}{read})", variable.name));
    }
    lines.push(format!(
        "jq -n '{{{}}}' > {}/values.auto.tfvars.json",
        entries.join(", "),
        root.folder(Tool::Terraform)
    ));
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    page.step("Values of settings", &about, &lines);
}

/// The variables of a root that nothing but a person fills, by name.
pub fn asked_for(plan: &Plan, root: Root) -> Vec<&Variable> {
    let mut filled = BTreeSet::new();
    if root == Root::Main {
        let handed = plan
            .outputs
            .iter()
            .filter(|output| output.root == Root::Bootstrap && output.name == "tfvars");
        for output in handed {
            if let Value::Json(inner) = &output.value
                && let Value::Map(entries) = &**inner
            {
                filled.extend(entries.keys().map(String::as_str));
            }
        }
        if !plan.images.is_empty() {
            filled.insert(DIGESTS);
        }
    }
    let mut asked: Vec<&Variable> = plan
        .variables
        .iter()
        .filter(|variable| variable.root == root && variable.default.is_none())
        .filter(|variable| !filled.contains(variable.name.as_str()))
        .collect();
    asked.sort_by(|a, b| a.name.cmp(&b.name));
    asked
}

/// One command per empty secret; the value comes from a variable, so that it is in no file and in
/// no list of processes. `handed` is the file of what was handed over by what stands first.
pub fn secrets(plan: &Plan, page: &mut Page, handed: &str) {
    if plan.empty_secrets.is_empty() {
        return;
    }
    let region = shell_word(&plan.graph.deployment().region);
    let mut lines = Vec::new();
    for secret in &plan.empty_secrets {
        let intent = &secret.intent;
        let name = intent
            .split_once('.')
            .map_or(intent.as_str(), |(_, name)| name);
        // The prefix keeps a secret called `path` from being taken from the shell's own variable.
        let variable = format!("SECRET_{}", symbol(name).to_uppercase());
        lines.push(format!(
            ": \"${{{variable}:?set it to the value of {intent}}}\""
        ));
        lines.push(format!(
            "printf %s \"${variable}\" | aws secretsmanager put-secret-value --region {region} \
             --secret-id {} --secret-string file:///dev/stdin",
            secret_id(plan, secret, handed)
        ));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    page.step(
        "Values of secrets",
        "klo never holds these. Put each value into the variable named, in this shell only; \
         repeat a line to change a value later.",
        &lines,
    );
}

/// The secret's name as a shell word; where Terraform alone knows it, the ARN that the bootstrap root
/// handed over.
fn secret_id(plan: &Plan, secret: &EmptySecret, handed: &str) -> String {
    let name = plan
        .get(Root::Bootstrap, &secret.holder)
        .and_then(|resource| resource.body.get("name"));
    match name {
        Some(Value::Text(name)) => shell_word(name),
        _ => format!(
            "\"$(jq -r '.secrets.\"{}\"' {handed})\"",
            secret.intent.replacen('.', "-", 1)
        ),
    }
}

/// Builds from the repository's root, which is where the bake file's paths begin. The digests are
/// what buildx says it pushed, so what runs is exactly what was built; the command `digests` hands
/// them over.
pub fn images(plan: &Plan, page: &mut Page, handed: &str, digests: &str) {
    if plan.images.is_empty() {
        return;
    }
    let deployment = plan.graph.deployment();
    let here = klo_source::join(&deployment.out, &deployment.environment);
    let up = vec![".."; here.split('/').count()].join("/");
    let file = |name: &str| shell_word(&format!("{here}/containers/{name}"));
    let registry = format!("\"$(jq -r '[.repositories[] | split(\"/\")[0]][0]' {handed})\"");
    let units: Vec<String> = plan.images.iter().map(|image| code(&image.unit)).collect();
    page.step(
        "Images",
        &format!(
            "Builds and pushes one image per unit ({}), and hands their digests over.",
            units.join(", ")
        ),
        &[
            &format!(
                "aws ecr get-login-password --region {} | docker login --username AWS \
                 --password-stdin {registry}",
                shell_word(&deployment.region)
            ),
            &format!("REPOSITORIES=$(jq -c .repositories {handed})"),
            "export REPOSITORIES",
            &format!(
                "(cd {up} && docker buildx bake --file {} --push --metadata-file {})",
                file("docker-bake.hcl"),
                file("images.json")
            ),
            digests,
        ],
    );
}

/// The digests as a file that Terraform reads by itself.
fn digests_for_terraform() -> String {
    format!(
        "jq '{{{DIGESTS}: (map_values(objects | .\"containerimage.digest\" // empty))}}' \
         containers/images.json > terraform/images.auto.tfvars.json"
    )
}
