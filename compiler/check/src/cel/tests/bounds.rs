use super::*;
use crate::cel::budget::Budget;

fn message(text: &str) -> String {
    let faults = compile(text).expect_err("over a bound");
    faults[0].message.clone()
}

#[test]
fn texts_are_bounded() {
    let long = format!("'{}' == 'a'", "a".repeat(4096));
    assert!(message(&long).contains("at most 4096 are allowed"));
    let wide = format!("1 in [{}]", vec!["1"; 498].join(", "));
    assert!(
        message(&wide).contains("more than 500 parts"),
        "{}",
        message(&wide)
    );
    let fits = format!("1 in [{}]", vec!["1"; 497].join(", "));
    assert!(compile(&fits).is_ok());
}

#[test]
fn logical_chains_are_flat() {
    let chain = vec!["true"; 200].join(" && ");
    assert_eq!(evaluate(&chain), Ok(true));
}

#[test]
fn nesting_is_bounded() {
    let around = |open: &str, close: &str, count: usize| {
        format!("{}1{}", open.repeat(count), close.repeat(count))
    };
    for text in [
        around("(", ")", 2000),
        around("[", "]", 2000),
        around("f(", ")", 1000),
        around("{'a':", "}", 500),
        around("a[", "]", 1000),
        around("!(", ")", 1000),
        around("-(", ")", 1000),
        around("true?", ":1", 500),
        "true?1:".repeat(500) + "1",
        "a.".repeat(2000) + "a",
        "1+".repeat(2000) + "1",
        "1<".repeat(2000) + "1",
        "a()".to_owned() + &".a()".repeat(1000),
        "(".repeat(4096),
        "((1)+".repeat(700),
    ] {
        let message = message(&text);
        assert!(
            message.contains("nests more than 64") || message.contains("is not closed"),
            "{message}"
        );
    }
    let many = "!".repeat(4000) + "true";
    assert_eq!(evaluate(&many), Ok(true));
    let minus = "-".repeat(60) + "1 == 1";
    assert_eq!(evaluate(&minus), Ok(true));
    let deep = around("(", ")", 60).replace('1', "true");
    assert_eq!(evaluate(&deep), Ok(true));
}

#[test]
fn loops_stand_in_each_other_twice_at_most() {
    let twice = "intents.all(a, intents.all(b, a.id == b.id || true))";
    assert_eq!(evaluate(twice), Ok(true));
    let thrice = "intents.all(a, intents.all(b, intents.all(c, true)))";
    assert!(message(thrice).contains("more than 2 deep"));
    let chained = "intents.filter(a, true).filter(a, true).map(a, a.id).all(a, true)";
    assert_eq!(evaluate(chained), Ok(true));
}

#[test]
fn steps_are_bounded() {
    let mut world = world();
    world.set("intents", Data::list(vec![thing("queue.a", &[]); 10_000]));
    for text in [
        "intents.all(a, intents.all(b, a.id == b.id))",
        "true || intents.all(a, intents.all(b, a.id == b.id)) || true",
        "!intents.exists(a, intents.exists(b, a.id != b.id))",
        "intents.all(a, a.name in intents.map(b, b.name))",
    ] {
        let result = compile(text).unwrap().evaluate(&world);
        if text.starts_with("true") {
            assert_eq!(result, Ok(true));
            continue;
        }
        let sentence = result.expect_err(text);
        assert!(
            sentence.contains("` takes more than 5000000 steps"),
            "{sentence}"
        );
    }
}

#[test]
fn steps_are_bounded_over_all_that_a_rule_is_judged_on() {
    let mut world = world();
    world.set("intents", Data::list(vec![thing("queue.a", &[]); 100]));
    let expression = compile("intents.all(a, a.id == 'queue.a')").unwrap();
    // Each evaluation takes some hundred steps; the world's clones spend from the same.
    world.set_budget(Budget::new(2_000, 5_000));
    let count = || {
        let results = (0..100).map(|_| expression.evaluate(&world.clone()));
        results.take_while(Result::is_ok).count()
    };
    let first = count();
    assert!((1..10).contains(&first), "{first}");
    let sentence = expression.evaluate(&world).expect_err("over the bound");
    assert!(
        sentence.contains("one rule may take 2000 steps"),
        "{sentence}"
    );
    world.budget().begin_rule();
    assert_eq!(count(), first, "the next rule has its own");
    world.budget().begin_rule();
    assert!(count() < first, "all of them together have an end");
    world.budget().begin_rule();
    let sentence = expression.evaluate(&world).expect_err("over the bound");
    assert!(sentence.contains("the rules before it"), "{sentence}");
}

#[test]
fn a_long_match_takes_linear_time() {
    let mut world = world();
    let many = thing("database.a", &[("instance", Data::text("a".repeat(5000)))]);
    world.set("intent", many);
    let expression = compile("intent.instance.matches('^(a+)+$')").unwrap();
    assert_eq!(expression.evaluate(&world), Ok(true));
}

#[test]
fn ways_cost_the_same_whoever_asked_before() {
    let ids: Vec<String> = (0..3000).map(|at| format!("queue.q{at}")).collect();
    let edges: Vec<(String, String)> = ids
        .windows(2)
        .map(|pair| (pair[0].clone(), pair[1].clone()))
        .collect();
    let mut world = World::new(Arc::new(Reach::new(ids.clone(), edges)));
    world.set("intents", Data::list(ids.iter().map(|id| thing(id, &[]))));
    let one = compile("intents.all(i, reaches('queue.q0', i))").unwrap();
    let all = compile("intents.all(i, reaches(i, 'queue.q2999'))").unwrap();
    for _ in 0..2 {
        assert_eq!(one.evaluate(&world), Ok(true));
        assert_eq!(all.evaluate(&world), Ok(true));
    }
}
