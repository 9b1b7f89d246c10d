use super::*;

#[test]
fn paths_are_names_and_indices() {
    use OutputStep::{Index, Name};
    assert_eq!(output_path("id"), Some(vec![Name("id")]));
    assert_eq!(
        output_path("bucket.arns[0].this-one"),
        Some(vec![
            Name("bucket"),
            Name("arns"),
            Index(0),
            Name("this-one")
        ])
    );
    for wrong in [
        "",
        ".",
        "a.",
        "1a",
        "a b",
        "a[",
        "a[x]",
        "a[+1]",
        "a[0]b",
        "${a}",
        "a[99999999999]",
    ] {
        assert_eq!(output_path(wrong), None, "{wrong}");
    }
}

#[test]
fn inputs_are_names_that_a_block_leaves_free() {
    assert!(is_input_name("bucket_name") && is_input_name("_x-1"));
    for wrong in ["source", "depends_on", "", "1a", "a b", "é"] {
        assert!(!is_input_name(wrong), "{wrong}");
    }
}

#[test]
fn words_are_what_klo_knows_and_attributes() {
    let of = ModuleInput::of_word;
    let tags = Some(ModuleInput::Context(ModuleContext::Tags));
    assert_eq!(of(Kind::Bucket, "tags"), tags);
    let versioning = Some(ModuleInput::Attribute("versioning"));
    assert_eq!(of(Kind::Bucket, "versioning"), versioning);
    assert_eq!(of(Kind::Bucket, "security_group"), None);
    assert_eq!(of(Kind::Bucket, "existing"), None);
    for kind in Kind::ALL {
        let words: Vec<&str> = ModuleInput::words(kind).collect();
        assert!(words.iter().all(|word| of(kind, word).is_some()), "{kind}");
        let mut unique = words.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), words.len(), "{kind}");
    }
}

#[test]
fn modules_stand_for_what_has_outputs() {
    let kinds: Vec<Kind> = Kind::ALL
        .into_iter()
        .filter(|kind| Module::is_for(*kind))
        .collect();
    assert_eq!(
        kinds,
        [
            Kind::Database,
            Kind::Cache,
            Kind::Bucket,
            Kind::Table,
            Kind::Volume,
            Kind::Queue,
            Kind::Topic,
            Kind::Secret
        ]
    );
    for output in ModuleOutput::ALL {
        assert_eq!(ModuleOutput::from_name(output.name()), Some(output));
    }
}
