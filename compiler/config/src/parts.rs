use indexmap::IndexMap;
use klo_diagnostics::codes::config as codes;
use klo_diagnostics::did_you_mean;
use klo_intent::{
    AttrValue, Kind, Literal, LiteralKind, Type, check_form, decode_attribute, is_aws_id,
    name_fault, name_help,
};
use klo_source::TextRange;

use crate::app::{Declared, EnvironmentConfig, NetworkConfig, SettingEntry, Settings};
use crate::reader::Reader;
use crate::table::{ENVIRONMENT, Shape, configurable};

/// The region of an environment that names none.
pub(crate) const DEFAULT_REGION: &str = "us-east-1";

/// Regions of the commercial, GovCloud and China partitions (AWS General Reference, "AWS service
/// endpoints", read 2025-10); one that is not listed but has the form of a region is taken as new.
const REGIONS: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

impl Reader<'_> {
    pub(crate) fn environments(&mut self, literal: &Literal) -> Vec<EnvironmentConfig> {
        let entries = self.map("`environments`", literal);
        let mut environments = Vec::new();
        for (name, range, value) in entries {
            if let Some(fault) = name_fault(name) {
                self.error(
                    codes::BAD_SETTING_NAME,
                    *range,
                    format!(
                        "`{}` is no name of an environment: {fault}",
                        name.escape_debug()
                    ),
                    name_help(name),
                );
                continue;
            }
            environments.push(self.environment(name, *range, value));
        }
        environments
    }

    fn environment(
        &mut self,
        name: &str,
        range: TextRange,
        literal: &Literal,
    ) -> EnvironmentConfig {
        let mut environment = EnvironmentConfig {
            name: name.to_owned(),
            at: Some(self.span(range)),
            region: DEFAULT_REGION.to_owned(),
            region_at: None,
            account: None,
            network: None,
            tags: IndexMap::new(),
            resources: Settings::new(),
        };
        for (key, range, value) in self.map(&format!("the environment `{name}`"), literal) {
            let Some(setting) = ENVIRONMENT.iter().find(|setting| setting.name == key) else {
                let known = ENVIRONMENT.iter().map(|setting| setting.name);
                self.unknown("an environment", key, *range, known);
                continue;
            };
            if matches!(setting.shape, Shape::Resources) {
                environment.resources = self.resources(value);
                continue;
            }
            let Shape::Typed(ty) = setting.shape else {
                continue;
            };
            let Some(decoded) = self.typed(&ty, setting.name, value) else {
                continue;
            };
            match setting.name {
                "region" => {
                    if let Some(region) = self.region(&decoded, value.range) {
                        environment.region = region;
                        environment.region_at = Some(self.span(value.range));
                    }
                }
                "account" => environment.account = self.account(&decoded, value.range),
                "network" => environment.network = self.network(&decoded, value),
                _ => environment.tags = self.tags(&decoded, value),
            }
        }
        environment
    }

    fn region(&mut self, value: &AttrValue, range: TextRange) -> Option<String> {
        let region = value.as_str()?;
        if REGIONS.contains(&region) {
            return Some(region.to_owned());
        }
        let parts: Vec<&str> = region.split('-').collect();
        let formed = match parts.as_slice() {
            [area, middle @ .., number] => {
                area.len() == 2
                    && !middle.is_empty()
                    && number.len() == 1
                    && number.chars().all(|c| c.is_ascii_digit())
                    && region
                        .chars()
                        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            }
            _ => false,
        };
        let help = match did_you_mean(region, REGIONS.iter().copied()) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "a region looks like `eu-west-1`".to_owned(),
        };
        let message = format!("`{}` is no AWS region", region.escape_debug());
        if formed {
            let warning = klo_diagnostics::Diagnostic::warning(
                codes::WRONG_SETTING,
                self.span(range),
                format!("klo does not know the AWS region `{region}`"),
            );
            self.diagnostics.push(warning.help(help));
            return Some(region.to_owned());
        }
        self.error(codes::WRONG_SETTING, range, message, help);
        None
    }

    fn account(&mut self, value: &AttrValue, range: TextRange) -> Option<String> {
        let account = value.as_str()?;
        if account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()) {
            return Some(account.to_owned());
        }
        self.error(
            codes::WRONG_SETTING,
            range,
            format!("`{}` is no id of an AWS account", account.escape_debug()),
            "an account id is twelve digits without hyphens, such as `\"123456789012\"`",
        );
        None
    }

    pub(crate) fn tags(
        &mut self,
        value: &AttrValue,
        literal: &Literal,
    ) -> IndexMap<String, String> {
        for found in check_form("tags", value, literal) {
            self.mistake(found);
        }
        let AttrValue::Map(entries) = value else {
            return IndexMap::new();
        };
        entries
            .iter()
            .map(|(key, value)| (key.clone(), plain_text(value)))
            .collect()
    }

    pub(crate) fn network(
        &mut self,
        value: &AttrValue,
        literal: &Literal,
    ) -> Option<NetworkConfig> {
        let before = self.diagnostics.len();
        let text = |key: &str| {
            value
                .get(key)
                .and_then(AttrValue::as_str)
                .map(str::to_owned)
        };
        let range = |key: &str| literal.get(key).map_or(literal.range, |found| found.range);
        let network = NetworkConfig {
            cidr: text("cidr"),
            vpc: text("vpc"),
            private_subnets: self.subnets("private_subnets", value, literal),
            public_subnets: self.subnets("public_subnets", value, literal),
        };
        if let Some(cidr) = &network.cidr
            && let Err(fault) = check_cidr(cidr)
        {
            self.error(
                codes::WRONG_SETTING,
                range("cidr"),
                format!(
                    "`{}` cannot be the range of a network: {fault}",
                    cidr.escape_debug()
                ),
                "write a range such as `10.20.0.0/16`",
            );
        }
        if let Some(vpc) = &network.vpc
            && !is_aws_id(vpc, "vpc-")
        {
            self.error(
                codes::WRONG_SETTING,
                range("vpc"),
                format!("`{}` is no id of a VPC", vpc.escape_debug()),
                "an id looks like `vpc-0123456789abcdef0`",
            );
        }
        let subnets = !network.private_subnets.is_empty() || !network.public_subnets.is_empty();
        match (&network.cidr, &network.vpc) {
            (Some(_), Some(_)) => self.error(
                codes::CONFLICTING_SETTINGS,
                range("cidr"),
                "`cidr` is for a network that klo makes, `vpc` for one that exists",
                "keep one of the two",
            ),
            (_, None) if subnets => self.error(
                codes::MISSING_SETTING,
                literal.range,
                "subnets are named, but not their `vpc`",
                "add `vpc: vpc-…`",
            ),
            (None, Some(_))
                if network.private_subnets.is_empty() && self.diagnostics.len() == before =>
            {
                self.error(
                    codes::MISSING_SETTING,
                    literal.range,
                    "an existing VPC needs its `private_subnets`",
                    "add `private_subnets: [subnet-…, subnet-…]`, in two availability zones at least",
                );
            }
            _ => {}
        }
        (self.diagnostics.len() == before && network != NetworkConfig::default()).then_some(network)
    }

    fn subnets(&mut self, key: &str, value: &AttrValue, literal: &Literal) -> Vec<String> {
        let Some(LiteralKind::List(literals)) = literal.get(key).map(|found| &found.kind) else {
            return Vec::new();
        };
        let values = value.get(key).map(AttrValue::items).unwrap_or_default();
        let mut subnets: Vec<String> = Vec::new();
        for (subnet, literal) in values.iter().filter_map(AttrValue::as_str).zip(literals) {
            if !is_aws_id(subnet, "subnet-") {
                self.error(
                    codes::WRONG_SETTING,
                    literal.range,
                    format!("`{}` is no id of a subnet", subnet.escape_debug()),
                    "an id looks like `subnet-0123456789abcdef0`",
                );
            } else if subnets.iter().any(|known| known == subnet) {
                self.error(
                    codes::WRONG_SETTING,
                    literal.range,
                    format!("`{subnet}` is listed twice"),
                    "remove one of the two",
                );
            }
            subnets.push(subnet.to_owned());
        }
        subnets
    }

    /// `kind.name` as a kind and a name.
    fn intent_id(&mut self, id: &str, range: TextRange) -> Option<(Kind, String)> {
        let (kind, name) = id.split_once('.').unwrap_or((id, ""));
        let Some(found) = Kind::from_name(kind) else {
            let names = Kind::ALL.map(Kind::name);
            let help = match did_you_mean(kind, names) {
                Some(nearest) if !name.is_empty() => format!("did you mean `{nearest}.{name}`?"),
                _ => format!(
                    "an id is a kind and a name, such as `database.orders`; kinds are {}",
                    klo_diagnostics::list_of(names)
                ),
            };
            self.error(
                codes::UNKNOWN_SETTING,
                range,
                format!("`{}` is no id of an intent", id.escape_debug()),
                help,
            );
            return None;
        };
        if let Some(fault) = name_fault(name) {
            self.error(
                codes::BAD_SETTING_NAME,
                range,
                format!(
                    "`{}` is no id of an intent: in its name {fault}",
                    id.escape_debug()
                )
                .replace("in its name it", "its name"),
                format!("write `{found}.` and a name such as `orders`"),
            );
            return None;
        }
        Some((found, name.to_owned()))
    }

    pub(crate) fn resources(&mut self, literal: &Literal) -> Settings {
        let mut settings = Settings::new();
        for (id, range, value) in self.map("`resources`", literal) {
            if let Some((kind, _)) = self.intent_id(id, *range) {
                let entries = self.settings(kind, id, value, &mut None);
                settings.insert(id.clone(), (self.span(*range), entries));
            }
        }
        settings
    }

    /// Attributes of a kind; `was` is taken where the caller has a place for it.
    fn settings(
        &mut self,
        kind: Kind,
        id: &str,
        literal: &Literal,
        was: &mut Option<Option<String>>,
    ) -> Vec<SettingEntry> {
        let mut entries = Vec::new();
        let mut adopted: Vec<TextRange> = Vec::new();
        for (key, range, value) in self.map(&format!("`{id}`"), literal) {
            if key == "was"
                && let Some(was) = was
            {
                let former = self.typed(&Type::Name, "was", value);
                *was = former.and_then(|name| name.as_str().map(str::to_owned));
                continue;
            }
            let Some(attribute) = configurable(kind).find(|found| found.name == key) else {
                let known = configurable(kind).map(|attribute| attribute.name);
                self.unknown(&format!("a {kind}"), key, *range, known);
                continue;
            };
            if matches!(attribute.name, "existing" | "import") {
                adopted.push(*range);
            }
            match decode_attribute(attribute, value, self.root) {
                Ok(decoded) => entries.push(SettingEntry {
                    attribute: attribute.name,
                    value: decoded,
                    at: self.span(value.range),
                }),
                Err(mistakes) => mistakes.into_iter().for_each(|found| self.mistake(found)),
            }
        }
        if let [_, second] = adopted.as_slice() {
            self.error(
                codes::CONFLICTING_SETTINGS,
                *second,
                "`import` and `existing` exclude each other",
                "`existing` uses what somebody else manages, `import` puts it under klo's management; keep one",
            );
        }
        entries
    }

    pub(crate) fn declarations(&mut self, literal: &Literal) -> Vec<Declared> {
        let mut declared = Vec::new();
        for (id, range, value) in self.map("`declare`", literal) {
            let Some((kind, name)) = self.intent_id(id, *range) else {
                continue;
            };
            if kind.is_unit() {
                self.error(
                    codes::NOT_DECLARABLE,
                    *range,
                    format!("a {kind} is code and cannot be declared here"),
                    format!("write `@klo::{kind}(name = \"{name}\")` in a comment above its code"),
                );
                continue;
            }
            let mut was = Some(None);
            let settings = self.settings(kind, id, value, &mut was);
            if kind == Kind::Site && value.get("dir").is_none() {
                self.error(
                    codes::MISSING_SETTING,
                    *range,
                    format!("`{id}` needs `dir`"),
                    "add the folder with the built files: `dir: web/dist`",
                );
            }
            declared.push(Declared {
                kind,
                name,
                at: self.span(*range),
                settings,
                was: was.flatten(),
            });
        }
        declared
    }
}

/// A text, number or flag as the text that a tag holds.
fn plain_text(value: &AttrValue) -> String {
    match value {
        AttrValue::Int(number) => number.to_string(),
        AttrValue::Bool(flag) => flag.to_string(),
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

/// An IPv4 range that a VPC can have and that holds three zones of subnets: AWS allows `/16` to
/// `/28` (Amazon VPC user guide, "VPC CIDR blocks", read 2025-10), and klo cuts it into sixteen.
fn check_cidr(text: &str) -> Result<(), &'static str> {
    let (address, prefix) = text
        .split_once('/')
        .ok_or("it has no `/` and prefix length")?;
    let address: std::net::Ipv4Addr = address
        .parse()
        .map_err(|_| "it does not begin with an IPv4 address")?;
    let prefix: u32 = prefix
        .parse()
        .map_err(|_| "its prefix length is no number")?;
    if !(16..=22).contains(&prefix) {
        return Err("its prefix length is not from 16 to 22");
    }
    if u32::from(address) & (u32::MAX >> prefix) != 0 {
        return Err("its address has bits set behind the prefix");
    }
    if !address.is_private() && address.octets()[0] != 100 {
        return Err("it is not a private range");
    }
    Ok(())
}
