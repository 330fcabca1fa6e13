# fish completion for sallyport. What there is, sallyport itself says: --help.
function __sallyport_subcommands
    sallyport --help 2>/dev/null | string replace -rf '^  ([a-z][a-z0-9-]*) +(.*)' '$1\t$2'
end
function __sallyport_options
    set -l words (commandline -opc)
    sallyport $words[2] --help 2>/dev/null | string match -ra -- '^  --.*|\[--[a-z-]+=?' |
        string match -ra -- '--[a-z][a-z-]*=?'
end
function __sallyport_words
    set -l words (commandline -opc)
    sallyport $words[2] --help 2>/dev/null | string replace -ra -- '--\S*' '' |
        string replace -rf '^(usage:|      ) sallyport \S+ (.*)' '$2' |
        string match -ra '[a-z][a-z0-9-]+'
end
set -l first 'test (count (commandline -opc)) -eq 1'
complete -c sallyport -n $first -f -a '(__sallyport_subcommands)'
complete -c sallyport -n $first -f -a '--help --version'
complete -c sallyport -n "not $first" -a '(__sallyport_options) (__sallyport_words)'
