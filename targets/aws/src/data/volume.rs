//! Volumes: EFS with one access point, reachable from every zone.

use klo_intent::{Decision, Intent, IntentId, ModuleOutput};
use klo_plan::{Address, Block, Resource, Value};

use super::backup;
use super::common::{
    add, add_main, is_import, is_private, name_of, named_tags, own_key, report_import,
};
use super::doors::{self, Door};
use super::given::Given;
use crate::context::{
    Lowering, Mount, NetworkRefs, Store, group_of, main_address, part_address, why,
};
use crate::policy;

/// The port of NFS.
const PORT: u16 = 2049;
/// The user that every file belongs to, whoever the container runs as.
const USER: i64 = 1000;
/// The longest creation token (EFS API reference, 2026-11).
const NAME_LIMIT: usize = 64;

/// Lowers a volume; `None` after a report.
pub(super) fn lower(lowering: &mut Lowering<'_>, id: IntentId) -> Option<Store> {
    let intent = lowering.intent(id);
    if intent
        .text("import")
        .is_some_and(|id| !id.starts_with("fs-"))
    {
        report_import(
            lowering,
            intent,
            "`import = \"fs-…\"`, the file system's id",
        );
        return None;
    }
    if !is_private(
        lowering,
        intent,
        "a file system has addresses inside the network only",
    ) {
        return None;
    }
    // Without a network its lowering has reported why.
    let network = lowering.network.clone()?;
    let main = file_system(lowering, intent);
    guard(lowering, intent, &main);
    let point = access_point(lowering, intent, &main);
    let group = doors::group(lowering, intent, "", network.vpc.clone());
    let door = Door {
        group: Some(group.attr("id")),
        port: Value::from(PORT),
    };
    let ready = mount_targets(lowering, intent, &main, &group, &network);
    doors::open(lowering, id, &door);
    backups(lowering, intent, &main);
    Some(Store {
        arn: Some(main.attr("arn")),
        mount: Some(Mount {
            file_system: (main.attr("id"), main.attr("arn")),
            access_point: (point.attr("id"), point.attr("arn")),
        }),
        ready,
        ..Store::default()
    })
}

/// The name that klo gives.
pub(super) fn name(lowering: &Lowering<'_>, intent: &Intent) -> String {
    lowering.physical(name_of(lowering, intent), "", NAME_LIMIT)
}

fn file_system(lowering: &mut Lowering<'_>, intent: &Intent) -> Address {
    let name = name(lowering, intent);
    let mut body = Block::new();
    if !is_import(intent) {
        // None of them can be changed on a file system that is there.
        let encrypted = intent.flag("encrypted");
        body = body
            .with("creation_token", &name)
            .with("encrypted", encrypted)
            .with_some("kms_key_id", own_key(lowering, intent));
    }
    let body = body
        .block(
            "lifecycle_policy",
            Block::new().with("transition_to_ia", "AFTER_30_DAYS"),
        )
        .with("tags", named_tags(lowering, intent, &name));
    let address = main_address("aws_efs_file_system", intent);
    let resource = Resource::new(address, group_of(intent), why(intent, ""), body);
    add_main(lowering, intent, "the file system", resource)
}

/// Without a policy of its own a file system lets in everyone who reaches it; with this one only
/// roles that may, over TLS.
fn guard(lowering: &mut Lowering<'_>, intent: &Intent, main: &Address) {
    let statement = policy::tls_only("elasticfilesystem:*", vec![main.attr("arn")]);
    let body = Block::new()
        .with("file_system_id", main.attr("id"))
        .with("policy", policy::document(vec![statement]));
    let address = part_address("aws_efs_file_system_policy", intent, "");
    add(
        lowering,
        intent,
        address,
        "refuses mounts without TLS",
        body,
    );
}

fn access_point(lowering: &mut Lowering<'_>, intent: &Intent, main: &Address) -> Address {
    let creation = Block::new()
        .with("owner_gid", USER)
        .with("owner_uid", USER)
        .with("permissions", "0750");
    let body = Block::new()
        .with("file_system_id", main.attr("id"))
        .block(
            "posix_user",
            Block::new().with("gid", USER).with("uid", USER),
        )
        .block(
            "root_directory",
            Block::new()
                .with("path", format!("/{}", name_of(lowering, intent)))
                .block("creation_info", creation),
        )
        .with_some("tags", lowering.tags(intent));
    let address = part_address("aws_efs_access_point", intent, "");
    add(lowering, intent, address, "what units mount", body)
}

fn mount_targets(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    main: &Address,
    group: &Address,
    network: &NetworkRefs,
) -> Vec<Address> {
    network
        .data_each
        .iter()
        .enumerate()
        .map(|(index, subnet)| {
            let body = Block::new()
                .with("file_system_id", main.attr("id"))
                .with("subnet_id", subnet.clone())
                .with("security_groups", vec![group.attr("id")]);
            let zone = (index + 1).to_string();
            let address = part_address("aws_efs_mount_target", intent, &zone);
            add(lowering, intent, address, "reached from one zone", body)
        })
        .collect()
}

fn backups(lowering: &mut Lowering<'_>, intent: &Intent, main: &Address) {
    if backup::is_needed(intent) {
        let because = backup::Because::VolumesHaveNone;
        backup::keep(lowering, intent, main.attr("arn"), because);
        return;
    }
    lowering.decide(Decision {
        code: "backup",
        subject: intent.id(),
        chosen: "no backups".to_owned(),
        because: "backup_days is 0".to_owned(),
        instead_of: vec!["AWS Backup every night: nobody asked for it".to_owned()],
        standing_cost: false,
    });
}

/// Wires a volume that klo does not make.
pub(super) fn wire(lowering: &mut Lowering<'_>, id: IntentId, given: &Given<'_>) -> Option<Store> {
    let mount = mount(lowering, id, given)?;
    let door = Door {
        group: given.group(),
        port: Value::from(PORT),
    };
    doors::open(lowering, id, &door);
    Some(Store {
        arn: Some(mount.file_system.1.clone()),
        mount: Some(mount),
        ready: given.ready(),
        ..Store::default()
    })
}

/// What units mount: as a module says, else as AWS tells of the access point.
fn mount(lowering: &mut Lowering<'_>, id: IntentId, given: &Given<'_>) -> Option<Mount> {
    let intent = lowering.intent(id);
    let Some(point) = given.get(ModuleOutput::AccessPoint) else {
        given.report(
            lowering,
            "and units mount an access point, not a whole file system",
            "add `id = \"fsap-…\"`, the access point's id",
        );
        return None;
    };
    let told = [
        ModuleOutput::FileSystem,
        ModuleOutput::FileSystemArn,
        ModuleOutput::AccessPointArn,
    ];
    if let [Some(system), Some(system_arn), Some(point_arn)] = told.map(|output| given.get(output))
    {
        return Some(Mount {
            file_system: (system, system_arn),
            access_point: (point, point_arn),
        });
    }
    let kind = "aws_efs_access_point";
    let address = Address::data(kind, part_address(kind, intent, "").name);
    let body = Block::new().with("access_point_id", point);
    let data = add(lowering, intent, address, "the existing access point", body);
    Some(Mount {
        file_system: (data.attr("file_system_id"), data.attr("file_system_arn")),
        access_point: (data.attr("id"), data.attr("arn")),
    })
}
