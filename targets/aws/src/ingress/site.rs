//! Static sites: a private bucket behind CloudFront.

use klo_intent::{Decision, Intent, IntentId, Kind};
use klo_plan::{Address, Block, Output, Provider, Resource, Root, Value, symbol};

use super::cloudfront::{
    CACHING_OPTIMIZED, add_headers_policy, add_log, alias_of, distribution, with_restrictions,
};
use super::{check, domain};
use crate::context::{Lowering, group_of, part_address, why};
use crate::policy;

const ORIGIN: &str = "bucket";

/// Adds every site.
pub(crate) fn lower(lowering: &mut Lowering<'_>) {
    let sites: Vec<IntentId> = lowering
        .graph
        .of_kind(Kind::Site)
        .map(|(id, _)| id)
        .collect();
    for id in sites {
        let site = lowering.intent(id);
        if let (Some(name), None) = (site.text("domain"), site.text("zone")) {
            let error = check::missing_zone(site.span_of("domain"), name).subject(site.id());
            lowering.report(error);
            continue;
        }
        lower_site(lowering, site);
    }
}

fn bucket(site: &Intent) -> Address {
    part_address("aws_s3_bucket", site, "")
}

fn cdn(site: &Intent) -> Address {
    part_address("aws_cloudfront_distribution", site, "")
}

fn lower_site(lowering: &mut Lowering<'_>, site: &Intent) {
    add_bucket(lowering, site);
    let name = site.text("domain");
    if let (Some(name), Some(zone)) = (name, site.text("zone")) {
        domain::certificate(lowering, site, "domain", name, zone, Provider::Global);
    }
    add_distribution(lowering, site, name);
    if let (Some(name), Some(zone)) = (name, site.text("zone")) {
        let target = alias_of(&cdn(site));
        domain::alias(lowering, site, "domain", name, zone.into(), &target);
    }
    add_upload(lowering, site);
    lowering.decide(Decision {
        code: "site",
        subject: site.id(),
        chosen: "private bucket behind CloudFront".to_owned(),
        because:
            "CloudFront signs its requests to the bucket, so nobody else can read it; it ends \
                  TLS and costs per request"
                .to_owned(),
        instead_of: vec!["a website bucket: public, and without TLS".to_owned()],
        standing_cost: false,
    });
}

fn add_bucket(lowering: &mut Lowering<'_>, site: &Intent) {
    let own = bucket(site);
    let part = match &lowering.deployment().account {
        Some(account) => format!("site-{account}"),
        None => "site".to_owned(),
    };
    let add = |lowering: &mut Lowering<'_>, kind, purpose: &str, body: Block| {
        let resource = Resource::new(
            part_address(kind, site, ""),
            group_of(site),
            why(site, purpose),
            body,
        );
        lowering.add(resource)
    };
    let body = Block::new()
        .with("bucket", lowering.physical(&site.name, &part, 63))
        .with("force_destroy", !lowering.is_prod())
        .with_some("tags", lowering.tags(site));
    add(lowering, "aws_s3_bucket", "holds its files", body);
    let in_bucket = || Block::new().with("bucket", own.attr("id"));
    let closed = in_bucket()
        .with("block_public_acls", true)
        .with("block_public_policy", true)
        .with("ignore_public_acls", true)
        .with("restrict_public_buckets", true);
    add(
        lowering,
        "aws_s3_bucket_public_access_block",
        "nobody reads it directly",
        closed,
    );
    let owner = Block::new().with("object_ownership", "BucketOwnerEnforced");
    add(
        lowering,
        "aws_s3_bucket_ownership_controls",
        "no access lists",
        in_bucket().block("rule", owner),
    );
    let encryption = Block::new().block(
        "apply_server_side_encryption_by_default",
        Block::new().with("sse_algorithm", "AES256"),
    );
    add(
        lowering,
        "aws_s3_bucket_server_side_encryption_configuration",
        "encrypted at rest",
        in_bucket().block("rule", encryption),
    );
    let versions = Block::new().with("status", "Enabled");
    add(
        lowering,
        "aws_s3_bucket_versioning",
        "an upload can be taken back",
        in_bucket().block("versioning_configuration", versions),
    );
    let old = Block::new()
        .with("id", "old-versions")
        .with("status", "Enabled")
        .block("filter", Block::new())
        .block(
            "noncurrent_version_expiration",
            Block::new().with("noncurrent_days", 30),
        )
        .block(
            "abort_incomplete_multipart_upload",
            Block::new().with("days_after_initiation", 7),
        );
    let versioning = part_address("aws_s3_bucket_versioning", site, "");
    let lifecycle = Resource::new(
        part_address("aws_s3_bucket_lifecycle_configuration", site, ""),
        group_of(site),
        why(site, "old versions go away"),
        in_bucket().block("rule", old),
    );
    lowering.add(lifecycle.after(versioning));
    let everything = Value::concat([own.attr("arn"), "/*".into()]);
    let read = policy::allow_service(
        "CloudFront",
        "cloudfront.amazonaws.com",
        &["s3:GetObject"],
        everything.clone(),
        cdn(site).attr("arn"),
    );
    // Without leave to list, a missing file would look like a forbidden one.
    let list = policy::allow_service(
        "CloudFrontList",
        "cloudfront.amazonaws.com",
        &["s3:ListBucket"],
        own.attr("arn"),
        cdn(site).attr("arn"),
    );
    let tls = policy::tls_only("s3:*", vec![own.attr("arn"), everything]);
    add(
        lowering,
        "aws_s3_bucket_policy",
        "only its distribution reads it",
        in_bucket().with("policy", policy::document(vec![tls, read, list])),
    );
}

fn add_distribution(lowering: &mut Lowering<'_>, site: &Intent, domain: Option<&str>) {
    let control = lowering.add(Resource::new(
        part_address("aws_cloudfront_origin_access_control", site, ""),
        group_of(site),
        why(site, "CloudFront signs its requests to the bucket"),
        Block::new()
            .with("name", lowering.physical(&site.name, "", 64))
            .with("origin_access_control_origin_type", "s3")
            .with("signing_behavior", "always")
            .with("signing_protocol", "sigv4"),
    ));
    let headers = add_headers_policy(lowering, site, None);
    let origin = Block::new()
        .with(
            "domain_name",
            bucket(site).attr("bucket_regional_domain_name"),
        )
        .with("origin_id", ORIGIN)
        .with("origin_access_control_id", control.attr("id"));
    let behavior = Block::new()
        .with("target_origin_id", ORIGIN)
        .with("viewer_protocol_policy", "redirect-to-https")
        .with("allowed_methods", Value::list(["GET", "HEAD", "OPTIONS"]))
        .with("cached_methods", Value::list(["GET", "HEAD"]))
        .with("compress", true)
        .with("cache_policy_id", CACHING_OPTIMIZED)
        .with("response_headers_policy_id", headers.attr("id"));
    let mut body = distribution(site, domain)
        .with("default_root_object", "index.html")
        .with_some("tags", lowering.tags(site))
        .block("origin", origin)
        .block("default_cache_behavior", behavior);
    if site.flag("spa") {
        // The application routes by itself, so an unknown path is its page.
        let page = Block::new()
            .with("error_code", 404)
            .with("response_code", 200)
            .with("response_page_path", "/index.html");
        body = body.block("custom_error_response", page);
    }
    let own = lowering.add(Resource::new(
        cdn(site),
        group_of(site),
        why(site, "serves its files"),
        with_restrictions(body, site, domain.is_some()),
    ));
    add_log(lowering, site, &own);
}

/// How its files get there: a command that reads bucket and distribution from the outputs.
fn add_upload(lowering: &mut Lowering<'_>, site: &Intent) {
    let base = format!("{}_{}", site.kind, symbol(&site.name));
    let id = site.id();
    for (suffix, what, value) in [
        ("bucket", "the bucket of its files", bucket(site).attr("id")),
        (
            "distribution",
            "the distribution before it",
            cdn(site).attr("id"),
        ),
    ] {
        lowering.plan.outputs.push(Output {
            name: format!("{base}_{suffix}"),
            root: Root::Main,
            description: format!("{id}: {what}"),
            value,
            why: why(site, "its upload command reads it"),
        });
    }
    let deployment = lowering.deployment();
    let app = from_environment(&deployment.out, &deployment.environment, &deployment.root);
    let upload = upload_command(site, &app, &base);
    let (does, command) = match site.text("build") {
        Some(build) => (
            format!("Build {id} and upload it"),
            format!(
                "(cd {} && sh -c {}) && {upload}",
                shell_word(&app),
                shell_word(build)
            ),
        ),
        None => (format!("Upload {id}"), upload),
    };
    lowering.plan.after_apply.push((does, command));
}

/// The app's folder as seen from the environment's output folder, where commands run.
fn from_environment(out: &str, environment: &str, root: &str) -> String {
    let folder = format!("{out}/{environment}");
    let mut from: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let mut to: Vec<&str> = root.split('/').filter(|part| !part.is_empty()).collect();
    while !to.is_empty() && from.first() == to.first() {
        from.remove(0);
        to.remove(0);
    }
    let mut path: Vec<&str> = vec![".."; from.len()];
    path.extend(to);
    path.join("/")
}

fn upload_command(site: &Intent, app: &str, base: &str) -> String {
    let output = |name: &str| format!("$(terraform -chdir=terraform output -raw {base}_{name})");
    let dir = match site.text("dir") {
        Some(dir) => format!("{app}/{}", dir.trim_start_matches("./")),
        None => app.to_owned(),
    };
    format!(
        "aws s3 sync --delete {} \"s3://{}\" && aws cloudfront create-invalidation \
         --distribution-id \"{}\" --paths '/*'",
        shell_word(&dir),
        output("bucket"),
        output("distribution"),
    )
}

/// A word that no shell interprets.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@:+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_find_the_app_from_the_output_folder() {
        assert_eq!(from_environment("infra", "dev", ""), "../..");
        assert_eq!(
            from_environment("apps/shop/infra", "dev", "apps/shop"),
            "../.."
        );
        assert_eq!(
            from_environment("out", "dev", "apps/shop"),
            "../../apps/shop"
        );
    }

    #[test]
    fn nothing_breaks_out_of_a_word() {
        assert_eq!(shell_word("web/dist"), "web/dist");
        assert_eq!(shell_word("a; '$HOME'"), r"'a; '\''$HOME'\'''");
    }
}
