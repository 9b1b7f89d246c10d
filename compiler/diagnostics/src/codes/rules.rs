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
}
