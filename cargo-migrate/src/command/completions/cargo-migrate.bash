# Completions of cargo-migrate for bash: of `cargo migrate` and of `cargo-migrate`.
# The candidates come from `cargo-migrate complete`, which reads the revisions of the project.

# $1: how many words stand before the command's own.
_cargo_migrate_words() {
    local word current="${COMP_WORDS[COMP_CWORD]}" glue='' line
    local -a typed=()
    # bash splits words at `:`, `=` and `@`: they are put together again.
    for word in "${COMP_WORDS[@]:$1:$((COMP_CWORD - $1 + 1))}"; do
        if [[ $word == [:=@] && ${#typed[@]} -gt 0 ]]; then
            typed[-1]+=$word
            glue=1
        elif [[ -n $glue ]]; then
            typed[-1]+=$word
            glue=''
        else
            typed+=("$word")
        fi
    done
    [[ $current == [:=@] ]] && current=''
    local whole="${typed[-1]}"
    local before="${whole%"$current"}"
    COMPREPLY=()
    while IFS= read -r line; do
        line="${line%%$'\t'*}"
        COMPREPLY+=("${line#"$before"}")
    done < <(cargo-migrate complete -- "${typed[@]}" 2> /dev/null)
}

_cargo_migrate() {
    _cargo_migrate_words 1
}

# What completes cargo's other commands goes on doing so.
_cargo_migrate_of_cargo() {
    local at=1
    [[ ${COMP_WORDS[1]} == +* ]] && at=2
    if [[ ${COMP_WORDS[at]} == migrate && $COMP_CWORD -gt $at ]]; then
        _cargo_migrate_words $((at + 1))
        return
    fi
    if [[ -z ${_cargo_migrate_earlier-} ]]; then
        complete -r cargo
        {
            if declare -F _comp_load; then
                _comp_load cargo
            elif declare -F __load_completion; then
                __load_completion cargo
            elif declare -F _completion_loader; then
                _completion_loader cargo
            fi
        } &> /dev/null
        [[ $(complete -p cargo 2> /dev/null) =~ -F\ ([^ ]+) ]] && _cargo_migrate_earlier="${BASH_REMATCH[1]}"
        complete -o bashdefault -o default -F _cargo_migrate_of_cargo cargo
    fi
    [[ -n ${_cargo_migrate_earlier-} ]] && "$_cargo_migrate_earlier" "$@"
}

[[ $(complete -p cargo 2> /dev/null) =~ -F\ ([^ ]+) && ${BASH_REMATCH[1]} != _cargo_migrate_of_cargo ]] &&
    _cargo_migrate_earlier="${BASH_REMATCH[1]}"
complete -o bashdefault -o default -F _cargo_migrate_of_cargo cargo
complete -o bashdefault -o default -F _cargo_migrate cargo-migrate
