//! klo.yaml: KLO02xx.

codes! {
    /// A key of `klo.yaml` is not one that klo knows at that place.
    ///
    /// ```yaml
    /// app: shop
    /// enviroments:
    ///   dev: { region: eu-west-1 }
    /// ```
    ///
    /// Unknown keys are never skipped, because a misspelled setting would then silently not hold.
    /// `klo schema` prints the JSON Schema of the file, which editors can use for completion.
    UNKNOWN_SETTING = "KLO0201", "unknown-setting";

    /// `klo.yaml` is not written as YAML has it, or uses what klo does not read.
    ///
    /// ```yaml
    /// app: shop
    /// environments: { dev: { region: eu-west-1 }
    /// ```
    ///
    /// The message points at the character from which the file could not be read. klo reads one
    /// document of YAML 1.2 without custom tags; tabs do not indent; collections nest at most 64
    /// levels deep, and aliases may not make the file larger than 100,000 values.
    INVALID_YAML = "KLO0202", "invalid-yaml";

    /// A key stands twice in one map of `klo.yaml`.
    ///
    /// ```yaml
    /// environments:
    ///   dev: { region: eu-west-1 }
    ///   dev: { region: eu-central-1 }
    /// ```
    ///
    /// YAML libraries differ in which of the two they keep, so klo keeps neither quietly. Remove one,
    /// or merge the two.
    DUPLICATE_SETTING = "KLO0203", "duplicate-setting";

    /// A setting of `klo.yaml` has a value of another type or form than it takes.
    ///
    /// ```yaml
    /// environments:
    ///   prod: { region: Ireland, account: 123456789012 }
    /// ```
    ///
    /// The message says what the setting takes. Account ids are quoted, because YAML would drop a
    /// leading zero: `"012345678901"`; sizes and durations have units, as in annotations.
    WRONG_SETTING = "KLO0204", "wrong-setting";

    /// A setting of `klo.yaml` that another one needs is missing.
    ///
    /// ```yaml
    /// network: { vpc: vpc-0123456789abcdef0 }
    /// ```
    ///
    /// An existing VPC needs its `private_subnets`, `state` needs its `bucket`, `alarms` an `email`.
    /// Add the key that the message names.
    MISSING_SETTING = "KLO0205", "missing-setting";

    /// A path in `klo.yaml` leads out of the repository, or nothing is there.
    ///
    /// ```yaml
    /// sources: [../../shared]
    /// rules: [../platform/rulez]
    /// ```
    ///
    /// Paths are relative to the folder that `klo.yaml` is in and stay inside the repository (the
    /// nearest folder upwards with `.git`). Rule packs from elsewhere come by the `--rules` flag.
    BAD_PATH = "KLO0206", "bad-path";

    /// Two settings of `klo.yaml` cannot be used together.
    ///
    /// ```yaml
    /// network: { cidr: 10.20.0.0/16, vpc: vpc-0123456789abcdef0 }
    /// ```
    ///
    /// A network is either made, with `cidr`, or exists, with `vpc` and its subnets. An intent is
    /// either `existing` or adopted by `import`. Keep one of the two.
    CONFLICTING_SETTINGS = "KLO0207", "conflicting-settings";

    /// The name of an app, environment or declared intent has a form that names cannot have.
    ///
    /// ```yaml
    /// app: My Shop
    /// ```
    ///
    /// A name is 1 to 40 lower-case letters, digits and single hyphens, and starts with a letter,
    /// because it becomes part of names in AWS. Without `app`, the app is named after its folder;
    /// where that gives no name, state one.
    BAD_SETTING_NAME = "KLO0208", "bad-setting-name";

    /// The configuration cannot be read as text.
    ///
    /// ```text
    /// error[KLO0209]: klo.yaml can not be read: it is not UTF-8: byte 17 begins no character
    /// ```
    ///
    /// klo does not go on with defaults where there is a `klo.yaml`, since that would describe another
    /// infrastructure. Save the file as UTF-8, smaller than 4 MiB, readable by you, and as a regular
    /// file of the repository.
    UNREADABLE_CONFIG = "KLO0209", "unreadable-config";

    /// An environment that was asked for is not one of the app.
    ///
    /// ```text
    /// klo compile --env production      # klo.yaml has dev and prod
    /// ```
    ///
    /// The message lists the environments that `klo.yaml` declares under `environments`; without any
    /// there is one, `dev`.
    UNKNOWN_ENVIRONMENT = "KLO0210", "unknown-environment";

    /// Two apps of one repository have the same name.
    ///
    /// ```yaml
    /// # services/a/klo.yaml and services/b/klo.yaml
    /// app: shop
    /// ```
    ///
    /// The app's name begins the names of all its resources in AWS, so the two would claim the same
    /// ones. Name one of them differently.
    DUPLICATE_APP = "KLO0211", "duplicate-app";

    /// A file looks like klo's configuration but has another name, so it has no effect.
    ///
    /// ```text
    /// warning[KLO0212]: klo does not read services/klo.yml
    /// ```
    ///
    /// The file is called `klo.yaml`, in lower case and with `.yaml`. Without it, the folder is an app
    /// with klo's defaults, or part of the app around it. Rename the file.
    MISNAMED_CONFIG = "KLO0212", "misnamed-config";

    /// `declare` holds something that only code can stand for.
    ///
    /// ```yaml
    /// declare:
    ///   service.orders-api: { port: 8080 }
    /// ```
    ///
    /// Services, functions and jobs are code, and are declared by an annotation on it. `declare` is
    /// for what no line of code stands for: sites, and resources such as a topic of another team.
    NOT_DECLARABLE = "KLO0213", "not-declarable";
}
