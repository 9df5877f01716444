//! Finds the package of a cargo workspace, and the sources of its models. Nothing else runs cargo.

use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package as Member, TargetKind};
use migrate_core::config::DEFAULT_DIR;
use migrate_core::suggest::nearest;
use migrate_db::cli::CliError;
use migrate_models::Root;

use crate::globals::Globals;

/// The folders of a package and its workspace.
pub(super) struct Package {
    /// The folder of the package's Cargo.toml.
    pub(super) root: PathBuf,
    /// The folder of the workspace's Cargo.toml.
    pub(super) workspace: PathBuf,
}

/// Returns the named package, else the one that contains `here`, else the only member with migrations.
pub(super) fn find(globals: &Globals, here: &Path) -> Result<Package, CliError> {
    let mut command = MetadataCommand::new();
    command.no_deps().current_dir(here);
    if let Some(manifest) = &globals.manifest_path {
        command.manifest_path(here.join(manifest));
    }
    let metadata = command.exec().map_err(|error| {
        CliError::usage("cargo cannot say where the package is")
            .because(error)
            .help("`--dir` names the folder of the migrations without cargo's help")
    })?;
    let root = match &globals.package {
        Some(name) => named(&metadata, name)?,
        None => around(&metadata, here, globals.manifest_path.as_deref())?,
    };
    Ok(Package { root, workspace: metadata.workspace_root.clone().into_std_path_buf() })
}

fn named(metadata: &Metadata, name: &str) -> Result<PathBuf, CliError> {
    let members = metadata.workspace_packages();
    if let Some(member) = members.iter().find(|member| member.name == name) {
        return Ok(folder(member));
    }
    let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let error = CliError::usage(format!("the workspace has no package `{name}`"));
    Err(match nearest(name, names.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!("its packages are {}", names.join(", "))),
    })
}

fn around(metadata: &Metadata, here: &Path, manifest: Option<&Path>) -> Result<PathBuf, CliError> {
    // A manifest that was named stands for its folder.
    let here = manifest
        .and_then(|path| here.join(path).parent()?.canonicalize().ok())
        .unwrap_or_else(|| here.to_owned());
    let folders: Vec<PathBuf> =
        metadata.workspace_packages().iter().map(|member| folder(member)).collect();
    // The innermost package around the user.
    let around = folders.iter().filter(|folder| here.starts_with(folder));
    if let Some(folder) = around.max_by_key(|folder| folder.components().count()) {
        return Ok(folder.clone());
    }
    let with_migrations: Vec<&PathBuf> =
        folders.iter().filter(|folder| folder.join(DEFAULT_DIR).is_dir()).collect();
    match with_migrations.as_slice() {
        [only] => Ok((*only).clone()),
        [] => Ok(here),
        _ => Err(CliError::usage("several packages of the workspace have migrations")
            .help("say which with `--package`")),
    }
}

fn folder(member: &Member) -> PathBuf {
    member.manifest_path.parent().map(|folder| folder.as_std_path().to_owned()).unwrap_or_default()
}

/// The crates whose structs are models: the package that contains a folder, and the workspace's packages that
/// it depends on; all of the workspace if the folder is in none. `None` without a Cargo.toml.
///
/// # Errors
/// When cargo cannot be asked.
pub(crate) fn source_roots(folder: &Path) -> Result<Option<Vec<Root>>, CliError> {
    if !folder.ancestors().any(|folder| folder.join("Cargo.toml").is_file()) {
        return Ok(None);
    }
    let metadata =
        MetadataCommand::new().no_deps().current_dir(folder).exec().map_err(|error| {
            CliError::usage("cargo cannot say where the sources of the models are").because(error)
        })?;
    let members = metadata.workspace_packages();
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let around = |member: &&&Member| {
        let root = self::folder(member);
        real.starts_with(&root) || folder.starts_with(&root)
    };
    let own = members.iter().filter(around);
    let own = own.max_by_key(|member| self::folder(member).components().count());
    let mut chosen: Vec<&Member> = match own {
        Some(own) => vec![own],
        None => members.clone(),
    };
    let mut at = 0;
    while let Some(member) = chosen.get(at) {
        let needed = member.dependencies.iter().filter(|of| of.kind == DependencyKind::Normal);
        for path in needed.filter_map(|of| of.path.as_ref()) {
            let other = members.iter().find(|other| self::folder(other) == path.as_std_path());
            if let Some(other) = other
                && !chosen.iter().any(|known| known.id == other.id)
            {
                chosen.push(other);
            }
        }
        at += 1;
    }
    Ok(Some(chosen.into_iter().map(root_of).collect()))
}

fn root_of(member: &Member) -> Root {
    let is_read = |kind: &TargetKind| {
        !matches!(
            kind,
            TargetKind::CustomBuild
                | TargetKind::Example
                | TargetKind::Test
                | TargetKind::Bench
                | TargetKind::ProcMacro
        )
    };
    let targets = member.targets.iter().filter(|target| target.kind.iter().all(is_read));
    Root {
        package: member.name.to_string(),
        files: targets.map(|target| target.src_path.clone().into_std_path_buf()).collect(),
        shown_from: folder(member),
    }
}
