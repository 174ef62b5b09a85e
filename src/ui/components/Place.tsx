import { Text } from "./Text.tsx";
import type { QueueShown } from "../../contract/operations/dlq.ts";
import type { StageShown } from "../../contract/operations/shared.ts";
import { placeLines } from "../place.ts";
import { TONE_STYLES } from "../theme.ts";
import { useColor } from "./color.tsx";

/** Where a command works, and what was changed there by hand. */
export function Place({ of }: { of: StageShown | QueueShown | undefined }) {
  const color = useColor();
  const [where, ...marks] = of ? placeLines(of) : [];
  return (
    <>
      {where === undefined ? null : <Text dimColor>{where}</Text>}
      {marks.map((line) => (
        <Text key={line} {...color(TONE_STYLES.warn)}>
          {line}
        </Text>
      ))}
    </>
  );
}
