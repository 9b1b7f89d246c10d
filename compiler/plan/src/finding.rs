use serde::Serialize;

/// What a rule found, as files that klo writes have it: the same on every day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// The rule's name.
    pub name: String,
    /// The pack.
    pub pack: String,
    /// `warn`, or `warn, deny from 2027-01-01`.
    pub level: String,
    /// An intent's id, a resource's address, or `graph`.
    pub subject: String,
    /// The sentence.
    pub message: String,
    /// Why the rule is there.
    pub why: String,
    /// The waiver that is about it, whether it still holds or not.
    pub waiver: Option<FindingWaiver>,
}

/// A waiver as files that klo writes have it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FindingWaiver {
    /// Why.
    pub reason: String,
    /// Who says so.
    pub approver: String,
    /// The last day on which it holds.
    pub until: String,
}
