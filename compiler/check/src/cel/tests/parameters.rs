use super::*;

fn uses(text: &str) -> Vec<(String, Direction)> {
    compile(text)
        .unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
        .param_use()
}

#[test]
fn directions_in_which_parameters_tighten() {
    use Direction::{Lower, Narrow, Raise, Unknown, Widen};
    for (text, name, direction) in [
        ("intent.backup_days <= params.least", "least", Lower),
        ("intent.backup_days < params.least", "least", Lower),
        ("params['gpu-max'] >= intents.size()", "gpu-max", Lower),
        (
            "intent.backup_days >= params['backup-days']",
            "backup-days",
            Raise,
        ),
        ("params.least < intent.backup_days", "least", Raise),
        ("!(intent.backup_days > params.least)", "least", Lower),
        ("!(!(intent.backup_days < params.least))", "least", Lower),
        (
            "tier == 'dev' || intent.backup_days <= params.least",
            "least",
            Lower,
        ),
        (
            "tier == 'dev' ? true : intent.backup_days <= params.least",
            "least",
            Lower,
        ),
        ("intents.all(i, i.max <= params.least)", "least", Lower),
        ("intents.exists(i, i.max >= params.least)", "least", Raise),
        ("!intents.exists(i, i.max > params.least)", "least", Lower),
        ("intent.region in params.regions", "regions", Narrow),
        ("!(intent.region in params.regions)", "regions", Widen),
        ("params.keys.all(k, k in intent.tags)", "keys", Widen),
        ("params.keys.exists(k, k in intent.tags)", "keys", Narrow),
        ("intent.backup_days == params.least", "least", Unknown),
        ("intent.backup_days <= params.least * 2", "least", Unknown),
        ("params.strict || intent.public", "strict", Unknown),
        ("params.strict ? true : false", "strict", Unknown),
        (
            "intent.backup_days <= params.least && intent.backup_days >= params.least",
            "least",
            Unknown,
        ),
        ("params.least in [1, 2]", "least", Unknown),
        (
            "intents.exists_one(i, i.max <= params.least)",
            "least",
            Unknown,
        ),
        (
            "intents.filter(i, i.max <= params.least).size() > 1",
            "least",
            Unknown,
        ),
        ("params[tier] == 1", "*", Unknown),
        ("params.exists(p, p == 'a')", "*", Unknown),
    ] {
        assert_eq!(uses(text), [(name.to_owned(), direction)], "{text}");
    }
}

#[test]
fn a_condition_tightens_the_other_way() {
    let expression = compile("intent.backup_days <= params.least").unwrap();
    assert_eq!(
        expression.param_use_of_condition(),
        [("least".to_owned(), Direction::Raise)]
    );
}

#[test]
fn several_parameters_and_none() {
    assert_eq!(
        uses("params.least <= params['gpu-max']"),
        [
            ("gpu-max".to_owned(), Direction::Lower),
            ("least".to_owned(), Direction::Raise)
        ]
    );
    assert_eq!(uses("true"), []);
    assert_eq!(uses("[{'a': 1}].all(params, params.a == 1)"), []);
}
