import { Box, renderToString } from "ink";
import { Text } from "../components/Text.tsx";
import { ColorScope, useColor } from "../components/color.tsx";
import { Mark } from "../components/Mark.tsx";
import type { PipelineError } from "../../contract/errors.ts";
import type { ErrorModule } from "../render/view.ts";

function ErrorView({ error, stack }: { error: PipelineError; stack?: string }) {
  const color = useColor();
  return (
    <Box flexDirection="column" marginTop={1} marginBottom={1}>
      <Box>
        <Box marginRight={1} flexShrink={0}>
          <Mark tone="fail" />
        </Box>
        <Text bold>{error.message}</Text>
      </Box>
      {error.where ? (
        <Box marginLeft={2}>
          <Text dimColor>at {error.where}</Text>
        </Box>
      ) : null}
      {error.hint.length > 0 ? (
        <Box marginLeft={2} marginTop={1} flexDirection="column">
          {error.hint.map((line) => (
            <Text key={line}>
              <Text {...color("cyan")}>→</Text> {line}
            </Text>
          ))}
        </Box>
      ) : null}
      {stack ? (
        <Box marginTop={1}>
          <Text dimColor>{stack}</Text>
        </Box>
      ) : null}
    </Box>
  );
}

/** Draws an error once: what, where, the next step. Nothing lives after it. */
export const drawError: ErrorModule["drawError"] = async (error, screen, { stack }) => {
  const text = renderToString(
    <ColorScope on={screen.color}>
      <ErrorView error={error} {...(stack ? { stack } : {})} />
    </ColorScope>,
    { columns: screen.stream.columns || 80 },
  );
  await new Promise<void>((resolve) => screen.stream.write(`${text}\n`, () => resolve()));
};
