import type { ScriptPlace } from "./script-place.ts";

export function fishScript({ invocation, bin }: ScriptPlace): string {
  return `# Completion of ai-pipeline for fish.
#
# In this shell alone:
#   ${invocation} completion fish | source
# In every shell: write it down once.
#   mkdir -p ~/.config/fish/conf.d
#   ${invocation} completion fish > ~/.config/fish/conf.d/ai-pipeline.fish
#
# It completes "ai-pipeline", "npx ai-pipeline" and "node .../ai-pipeline.js".

function __ai_pipeline_launched
    set -l tokens (commandline -opc)
    test (count $tokens) -gt 1; and string match -qr '(^ai-pipeline|ai-pipeline\\.js)$' -- $tokens[2]
end

function __ai_pipeline_complete
    set -l tokens (commandline -opc)
    set -l current (commandline -ct)
    set -l run
    switch (basename -- $tokens[1])
        case npx
            set -l folder $PWD
            while test -n "$folder"; and not test -x "$folder/node_modules/.bin/ai-pipeline"
                set folder (string replace -r '/[^/]*$' '' -- $folder)
            end
            test -n "$folder"; and set run "$folder/node_modules/.bin/ai-pipeline"
            set tokens $tokens[2..-1]
        case node
            test -f "$tokens[2]"; and set run $tokens[1] $tokens[2]
            set tokens $tokens[2..-1]
        case '*'
            command -q -- $tokens[1]; and set run $tokens[1]
    end
    test (count $run) -gt 0; or set run node ${fishQuoted(bin)}
    for line in (command $run __complete fish $tokens[2..-1] "$current" 2>/dev/null </dev/null)
        switch $line
            case :files
                __fish_complete_path (string replace -r '^--[^=]*=' '' -- $current)
            case :directories
                __fish_complete_directories (string replace -r '^--[^=]*=' '' -- $current)
            case '*'
                echo $line
        end
    end
end

complete -c ai-pipeline -f -k -a '(__ai_pipeline_complete)'
for launcher in npx node
    complete -c $launcher -n __ai_pipeline_launched -f -k -a '(__ai_pipeline_complete)'
end
`;
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
