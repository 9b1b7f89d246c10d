use super::*;

#[test]
fn misspellings_are_faults_that_say_what_was_meant() {
    for (text, part, help) in [
        ("intnt.encrypted", "intnt", "did you mean `intent`?"),
        ("intent.encryptd", "encryptd", "did you mean `encrypted`?"),
        (
            "intent.backup-days > 1",
            "intent.backup-days",
            "did you mean `backup_days`?",
        ),
        (
            "intents.all(i, i.encripted == true)",
            "encripted",
            "did you mean `encrypted`?",
        ),
        (
            "edges.exists(e, e.form == 'internet')",
            "form",
            "did you mean `from`?",
        ),
        (
            "intents.exists(i, i.gpu.cuont > 1)",
            "cuont",
            "did you mean `count`?",
        ),
        (
            "intents.exists(i, i.gpu.type == 'a10')",
            "'a10'",
            "did you mean `a10g`?",
        ),
        (
            "params['gpu-mx'] > 1",
            "'gpu-mx'",
            "did you mean `gpu-max`?",
        ),
        ("params.leest > 1", "leest", "did you mean `least`?"),
        (
            "intent.engine == 'postgress'",
            "'postgress'",
            "did you mean `postgres`?",
        ),
        (
            "'postgress' != intent.engine",
            "'postgress'",
            "did you mean `postgres`?",
        ),
        (
            "intent.engine in ['postgres', 'mysqll']",
            "'mysqll'",
            "did you mean `mysql`?",
        ),
        (
            "edges.all(e, 'wrte' in e.access)",
            "'wrte'",
            "did you mean `write`?",
        ),
        ("tier == 'pord'", "'pord'", "did you mean `prod`?"),
        (
            "intents.exists(i, i.kind == 'databse')",
            "'databse'",
            "did you mean `database`?",
        ),
        (
            "has(intent.encryptd)",
            "encryptd",
            "did you mean `encrypted`?",
        ),
        ("siz(intents) > 1", "siz", "did you mean `size`?"),
        (
            "intent.name.startswith('a')",
            "startswith",
            "did you mean `startsWith`?",
        ),
        ("len(intents) > 1", "len", "write `x.size()`"),
        ("intents.any(i, i.public)", "any", "write `x.exists(i, …)`"),
        (
            "reaches('internt', intent)",
            "'internt'",
            "did you mean `internet`?",
        ),
        (
            "reaches('internet', 'databse.orders')",
            "'databse.orders'",
            "did you mean `database.orders`?",
        ),
        ("intent.public == True", "True", "write `true`"),
        ("intent.import == None", "None", "write `null`"),
    ] {
        let [marked, _, found] = shown(text);
        assert_eq!((marked.as_str(), found.as_str()), (part, help), "{text}");
    }
}

#[test]
fn types_that_do_not_fit_are_faults() {
    for (text, message) in [
        (
            "intent.backup_days > 'x'",
            "`intent.backup_days` is a whole number, but `'x'` is text: `>` does not order them",
        ),
        (
            "intent.public == 'yes'",
            "`intent.public` is true or false, but `'yes'` is text: they are never equal",
        ),
        (
            "intent.public > false",
            "`intent.public` is true or false, but `false` is true or false: `>` does not order them",
        ),
        ("intent.kind == null", "`intent.kind` is never null"),
        (
            "intent.backup_days",
            "`intent.backup_days` is a whole number, but a rule takes true or false",
        ),
        (
            "intent.public && intent.name",
            "`intent.name` is text, but `&&` takes true or false",
        ),
        (
            "!intent.backup_days",
            "`intent.backup_days` is a whole number, but `!` takes true or false",
        ),
        (
            "intent.name + 1 == 'a'",
            "`intent.name` is text, but `1` is a whole number: `+` does not take them",
        ),
        (
            "-intent.name == 'a'",
            "`intent.name` is text, but `-` takes a number",
        ),
        (
            "1.5 % 2 == 1.0",
            "`1.5` is a number, but `2` is a whole number: `%` does not take them",
        ),
        (
            "intent.storage > seconds('1m')",
            "`intent.storage` is a size, as a number of bytes, but `seconds('1m')` is a duration, \
             as a number of seconds: `>` does not order them",
        ),
        (
            "intents.exists(i, i.memory == i.timeout)",
            "`i.memory` is a size, as a number of bytes, but `i.timeout` is a duration, as a \
             number of seconds: they are never equal",
        ),
        (
            "version('1') > intent.version",
            "`version('1')` is a version, but `intent.version` is text: `>` does not order them",
        ),
        (
            "intent.version >= '16'",
            "`'16'` is text and would be compared letter by letter",
        ),
        (
            "intent.engine.name == 'a'",
            "`intent.engine` is one of `postgres`, `mysql` and `mariadb` and has no fields",
        ),
        ("intents.size > 1", "`intents` is a list and has no fields"),
        (
            "intent.name[0] == 'a'",
            "`intent.name` is text, which has no parts to pick",
        ),
        (
            "intents['a'].public == true",
            "`'a'` is text, but a list takes a whole number from 0",
        ),
        (
            "params[1] == 1",
            "`1` is a whole number, but a map takes text in its brackets",
        ),
        (
            "'t4g' in intent.instance",
            "`intent.instance` is text, but `in` takes a list or a map",
        ),
        (
            "1 in params.regions",
            "`1` is a whole number, but `params.regions` is a list of other things: it is never in it",
        ),
        ("1 in [1, 'a']", ""),
        ("intent.public in [1, 2]", ""),
        (
            "1 in intent.tags",
            "`1` is a whole number, but the keys of a map are text",
        ),
        (
            "intent.public.all(i, true)",
            "`intent.public` is true or false, which has no items",
        ),
        (
            "intents.all(i, i.name)",
            "`i.name` is text, but `all` takes true or false",
        ),
        (
            "sum(params.regions) > 1",
            "`params.regions` is a list, but `sum` takes a list of numbers",
        ),
        (
            "size(1) > 1",
            "`1` is a whole number, but `size` takes text, a list or a map",
        ),
        (
            "params.regions.contains('a')",
            "`params.regions` is a list, but `contains` takes text",
        ),
        (
            "intent.name.contains(1)",
            "`1` is a whole number, but `contains` takes text",
        ),
        (
            "intent.backup_days.startsWith('a')",
            "`intent.backup_days` is a whole number, but `startsWith` takes text",
        ),
        (
            "version(16) > version('1')",
            "`16` is a whole number, but `version` takes text in quotes",
        ),
        (
            "reaches(1, intent)",
            "`1` is a whole number, but `reaches` takes an intent or an id",
        ),
        (
            "intent.public ? 1 : 2",
            "`intent.public ? 1 : 2` is a whole number, but a rule takes true or false",
        ),
        (
            "intent.name ? true : false",
            "`intent.name` is text, but the condition before `?` takes true or false",
        ),
        (
            "{1: 2}.a == 1",
            "`1` is a whole number, but a map's key takes text",
        ),
        (
            "string(intents) == 'a'",
            "`intents` is a list, but `string` takes a single value",
        ),
        (
            "int(true) == 1",
            "`true` is true or false, but `int` takes a number or text",
        ),
        ("null.a == 1", "`null` is null and has no fields"),
        (
            "intents",
            "`intents` is a list, but a rule takes true or false",
        ),
    ] {
        let faults = match compile(text) {
            Err(faults) => faults,
            Ok(_) if message.is_empty() => continue,
            Ok(_) => panic!("{text} has no fault"),
        };
        if !message.is_empty() {
            let [fault] = faults.as_slice() else {
                panic!("{text}: {faults:?}");
            };
            assert_eq!(fault.message, message, "{text}");
        }
    }
}

#[test]
fn help_says_what_to_write() {
    for (text, help) in [
        ("intent.storage > '4Gi'", "write `bytes(\"4Gi\")`"),
        (
            "intents.all(i, i.timeout < '15m')",
            "write `seconds(\"15m\")`",
        ),
        (
            "intents.all(i, i.timeout == '15m')",
            "write `seconds(\"15m\")`",
        ),
        ("intent.backup_days == '30'", "write `30` without quotes"),
        ("intent.public == 'true'", "write `true` without quotes"),
        ("intent.name == 30", "put the value into quotes"),
        ("version('16') > '15'", "write `version(\"15\")`"),
        ("version(16) > version('1')", "write `\"16\"`"),
        (
            "intent.version >= '16'",
            "compare versions: `version(intent.version)` with `version('16')`",
        ),
        ("intents.size > 1", "call it: `intents.size()`"),
        (
            "intents.public == true",
            "go through the list: `intents.all(x, …)`, `exists`, `filter` or `map`",
        ),
        (
            "'t4g' in intent.instance",
            "write `intent.instance.contains('t4g')`",
        ),
        (
            "params.regions.contains('a')",
            "write `'a' in params.regions`",
        ),
        ("intents", "ask for its size, such as `intents.size() > 0`"),
        ("intent.kind == null", "remove the comparison"),
        (
            "params.gpu-max > 1",
            "a name with a dash stands in brackets: `params['gpu-max']`",
        ),
        (
            "intent.tags.cost-center == 'a'",
            "a name with a dash stands in brackets: `intent.tags['cost-center']`",
        ),
        ("contains('a', 'b')", "write it as `x.contains(\"…\")`"),
        (
            "intents.reaches(1)",
            "write it as `reaches(\"internet\", intent)`",
        ),
        (
            "reaches(intent)",
            "write it as `reaches(\"internet\", intent)`",
        ),
        (
            "intents.all(i)",
            "write it as `all(i, …)`, where `i` stands for each item",
        ),
        (
            "intents.all(i.a, true)",
            "name what stands for each item, such as `i`",
        ),
        ("has(intent)", "write it as `has(intent.gpu)`"),
        (
            "bytes('4GB') > 1",
            "the unit is one of `Ki`, `Mi`, `Gi` and `Ti`",
        ),
        (
            "seconds('5min') > 1",
            "the unit is one of `s`, `m`, `h` and `d`",
        ),
        (
            "version('latest') > version('1')",
            "write numbers with dots between, such as `17.2`",
        ),
        ("tier == 'staging'", "it is `dev` or `prod`"),
        (
            "reaches('web', intent)",
            "a node is an intent such as `database.orders`, or `internet` or `internal`",
        ),
    ] {
        assert_eq!(shown(text)[2], help, "{text}");
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let faults =
        compile("intent.encryptd && tier == 'pord' && intents.all(i, i.publc)").unwrap_err();
    let helps: Vec<&str> = faults.iter().map(|fault| fault.help.as_str()).collect();
    assert_eq!(
        helps,
        [
            "did you mean `encrypted`?",
            "did you mean `prod`?",
            "did you mean `public`?"
        ]
    );
}

#[test]
fn a_rule_on_some_kinds_knows_their_attributes_only() {
    let both = scope(&[Kind::Database, Kind::Cache]);
    for text in [
        "intent.engine in ['postgres', 'valkey'] && intent.proxy != null",
        "intent.kind == 'cache' || intent.cluster_mode == null",
    ] {
        assert!(Expression::compile(text, &both).is_ok(), "{text}");
    }
    for text in [
        "intent.fifo == true",
        "intent.kind == 'queue'",
        "intent.engine == 'x'",
    ] {
        assert!(Expression::compile(text, &both).is_err(), "{text}");
    }
}
