# Completions of cargo-migrate for fish: of `cargo migrate` and of `cargo-migrate`.
# The candidates come from `cargo-migrate complete`, which reads the revisions of the project.

function __cargo_migrate_complete
    set -l words (commandline -opc)
    set -e words[1]
    string match -q -- '+*' "$words[1]"; and set -e words[1]
    test "$words[1]" = migrate; and set -e words[1]
    cargo-migrate complete -- $words (commandline -ct) 2>/dev/null
end

complete -c cargo-migrate -f -a '(__cargo_migrate_complete)'
complete -c cargo -n '__fish_seen_subcommand_from migrate' -f -a '(__cargo_migrate_complete)'
