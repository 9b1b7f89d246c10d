//! Every row of the catalogue, and pools that hold what they are for.

use std::collections::BTreeSet;

use klo_intent::GPU_TYPES;
use proptest::prelude::*;

use super::pool::{Demand, Launcher, Misfit, Pool, pools, smallest};
use crate::instances::gpu::{CATALOGUE, Instance, architecture, of};
use crate::instances::reserve::{Room, usable};

fn demand(gpu: &str, count: u32) -> Demand {
    Demand {
        unit: "service.a".to_owned(),
        gpu: gpu.to_owned(),
        count,
        room: Room {
            cpu: 500,
            memory: 1024,
        },
        least: 0,
        most: 1,
        spot: false,
    }
}

/// `gpu = "<type>:<count>"` and the smallest instance that holds it.
const CHOSEN: [(&str, &[u32], &str); 18] = [
    ("t4", &[1], "g4dn.xlarge"),
    ("t4", &[2, 3, 4], "g4dn.12xlarge"),
    ("t4g", &[1], "g5g.xlarge"),
    ("t4g", &[2], "g5g.16xlarge"),
    ("a10g", &[1], "g5.xlarge"),
    ("a10g", &[2, 3, 4], "g5.12xlarge"),
    ("a10g", &[5, 6, 7, 8], "g5.48xlarge"),
    ("l4", &[1], "g6.xlarge"),
    ("l4", &[2, 3, 4], "g6.12xlarge"),
    ("l4", &[5, 6, 7, 8], "g6.48xlarge"),
    ("l40s", &[1], "g6e.xlarge"),
    ("l40s", &[2, 3, 4], "g6e.12xlarge"),
    ("l40s", &[5, 6, 7, 8], "g6e.48xlarge"),
    ("a100-40", &[1, 4, 8], "p4d.24xlarge"),
    ("a100-80", &[1, 4, 8], "p4de.24xlarge"),
    ("h100", &[1, 4, 8], "p5.48xlarge"),
    ("h200", &[1, 4, 8], "p5e.48xlarge"),
    ("b200", &[1, 4, 8], "p6-b200.48xlarge"),
];

#[test]
fn every_type_and_count_has_its_smallest_instance() {
    for (gpu, counts, name) in CHOSEN {
        for count in counts {
            let found = smallest(&demand(gpu, *count)).expect("an instance");
            assert_eq!(found.name, name, "{gpu}:{count}");
        }
    }
}

/// Each row is what is chosen for a unit that fills it, alone in its pool.
#[test]
fn every_row_is_chosen_by_what_fills_it() {
    for row in &CATALOGUE {
        let full = Demand {
            count: row.gpus,
            room: usable(row),
            ..demand(row.gpu, row.gpus)
        };
        // Of equal rows the first is counted on, and every one is launched.
        let chosen = smallest(&full).expect("it holds itself");
        let size = |i: &Instance| (i.gpus, i.vcpus, i.memory);
        assert_eq!(size(chosen), size(row));
        for launcher in [Launcher::PerPod, Launcher::Group] {
            let pools = pools(std::slice::from_ref(&full), launcher);
            let [pool] = pools.as_slice() else {
                panic!("one pool for {}", row.name);
            };
            assert!(pool.instances.contains(&row), "{}", row.name);
            assert_eq!(pool.name, format!("gpu-{}", row.gpu));
            assert_eq!(pool.most_nodes(), 1);
            assert_eq!(pool.gpus(), u64::from(row.gpus));
        }
    }
}

#[test]
fn the_catalogue_has_every_type_in_order() {
    let types: BTreeSet<&str> = CATALOGUE.iter().map(|row| row.gpu).collect();
    assert_eq!(types, GPU_TYPES.iter().copied().collect());
    for gpu in GPU_TYPES {
        let sizes: Vec<_> = of(gpu).map(|i| (i.gpus, i.vcpus, i.memory)).collect();
        assert!(sizes.is_sorted(), "{gpu}");
        let arm = of(gpu).all(|instance| instance.name.starts_with("g5g."));
        assert_eq!(architecture(gpu) == "arm64", arm);
    }
}

#[test]
fn a_count_that_no_size_holds_names_what_would() {
    let misfit = smallest(&demand("t4", 8)).expect_err("too many");
    let Misfit::Count { most, nearest } = misfit else {
        panic!("{misfit:?}");
    };
    assert_eq!((most.name, most.gpus), ("g4dn.12xlarge", 4));
    assert_eq!(nearest.map(|i| i.name), Some("g5.48xlarge"));
    let misfit = smallest(&demand("t4g", 3)).expect_err("too many");
    assert!(matches!(misfit, Misfit::Count { nearest: None, .. }));
}

#[test]
fn memory_beside_the_gpus_that_no_size_has() {
    let wish = Demand {
        room: Room {
            cpu: 1_000,
            memory: 1 << 20,
        },
        ..demand("l4", 1)
    };
    let misfit = smallest(&wish).expect_err("too much");
    let Misfit::Room {
        largest,
        memory,
        nearest,
    } = misfit
    else {
        panic!("{misfit:?}");
    };
    assert_eq!((largest.0.name, memory), ("g6.48xlarge", true));
    assert_eq!(nearest.map(|i| i.name), Some("p4d.24xlarge"));
}

#[test]
fn units_of_one_type_share_a_pool_and_spot_has_one_of_its_own() {
    let mut small = demand("a10g", 1);
    small.most = 3;
    let mut large = demand("a10g", 4);
    large.unit = "service.b".to_owned();
    let mut cheap = demand("a10g", 1);
    cheap.unit = "job.c".to_owned();
    cheap.spot = true;
    let demands = [small, large, cheap];
    let found = pools(&demands, Launcher::PerPod);
    let shape = |pool: &Pool| {
        let names: Vec<&str> = pool.instances.iter().map(|i| i.name).collect();
        (pool.name.clone(), names.join(" "), pool.most_nodes())
    };
    let shapes: Vec<_> = found.iter().map(shape).collect();
    let spot = "g5.xlarge g5.2xlarge g5.4xlarge".to_owned();
    let expected = [
        ("gpu-a10g".to_owned(), "g5.xlarge g5.12xlarge".to_owned(), 7),
        ("gpu-a10g-spot".to_owned(), spot.clone(), 1),
    ];
    assert_eq!(shapes, expected);
    let grouped = pools(&demands, Launcher::Group);
    let shapes: Vec<_> = grouped.iter().map(shape).collect();
    let expected = [
        ("gpu-a10g".to_owned(), "g5.12xlarge".to_owned(), 2),
        ("gpu-a10g-spot".to_owned(), spot, 1),
    ];
    assert_eq!(shapes, expected);
}

fn demands() -> impl Strategy<Value = Vec<Demand>> {
    let one = (
        prop::sample::select(GPU_TYPES),
        1_u32..=8,
        (1_u64..60_000, 1_u64..400_000),
        (0_u32..4, 0_u32..50),
        any::<bool>(),
    );
    prop::collection::vec(one, 0..8).prop_map(|wishes| {
        let wishes = wishes.into_iter().enumerate();
        wishes
            .map(
                |(index, (gpu, count, (cpu, memory), (least, more), spot))| Demand {
                    unit: format!("service.u{index}"),
                    gpu: gpu.to_owned(),
                    count,
                    room: Room { cpu, memory },
                    least,
                    most: least + more,
                    spot,
                },
            )
            .collect()
    })
}

/// Whether the pods of a unit are within what a pool may have.
fn within(pool: &Pool, demands: &[&Demand]) -> bool {
    let sum = |part: fn(&Demand) -> u64| -> u64 {
        demands
            .iter()
            .map(|demand| part(demand) * u64::from(demand.most))
            .sum()
    };
    let of_nodes = |part: fn(Room) -> u64| -> u64 {
        let nodes = pool.nodes.iter();
        nodes.map(|(size, count)| part(usable(size)) * count).sum()
    };
    let first = pool.instances[0].gpus;
    sum(|d| u64::from(d.count)) <= pool.most_nodes() * u64::from(first)
        && sum(|d| d.room.cpu) <= of_nodes(|room| room.cpu)
        && sum(|d| d.room.memory) <= of_nodes(|room| room.memory)
        && of_nodes(|room| room.cpu) <= pool.limit().0 * 1000
        && of_nodes(|room| room.memory) <= pool.limit().1
}

proptest! {
    #[test]
    fn pools_cover_the_demands_and_none_is_unused(demands in demands(), group in any::<bool>()) {
        let launcher = if group { Launcher::Group } else { Launcher::PerPod };
        // A group's nodes are equal, so there must be one size for all of its units.
        let fitting: Vec<Demand> = demands.into_iter().filter(|d| smallest(d).is_ok()).collect();
        let found = pools(&fitting, launcher);
        let mut served = BTreeSet::new();
        for pool in &found {
            let own: Vec<&Demand> = fitting
                .iter()
                .filter(|demand| pool.units.contains(&demand.unit))
                .collect();
            prop_assert!(!own.is_empty());
            prop_assert!(own.iter().all(|d| d.gpu == pool.gpu && d.spot == pool.spot));
            prop_assert!(within(pool, &own), "{pool:?}");
            prop_assert!(pool.standing <= pool.nodes.iter().map(|(_, count)| count).sum());
            served.extend(pool.units.iter().cloned());
        }
        let asked: BTreeSet<String> = fitting.iter().map(|d| d.unit.clone()).collect();
        prop_assert_eq!(served, asked);
        let names: BTreeSet<&String> = found.iter().map(|pool| &pool.name).collect();
        prop_assert_eq!(names.len(), found.len());
    }
}
