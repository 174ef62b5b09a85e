import { Box, useInput, useWindowSize } from "ink";
import { Text } from "../../components/Text.tsx";
import type { ViewProps } from "../../components/mount.tsx";
import { ProgressBar } from "../../components/ProgressBar.tsx";
import { Scrollback } from "../../components/Scrollback.tsx";
import { Spinner } from "../../components/Spinner.tsx";
import { formatDuration } from "../../format.ts";
import { printable } from "../../printable.ts";
import type { FollowState } from "./state.ts";

/** Finished lines scroll away above; below them turn the attempt at work and the end of its text. */
export function FollowView({ state, screen, ended }: ViewProps<FollowState>) {
  useInput((input, key) => {
    if (key.ctrl && input === "c") screen.interrupt();
  });
  const { rows, columns } = useWindowSize();
  return (
    <>
      <Scrollback lines={state.lines} />
      {ended ? null : (
        <Running state={state} now={screen.now()} height={Math.max(3, Math.floor(rows / 2))} width={columns} />
      )}
    </>
  );
}

interface RunningProps {
  state: FollowState;
  now: number;
  height: number;
  width: number;
}

function Running({ state, now, height, width }: RunningProps) {
  const { running } = state;
  return (
    <Box flexDirection="column">
      {state.tokens ? (
        <Box marginTop={1} marginBottom={1}>
          <Text>{tail(state.tokens, height, width)}</Text>
        </Box>
      ) : null}
      {running ? (
        <Box>
          <Box marginRight={1}>
            <Spinner />
          </Box>
          <Text wrap="truncate-end">
            {running.label} <Text dimColor>{formatDuration(Math.max(0, now - running.since))}</Text>{" "}
            {running.percent === undefined ? null : <ProgressBar share={running.percent / 100} />}
            <Text dimColor> · ctrl-c leaves</Text>
          </Text>
        </Box>
      ) : null}
    </Box>
  );
}

/** The last lines of a text as the terminal wraps it. */
function tail(text: string, height: number, width: number): string {
  // However long the text is, the screen has no more of it; twice that, for what is not shown.
  const end = printable(text.slice(-2 * height * Math.max(20, width)));
  const lines = end.split("\n").flatMap((line) => wrap(line, Math.max(20, width - 1)));
  return lines.slice(-height).join("\n");
}

function wrap(line: string, width: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    const cut = space > 0 ? space : width;
    lines.push(rest.slice(0, cut));
    rest = rest.slice(cut).trimStart();
  }
  return [...lines, rest];
}
