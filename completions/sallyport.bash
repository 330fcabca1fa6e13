# bash completion for sallyport. What there is, sallyport itself says: --help.
_sallyport() {
	local cur=${COMP_WORDS[COMP_CWORD]} words=

	if ((COMP_CWORD == 1)); then
		words=$("$1" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z0-9-]*\) .*/\1/p')
		words+=' --help --version'
	elif [[ $cur == -* ]]; then
		words=$("$1" "${COMP_WORDS[1]}" --help 2>/dev/null |
			grep -oE '^  --.*|\[--[a-z-]+=?' | grep -oE -- '--[a-z][a-z-]*=?' | sort -u)
	else
		words=$("$1" "${COMP_WORDS[1]}" --help 2>/dev/null |
			sed -nE 's/--[^ ]*//g; s/^(usage:|      ) sallyport [^ ]+ //p' |
			grep -oE '[a-z][a-z0-9-]+')
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null
}
# What we say nothing about are files, those behind a "=", too.
complete -o default -F _sallyport sallyport
