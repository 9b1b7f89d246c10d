//! `klo compile --base REV`: what changed, on the page for the reviewer.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::diff::{commit, edit, git, queue};
use crate::{Run, copy, klo};

fn page(folder: &Path, environment: &str) -> String {
    let path = folder.join("infra").join(environment).join("REVIEW.md");
    fs::read_to_string(path).expect("the page")
}

fn compile(folder: &Path, arguments: &[&str]) -> Run {
    klo(folder, &[&["compile"], arguments].concat())
}

/// What stands between a heading and the next one.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let start = page.find(heading).expect("the section");
    let rest = &page[start + heading.len()..];
    &page[start..start + heading.len() + rest.find("\n## ").unwrap_or(rest.len())]
}

fn shop() -> (TempDir, PathBuf) {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path().join("shop");
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    copy(&examples.join("shop"), &folder);
    git(&folder, &["init", "--quiet"]);
    commit(&folder);
    (scratch, folder)
}

#[test]
fn the_page_begins_with_what_changed_and_data_at_risk_first() {
    let (_scratch, folder) = shop();
    assert_eq!(compile(&folder, &[]).code, 0);
    let before = [page(&folder, "dev"), page(&folder, "prod")];
    assert!(before.iter().all(|page| !page.contains("What changed")));
    edit(&folder, "klo.yaml", "backup_days: 35", "backup_days: 7");
    let run = compile(&folder, &["--base", "HEAD"]);
    assert_eq!(run.code, 0, "{}", run.text());
    let prod = page(&folder, "prod");
    let changed = section(&prod, "## What changed since `HEAD`\n");
    insta::assert_snapshot!(changed);
    assert!(prod.find("## What changed") < prod.find("## Who uses what"));
    let dev = page(&folder, "dev");
    assert_eq!(
        section(&dev, "## What changed since `HEAD`\n").trim(),
        "## What changed since `HEAD`\n\nNothing."
    );
    // The section is all that a base adds.
    let without =
        |page: &str, changed: &str| page.replace(&format!("{}\n", changed.trim_end()), "");
    let plain = without(&dev, section(&dev, "## What changed since `HEAD`\n"));
    assert_eq!(plain.replace("\n\n\n", "\n\n"), before[0]);
    // It says what `klo diff` says.
    let told = klo(&folder, &["diff", "--base", "HEAD", "--format", "markdown"]);
    let risk = "> - **shortened** `database.orders`";
    assert!(
        changed.contains(risk) && told.out.contains(risk),
        "{}",
        told.out
    );
    for line in changed.lines().skip(1) {
        assert!(told.out.contains(line), "{line}\n{}", told.out);
    }
}

#[test]
fn checking_takes_the_base_likewise() {
    let (_scratch, folder) = queue();
    assert_eq!(compile(&folder, &["--base", "HEAD"]).code, 0);
    let check = |arguments: &[&str]| compile(&folder, &[&["--check"], arguments].concat());
    assert_eq!(check(&["--base", "HEAD"]).code, 0);
    let run = check(&[]);
    assert_eq!(run.code, 1, "{}", run.text());
    assert!(
        run.out.contains("-## What changed since `HEAD`"),
        "{}",
        run.text()
    );
    // The same commit under another name is another page, and the same name the same page.
    assert_eq!(check(&["--base", "main"]).code, 1);
    assert_eq!(compile(&folder, &[]).code, 0);
    assert!(!page(&folder, "dev").contains("What changed"));
    assert_eq!(check(&[]).code, 0);
}

#[test]
fn a_new_environment_and_a_new_app_are_new() {
    let (_scratch, folder) = queue();
    edit(
        &folder,
        "klo.yaml",
        "  dev:",
        "  stage: { region: eu-west-1 }\n  dev:",
    );
    assert_eq!(compile(&folder, &["--base", "HEAD"]).code, 0);
    let stage = page(&folder, "stage");
    assert!(
        section(&stage, "## What changed since `HEAD`\n").contains("\nNew. **"),
        "{stage}"
    );
    edit(&folder, "klo.yaml", "app: shop", "app: store");
    fs::remove_dir_all(folder.join("infra")).expect("removed");
    let run = compile(&folder, &["--base", "HEAD"]);
    assert_eq!(run.code, 0, "{}", run.text());
}

/// What the base was written for is no change: the target that the command line names holds for both.
#[test]
fn another_target_is_no_change() {
    let (_scratch, folder) = queue();
    let run = compile(&folder, &["--base", "HEAD", "--emit", "pulumi"]);
    assert_eq!(run.code, 0, "{}", run.text());
    let page = page(&folder, "dev");
    let changed = section(&page, "## What changed since `HEAD`\n");
    assert_eq!(changed.trim(), "## What changed since `HEAD`\n\nNothing.");
}

#[test]
fn what_is_found_is_told_once() {
    let (_scratch, folder) = shop();
    edit(&folder, "klo.yaml", "backup_days: 35", "backup_days: 7");
    let plain = compile(&folder, &["--format", "json"]);
    let compared = compile(&folder, &["--format", "json", "--base", "HEAD"]);
    assert_eq!(plain.err, compared.err);
}

#[test]
fn a_base_that_cannot_be_compared_with_is_told_as_diff_tells_it() {
    let (_scratch, folder) = queue();
    for base in ["nowhere", "HEAD..HEAD", "--output=x"] {
        let base = format!("--base={base}");
        let run = compile(&folder, &[&base]);
        let told = klo(&folder, &["diff", &base]);
        assert_eq!((run.code, &run.err), (2, &told.err), "{}", run.text());
        assert!(!folder.join("infra").exists());
    }
    edit(&folder, "app.py", "name = \"mails\"", "nmae = \"mails\"");
    commit(&folder);
    edit(&folder, "app.py", "nmae = \"mails\"", "name = \"mails\"");
    let run = compile(&folder, &["--base", "HEAD"]);
    assert_eq!(run.code, 1, "{}", run.text());
    assert!(
        run.err.contains("HEAD cannot be compiled: app.py:5:"),
        "{}",
        run.text()
    );
    assert!(
        run.err.contains("nothing was written for shop"),
        "{}",
        run.text()
    );
    assert!(!folder.join("infra").exists());
    fs::remove_dir_all(folder.join(".git")).expect("removed");
    fs::create_dir(folder.join(".git")).expect("a folder");
    assert_eq!(compile(&folder, &["--base", "HEAD"]).code, 2);
}
