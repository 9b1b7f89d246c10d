use klo_plan::{Address, Function, Root, Value, Variable, VariableType, Why};

use super::{names, plan};
use crate::expression::{expression, reference_text};

#[test]
fn one_of_everything() {
    let files = crate::files(&plan());
    assert!(names(&files).contains("terraform/database-orders.tf"));
    let all: String = files
        .iter()
        .map(|(name, content)| format!("──── {name}\n{content}"))
        .collect();
    insta::assert_snapshot!(all);
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    assert_eq!(crate::files(&plan()), crate::files(&plan()));
}

#[test]
fn markdown_is_inert() {
    use crate::{code, text};
    assert_eq!(text("a|b <c> *d*"), "a\\|b &lt;c&gt; \\*d\\*");
    assert_eq!(code("a`b|c\n"), "`` a`b\\|c  ``");
}

/// Rules name references, calls and what stands in a template as they are printed.
#[test]
fn rules_see_what_is_printed() {
    let seen = |value: &Value| value.view().as_str().map(str::to_owned);
    for resource in plan().resources.values() {
        for value in resource.body.0.values() {
            value.for_each_ref(&mut |reference| {
                let printed = format!("${{{}}}", reference_text(reference));
                assert_eq!(seen(&Value::Ref(reference.clone())), Some(printed));
            });
        }
    }
    let bucket = || Address::managed("aws_s3_bucket", "receipts").attr("arn");
    let odd = bucket().index(0).key("a \"b\"").attribute("c d");
    let call = Value::call(
        Function::Replace,
        [
            Value::concat([bucket(), "/${x}".into()]),
            Value::list([Value::json(Value::map([("a b", odd.clone())]))]),
        ],
    );
    let short = Value::call(Function::ToString, [odd.clone()]);
    for code in [bucket(), odd, short, Value::concat([bucket()])] {
        let printed = format!("${{{}}}", expression(&code, 0));
        assert_eq!(seen(&code), Some(printed));
    }
    // Alone a long call stands on several lines; in a template it is on one, as rules see it.
    let template = Value::concat(["s3://".into(), bucket(), Value::text("/*"), call]);
    let printed = expression(&template, 0);
    let inner = printed
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    assert_eq!(seen(&template).as_deref(), inner);
}

/// The step of the README that asks people for values.
fn asked_for(variables: &[(&str, Root, VariableType, Option<Value>)]) -> String {
    let mut plan = plan();
    plan.variables.clear();
    for (name, root, ty, default) in variables {
        plan.variables.push(Variable {
            name: (*name).to_owned(),
            root: *root,
            ty: *ty,
            description: format!("What `{name}` is."),
            default: default.clone(),
            why: Why::default(),
        });
    }
    let files = crate::files(&plan);
    let readme = files.iter().find(|(name, _)| name == "README.md");
    let steps = readme.map_or("", |(_, text)| text).split("\n## ");
    steps
        .filter(|step| step.contains("Values of settings"))
        .collect()
}

#[test]
fn people_are_asked_for_every_variable_that_nothing_else_fills() {
    let step = asked_for(&[
        ("page_size", Root::Main, VariableType::Number, None),
        ("labels", Root::Main, VariableType::StringMap, None),
        ("orders_username", Root::Main, VariableType::String, None),
        (
            "with_default",
            Root::Main,
            VariableType::Number,
            Some(Value::Int(1)),
        ),
        // The bootstrap root's output hands it over.
        ("repositories", Root::Main, VariableType::StringMap, None),
    ]);
    insta::assert_snapshot!(step);
}

#[test]
fn each_root_is_told_before_it_is_applied() {
    let step = asked_for(&[("owner", Root::Bootstrap, VariableType::String, None)]);
    assert!(step.starts_with("1. Values of settings"), "{step}");
    assert!(
        step.contains("> bootstrap/values.auto.tfvars.json"),
        "{step}"
    );
}

#[test]
fn nobody_is_asked_for_what_is_handed_over() {
    assert_eq!(asked_for(&[]), "");
    let handed = [("repositories", Root::Main, VariableType::StringMap, None)];
    assert_eq!(asked_for(&handed), "");
}

#[test]
fn findings_stand_in_the_review_with_their_dates() {
    let mut plan = plan();
    let page = |plan: &klo_plan::Plan| crate::review::review(plan, &[], "").page(None);
    assert!(!page(&plan).contains("What rules found"));
    assert!(page(&plan).contains("Rules found nothing."));
    plan.findings.push(klo_plan::Finding {
        rule: "ACME-DB-001".to_owned(),
        name: "short-backup-retention".to_owned(),
        pack: "acme/platform".to_owned(),
        level: "warn, deny from 2027-01-01".to_owned(),
        subject: "database.orders".to_owned(),
        message: "`backup_days` of `database.orders` is 30, at least 90 is required".to_owned(),
        why: "Auditors.".to_owned(),
        waiver: Some(klo_plan::FindingWaiver {
            reason: "Moves | in <March>.".to_owned(),
            approver: "dba-team".to_owned(),
            until: "2026-12-31".to_owned(),
        }),
    });
    let page = page(&plan);
    let begin = page.find("## What rules found").expect("the section");
    let section = &page[begin..page.find("## Who uses").expect("the next")];
    insta::assert_snapshot!(section);
}

/// Where two tools are written for, a reader is told to choose before the first command.
#[test]
fn two_tools_are_told_apart() {
    let other = crate::OtherTool {
        readme: "# with the other\n".to_owned(),
        review: "\n## What the other keeps\n".to_owned(),
    };
    let pages = crate::all_pages(&plan(), &[], Some(&other));
    let page = |name: &str| {
        &pages
            .files
            .iter()
            .find(|(path, _)| path == name)
            .expect(name)
            .1
    };
    let readme = page("README.md");
    assert!(readme.starts_with("This environment is written for Terraform and for Pulumi."));
    assert!(readme.ends_with("# with the other\n"));
    let review = pages.review.page(None);
    assert!(review.ends_with("## What the other keeps\n"), "{review}");
    let alone = crate::all_pages(&plan(), &[], None);
    assert!(
        alone.files[0].1.starts_with("# "),
        "one tool needs no choice"
    );
}
