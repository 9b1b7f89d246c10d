use super::*;

fn ty(path: &str) -> String {
    let mut steps = path.split('.');
    let found = ResourceType::find(steps.next().unwrap());
    let mut ty = found.map(|found| FieldType::Object(found.fields));
    for step in steps {
        ty = ty.and_then(|ty| ty.step(step));
    }
    ty.map_or_else(|| "none".to_owned(), |ty| ty.to_string())
}

#[test]
fn facts() {
    for (path, expected) in [
        ("aws_db_instance.storage_encrypted", "bool"),
        ("aws_db_instance.allocated_storage", "number"),
        ("aws_db_instance.engine", "string"),
        ("aws_db_instance.tags", "map(string)"),
        ("aws_db_instance.vpc_security_group_ids", "set(string)"),
        ("aws_db_instance.storage_encryptd", "none"),
        ("aws_db_instance.tags.owner", "string"),
        ("aws_db_instance.engine.name", "none"),
        ("aws_instance.metadata_options", "block"),
        ("aws_instance.metadata_options.http_tokens", "string"),
        ("aws_instance.timeouts.create", "string"),
        ("aws_security_group.ingress", "set(object)"),
        ("aws_security_group.ingress.cidr_blocks", "list(string)"),
        // Statements nest in each other; the provider ends it on the third.
        (
            "aws_wafv2_web_acl.rule.statement.and_statement.statement.not_statement.statement\
             .geo_match_statement.country_codes",
            "list(string)",
        ),
        // The first type, the last one, and neighbours that are none.
        ("aws_accessanalyzer_analyzer.type", "string"),
        ("aws_xray_sampling_rule.priority", "number"),
        ("aws_db_instanc.engine", "none"),
        ("aws_db_instance_.engine", "none"),
        ("aws_.engine", "none"),
        ("data.engine", "none"),
    ] {
        assert_eq!(ty(path), expected, "{path}");
    }
}

#[test]
fn flags_and_counts() {
    let bucket = ResourceType::find("aws_s3_bucket").unwrap();
    let acl = bucket.field("acl").unwrap();
    assert!(acl.optional && acl.computed && acl.retired && !acl.required);
    let arn = bucket.field("arn").unwrap();
    assert!(arn.read_only() && arn.computed);
    let database = ResourceType::find("aws_db_instance").unwrap();
    assert!(database.field("instance_class").unwrap().required);
    assert!(database.field("password_wo").unwrap().write_only);

    let block = |kind: &str, name: &str| match ResourceType::find(kind).unwrap().field(name) {
        Some(Field {
            ty: FieldType::Block(block),
            required,
            ..
        }) => (block.nesting, block.least, block.most, required),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        block("aws_instance", "metadata_options"),
        (Nesting::List, 0, 1, false)
    );
    assert_eq!(block("aws_backup_plan", "rule"), (Nesting::Set, 1, 0, true));
    assert_eq!(
        block("aws_instance", "timeouts"),
        (Nesting::Single, 0, 0, false)
    );
}

#[test]
fn classes_are_told_apart() {
    let of = |class| ResourceType::of(class, "aws_caller_identity").map(|found| found.name);
    assert_eq!(of(Class::Data), Some("aws_caller_identity"));
    assert_eq!(of(Class::Managed), None);
    assert_eq!(of(Class::Ephemeral), None);
    assert!(ResourceType::of(Class::Ephemeral, "aws_secretsmanager_secret_version").is_some());
    for name in [
        "",
        "!",
        "#",
        "Types",
        "data.aws_vpc",
        "aws_vpc\n",
        "aws_vpc cidr",
    ] {
        assert_eq!(ResourceType::find(name), None, "{name:?}");
    }
}

/// Every word is found, and everything in every line is read to its end.
#[test]
fn the_schema_is_whole() {
    let lines = || SCHEMA.lines().filter(|line| !line.starts_with('!'));
    let words: Vec<&str> = lines().map(|l| l.split_once(' ').unwrap().0).collect();
    assert!(words.is_sorted_by(|a, b| a < b), "sorted, each once");
    for (word, text) in words.iter().zip(lines()) {
        let (found, body) = line(word).unwrap();
        assert_eq!(format!("{found} {body}"), text);
        walk(Fields(body), word);
    }
    let managed: Vec<&str> = type_names().collect();
    assert_eq!(managed.len(), 1526);
    assert!(
        managed
            .iter()
            .all(|name| ResourceType::find(name).is_some())
    );
}

/// Bodies on lines of their own are walked there.
fn walk(fields: Fields, at: &str) {
    assert!(fields.names().is_sorted_by(|a, b| a < b), "{at}");
    for (name, rest) in fields.items() {
        let at = format!("{at}.{name}");
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(!name.is_empty() && name.chars().all(plain), "{at}");
        let field = Field::read(name, rest);
        assert!(known(&field.ty), "{at} {rest}");
        let Some(inner) = below(&field.ty) else {
            assert!(!rest.contains(['{', '#']), "{at} {rest}");
            continue;
        };
        if let Some((_, hash)) = rest.split_once('#').filter(|_| !rest.contains('{')) {
            let hash = hash.trim_end_matches(')');
            assert!(line(&format!("#{hash}")).is_some(), "{at} {rest}");
        } else {
            walk(inner, &at);
        }
    }
}

/// What stands below a field, past the keys of maps too.
fn below(ty: &FieldType) -> Option<Fields> {
    match ty {
        FieldType::List(item) | FieldType::Set(item) | FieldType::Map(item) => below(item),
        other => other.fields(),
    }
}

fn known(ty: &FieldType) -> bool {
    match ty {
        FieldType::List(item) | FieldType::Set(item) | FieldType::Map(item) => known(item),
        other => *other != FieldType::Any,
    }
}
