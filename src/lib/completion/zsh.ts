import { quoted, type ScriptPlace } from "./script-place.ts";

export function zshScript({ invocation, bin }: ScriptPlace): string {
  return `#compdef ai-pipeline
# Completion of ai-pipeline for zsh.
#
# In this shell alone:
#   eval "$(${invocation} completion zsh)"
# In every shell: write it down once, and let ~/.zshrc read it:
#   ${invocation} completion zsh > ~/.ai-pipeline.zsh
#   echo 'source ~/.ai-pipeline.zsh' >> ~/.zshrc
#
# It completes "ai-pipeline", "npx ai-pipeline" and "node .../ai-pipeline.js".

_ai_pipeline() {
  local program=\${words[1]} folder=$PWD line value about files=''
  local -a given run values
  given=("\${(@Q)words[2,CURRENT]}")
  case \${program:t} in
    npx)
      if [[ $CURRENT -le 2 || \${given[1]} != ai-pipeline ]]; then _default; return; fi
      shift given
      while [[ -n $folder && ! -x $folder/node_modules/.bin/ai-pipeline ]]; do folder=\${folder%/*}; done
      [[ -n $folder ]] && run=("$folder/node_modules/.bin/ai-pipeline")
      ;;
    node)
      if [[ $CURRENT -le 2 || \${given[1]} != *ai-pipeline.js ]]; then _default; return; fi
      [[ -f \${given[1]} ]] && run=("$program" "\${given[1]}")
      shift given
      ;;
    *)
      whence -p "$program" > /dev/null && run=("$program")
      ;;
  esac
  (( \${#run} )) || run=(node ${quoted(bin)})
  while IFS= read -r line; do
    case $line in
      :files) files=all ;;
      :directories) files=folders ;;
      *)
        value=\${line%%$'\\t'*}
        about=\${line#*$'\\t'}
        [[ $about == "$line" ]] && about=''
        values+=("\${value//:/\\\\:}\${about:+:$about}")
        ;;
    esac
  done < <("\${run[@]}" __complete zsh "\${given[@]}" 2> /dev/null < /dev/null)
  case $files in
    all) compset -P '*='; _files ;;
    folders) compset -P '*='; _files -/ ;;
    *) (( \${#values} )) && _describe -V 'ai-pipeline' values ;;
  esac
}

if ! (( $+functions[compdef] )); then
  autoload -Uz compinit && compinit -i
fi
compdef _ai_pipeline ai-pipeline
for _ai_pipeline_launcher in npx node; do
  # Somebody else's completion of these stays.
  (( $+_comps[$_ai_pipeline_launcher] )) || compdef _ai_pipeline $_ai_pipeline_launcher
done
unset _ai_pipeline_launcher
`;
}
