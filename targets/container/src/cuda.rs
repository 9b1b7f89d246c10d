//! CUDA for units with GPUs: which version the frameworks among the dependencies were built for, and
//! the base image that has it.

use std::collections::BTreeSet;

use klo_parse::python::dependencies::Dependencies;

/// A major and minor version.
type Version = (u32, u32);

/// A framework, and the CUDA that its packages were built for.
struct Framework {
    /// The package's normalized name.
    package: &'static str,
    /// From a version on, oldest first: CUDA's version.
    releases: &'static [(Version, Version)],
    /// The first version that is not known here.
    unknown_from: Version,
    /// Whether its packages bring CUDA's libraries along.
    bundles: bool,
    /// Debian packages that it starts.
    run: &'static [&'static str],
}

/// By the requirements of wheels on PyPI, read 2026-11-26: torch 2.4 to 2.15, four releases of vllm,
/// tensorflow 2.21 and three releases of onnxruntime-gpu. The rows of jax go by the names of its
/// plugins; they and the rows of older releases were not held against a published list.
const FRAMEWORKS: [Framework; 6] = [
    Framework {
        package: "torch",
        releases: &[
            ((2, 1), (12, 1)),
            ((2, 5), (12, 4)),
            ((2, 7), (12, 6)),
            ((2, 8), (12, 8)),
            ((2, 11), (13, 0)),
            ((2, 15), (13, 2)),
        ],
        unknown_from: (2, 16),
        bundles: true,
        run: &[],
    },
    Framework {
        package: "vllm",
        // 0.12 and 0.16 require torch 2.9, 0.25 requires 2.11 and 0.33 requires 2.14.
        releases: &[((0, 6), (12, 4)), ((0, 9), (12, 8)), ((0, 25), (13, 0))],
        unknown_from: (0, 34),
        bundles: true,
        // Triton compiles kernels while it runs.
        run: &["gcc", "libc6-dev"],
    },
    Framework {
        package: "tensorflow",
        releases: &[((2, 18), (12, 5))],
        unknown_from: (2, 22),
        bundles: false,
        run: &[],
    },
    Framework {
        package: "jax-cuda12-plugin",
        releases: &[((0, 4), (12, 9))],
        unknown_from: (0, 11),
        bundles: true,
        run: &[],
    },
    Framework {
        package: "jax-cuda13-plugin",
        releases: &[((0, 7), (13, 0))],
        unknown_from: (0, 11),
        bundles: true,
        run: &[],
    },
    Framework {
        package: "onnxruntime-gpu",
        releases: &[((1, 19), (12, 8)), ((1, 27), (13, 0))],
        unknown_from: (1, 32),
        bundles: false,
        run: &[],
    },
];

/// CUDA's images on Ubuntu 24.04, oldest first, by the tags that `nvidia/cuda` has on Docker Hub as of
/// 2026-11; not held against a list of them. Within a major version newer libraries serve older
/// programs (NVIDIA, "CUDA Compatibility").
const BASES: [(Version, &str); 4] = [
    ((12, 6), "12.6.3"),
    ((12, 8), "12.8.1"),
    ((12, 9), "12.9.1"),
    ((13, 0), "13.0.2"),
];

/// What Python's official image on Debian 12 links and Ubuntu 24.04's CUDA images lack: the libraries
/// that its extension modules name. Ubuntu's names for them were not held against its package list.
const PYTHON_NEEDS: [&str; 13] = [
    "ca-certificates",
    "libbz2-1.0",
    "libffi8",
    "libgdbm-compat4t64",
    "libgdbm6t64",
    "liblzma5",
    "libncursesw6",
    "libreadline8t64",
    "libsqlite3-0",
    "libssl3t64",
    "libuuid1",
    "tzdata",
    "zlib1g",
];

/// The stage that has CUDA and Python.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cuda {
    /// CUDA's image.
    pub(crate) base: String,
    /// Ubuntu packages that Python needs.
    pub(crate) packages: [&'static str; PYTHON_NEEDS.len()],
    /// Debian packages that frameworks start.
    pub(crate) run: BTreeSet<&'static str>,
}

/// The choice, and what to tell about it.
#[derive(Debug)]
pub(crate) struct Choice {
    /// The stage.
    pub(crate) cuda: Cuda,
    /// Frameworks whose version is not known: package, what is stated, and the CUDA that is taken.
    pub(crate) unknown: Vec<(&'static str, Option<String>, String)>,
}

/// Chooses by the frameworks among the dependencies: the newest CUDA that one of them asks for.
pub(crate) fn choose(dependencies: &Dependencies) -> Choice {
    let mut wanted: Option<Version> = None;
    let mut bundles = true;
    let mut run = BTreeSet::new();
    let mut unknown = Vec::new();
    for framework in &FRAMEWORKS {
        let Some(stated) = dependencies.packages.get(framework.package) else {
            continue;
        };
        bundles &= framework.bundles;
        run.extend(framework.run);
        let cuda = match stated.as_deref().and_then(|stated| framework.cuda(stated)) {
            Some(cuda) => cuda,
            None => {
                let newest = framework.newest();
                let taken = tag(Some(newest)).to_owned();
                unknown.push((framework.package, stated.clone(), taken));
                newest
            }
        };
        wanted = wanted.max(Some(cuda));
    }
    // Code that loads CUDA by itself finds all of it.
    bundles &= wanted.is_some();
    let flavor = if bundles { "base" } else { "cudnn-runtime" };
    let tag = tag(wanted);
    Choice {
        cuda: Cuda {
            base: format!("nvidia/cuda:{tag}-{flavor}-ubuntu24.04"),
            packages: PYTHON_NEEDS,
            run,
        },
        unknown,
    }
}

impl Framework {
    /// The CUDA of a version; `None` where the table does not know it.
    fn cuda(&self, stated: &str) -> Option<Version> {
        if let Some((_, local)) = stated.split_once('+') {
            return of_local(local);
        }
        let version = version(stated)?;
        if version >= self.unknown_from {
            return None;
        }
        let mut known = self.releases.iter().rev();
        known
            .find(|(from, _)| *from <= version)
            .map(|(_, cuda)| *cuda)
    }

    fn newest(&self) -> Version {
        self.releases.last().map_or((12, 9), |(_, cuda)| *cuda)
    }
}

/// `cu126` → 12.6, as PyTorch's own index marks its builds.
fn of_local(local: &str) -> Option<Version> {
    let digits = local.strip_prefix("cu")?;
    if digits.len() < 2 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (major, minor) = digits.split_at(digits.len() - 1);
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn version(text: &str) -> Option<Version> {
    let mut parts = text.split('.');
    let major = parts.next()?.parse().ok()?;
    let minor = parts.next().unwrap_or("0").parse().ok()?;
    Some((major, minor))
}

/// The image's version: the oldest that is no older, of the same major version where there is one.
/// Nothing that asks leaves the newest of CUDA 12, which most nodes' drivers run.
fn tag(wanted: Option<Version>) -> &'static str {
    let wanted = wanted.unwrap_or((12, 9));
    let newest = BASES[BASES.len() - 1];
    let of_major = BASES.iter().rev().find(|(has, _)| has.0 == wanted.0);
    let (_, tag) = BASES
        .iter()
        .find(|(has, _)| has.0 == wanted.0 && *has >= wanted)
        .or(of_major)
        .unwrap_or(&newest);
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(packages: &[(&str, Option<&str>)]) -> (String, usize) {
        let mut dependencies = Dependencies::default();
        for (name, version) in packages {
            let version = version.map(str::to_owned);
            dependencies.packages.insert((*name).to_owned(), version);
        }
        let choice = choose(&dependencies);
        (choice.cuda.base, choice.unknown.len())
    }

    #[test]
    fn every_framework_has_its_base() {
        for (package, version, expected) in [
            ("torch", "2.4.1", "12.6.3-base"),
            ("torch", "2.7.1", "12.6.3-base"),
            ("torch", "2.8.0", "12.8.1-base"),
            ("torch", "2.11.0", "13.0.2-base"),
            ("torch", "2.8.0+cu129", "12.9.1-base"),
            ("vllm", "0.8.5", "12.6.3-base"),
            ("vllm", "0.11.0", "12.8.1-base"),
            ("vllm", "0.33.0", "13.0.2-base"),
            ("tensorflow", "2.20.0", "12.6.3-cudnn-runtime"),
            ("jax-cuda12-plugin", "0.6.2", "12.9.1-base"),
            ("jax-cuda13-plugin", "0.8.0", "13.0.2-base"),
            ("onnxruntime-gpu", "1.20.2", "12.8.1-cudnn-runtime"),
        ] {
            let image = format!("nvidia/cuda:{expected}-ubuntu24.04");
            assert_eq!(
                chosen(&[(package, Some(version))]),
                (image, 0),
                "{package} {version}"
            );
        }
    }

    #[test]
    fn what_is_not_known_takes_the_newest_known_and_says_so() {
        let newest = "nvidia/cuda:13.0.2-base-ubuntu24.04".to_owned();
        assert_eq!(chosen(&[("torch", Some("9.0"))]), (newest.clone(), 1));
        assert_eq!(chosen(&[("torch", None)]), (newest, 1));
        let old = chosen(&[("tensorflow", Some("2.15.0"))]);
        assert_eq!(old.1, 1);
    }

    #[test]
    fn several_take_the_newest_and_none_takes_all_of_cuda() {
        let both = [
            ("torch", Some("2.8.0")),
            ("onnxruntime-gpu", Some("1.20.2")),
        ];
        let all = "nvidia/cuda:12.8.1-cudnn-runtime-ubuntu24.04".to_owned();
        assert_eq!(chosen(&both), (all, 0));
        let plain = "nvidia/cuda:12.9.1-cudnn-runtime-ubuntu24.04".to_owned();
        assert_eq!(chosen(&[]), (plain, 0));
    }

    #[test]
    fn tables_are_in_order() {
        assert!(BASES.is_sorted());
        for framework in &FRAMEWORKS {
            assert!(framework.releases.is_sorted(), "{}", framework.package);
            let last = framework.releases.last().map(|(from, _)| *from);
            assert!(last < Some(framework.unknown_from));
        }
    }
}
