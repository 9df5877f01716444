#compdef cargo-migrate
# Completions of cargo-migrate for zsh. cargo's own completions call this function for
# `cargo migrate`. The candidates come from `cargo-migrate complete`, which reads the revisions of
# the project.

_cargo-migrate() {
    local line
    local -a candidates typed
    typed=("${(@)words[2,CURRENT]}")
    while IFS= read -r line; do
        candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    done < <(cargo-migrate complete -- "${typed[@]}" 2> /dev/null)
    if (( $#candidates )); then
        _describe -V 'cargo migrate' candidates
    else
        _files
    fi
}

if [[ $funcstack[1] == _cargo-migrate ]]; then
    _cargo-migrate "$@"
elif (( $+functions[compdef] )); then
    compdef _cargo-migrate cargo-migrate
fi
