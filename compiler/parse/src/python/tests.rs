//! That no text takes more than its share: what is kept of it grows with it, and reading ends early
//! where that costs too much.

use klo_diagnostics::codes::sources as codes;

use super::facts;
use crate::facts::{BindTarget, ExprKind, FileFacts, Step};

/// How much is kept of a file: each expression and step, and the bytes of every text in them.
fn size(facts: &FileFacts) -> usize {
    let exprs = facts.exprs.iter().map(|expr| match &expr.kind {
        ExprKind::Name(text) | ExprKind::Attribute(_, text) | ExprKind::Text(text) => {
            1 + text.len()
        }
        ExprKind::Call { arguments, .. } => 1 + arguments.len(),
        ExprKind::Concat(parts) | ExprKind::Sequence(parts) | ExprKind::Opaque(parts) => {
            1 + parts.len()
        }
        _ => 1,
    });
    let scopes = facts.scopes.iter().map(|scope| {
        let steps = scope.steps.iter().map(|step| match step {
            Step::Bind {
                target: BindTarget::Name(name),
                ..
            } => 1 + name.len(),
            _ => 1,
        });
        scope.name.len() + scope.qualified.len() + steps.sum::<usize>()
    });
    exprs.sum::<usize>() + scopes.sum::<usize>() + facts.problems.len()
}

fn repeated(before: &str, shape: &str, after: &str, bytes: usize) -> String {
    let count = bytes / shape.len();
    let body: String = (0..count)
        .map(|number| shape.replace("{}", &number.to_string()))
        .collect();
    format!("{before}{body}{after}")
}

#[test]
fn what_is_kept_grows_with_the_text() {
    let name = "N".repeat(50_000);
    let class = format!("class {name}:\n");
    let function = format!("def {name}():\n");
    for (before, shape, after) in [
        ("", "a{} = b{}\n", ""),
        ("x = '", "%(", "' % y\n"),
        ("x = '", "%(a{})s", "' % y\n"),
        ("x = '", "{{}}", "'.format(*y)\n"),
        ("'''", "@klo::a", "'''\n"),
        ("'''", "@klo::a\n", "'''\n"),
        ("x: '", "a.", "'\n"),
        ("x: '", "a[", "'\n"),
        ("x = ", "lambda: ", "1\n"),
        (&class, " def f{}(a): pass\n", ""),
        (&function, " # @klo::service\n a = f()\n", ""),
    ] {
        let text = repeated(before, shape, after, 200_000);
        let kept = size(&facts(&text));
        // Names inside a long one take over some of it, which is bounded.
        let bound = 3 * text.len() + 1_100 * text.matches("def f").count();
        assert!(kept <= bound, "{shape:?}: {kept} of {} bytes", text.len());
    }
}

#[test]
fn a_file_of_more_than_anyone_writes_is_refused() {
    let facts = facts(&"a=b\n".repeat(1 << 20));
    assert_eq!(facts.exprs.len(), 0);
    let problem = &facts.problems[0];
    assert_eq!(problem.code, codes::UNREADABLE_FILE.id());
    assert!(problem.error);
    assert_eq!((problem.range.start, problem.range.end), (0, 3));
}

#[test]
fn text_that_is_no_python_is_given_up_at_its_first_mistake() {
    let mut state: u32 = 1;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b' ' + (state >> 24) as u8 % 95)
    };
    let noise: String = (0..1 << 20)
        .map(|_| noise())
        .filter(|c| *c != '(')
        .collect();
    let text = format!("import os\napp = os.getcwd()\n{noise}");
    let facts = facts(&text);
    let problem = &facts.problems[0];
    assert_eq!(problem.code, codes::SYNTAX.id());
    assert_eq!(problem.message, "this is not valid Python");
    assert!((10..200).contains(&problem.range.start), "{problem:?}");
    assert!(facts.exprs.len() < 100_000);
}
