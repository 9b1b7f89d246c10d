use super::{names, plan};

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
    use crate::review::{code, text};
    assert_eq!(text("a|b <c> *d*"), "a\\|b &lt;c&gt; \\*d\\*");
    assert_eq!(code("a`b|c\n"), "`` a`b\\|c  ``");
}
