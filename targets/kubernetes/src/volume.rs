//! File systems of EFS: a volume and a claim each, shared by the units that mount it.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    CSIPersistentVolumeSource, ObjectReference, PersistentVolume, PersistentVolumeClaim,
    PersistentVolumeClaimSpec, PersistentVolumeSpec, VolumeResourceRequirements,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use klo_plan::kubernetes::{Text, VolumeSource, Workload};

use crate::document::Object;
use crate::scope::Scope;
use crate::text::text;

/// The name of a volume's claim: the intent's.
pub(crate) fn name(intent: &str) -> &str {
    intent.split_once('.').map_or(intent, |(_, name)| name)
}

/// The file systems that workloads mount, by intent.
pub(crate) fn mounted<'a>(
    workloads: impl IntoIterator<Item = &'a Workload>,
) -> BTreeMap<&'a str, (&'a Text, &'a Text)> {
    let volumes = workloads.into_iter().flat_map(|one| &one.volumes);
    volumes
        .filter_map(|volume| match &volume.source {
            VolumeSource::Efs {
                file_system,
                access_point,
            } => Some((volume.intent.as_str(), (file_system, access_point))),
            VolumeSource::Claim(_) => None,
        })
        .collect()
}

/// The volume and the claim of an intent. EFS has no size, but the API wants one.
pub(crate) fn objects(scope: &Scope<'_>, intent: &str, efs: (&Text, &Text)) -> Vec<Object> {
    let claim = name(intent);
    let volume = klo_plan::physical_name(&[&scope.kube.namespace, claim], 253);
    let size = || BTreeMap::from([("storage".to_owned(), Quantity("1Gi".to_owned()))]);
    let modes = || Some(vec!["ReadWriteMany".to_owned()]);
    let made = PersistentVolume {
        metadata: scope.cluster_wide(volume.clone()),
        spec: Some(PersistentVolumeSpec {
            capacity: Some(size()),
            access_modes: modes(),
            persistent_volume_reclaim_policy: Some("Retain".to_owned()),
            storage_class_name: Some(String::new()),
            claim_ref: Some(ObjectReference {
                namespace: Some(scope.kube.namespace.clone()),
                name: Some(claim.to_owned()),
                ..ObjectReference::default()
            }),
            csi: Some(CSIPersistentVolumeSource {
                driver: "efs.csi.aws.com".to_owned(),
                volume_handle: format!("{}::{}", text(efs.0), text(efs.1)),
                ..CSIPersistentVolumeSource::default()
            }),
            ..PersistentVolumeSpec::default()
        }),
        status: None,
    };
    let claimed = PersistentVolumeClaim {
        metadata: scope.shared(claim),
        spec: Some(PersistentVolumeClaimSpec {
            access_modes: modes(),
            storage_class_name: Some(String::new()),
            volume_name: Some(volume),
            resources: Some(VolumeResourceRequirements {
                requests: Some(size()),
                limits: None,
            }),
            ..PersistentVolumeClaimSpec::default()
        }),
        status: None,
    };
    vec![Object::new(&made), Object::new(&claimed)]
}
