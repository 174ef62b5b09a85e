import { quoted, type ScriptPlace } from "./script-place.ts";

/** For bash from 3.2, which macOS has; without bash-completion. */
export function bashScript({ invocation, bin }: ScriptPlace): string {
  return `# Completion of ai-pipeline for bash.
#
# In this shell alone:
#   eval "$(${invocation} completion bash)"
# In every shell: write it down once, and let ~/.bashrc read it:
#   ${invocation} completion bash > ~/.ai-pipeline.bash
#   echo 'source ~/.ai-pipeline.bash' >> ~/.bashrc
#
# It completes "ai-pipeline", "npx ai-pipeline" and "node .../ai-pipeline.js".

_ai_pipeline() {
  local IFS=$' \\t\\n' program=\${COMP_WORDS[0]} folder=$PWD files='' line
  local -a words run
  words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  case \${program##*/} in
    npx)
      [[ $COMP_CWORD -gt 1 && \${words[0]} == ai-pipeline ]] || return 0
      words=("\${words[@]:1}")
      while [[ -n $folder && ! -x $folder/node_modules/.bin/ai-pipeline ]]; do folder=\${folder%/*}; done
      [[ -n $folder ]] && run=("$folder/node_modules/.bin/ai-pipeline")
      ;;
    node)
      [[ $COMP_CWORD -gt 1 && \${words[0]} == *ai-pipeline.js ]] || return 0
      [[ -f \${words[0]} ]] && run=("$program" "\${words[0]}")
      words=("\${words[@]:1}")
      ;;
    *)
      type -P "$program" > /dev/null && run=("$program")
      ;;
  esac
  [[ \${#run[@]} -gt 0 ]] || run=(node ${quoted(bin)})
  while IFS= read -r line; do
    case $line in
      :files) files=-f ;;
      :directories) files=-d ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("\${run[@]}" __complete bash "\${words[@]}" 2> /dev/null < /dev/null)
  if [[ -n $files ]]; then
    type compopt > /dev/null 2>&1 && compopt -o filenames 2> /dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen $files -- "$2")
  elif [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]]; then
    type compopt > /dev/null 2>&1 && compopt -o nospace 2> /dev/null
  fi
  return 0
}

complete -F _ai_pipeline ai-pipeline
for _ai_pipeline_launcher in npx node; do
  # Somebody else's completion of these stays.
  complete -p "$_ai_pipeline_launcher" > /dev/null 2>&1 || complete -o bashdefault -o default -F _ai_pipeline "$_ai_pipeline_launcher"
done
unset _ai_pipeline_launcher
`;
}
