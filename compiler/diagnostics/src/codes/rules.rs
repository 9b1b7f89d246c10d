//! Rules and the packs they come from: KLO09xx.

codes! {
    /// An app does not keep a rule of its organization. A finding goes by the rule's own id and name
    /// wherever it is shown; this page says what holds for all of them.
    ///
    /// ```text
    /// error[ACME-DB-001] short-backup-retention (acme/platform, deny) (in prod)
    ///
    ///   × `backup_days` of `database.orders` is 30, at least 90 is required
    /// ```
    ///
    /// A finding shows two places: the value that breaks the rule, and the line of the pack that asks
    /// for another. `klo explain ACME-DB-001` says why the rule is there, and what it applies to.
    ///
    /// - `warn` is reported and stops nothing. `deny` and `forbid` keep klo from writing.
    /// - Change the value as the help says. `klo fix` writes it where the finding says that it can.
    /// - `warn` and `deny` can be waived for a time: an entry in `waivers.yaml` with `rule`, `on`,
    ///   `reason`, `approver` and `until`. `forbid` is never waived.
    RULE_FINDING = "KLO0901", "rule-finding";

    /// A rule pack that was asked for, or that another pack extends, is not there, cannot be read, has
    /// another version, or extends itself in a circle. klo does not go on without rules that somebody
    /// asked for: it stops with exit code 2.
    ///
    /// ```yaml
    /// rules: [klo/baselin]
    /// ```
    ///
    /// Packs that come with klo go by their names, others by the path of a file or of a folder that
    /// holds them, relative to the folder of klo.yaml. In `extends`, `@1` asks for a version that
    /// begins with 1. Packs from outside the repository come by the flag `--rules` alone.
    NO_SUCH_PACK = "KLO0902", "no-such-pack";

    /// A rule pack names something that does not exist: a key, a kind, an attribute, an operator, a
    /// parameter, a tier, a level, a resource type. Were it passed over, the rule would silently hold
    /// for nothing, so klo stops with exit code 2.
    ///
    /// ```yaml
    /// - id: ACME-DB-001
    ///   on: database
    ///   require: { backup_dasy: { min: 90 } }
    /// ```
    ///
    /// The help names the nearest thing that there is. `docs/attributes.md` lists the attributes of
    /// every kind; resource types and their arguments are those of the Terraform provider
    /// hashicorp/aws 5.100.
    UNKNOWN_IN_PACK = "KLO0903", "unknown-in-pack";

    /// A value in a rule pack is of the wrong type or form, is missing, or contradicts another: two
    /// rules with one id, `fix: true` where klo could not know what to write, a `then` that does not
    /// rise, a test that expects nothing.
    ///
    /// ```yaml
    /// - id: ACME-DB-001
    ///   on: database
    ///   require: { backup_days: { min: "ninety" } }
    /// ```
    ///
    /// The message says what was expected, and the help what to write instead. Packs that come with klo,
    /// in the folder `rules/` of its repository, are examples of every part.
    WRONG_IN_PACK = "KLO0904", "wrong-in-pack";

    /// The expression of a rule's `assert` or `when` is no CEL, names something that does not exist,
    /// compares values of different types, or is larger than klo runs (4 KiB, 500 parts,
    /// comprehensions nested twice).
    ///
    /// ```yaml
    /// assert: intents.all(i, i.gpu == null || i.gpu.cuont <= 4)
    /// ```
    ///
    /// In scope are `intent` (or `resource`, in rules on resource types), `intents`, `edges`,
    /// `environment`, `tier` and `params`, and the functions `reaches`, `path`, `sum` and `version`.
    /// Every attribute of a kind is there, `null` where it is unset.
    BAD_EXPRESSION = "KLO0905", "bad-expression";

    /// A pack allows what a pack that it extends does not: a lower level, a longer list, a smaller
    /// minimum, an environment moved out of `prod`. A child pack may tighten, never loosen.
    ///
    /// ```yaml
    /// extends: [acme/platform@1]
    /// params: { backup-days: 7 }        # acme/platform says 90
    /// ```
    ///
    /// Remove the entry. Where one app really needs less, a waiver says so, with a reason, an
    /// approver and an end.
    LOOSENED_RULE = "KLO0906", "loosened-rule";

    /// The file of waivers cannot be read, or an entry has a mistake: all of `rule`, `on`, `reason`,
    /// `approver` and `until` are needed, and nothing else. klo stops with exit code 2.
    ///
    /// ```yaml
    /// - rule: ACME-DB-001
    ///   on: database.orders
    ///   reason: Moves to the new cluster in March.
    ///   approver: dba-team
    ///   until: 2027-03-31
    /// ```
    ///
    /// `on` is the id of an intent, or `'*'` for all of them; a finding on the graph as a whole is
    /// waived by `'*'` alone. `until` is the last day on which it holds.
    BAD_WAIVER = "KLO0907", "bad-waiver";

    /// A waiver waives nothing: its rule finds nothing on that intent any more, there is no such rule
    /// or intent, or the rule's level is `forbid`, which is never waived.
    ///
    /// ```yaml
    /// - { rule: ACME-DB-001, on: database.ordres, reason: …, approver: dba-team, until: 2027-03-31 }
    /// ```
    ///
    /// Remove the entry, or mend its `rule` or `on`. Entries that nobody needs any more would let the
    /// next finding pass unseen.
    UNUSED_WAIVER = "KLO0908", "unused-waiver";

    /// A waiver ends within 14 days, or has ended. From the day after `until` on, the finding is back
    /// at its rule's level.
    ///
    /// ```text
    /// until: 2026-12-05
    /// ```
    ///
    /// Mend what the rule found, or agree with the approver on another date.
    ENDING_WAIVER = "KLO0909", "ending-waiver";

    /// A test of a rule pack did not find what it expects: a rule found nothing where it should, found
    /// something where it should not, or at another level. Or the source of the test has errors of
    /// its own, so that nothing could be judged.
    ///
    /// ```yaml
    /// expect: { ACME-DB-001: deny }
    /// ```
    ///
    /// Mend the rule or the test. `none` says that a rule finds nothing.
    FAILED_PACK_TEST = "KLO0910", "failed-pack-test";

    /// Rules find more than 20,000 things in one environment. klo stops there, so that a pack cannot
    /// take all memory, and says so with an error that nothing waives: what was not judged might break
    /// a rule.
    ///
    /// ```yaml
    /// on: "*"
    /// require: { name: { eq: nobody-is-called-that } }
    /// ```
    ///
    /// Most often a rule is wrong and finds something on every intent: `klo rules test` shows it on a
    /// small source. Otherwise mend what is found, or narrow the rules' `on` and `when`.
    TOO_MANY_FINDINGS = "KLO0911", "too-many-findings";
}
