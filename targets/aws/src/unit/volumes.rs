//! File systems that a unit mounts.

use klo_intent::{IntentId, Kind};
use klo_plan::{Block, Value};

use crate::context::{Lowering, Mount};

/// A file system at its place in the unit.
pub(super) struct Volume {
    /// Its name in a task.
    pub(super) name: String,
    /// Where it is mounted.
    pub(super) path: String,
    /// Whether the unit only reads from it.
    pub(super) read_only: bool,
    /// The file system.
    pub(super) mount: Mount,
}

impl Volume {
    /// The mount as a container of ECS or Batch describes it.
    pub(super) fn mount_point(&self) -> Value {
        Value::map([
            ("sourceVolume", Value::from(&self.name)),
            ("containerPath", Value::from(&self.path)),
            ("readOnly", Value::Bool(self.read_only)),
        ])
    }

    /// The volume as a task definition describes it.
    pub(super) fn task_block(&self) -> Block {
        Block::new().with("name", self.name.as_str()).block(
            "efs_volume_configuration",
            Block::new()
                .with("file_system_id", self.mount.file_system.0.clone())
                .with("transit_encryption", "ENABLED")
                .block(
                    "authorization_config",
                    Block::new()
                        .with("access_point_id", self.mount.access_point.0.clone())
                        .with("iam", "ENABLED"),
                ),
        )
    }

    /// The volume as a job definition describes it.
    pub(super) fn job_value(&self) -> Value {
        Value::map([
            ("name", Value::from(&self.name)),
            (
                "efsVolumeConfiguration",
                Value::map([
                    ("fileSystemId", self.mount.file_system.0.clone()),
                    ("transitEncryption", Value::text("ENABLED")),
                    (
                        "authorizationConfig",
                        Value::map([
                            ("accessPointId", self.mount.access_point.0.clone()),
                            ("iam", Value::text("ENABLED")),
                        ]),
                    ),
                ]),
            ),
        ])
    }
}

/// The volumes that a unit's edges reach, each once.
pub(super) fn of(lowering: &Lowering<'_>, id: IntentId) -> Vec<Volume> {
    let mut volumes: Vec<Volume> = Vec::new();
    for edge in lowering.graph.edges_from(id) {
        let Some(target) = edge.to.intent() else {
            continue;
        };
        let intent = lowering.intent(target);
        let mount = lowering.stores.get(&target).and_then(|s| s.mount.clone());
        let (Kind::Volume, Some(mount), Some(path)) = (intent.kind, mount, intent.text("path"))
        else {
            continue;
        };
        if volumes.iter().all(|volume| volume.name != intent.name) {
            volumes.push(Volume {
                name: intent.name.clone(),
                path: path.to_owned(),
                read_only: !edge.access.contains(&klo_intent::Access::Write),
                mount,
            });
        }
    }
    volumes
}

/// Where a volume of this name would clash with the one for `/tmp`.
pub(super) fn scratch_name(volumes: &[Volume]) -> String {
    let mut name = "tmp".to_owned();
    while volumes.iter().any(|volume| volume.name == name) {
        name.push_str("-scratch");
    }
    name
}
