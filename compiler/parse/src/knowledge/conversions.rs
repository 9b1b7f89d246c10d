//! Texts that types and conversions take, for variables that must hold something and reach nothing.

/// A text that a settings field of a type is made from (pydantic 2.12, "Types" and "Network Types",
/// November 2026); `None` where any text does. Addresses of mail are checked against reserved domains,
/// of which `example.com` is let through (email-validator 2.3).
pub(crate) fn text_for_type(name: &str) -> Option<&'static str> {
    Some(match name {
        "int" | "float" | "Decimal" | "PositiveInt" | "NonNegativeInt" | "PositiveFloat"
        | "NonNegativeFloat" | "FiniteFloat" => "1",
        "NegativeInt" | "NonPositiveInt" | "NegativeFloat" | "NonPositiveFloat" => "-1",
        "bool" | "StrictBool" => "false",
        "EmailStr" | "NameEmail" => "unused@example.com",
        "HttpUrl" | "AnyUrl" | "AnyHttpUrl" => "https://unused.invalid/",
        "UUID" | "UUID4" => "00000000-0000-4000-8000-000000000000",
        "list" | "List" | "set" | "Set" | "tuple" | "Tuple" | "frozenset" | "Sequence" => "[]",
        "dict" | "Dict" | "Mapping" => "{}",
        "Json" => "null",
        "timedelta" => "PT1S",
        "IPvAnyAddress" | "IPv4Address" => "192.0.2.1",
        _ => return None,
    })
}

/// A text that a conversion takes: a builtin, a method of environs or django-environ, `json.loads`.
pub(crate) fn text_for_call(name: &str) -> Option<&'static str> {
    Some(match name {
        "int" | "float" | "Decimal" => "1",
        "bool" | "strtobool" => "false",
        "loads" | "json" | "dict" => "{}",
        "email" => "unused@example.com",
        "UUID" | "uuid" => "00000000-0000-4000-8000-000000000000",
        _ => return None,
    })
}
