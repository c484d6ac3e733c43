# Completion of mallcheck for fish: mallcheck completion fish > ~/.config/fish/completions/mallcheck.fish
function __mallcheck_complete
    set -l words (commandline -opc)
    set -l found ($words[1] complete -- $words[2..] (commandline -ct) 2>/dev/null)
    if set -q found[1]
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c mallcheck -f -a '(__mallcheck_complete)'
