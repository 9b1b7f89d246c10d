//! Diagnostics of every shape, and the sources that they are about.

use klo_source::{SourceMap, Span, TextRange};

use super::Judged;
use crate::codes::{annotations, output, rules, settings, sources as source_codes};
use crate::{At, Diagnostic, RuleRef, WaiverRef};

pub(super) fn find(map: &SourceMap, path: &str, text: &str) -> Span {
    let file = map.id(path).unwrap();
    let start = map.file(file).text().find(text).unwrap();
    TextRange::new(start, start + text.len()).in_file(file)
}

pub(super) fn sources() -> SourceMap {
    let mut map = SourceMap::new();
    map.add(
        "services/db.py",
        "import os\n\n# é @klo::persists(name = \"orders\")\nengine = create_engine(URL)\n\n\n\n\n\n\nlast = 1\n",
    );
    map.add(
        "klo.yaml",
        "app: shop\nresources:\n  database.orders: { backup_days: -1 }\n",
    );
    map.add(
        "rules/acme.yaml",
        "klo-rules: 1\npack: acme/platform\nrules:\n  - id: ACME-DB-001\n    require: { backup_days: { min: 90 } }\n",
    );
    map
}

pub(super) fn judged() -> Vec<Judged> {
    ["quiet", "shop"]
        .map(|app| Judged {
            app: app.to_owned(),
            config: format!("{app}/klo.yaml"),
        })
        .to_vec()
}

/// All that is not a finding.
pub(super) fn examples(map: &SourceMap) -> Vec<Diagnostic> {
    let mut setting = Diagnostic::error(
        settings::INVALID_SETTING,
        find(map, "klo.yaml", "-1"),
        "`backup_days` of `database.orders` is -1, and it has to be a whole number between 0 and 3650",
    )
    .help("write a number of days, such as 7; a longer sentence that has to be wrapped because it does not fit")
    .related(find(map, "services/db.py", "engine"), "the database is declared here")
    .related(find(map, "klo.yaml", "database.orders"), "for this intent")
    .subject("database.orders");
    setting.app = "shop".to_owned();
    setting.environments = vec!["dev".to_owned()];
    let mut again = setting.clone();
    again.environments = vec!["prod".to_owned()];
    let mut hostile = Diagnostic::warning(
        annotations::UNKNOWN_CAPABILITY,
        find(map, "services/db.py", "é"),
        "a [link](https://example.com), 50% of <b>\"it\"</b>, ::error::no\r\n\u{1b}[31m & ]]> \u{fffe}",
    );
    hostile.app = "a,b:c".to_owned();
    vec![
        again,
        hostile,
        Diagnostic::error(
            annotations::UNKNOWN_CAPABILITY,
            find(map, "services/db.py", "persists"),
            "there is no capability `persists`",
        )
        .help("did you mean `persist`?"),
        setting,
        Diagnostic::error(
            source_codes::UNREADABLE_FILE,
            At::File("services/legacy, old:1 %é.py".into()),
            "it is not UTF-8: byte 3 begins no character",
        ),
        Diagnostic::error(
            output::CANNOT_WRITE,
            At::File("/elsewhere/infra".into()),
            "klo cannot write here: permission denied",
        ),
        Diagnostic::note(
            annotations::UNKNOWN_CAPABILITY,
            At::Nowhere,
            "nothing to do\nhere",
        ),
    ]
}

/// Findings of rules in all their shapes.
pub(super) fn findings(map: &SourceMap) -> Vec<Diagnostic> {
    let denied = denied(map);
    let mut other = denied.clone();
    other.environments = vec!["prod-eu".to_owned()];
    other.message = "`backup_days` of `database.orders` is 7, at least 90 is required".to_owned();
    let mut waived = finding(
        Diagnostic::error(
            rules::RULE_FINDING,
            find(map, "services/db.py", "last"),
            "`database.audit` is not encrypted, `true` is required",
        ),
        (
            "KLO-SEC-001",
            "unencrypted-data-store",
            "klo/baseline",
            "deny",
        ),
    )
    .help("write `encrypted = true`")
    .related(At::Nowhere, "required by klo/baseline")
    .subject("database.audit");
    waived.waiver = Some(WaiverRef {
        reason: "It holds nothing yet; encrypting it means to make it anew, which waits for the move to the other account".to_owned(),
        approver: "dba-team".to_owned(),
        until: "2026-12-31".to_owned(),
        at: At::Span(find(map, "klo.yaml", "database.orders")),
    });
    let forbidden = finding(
        Diagnostic::error(
            rules::RULE_FINDING,
            At::Nowhere,
            "`intents.all(i, i.region in params.regions)` does not hold",
        ),
        (
            "ACME-GEO-001",
            "outside-the-union",
            "acme/platform",
            "forbid",
        ),
    )
    .related(
        At::File("../platform/geo.yaml".into()),
        "required by this rule",
    );
    let mut warned = finding(
        Diagnostic::warning(
            rules::RULE_FINDING,
            find(map, "services/db.py", "last = 1"),
            "`table.carts` has no tags `owner` and `cost-center`",
        ),
        ("ACME-TAG-001", "missing-tag", "acme/platform", "warn"),
    );
    warned.rule.as_mut().unwrap().url = Some("not an address".to_owned());
    vec![denied, other, waived, forbidden, warned]
}

/// The finding of rules.md.
fn denied(map: &SourceMap) -> Diagnostic {
    let mut denied = finding(
        Diagnostic::error(
            rules::RULE_FINDING,
            find(map, "services/db.py", "engine"),
            "`backup_days` of `database.orders` is 30, at least 90 is required",
        ),
        ("ACME-DB-001", "short-backup-retention", "acme/platform", "deny"),
    )
    .help("write `backup_days = 90` into the annotation, or under `resources` of klo.yaml for one environment")
    .related(find(map, "rules/acme.yaml", "backup_days"), "required by this rule")
    .subject("database.orders");
    let rule = denied.rule.as_mut().unwrap();
    rule.why =
        "Auditors ask for one quarter of restore points, and every one of them has to be proven."
            .to_owned();
    rule.url = Some(
        "https://wiki.acme.example/platform/operations/databases/backups/retention.html".to_owned(),
    );
    denied.environments = vec!["prod".to_owned()];
    denied.fixable = true;
    denied
}

fn finding(mut diagnostic: Diagnostic, rule: (&str, &str, &str, &str)) -> Diagnostic {
    let (id, name, pack, level) = rule;
    diagnostic.rule = Some(RuleRef {
        id: id.to_owned(),
        pack: pack.to_owned(),
        level: level.to_owned(),
        name: name.to_owned(),
        why: "What nobody argues with.".to_owned(),
        url: None,
    });
    diagnostic.app = "shop".to_owned();
    diagnostic
}

pub(super) fn everything(map: &SourceMap) -> Vec<Diagnostic> {
    let mut all = findings(map);
    all.extend(examples(map));
    all
}
